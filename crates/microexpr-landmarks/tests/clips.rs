//! Tracking and alignment against exact motion.

mod face;
mod moving_surface;

use face::face_points;
use microexpr_core::{LandmarkScheme, Landmarks, Point};
use microexpr_landmarks::{
    AlignEvidence, AlignParams, AlignedClip, FaceAligner, LandmarkError, MotionModel, Paper51Params,
    PlaneMap, TrackParams, paper51, track,
};
use moving_surface::{HEIGHT, WIDTH, clip, sway};

const STILL: fn(usize, Point) -> Point = |_, _| [0.0, 0.0];

fn distance(p: Point, q: Point) -> f64 {
    (p[0] - q[0]).hypot(p[1] - q[1])
}

fn root_mean_square(values: impl Iterator<Item = f64>) -> f64 {
    let squares: Vec<f64> = values.map(|v| v * v).collect();
    (squares.iter().sum::<f64>() / squares.len() as f64).sqrt()
}

fn true_points(t: usize) -> Landmarks {
    face_points().map(|p| sway(t).apply(*p)).expect("finite")
}

/// Error of an alignment's head motion over the face's points, root mean square.
fn head_error_px(aligned: &AlignedClip, motion: impl Fn(usize) -> PlaneMap) -> f64 {
    let first = aligned.transforms[0].inverse().expect("regular");
    root_mean_square(aligned.transforms.iter().enumerate().flat_map(|(t, transform)| {
        let found = first.then(transform);
        let errors: Vec<f64> =
            face_points().points().iter().map(|p| distance(found.apply(*p), motion(t).apply(*p))).collect();
        errors
    }))
}

/// Largest root mean square error of the tracked points over the frames.
fn track_error_px(motion: impl Fn(usize) -> PlaneMap + Copy) -> f64 {
    let tracked =
        track(&clip(12, 0.0, motion, STILL), &face_points(), &TrackParams::default()).expect("tracked");
    let error = |(t, found): (usize, &Landmarks)| {
        let pairs = found.points().iter().zip(face_points().points().to_vec());
        root_mean_square(pairs.map(|(p, q)| distance(*p, motion(t).apply(q))))
    };
    tracked.iter().enumerate().map(error).fold(0.0, f64::max)
}

#[test]
fn points_are_followed_to_a_hundredth_of_a_pixel() {
    let shift = |t: usize| PlaneMap::similarity(1.0, 0.0, [0.31 * t as f64, -0.17 * t as f64]);
    let error = track_error_px(shift);
    assert!(error < 0.01, "{error}");
    // The tracker's windows neither turn nor grow: a turn of 0.004 and a growth of 0.005 move their edges by up to 0.06 px
    // against their middle, and half of that may remain where the texture is lopsided.
    let error = track_error_px(sway);
    assert!(error < 0.03, "{error}");
}

#[test]
fn roughly_followed_points_are_near_and_align_as_well() {
    let clip = clip(12, 0.0, sway, STILL);
    let rough = track(&clip, &face_points(), &TrackParams::default().rough()).expect("tracked");
    for (t, found) in rough.iter().enumerate() {
        let pairs = found.points().iter().zip(true_points(t).points().to_vec());
        let error = root_mean_square(pairs.map(|(p, q)| distance(*p, q)));
        assert!(error < 0.1, "frame {t}: {error}");
    }
    let aligner = FaceAligner::new(AlignParams::default()).expect("valid");
    let fine = track(&clip, &face_points(), &TrackParams::default()).expect("tracked");
    let [fine, rough] =
        [fine, rough].map(|points| head_error_px(&aligner.align(&clip, &points).expect("aligned"), sway));
    println!("from fine points {fine:.5} px, from rough ones {rough:.5} px");
    assert!(rough < fine + 1e-3, "{fine} {rough}");
}

#[test]
fn noise_moves_the_points_of_a_still_face_by_less_than_three_hundredths_of_a_pixel() {
    let still = clip(20, 2.0, |_| PlaneMap::IDENTITY, STILL);
    let tracked = track(&still, &face_points(), &TrackParams::default()).expect("tracked");
    // Without frame 0, whose noise all others share: deviation of each coordinate from its mean.
    let deviations = (0..68).flat_map(|i| {
        let positions: Vec<Point> = tracked[1..].iter().map(|l| l.points()[i]).collect();
        [0, 1].map(|axis| {
            let mean = positions.iter().map(|p| p[axis]).sum::<f64>() / positions.len() as f64;
            root_mean_square(positions.iter().map(|p| p[axis] - mean))
        })
    });
    let jitter = root_mean_square(deviations);
    assert!(jitter < 0.03, "{jitter}");
}

#[test]
fn a_covered_point_is_carried_by_its_neighbours() {
    let mut frames = clip(3, 0.0, sway, STILL).into_frames();
    // A flat patch over the right mouth corner in the last frame.
    let corner = true_points(2).points()[48];
    let (x, y) = (corner[0] as usize, corner[1] as usize);
    frames.slice_mut(ndarray::s![2, y - 14..y + 14, x - 14..x + 14]).fill(0.9);
    let covered = microexpr_core::Clip::new(frames, 100.0).expect("finite");
    let tracked = track(&covered, &face_points(), &TrackParams::default()).expect("tracked");
    assert!(distance(tracked[2].points()[48], corner) < 0.5, "{:?} {corner:?}", tracked[2].points()[48]);
}

#[test]
fn a_clip_that_cuts_to_another_scene_is_an_error_naming_the_frame() {
    let mut frames = clip(4, 0.0, sway, STILL).into_frames();
    frames.slice_mut(ndarray::s![3, .., ..]).fill(0.5);
    let cut = microexpr_core::Clip::new(frames, 100.0).expect("finite");
    let error = track(&cut, &face_points(), &TrackParams::default()).expect_err("nothing to follow");
    assert!(matches!(error, LandmarkError::TrackLost { frame: 3, .. }), "{error}");
}

#[test]
fn head_motion_is_undone_to_a_few_thousandths_of_a_pixel() {
    let swaying = clip(10, 0.0, sway, STILL);
    let tracked: Vec<Landmarks> = (0..10).map(true_points).collect();
    let aligned = FaceAligner::new(AlignParams::default())
        .expect("defaults")
        .align(&swaying, &tracked)
        .expect("aligned");
    let error = head_error_px(&aligned, sway);
    assert!(error < 0.005, "{error}");
    assert_eq!((aligned.clip.len(), aligned.clip.height(), aligned.clip.width()), (10, 254, 254));
    for landmarks in &aligned.landmarks {
        let moved =
            landmarks.points().iter().zip(aligned.landmarks[0].points()).map(|(p, q)| distance(*p, *q));
        assert!(moved.fold(0.0, f64::max) < 0.03);
    }
    let inner = ndarray::s![40..214, 40..214];
    let first = aligned.clip.frame(0).slice_move(inner).to_owned();
    for t in 1..10 {
        let difference = &aligned.clip.frame(t).slice(inner) - &first;
        let rms = (difference.mapv(|d| d * d).mean().expect("pixels")).sqrt();
        // Rounding to 8 bits in both frames: sqrt(2/12) / 255 = 0.0016.
        assert!(rms < 0.003, "frame {t}: {rms}");
    }
}

/// A mouth corner pulled up and out, a third of a pixel at its peak: less than the noise of any single window.
fn smile(t: usize, p: Point) -> Point {
    let peak = 0.33 * (std::f64::consts::PI * t as f64 / 24.0).sin();
    let near = |x: f64, y: f64| (-((p[0] - x).powi(2) + (p[1] - y).powi(2)) / (2.0 * 22.0 * 22.0)).exp();
    [peak * (near(168.0, 185.0) - near(112.0, 185.0)), -peak * (near(168.0, 185.0) + near(112.0, 185.0))]
}

#[test]
fn an_expression_does_not_drag_the_alignment_along() {
    let smiling = clip(25, 2.0, sway, smile);
    let tracked = track(&smiling, &face_points(), &TrackParams::default()).expect("tracked");
    let error = |evidence| {
        let params = AlignParams { evidence, ..AlignParams::default() };
        head_error_px(
            &FaceAligner::new(params).expect("valid").align(&smiling, &tracked).expect("aligned"),
            sway,
        )
    };
    let (texture, points) = (error(AlignEvidence::Texture), error(AlignEvidence::StablePoints));
    println!("head motion error: {texture:.4} px by texture, {points:.4} px by stable points");
    assert!(texture < 0.02, "{texture}");
    assert!(texture < points, "{texture} {points}");
}

#[test]
fn flicker_and_a_brightness_ramp_do_not_move_the_face() {
    // Three per cent of flicker, and light that moves by up to two per cent across the frame.
    let mut frames = clip(8, 1.0, sway, STILL).into_frames();
    for (t, mut frame) in frames.outer_iter_mut().enumerate() {
        let gain = 1.0 + 0.03 * (t as f32).sin();
        frame.indexed_iter_mut().for_each(|((_, col), p)| *p = *p * gain + 1e-5 * t as f32 * col as f32);
    }
    let flickering = microexpr_core::Clip::new(frames, 100.0).expect("finite");
    let tracked: Vec<Landmarks> = (0..8).map(true_points).collect();
    let aligned = FaceAligner::new(AlignParams::default())
        .expect("defaults")
        .align(&flickering, &tracked)
        .expect("aligned");
    let error = head_error_px(&aligned, sway);
    assert!(error < 0.02, "{error}");
}

#[test]
fn an_affine_motion_needs_the_affine_model() {
    let shear =
        |t: usize| PlaneMap { rows: [[1.0 + 0.001 * t as f64, 0.002 * t as f64, 0.0], [0.0, 1.0, 0.3]] };
    let sheared = clip(5, 0.0, shear, STILL);
    let tracked: Vec<Landmarks> =
        (0..5).map(|t| face_points().map(|p| shear(t).apply(*p)).expect("finite")).collect();
    let error = |motion| {
        let params = AlignParams { motion, ..AlignParams::default() };
        head_error_px(
            &FaceAligner::new(params).expect("valid").align(&sheared, &tracked).expect("aligned"),
            |t| {
                // Relative to the first frame, which is itself moved.
                shear(0).inverse().expect("regular").then(&shear(t))
            },
        )
    };
    let (affine, similarity) = (error(MotionModel::Affine), error(MotionModel::Similarity));
    assert!(affine < 0.02 && similarity > 0.05, "{affine} {similarity}");
}

#[test]
fn the_crop_levels_the_eyes_and_keeps_the_faces_proportions() {
    let tilted = PlaneMap::similarity(0.96 * 0.2_f64.cos(), 0.96 * 0.2_f64.sin(), [25.0, -20.0]);
    let one = clip(1, 0.0, |_| tilted, STILL);
    let points = face_points().map(|p| tilted.apply(*p)).expect("finite");
    let aligned =
        FaceAligner::new(AlignParams::default()).expect("defaults").align(&one, &[points]).expect("aligned");
    let crop = aligned.landmarks[0].points();
    // A side of 2.7 inter-ocular distances, their middle 0.3 above the crop's centre.
    let iod = 254.0 / 2.7;
    let mean = |range: std::ops::Range<usize>| {
        range.map(|i| crop[i]).fold([0.0, 0.0], |s, p| [s[0] + p[0] / 6.0, s[1] + p[1] / 6.0])
    };
    assert!(distance(mean(36..42), [126.5 - iod / 2.0, 126.5 - 0.3 * iod]) < 1e-6);
    assert!(distance(mean(42..48), [126.5 + iod / 2.0, 126.5 - 0.3 * iod]) < 1e-6);
}

#[cfg(feature = "rayon")]
#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let swaying = clip(6, 2.0, sway, STILL);
    let tracked: Vec<Landmarks> = (0..6).map(true_points).collect();
    let aligner = FaceAligner::new(AlignParams::default()).expect("defaults");
    let aligned = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| aligner.align(&swaying, &tracked).expect("aligned"))
    };
    assert_eq!(aligned(1), aligned(3));
}

#[test]
fn unfitting_landmarks_are_errors() {
    let two = clip(2, 0.0, sway, STILL);
    let aligner = FaceAligner::new(AlignParams::default()).expect("defaults");
    let error = aligner.align(&two, &[face_points()]).expect_err("one frame's landmarks");
    assert_eq!(error.to_string(), "expected landmarks for 2 frames, found 1");
    let mut eyes = face_points().points().to_vec();
    eyes[36..48].fill([WIDTH as f64 / 2.0, HEIGHT as f64 / 2.0]);
    let blind = Landmarks::new(LandmarkScheme::Ibug68, eyes).expect("68 points");
    let error = aligner.align(&two, &[blind.clone(), blind]).expect_err("no face");
    assert!(matches!(error, LandmarkError::DegenerateFace { frame: 0, .. }), "{error}");
}

#[test]
fn landmarks_in_one_place_are_said_to_be() {
    let two = clip(2, 0.0, sway, STILL);
    let flat = face_points().map(|_| [WIDTH as f64 / 2.0, HEIGHT as f64 / 2.0]).expect("finite");
    let aligner = FaceAligner::new(AlignParams::default()).expect("defaults");
    let errors = [
        track(&two, &flat, &TrackParams::default()).expect_err("nothing to follow"),
        aligner.align(&two, &[flat.clone(), flat.clone()]).expect_err("no face"),
        paper51(&flat, (HEIGHT, WIDTH), &Paper51Params::default()).expect_err("no face"),
    ];
    for error in errors {
        assert!(matches!(error, LandmarkError::PointsCoincide { frame: 0, points: 68 }), "{error}");
        assert!(error.to_string().contains("all 68 landmarks of frame 0 lie in one place"), "{error}");
    }
}
