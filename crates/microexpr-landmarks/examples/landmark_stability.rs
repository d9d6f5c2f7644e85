//! How still a landmark model's points stand: under noise, in turned and in mirrored pictures.
//!
//! ```text
//! cargo run -p microexpr-landmarks --example landmark_stability -- --model mesh --model MODEL.dat PHOTOGRAPH...
//! ```
//!
//! Of every face that the detector finds (at least 25 pixels between the eyes), in per cent of the inter-ocular distance; medians over
//! the faces. Jitter is the standard deviation of a point along one axis over pictures that differ in their noise; a turned or mirrored
//! picture should give the same points, turned or mirrored: the median over the points tells how far they lie from that.

use std::error::Error;
use std::path::PathBuf;

use image::{GrayImage, Luma, imageops};
use imageproc::geometric_transformations::{Border, Interpolation, Projection, warp};
use microexpr_core::{Landmarks, Point};
use microexpr_landmarks::{
    FaceBox, FaceDetector, FaceLandmarker, LandmarkerParams, SeetaFace, SeetaFaceParams, grey_as_dlib,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const SEED: u64 = 1;
const NOISE_LEVELS: [f64; 2] = [2.0, 4.0];
const NOISY_PICTURES: usize = 8;
const TURN_DEG: f64 = 20.0;
const LEAST_IOD_PX: f64 = 25.0;
/// What is cut out around a face, in boxes: a turned picture has no corners then.
const SURROUNDINGS: f64 = 3.0;
const MIRRORED: [usize; 68] = [
    16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 27, 28,
    29, 30, 35, 34, 33, 32, 31, 45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40, 54, 53, 52, 51, 50, 49, 48,
    59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65,
];

/// A picture of one face, and its box there.
struct Face {
    image: GrayImage,
    face: FaceBox,
}

fn main() -> Result<(), Box<dyn Error>> {
    let (models, photographs) = arguments()?;
    let faces = faces(&photographs)?;
    println!("{} faces", faces.len());
    for model in models {
        let landmarker = FaceLandmarker::open(Some(&model), LandmarkerParams::default())?;
        let measured: Vec<[f64; 4]> = faces.iter().filter_map(|face| measure(&landmarker, face)).collect();
        let middle = |i: usize| 100.0 * median(measured.iter().map(|m| m[i]).collect());
        println!(
            "{}: {} faces of at least {LEAST_IOD_PX} px; jitter per axis under noise of {} / {} levels {:.2} / {:.2} %, turned by {TURN_DEG}° {:.2} %, mirrored {:.2} %",
            model.display(),
            measured.len(),
            NOISE_LEVELS[0],
            NOISE_LEVELS[1],
            middle(0),
            middle(1),
            middle(2),
            middle(3),
        );
    }
    Ok(())
}

/// Models and photographs.
fn arguments() -> Result<(Vec<PathBuf>, Vec<PathBuf>), Box<dyn Error>> {
    let (mut models, mut photographs) = (Vec::new(), Vec::new());
    let mut arguments = std::env::args_os().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--model" {
            models.push(arguments.next().ok_or("expected a model after --model")?.into());
        } else {
            photographs.push(argument.into());
        }
    }
    if photographs.is_empty() {
        return Err("expected photographs".into());
    }
    Ok((if models.is_empty() { vec!["mesh".into()] } else { models }, photographs))
}

fn faces(photographs: &[PathBuf]) -> Result<Vec<Face>, Box<dyn Error>> {
    let detector = SeetaFace::new(SeetaFaceParams::default())?;
    let mut faces = Vec::new();
    for path in photographs {
        let image = grey_as_dlib(&image::open(path)?);
        for found in detector.detect(&image)? {
            faces.push(cut_out(&image, &found.face)?);
        }
    }
    Ok(faces)
}

/// The face in the middle of a square picture that repeats the photograph's border where it ends.
fn cut_out(image: &GrayImage, face: &FaceBox) -> Result<Face, Box<dyn Error>> {
    let side = (SURROUNDINGS * face.width()).round() as u32;
    let [left, top] =
        [face.left(), face.top()].map(|v| (v - (SURROUNDINGS - 1.0) / 2.0 * face.width()).round());
    let part = GrayImage::from_fn(side, side, |x, y| {
        let at = |v: f64, length: u32| v.clamp(0.0, f64::from(length) - 1.0) as u32;
        *image.get_pixel(at(left + f64::from(x), image.width()), at(top + f64::from(y), image.height()))
    });
    let face = FaceBox::new(face.left() - left, face.top() - top, face.right() - left, face.bottom() - top)?;
    Ok(Face { image: part, face })
}

/// Jitter at both noise levels, and how far points of the turned and the mirrored picture are off, in inter-ocular distances; `None` for
/// small faces and those that the model refuses.
fn measure(landmarker: &FaceLandmarker, face: &Face) -> Option<[f64; 4]> {
    let points =
        |image: &GrayImage, face: &FaceBox| landmarker.points_in(image, face).ok().map(|f| f.landmarks);
    let clean = points(&face.image, &face.face)?;
    let iod = inter_ocular_px(&clean);
    if iod < LEAST_IOD_PX {
        return None;
    }
    let noisy = |levels: f64| {
        let mut rng = ChaCha8Rng::seed_from_u64(SEED);
        let all: Option<Vec<Landmarks>> = (0..NOISY_PICTURES)
            .map(|_| points(&with_noise(&face.image, levels, &mut rng), &face.face))
            .collect();
        Some(deviation(&all?) / iod)
    };
    let (turned, turn) = turned(&face.image);
    let far = f64::from(face.image.width()) - 1.0;
    let mirrored_box =
        FaceBox::new(far - face.face.right(), face.face.top(), far - face.face.left(), face.face.bottom());
    let mirrored = points(&imageops::flip_horizontal(&face.image), &mirrored_box.ok()?)?;
    let expected: Vec<Point> =
        MIRRORED.iter().map(|i| clean.points()[*i]).map(|[x, y]| [far - x, y]).collect();
    Some([
        noisy(NOISE_LEVELS[0])?,
        noisy(NOISE_LEVELS[1])?,
        apart(&points(&turned, &face.face)?, clean.map(|p| turn(*p)).ok()?.points()) / iod,
        apart(&mirrored, &expected) / iod,
    ])
}

fn with_noise(image: &GrayImage, levels: f64, rng: &mut ChaCha8Rng) -> GrayImage {
    let mut noisy = image.clone();
    for Luma([value]) in noisy.pixels_mut() {
        // The sum of twelve even numbers is near enough to a normal one.
        let normal: f64 = (0..12).map(|_| rng.random_range(-0.5..0.5)).sum();
        *value = (f64::from(*value) + levels * normal).round().clamp(0.0, 255.0) as u8;
    }
    noisy
}

/// The picture turned about its middle, and where points go.
fn turned(image: &GrayImage) -> (GrayImage, impl Fn(Point) -> Point + use<>) {
    let middle = (f64::from(image.width()) - 1.0) / 2.0;
    let (sin, cos) = TURN_DEG.to_radians().sin_cos();
    let turn = move |[x, y]: Point| {
        let (x, y) = (x - middle, y - middle);
        [middle + cos * x - sin * y, middle + sin * x + cos * y]
    };
    let origin = turn([0.0, 0.0]);
    let [c, s, x, y] = [cos, sin, origin[0], origin[1]].map(|v| v as f32);
    let projection =
        Projection::from_matrix([c, -s, x, s, c, y, 0.0, 0.0, 1.0]).expect("a turn can be undone");
    (warp(image, projection, Interpolation::Bicubic, Border::Constant(Luma([0]))), turn)
}

/// Root mean square deviation of the points from their means, per axis.
fn deviation(all: &[Landmarks]) -> f64 {
    let mut squares = 0.0;
    for (i, axis) in (0..68).flat_map(|i| [(i, 0), (i, 1)]) {
        let values = all.iter().map(|l| l.points()[i][axis]);
        let mean = values.clone().sum::<f64>() / all.len() as f64;
        squares += values.map(|v| (v - mean).powi(2)).sum::<f64>() / (all.len() - 1) as f64;
    }
    (squares / 136.0).sqrt()
}

fn apart(found: &Landmarks, expected: &[Point]) -> f64 {
    median(found.points().iter().zip(expected).map(|(p, q)| (p[0] - q[0]).hypot(p[1] - q[1])).collect())
}

fn inter_ocular_px(landmarks: &Landmarks) -> f64 {
    let eye = |range: std::ops::Range<usize>| {
        [0, 1].map(|axis| landmarks.points()[range.clone()].iter().map(|p| p[axis]).sum::<f64>() / 6.0)
    };
    let (left, right) = (eye(36..42), eye(42..48));
    (right[0] - left[0]).hypot(right[1] - left[1])
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
