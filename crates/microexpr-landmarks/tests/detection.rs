//! What the detector does with images and settings; that it finds faces is measured on photographs, which are not part of
//! this repository.

use image::GrayImage;
use microexpr_landmarks::{
    Detection, FaceBox, FaceChoice, FaceDetector, LandmarkError, SeetaFace, SeetaFaceParams, choose_face,
};

struct Fixed(Vec<Detection>);

impl FaceDetector for Fixed {
    fn detect(&self, _: &GrayImage) -> Result<Vec<Detection>, LandmarkError> {
        Ok(self.0.clone())
    }
}

fn detection(left: f64, side: f64) -> Detection {
    Detection { face: FaceBox::new(left, 0.0, left + side, side).expect("a box"), score: 1.0 }
}

#[test]
fn the_largest_face_is_chosen() {
    let detector = Fixed(vec![detection(0.0, 10.0), detection(20.0, 30.0), detection(5.0, 12.0)]);
    let face = choose_face(&detector, &GrayImage::new(60, 60), FaceChoice::Largest).expect("a face");
    assert_eq!(face, detection(20.0, 30.0).face);
}

#[test]
fn whole_frames_and_given_boxes_need_no_detection() {
    let image = GrayImage::new(60, 40);
    let whole = choose_face(&Fixed(Vec::new()), &image, FaceChoice::WholeFrame).expect("the frame");
    assert_eq!(<[f64; 4]>::from(whole), [0.0, 0.0, 59.0, 39.0]);
    let given = detection(1.0, 2.0).face;
    assert_eq!(choose_face(&Fixed(Vec::new()), &image, FaceChoice::Given(given)).expect("the box"), given);
}

#[test]
fn no_face_is_an_error_that_says_what_to_do() {
    let error =
        choose_face(&Fixed(Vec::new()), &GrayImage::new(60, 40), FaceChoice::Largest).expect_err("none");
    assert!(error.to_string().contains("60x40") && error.to_string().contains("whole frame"), "{error}");
}

#[test]
fn boxes_that_are_no_boxes_are_refused() {
    for edges in
        [[5.0, 0.0, 5.0, 9.0], [0.0, 9.0, 5.0, 0.0], [f64::NAN, 0.0, 5.0, 9.0], [0.0, 0.0, 1e30, 9.0]]
    {
        assert!(FaceBox::try_from(edges).is_err(), "{edges:?}");
    }
    assert!(serde_json::from_str::<FaceBox>("[4, 0, 1, 1]").is_err());
}

#[test]
fn images_without_faces_have_none_whatever_their_size() {
    let detector = SeetaFace::new(SeetaFaceParams::default()).expect("rustface carries the model");
    for (width, height) in [(0, 0), (1, 1), (39, 200), (40, 40), (41, 97), (200, 40), (120, 90)] {
        let image = GrayImage::from_fn(width, height, |x, y| image::Luma([(x * 3 + y * 5) as u8]));
        assert!(detector.detect(&image).expect("an answer").is_empty(), "{width}x{height}");
    }
}

#[test]
fn files_that_are_not_the_detectors_model_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("other.bin");
    std::fs::write(&path, [0; 100]).expect("written");
    let message = SeetaFace::open(&path, SeetaFaceParams::default()).expect_err("not a model").to_string();
    assert!(message.contains("other.bin") && message.contains("found 100"), "{message}");
}
