//! Agreement with dlib 19.24, on models that dlib trained on generated faces; see `data/dlib/generate.cpp`.

use image::GrayImage;
use microexpr_core::{LandmarkScheme, Landmarks, Point};
use microexpr_landmarks::{FaceBox, ShapePredictor, grey_as_dlib, round_as_dlib};
use serde::Deserialize;

/// dlib fits its similarity by a singular value decomposition in another order of additions: f32 differences of some 1e-7
/// of the box, and nothing else.
const TOLERANCE_PX: f64 = 1e-3;

#[derive(Deserialize)]
struct Expected {
    models: Vec<ExpectedModel>,
}

#[derive(Deserialize)]
struct ExpectedModel {
    file: String,
    faces: Vec<ExpectedFace>,
}

#[derive(Deserialize)]
struct ExpectedFace {
    image: usize,
    #[serde(rename = "box")]
    face: FaceBox,
    points: Vec<Point>,
    rounded: Vec<Point>,
}

fn data(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/data/dlib/{name}", env!("CARGO_MANIFEST_DIR"))).expect("a data file")
}

fn generated_face(number: usize) -> GrayImage {
    let bytes = data("faces.raw");
    GrayImage::from_raw(64, 64, bytes[number * 4096..][..4096].to_vec()).expect("64x64 bytes")
}

fn largest_error_px(found: &Landmarks, expected: &[Point]) -> f64 {
    assert_eq!(found.points().len(), expected.len());
    let errors = found.points().iter().zip(expected).map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1]));
    errors.fold(0.0, f64::max)
}

#[test]
fn points_equal_dlibs_inside_and_beyond_the_image() {
    let expected: Expected = serde_json::from_slice(&data("expected.json")).expect("json");
    for model in &expected.models {
        let predictor = ShapePredictor::from_bytes(&data(&model.file)).expect("a dlib model");
        for face in &model.faces {
            let found = predictor.predict(&generated_face(face.image), &face.face);
            let error = largest_error_px(&found, &face.points);
            assert!(error < TOLERANCE_PX, "{} {:?}: {error}", model.file, face.face);
            assert_eq!(round_as_dlib(&found).points(), face.rounded, "{}", model.file);
        }
    }
}

#[test]
fn what_dlib_wrote_is_written_byte_by_byte() {
    for file in ["points68.dat", "points5.dat"] {
        let dlibs = data(file);
        let ours = ShapePredictor::from_bytes(&dlibs).expect("a dlib model").to_dlib_bytes();
        assert_eq!(ours.len(), dlibs.len(), "{file}");
        assert_eq!(ours.iter().zip(&dlibs).position(|(a, b)| a != b), None, "{file}");
    }
}

#[test]
fn models_of_68_points_give_the_ibug_scheme_and_others_a_custom_one() {
    let face = FaceBox::new(8.0, 8.0, 55.0, 55.0).expect("a box");
    for (file, scheme) in [("points68.dat", LandmarkScheme::Ibug68), ("points5.dat", LandmarkScheme::Custom)]
    {
        let predictor = ShapePredictor::from_bytes(&data(file)).expect("a dlib model");
        assert_eq!(predictor.predict(&generated_face(0), &face).scheme(), scheme);
    }
}

#[test]
fn every_truncated_model_is_refused_with_its_position() {
    let whole = data("points5.dat");
    for length in (0..whole.len()).step_by(97).chain([whole.len() - 1]) {
        let message = ShapePredictor::from_bytes(&whole[..length]).expect_err("truncated").to_string();
        assert!(message.contains("at byte"), "{length}: {message}");
    }
    let mut longer = whole;
    longer.push(1);
    let message = ShapePredictor::from_bytes(&longer).expect_err("too long").to_string();
    assert!(message.contains("end of the file"), "{message}");
}

#[test]
fn hostile_counts_are_refused_without_allocating_them() {
    // Version 1, mean shape 136x1, all zero, then a billion cascades; and a shape of 2^56 rows.
    let mut cascades = vec![1, 1, 0x81, 136, 0x81, 1];
    cascades.extend([1, 0, 1, 0].repeat(136));
    cascades.extend([4, 0, 0xCA, 0x9A, 0x3B]);
    let rows = [1, 1, 0x88, 0, 0, 0, 0, 0, 0, 0, 1, 0x81, 1];
    for (bytes, part) in [(&cascades[..], "number of cascades"), (&rows[..], "mean shape")] {
        let message = ShapePredictor::from_bytes(bytes).expect_err("hostile").to_string();
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn a_flipped_byte_gives_an_error_or_finite_points() {
    let whole = data("points5.dat");
    let face = FaceBox::new(8.0, 8.0, 55.0, 55.0).expect("a box");
    for at in (0..whole.len()).step_by(53) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        if let Ok(predictor) = ShapePredictor::from_bytes(&bytes) {
            let found = predictor.predict(&generated_face(2), &face);
            assert!(found.points().iter().flatten().all(|v| v.is_finite()));
        }
    }
}

#[test]
fn an_error_names_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cut.dat");
    std::fs::write(&path, &data("points5.dat")[..1000]).expect("a file");
    assert!(ShapePredictor::open(&path).expect_err("cut").to_string().contains("cut.dat"));
    let missing = folder.path().join("missing.dat");
    assert!(ShapePredictor::open(missing).expect_err("missing").to_string().contains("missing.dat"));
}

#[test]
fn grey_is_the_truncated_mean_of_the_channels() {
    let colour = image::RgbImage::from_pixel(1, 1, image::Rgb([255, 255, 252]));
    assert_eq!(grey_as_dlib(&image::DynamicImage::ImageRgb8(colour)).get_pixel(0, 0).0, [254]);
}
