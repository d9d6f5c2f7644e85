//! The mesh on generated faces: with no file, in any crop, and not on pictures without a face.
#![cfg(feature = "face-mesh")]

use image::{GrayImage, Luma, imageops};
use imageproc::geometric_transformations::{Border, Interpolation, rotate_about_center};
use microexpr_core::{Clip, Landmarks, Point};
use microexpr_landmarks::{
    FaceBox, FaceLandmarker, FaceMesh, Implausible, LandmarkError, LandmarkModel, LandmarkerParams, MeshFace,
    PlausibilityParams, grey_from_frame,
};
use microexpr_synth::{Expression, Nuisance, Subject, SynthClip, SynthParams};

const INTER_OCULAR_PX: f64 = 78.0;

/// A generated person's picture and true points.
fn person(number: usize) -> (GrayImage, Landmarks) {
    let nuisance = Nuisance { noise_levels: 2.0, ..Nuisance::none() };
    let params = SynthParams { seed: 21, frames: [2, 2], nuisance, ..SynthParams::prototypical() };
    assert_eq!(params.inter_ocular_px, INTER_OCULAR_PX);
    let person = Subject::new(&params, number).expect("a person");
    let clip = SynthClip::render(&params, &person, 1, Expression::Positive).expect("a clip");
    (grey_from_frame(clip.to_clip().expect("finite frames").frame(0)), clip.truth.landmarks[0].clone())
}

fn landmarker(model: &str) -> Option<FaceLandmarker> {
    match FaceLandmarker::open(Some(model.as_ref()), LandmarkerParams::default()) {
        Ok(landmarker) => Some(landmarker),
        // A build that found no detector model says so; every other error is one.
        Err(LandmarkError::NoDetectorModel { .. }) => None,
        Err(error) => panic!("{error}"),
    }
}

/// Median distance over the points, in inter-ocular distances.
fn median_error(found: &[Point], truth: &[Point], scale: f64) -> f64 {
    let mut distances: Vec<f64> =
        found.iter().zip(truth).map(|(p, q)| (p[0] - q[0]).hypot(p[1] - q[1]) / scale).collect();
    distances.sort_by(f64::total_cmp);
    distances[distances.len() / 2]
}

/// The 68 points' box, roughly: the mesh needs no better one.
fn box_about(truth: &Landmarks) -> FaceBox {
    let [x, y] = truth.centroid();
    FaceBox::new(x - 95.0, y - 95.0, x + 95.0, y + 95.0).expect("a box")
}

fn mesh_of(image: &GrayImage, truth: &Landmarks) -> MeshFace {
    FaceMesh::new().find(image, &box_about(truth))
}

#[test]
fn the_mesh_is_the_model_where_none_is_named() {
    // Unless the environment names one, which this test must not change.
    if std::env::var_os("MICROEXPR_LANDMARK_MODEL").is_none() {
        assert_eq!(LandmarkModel::find(None).expect("a model"), LandmarkModel::FaceMesh);
    }
    let named = LandmarkModel::find(Some("mesh".as_ref())).expect("a model");
    assert_eq!(named, LandmarkModel::FaceMesh);
    assert_eq!(named.open().expect("carried").landmark_count(), 68);
}

#[test]
fn the_model_is_carried_unmodified_with_its_licence() {
    use sha2::{Digest, Sha256};
    let bytes = LandmarkModel::FaceMesh.bytes().expect("carried");
    let digest: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(digest, "e06a804e0144f9929eda782122916b35d60c697c3c9344013ca2bbe76a6ce2b4");
    let notice = include_str!("../models/mediapipe/NOTICE");
    assert!(
        notice.contains(&digest)
            && include_str!("../models/mediapipe/LICENSE").contains("Version 2.0, January 2004")
    );
}

#[test]
fn points_of_generated_faces_are_found() {
    for number in 1..=6 {
        let (image, truth) = person(number);
        let found = mesh_of(&image, &truth);
        let error = median_error(found.ibug68().points(), truth.points(), INTER_OCULAR_PX);
        println!("person {number}: {error:.4}, presence {:.4}, spread {:.4}", found.presence, found.spread);
        // `examples/mesh_table.rs` tells the offsets point by point.
        assert!(error < 0.035 && found.presence > 0.99 && found.spread < 0.01, "{number}: {error}");
    }
}

#[test]
fn passes_forget_the_box_that_they_began_with() {
    let (image, truth) = person(1);
    let exact = mesh_of(&image, &truth);
    let face = box_about(&truth);
    let (w, h) = (face.width(), face.height());
    for (left, top, right, bottom) in [(-0.2, 0.0, -0.2, 0.0), (0.1, 0.15, 0.1, 0.15), (-0.2, -0.2, 0.2, 0.2)]
    {
        let edges = [
            face.left() + left * w,
            face.top() + top * h,
            face.right() + right * w,
            face.bottom() + bottom * h,
        ];
        let found = FaceMesh::new().find(&image, &FaceBox::try_from(edges).expect("a box"));
        let error = median_error(found.ibug68().points(), exact.ibug68().points(), INTER_OCULAR_PX);
        assert!(error < 0.01, "{edges:?}: {error}");
    }
}

#[test]
fn colour_makes_little_difference_and_grey_is_colour() {
    let (image, truth) = person(2);
    let rgb = image::DynamicImage::ImageLuma8(image.clone()).to_rgb8();
    assert_eq!(FaceMesh::new().find(&rgb, &box_about(&truth)), mesh_of(&image, &truth));
}

#[test]
fn a_tilted_picture_tilts_points_and_pose() {
    const TURN_DEG: f64 = 20.0;
    let (image, truth) = person(3);
    let upright = mesh_of(&image, &truth);
    let turned = rotate_about_center(
        &image,
        TURN_DEG.to_radians() as f32,
        Interpolation::Bilinear,
        Border::Constant(Luma([90])),
    );
    // The turn is about the middle of the picture, in pixels of which the first begins at 0.
    let middle = [f64::from(image.width()) / 2.0, f64::from(image.height()) / 2.0];
    let (sin, cos) = TURN_DEG.to_radians().sin_cos();
    let turn = |p: &Point| {
        let [x, y] = [p[0] - middle[0], p[1] - middle[1]];
        [middle[0] + cos * x - sin * y, middle[1] + sin * x + cos * y]
    };
    let there = truth.map(turn).expect("finite");
    let found = mesh_of(&turned, &there);
    let roll = found.pose().roll_deg - upright.pose().roll_deg;
    let expected: Vec<Point> = upright.ibug68().points().iter().map(turn).collect();
    let error = median_error(found.ibug68().points(), &expected, INTER_OCULAR_PX);
    println!("turned by {roll:.2} degrees, points differ by {error:.4}");
    assert!((roll - TURN_DEG).abs() < 1.5 && error < 0.015, "{roll} {error}");
}

#[test]
fn a_mirrored_face_has_its_points_mirrored_and_looks_the_other_way() {
    // Each point's place in the mirror image: left and right of the middle, jaw, brows, nose, eyes, lips.
    let mirrored_number = |i: usize| match i {
        0..17 => 16 - i,
        17..27 => 43 - i,
        27..31 => i,
        31..36 => 66 - i,
        36..40 | 42..46 => 81 - i,
        40 | 41 | 46 | 47 => 87 - i,
        48..55 => 102 - i,
        55..60 => 114 - i,
        60..65 => 124 - i,
        _ => 132 - i,
    };
    let (image, truth) = person(4);
    let found = mesh_of(&image, &truth);
    let right = f64::from(image.width()) - 1.0;
    let there = truth.map(|p| [right - p[0], p[1]]).expect("finite");
    let mirrored = mesh_of(&imageops::flip_horizontal(&image), &there);
    let points = found.ibug68();
    let expected: Vec<Point> =
        (0..68).map(|i| points.points()[mirrored_number(i)]).map(|[x, y]| [right - x, y]).collect();
    let error = median_error(mirrored.ibug68().points(), &expected, INTER_OCULAR_PX);
    let (pose, other) = (found.pose(), mirrored.pose());
    println!("points differ by {error:.4}; {pose:?} {other:?}");
    assert!(error < 0.005, "{error}");
    assert!((pose.roll_deg + other.roll_deg).abs() < 1.0);
    assert!((pose.yaw_deg + other.yaw_deg).abs() < 1.0);
    assert!((pose.pitch_deg - other.pitch_deg).abs() < 1.0);
}

#[test]
fn the_mesh_tells_the_pose_of_a_face_and_of_a_followed_one() {
    let (image, truth) = person(5);
    let Some(mesh) = landmarker("mesh") else { return };
    let seen = mesh.points_in(&image, &box_about(&truth)).expect("a face").pose.expect("the mesh tells");
    assert!(!seen.is_turned(), "{seen}");
    let frame =
        ndarray::Array3::from_shape_fn((2, image.height() as usize, image.width() as usize), |(_, y, x)| {
            f32::from(image.get_pixel(x as u32, y as u32).0[0]) / 255.0
        });
    let clip = Clip::new(frame, 100.0).expect("a clip");
    let followed = mesh.follow(&clip, &box_about(&truth)).expect("followed");
    assert_eq!((followed.landmarks.len(), followed.pose), (2, Some(seen)));
    let trees = landmarker("generated-faces").expect("the detector is there");
    assert_eq!(trees.follow(&clip, &box_about(&truth)).expect("followed").pose, None);
}

#[test]
fn faces_that_fill_the_picture_are_found_where_they_are() {
    for model in ["mesh", "generated-faces"] {
        let Some(landmarker) = landmarker(model) else { return };
        for number in 1..=4 {
            let (image, truth) = person(number);
            // As cropped sets are: from ear to ear, eyes at three tenths of the height, the chin at the border.
            let p = truth.points();
            let eyes = (p[36..48].iter().map(|p| p[1]).sum::<f64>()) / 12.0;
            let (left, right, bottom) = (p[0][0], p[16][0], p[8][1]);
            let top = bottom - (bottom - eyes) / 0.69;
            let edges = [left, top, right - left, bottom - top].map(|v| v.round() as u32);
            let tight = imageops::crop_imm(&image, edges[0], edges[1], edges[2], edges[3]).to_image();
            let there: Vec<Point> =
                p.iter().map(|p| [p[0] - f64::from(edges[0]), p[1] - f64::from(edges[1])]).collect();
            let found =
                landmarker.face(&tight).unwrap_or_else(|error| panic!("{model}, person {number}: {error}"));
            let error = median_error(found.landmarks.points(), &there, INTER_OCULAR_PX);
            println!("{model}, person {number}: {error:.4}");
            assert!(error < 0.04, "{model}, person {number}: {error}");
            let all = landmarker.faces(&tight).expect("an answer");
            assert_eq!((all.faces.len(), all.refused.len()), (1, 0), "{model}, person {number}: {all:?}");
        }
    }
}

#[test]
fn pictures_without_a_face_have_none_with_any_model() {
    let noise =
        |x: u32, y: u32| (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).wrapping_mul(2_246_822_519);
    let pictures = [
        GrayImage::from_pixel(120, 120, Luma([90])),
        GrayImage::new(2, 3),
        GrayImage::from_fn(200, 160, |x, y| Luma([(x / 2 + y / 2) as u8])),
        GrayImage::from_fn(160, 200, |x, y| Luma([(noise(x, y) >> 24) as u8])),
        GrayImage::from_fn(160, 160, |x, y| Luma([if (x / 20 + y / 20) % 2 == 0 { 40 } else { 210 }])),
        GrayImage::from_fn(150, 150, |x, y| {
            Luma([(127.0 + 100.0 * (x as f32 / 9.0).sin() * (y as f32 / 13.0).cos()) as u8])
        }),
    ];
    for model in ["mesh", "generated-faces"] {
        let Some(landmarker) = landmarker(model) else { return };
        for (number, picture) in pictures.iter().enumerate() {
            let error = landmarker.face(picture).expect_err("nobody");
            assert!(matches!(error, LandmarkError::NoFace { .. }), "{model}, picture {number}: {error}");
            let all = landmarker.faces(picture).expect("an answer");
            assert!(all.faces.is_empty() && all.refused.is_empty(), "{model}, picture {number}: {all:?}");
        }
    }
}

#[test]
fn a_picture_without_pixels_is_no_panic() {
    let face = FaceBox::new(0.0, 0.0, 50.0, 50.0).expect("a box");
    assert!(FaceMesh::new().find(&GrayImage::new(0, 0), &face).presence < 0.5);
}

#[test]
fn a_refusal_says_what_was_found_and_limits_can_be_widened() {
    let (nobody, whole) = (GrayImage::new(100, 100), FaceBox::whole_frame(100, 100).expect("a box"));
    let Some(strict) = landmarker("mesh") else { return };
    let error = strict.points_in(&nobody, &whole).expect_err("nobody");
    assert!(matches!(error, LandmarkError::NotAFace { reason: Implausible::Presence { .. }, .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("% sure that it is a face") && text.contains("plausibility"), "{text}");
    let plausibility = PlausibilityParams { min_presence: 1.5, ..PlausibilityParams::default() };
    let params = LandmarkerParams { plausibility, ..LandmarkerParams::default() };
    let error = FaceLandmarker::open(Some("mesh".as_ref()), params).expect_err("more than sure");
    assert_eq!(error.to_string(), "min_presence must be 0 to 1, found 1.5");
}
