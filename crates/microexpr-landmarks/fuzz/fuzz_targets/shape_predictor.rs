//! Any bytes are an error or a model, and a model gives finite points and the same model back.
#![no_main]

use image::GrayImage;
use libfuzzer_sys::fuzz_target;
use microexpr_landmarks::{FaceBox, ShapePredictor};

fuzz_target!(|bytes: &[u8]| {
    let Ok(predictor) = ShapePredictor::from_bytes(bytes) else { return };
    let image = GrayImage::from_fn(32, 24, |x, y| image::Luma([(7 * x + 11 * y) as u8]));
    let face = FaceBox::new(-4.0, 3.0, 40.0, 22.0).expect("a box");
    let points = predictor.predict(&image, &face);
    assert!(points.points().iter().flatten().all(|v| v.is_finite()));
    // Leaves of a compact model can sum to more than the reader takes.
    if let Ok(again) = ShapePredictor::from_bytes(&predictor.to_dlib_bytes()) {
        assert_eq!(again.landmark_count(), predictor.landmark_count());
    }
});
