//! Trains the landmark model for generated faces that this crate carries, and tells how exact it is.
//!
//! ```text
//! cargo run -p microexpr-landmarks --example generated_faces_model -- crates/microexpr-landmarks/models/generated_faces.model
//! ```
//!
//! The faces are `microexpr-synth`'s, so the model knows nothing about photographs. Everything follows from the seeds below:
//! the same program writes the same file. A second file's name gets the model in dlib's format.

use std::error::Error;
use std::path::PathBuf;

use image::GrayImage;
use microexpr_core::{Landmarks, atomic_file};
use microexpr_landmarks::{
    AnnotatedFace, COMPACT_COMPONENTS, FaceBox, FaceDetector, SeetaFace, SeetaFaceParams, ShapePredictor,
    ShapePredictorTrainer, TrainParams,
};
use microexpr_synth::{Acting, Expression, Nuisance, Subject, SynthClip, SynthError, SynthParams};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Far from the seeds that people choose, so that no face that somebody generates was trained on.
const TRAINING_SEED: u64 = 0x6661_6365_7300;
const TEST_SEED: u64 = 1;
const PERSONS: usize = 400;
const TEST_PERSONS: usize = 60;

/// Where the mapped box of the default detector lies on generated faces: medians over the test persons, printed below.
const BOX_SIDE_IOD: f64 = 2.46;
const BOX_BELOW_EYES_IOD: f64 = 0.47;
/// How far detected boxes scatter about that, and a little more.
const BOX_SHIFT: f64 = 0.06;
const BOX_GROWTH: f64 = 0.12;

/// A rendered face and its 68 points.
struct Face {
    image: GrayImage,
    points: Landmarks,
}

fn main() -> Result<(), Box<dyn Error>> {
    let out = std::env::args_os().nth(1).map(PathBuf::from).ok_or("expected the file to write")?;
    let faces = (1..=PERSONS).into_par_iter().map(training_face).collect::<Result<Vec<_>, _>>()?;
    println!("{} faces generated", faces.len());
    let params = TrainParams { trees_per_cascade: 100, translation_jitter: 0.02, ..TrainParams::default() };
    let trained = ShapePredictorTrainer::new(params)?.train(&annotated(&faces)?, |p| {
        if p.trees % 100 == 0 {
            println!("{} of {} trees, error {:.4} of the box", p.trees, p.total, p.error);
        }
    })?;
    let bytes = trained.to_compact_bytes(COMPACT_COMPONENTS);
    println!("{} bytes compact, {} in dlib's format", bytes.len(), trained.to_dlib_bytes().len());
    report(&trained, &ShapePredictor::from_bytes(&bytes)?)?;
    if let Some(dlibs) = std::env::args_os().nth(2) {
        atomic_file::write(PathBuf::from(dlibs), &trained.to_dlib_bytes())?;
    }
    Ok(atomic_file::write(&out, &bytes)?)
}

/// A person in a pose of its own, at its own distance from the camera, pulling a face.
fn training_face(number: usize) -> Result<Face, SynthError> {
    let mut rng = ChaCha8Rng::seed_from_u64(TRAINING_SEED + number as u64);
    let iod: f64 = rng.random_range(45.0..110.0);
    let side = (320.0 / 78.0 * iod).round() as usize;
    let nuisance = Nuisance {
        pose_px: 0.05 * iod,
        pose_deg: 9.0,
        noise_levels: rng.random_range(0.0..6.0),
        ..Nuisance::fluttering()
    };
    let params = SynthParams {
        seed: TRAINING_SEED,
        width_px: side,
        height_px: side,
        inter_ocular_px: iod,
        acting: Acting::Prototypical { peak_px: [0.0, 0.04 * iod] },
        texture: rng.random_range(0.3..1.5),
        frames: [3, 3],
        nuisance,
        ..SynthParams::prototypical()
    };
    face_of(&params, number)
}

fn face_of(params: &SynthParams, number: usize) -> Result<Face, SynthError> {
    let person = Subject::new(params, number)?;
    let expression = Expression::ALL[number % Expression::ALL.len()];
    let clip = SynthClip::render(params, &person, 1, expression)?;
    let pixels = clip.frames.index_axis(ndarray::Axis(0), clip.truth.apex);
    let (height, width) = pixels.dim();
    let image = GrayImage::from_fn(width as u32, height as u32, |x, y| {
        image::Luma([pixels[[y as usize, x as usize]]])
    });
    Ok(Face { image, points: clip.truth.landmarks[clip.truth.apex].clone() })
}

fn annotated(faces: &[Face]) -> Result<Vec<AnnotatedFace<'_>>, Box<dyn Error>> {
    let mut rng = ChaCha8Rng::seed_from_u64(TRAINING_SEED);
    faces
        .iter()
        .map(|face| {
            let ([x, y], iod) = eyes(&face.points);
            let mut within = |reach: f64| rng.random_range(-reach..reach);
            let half = 0.5 * BOX_SIDE_IOD * iod * (1.0 + within(BOX_GROWTH));
            let x = x + 2.0 * half * within(BOX_SHIFT);
            let y = y + BOX_BELOW_EYES_IOD * iod + 2.0 * half * within(BOX_SHIFT);
            Ok(AnnotatedFace {
                image: &face.image,
                face: FaceBox::new(x - half, y - half, x + half, y + half)?,
                points: face.points.points().iter().copied().map(Some).collect(),
            })
        })
        .collect()
}

/// The middle between the eyes, and their distance.
fn eyes(points: &Landmarks) -> ([f64; 2], f64) {
    let mean = |range: std::ops::Range<usize>, axis: usize| {
        points.points()[range].iter().map(|p| p[axis]).sum::<f64>() / 6.0
    };
    let [left, right] = [36..42, 42..48].map(|eye| [mean(eye.clone(), 0), mean(eye, 1)]);
    (
        [f64::midpoint(left[0], right[0]), f64::midpoint(left[1], right[1])],
        (right[0] - left[0]).hypot(right[1] - left[1]),
    )
}

/// How well faces of other persons, as a dataset holds them, are found.
fn report(full: &ShapePredictor, compact: &ShapePredictor) -> Result<(), Box<dyn Error>> {
    let detector = SeetaFace::new(SeetaFaceParams::default())?;
    let params = SynthParams { seed: TEST_SEED, frames: [3, 3], ..SynthParams::prototypical() };
    let faces = (1..=TEST_PERSONS)
        .into_par_iter()
        .map(|number| face_of(&params, number))
        .collect::<Result<Vec<_>, _>>()?;
    let (mut sides, mut below, mut aside, mut boxes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut several = 0;
    for face in &faces {
        let found = detector.detect(&face.image)?;
        several += usize::from(found.len() > 1);
        if let Some(best) = found.iter().max_by(|a, b| a.score.total_cmp(&b.score)) {
            let ([x, y], iod) = eyes(&face.points);
            sides.push(best.face.width() / iod);
            aside.push((f64::midpoint(best.face.left(), best.face.right()) - x) / iod);
            below.push((f64::midpoint(best.face.top(), best.face.bottom()) - y) / iod);
            boxes.push((face, best.face));
        }
    }
    println!("detector: {} of {} faces, {several} with more than one detection", boxes.len(), faces.len());
    for (name, values) in [("side", &mut sides), ("below the eyes", &mut below), ("aside", &mut aside)] {
        let q = quartiles(values);
        println!("box {name}: {:.3} inter-ocular distances (quartiles {:.3}, {:.3})", q[1], q[0], q[2]);
    }
    for (name, predictor) in [("full", full), ("compact", compact)] {
        let mut errors: Vec<f64> = boxes.iter().map(|(f, b)| error(predictor, f, b)).collect();
        let q = quartiles(&mut errors);
        println!(
            "{name} model: mean point error {:.4} of the inter-ocular distance (median face; quartiles {:.4}, {:.4}; worst {:.4})",
            q[1],
            q[0],
            q[2],
            errors[errors.len() - 1]
        );
    }
    Ok(())
}

/// Mean distance of the points from the truth, in inter-ocular distances.
fn error(predictor: &ShapePredictor, face: &Face, around: &FaceBox) -> f64 {
    let found = predictor.predict(&face.image, around);
    let pairs = found.points().iter().zip(face.points.points());
    let sum: f64 = pairs.map(|(p, q)| (p[0] - q[0]).hypot(p[1] - q[1])).sum();
    sum / 68.0 / eyes(&face.points).1
}

fn quartiles(values: &mut [f64]) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    [1, 2, 3].map(|q| values.get(q * values.len() / 4).copied().unwrap_or(f64::NAN))
}
