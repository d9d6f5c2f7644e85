//! Points are followed to a hundredth of a pixel.

#![expect(clippy::unwrap_used, reason = "a helper of a test that fails has failed the test")]

mod texture;

use microexpr_flow::{
    Consistency, FlowError, FramePyramid, LucasKanade, LucasKanadeParams, TrackStatus, TrackedPoint,
};
use ndarray::{Array2, array};
use proptest::prelude::*;

const SIZE: (usize, usize) = (96, 128);

fn grid() -> Vec<[f64; 2]> {
    (0..48).map(|i| [20.3 + 12.1 * (i % 8) as f64, 18.7 + 11.3 * (i / 8) as f64]).collect()
}

fn prepared(tracker: &LucasKanade, frame: &Array2<f32>) -> FramePyramid {
    tracker.prepare(frame.view()).unwrap()
}

fn track(pair: &(Array2<f32>, Array2<f32>), params: LucasKanadeParams) -> Vec<TrackedPoint> {
    let mut tracker = LucasKanade::new(params);
    let (from, to) = (prepared(&tracker, &pair.0), prepared(&tracker, &pair.1));
    tracker.track(&from, &to, &grid(), None).unwrap()
}

#[test]
fn shifts_from_a_fiftieth_of_a_pixel_to_nine_pixels_are_found() {
    /// What spline interpolation of waves of 7 px costs.
    const MEAN_PX: f64 = 0.005;
    const WORST_PX: f64 = 0.02;
    for shift in [(0.02, 0.01), (0.3, -0.4), (1.5, 0.25), (-4.3, 3.1), (8.2, -3.7)] {
        let found = track(&texture::shifted_pair(SIZE, shift), LucasKanadeParams::default());
        assert!(found.iter().all(TrackedPoint::is_tracked), "{shift:?}");
        let off = |(p, f): (&[f64; 2], &TrackedPoint)| {
            (f.position[0] - p[0] - shift.0).hypot(f.position[1] - p[1] - shift.1)
        };
        let errors: Vec<f64> = grid().iter().zip(&found).map(off).collect();
        let mean = errors.iter().sum::<f64>() / errors.len() as f64;
        let worst = errors.iter().copied().fold(0.0, f64::max);
        assert!(mean < MEAN_PX && worst < WORST_PX, "{shift:?}: mean {mean}, worst {worst}");
    }
}

#[test]
fn a_search_that_ends_on_a_halved_image_is_near() {
    let rough = LucasKanadeParams { finest_level: 1, window_radius_px: 5, ..LucasKanadeParams::default() };
    for shift in [(0.0, 0.0), (0.3, -0.4), (-4.3, 3.1)] {
        for (point, f) in grid().iter().zip(track(&texture::shifted_pair(SIZE, shift), rough.clone())) {
            let off = (f.position[0] - point[0] - shift.0).hypot(f.position[1] - point[1] - shift.1);
            assert!(f.is_tracked() && off < 0.1, "{shift:?}: {off}");
        }
    }
    // An image too small for a second level is searched as it is.
    let (from, to) = texture::shifted_pair((20, 20), (0.3, 0.2));
    let mut tracker = LucasKanade::new(LucasKanadeParams { finest_level: 3, ..LucasKanadeParams::default() });
    let (from, to) = (prepared(&tracker, &from), prepared(&tracker, &to));
    let found = tracker.track(&from, &to, &[[10.0, 10.0]], None).unwrap()[0];
    assert!((found.position[0] - 10.3).abs() < 0.1 && (found.position[1] - 10.2).abs() < 0.1, "{found:?}");
    // Frames of different levels do not fit together.
    let fine = LucasKanade::new(LucasKanadeParams { max_level: 1, ..LucasKanadeParams::default() });
    let mut rough = LucasKanade::new(LucasKanadeParams { max_level: 2, finest_level: 1, ..rough });
    let (frame, _) = texture::shifted_pair(SIZE, (0.0, 0.0));
    let (fine, frame) = (prepared(&fine, &frame), prepared(&rough, &frame));
    assert!(matches!(rough.track(&fine, &frame, &grid(), None), Err(FlowError::PreparedElsewhere)));
}

#[test]
fn a_frame_is_found_in_itself_exactly() {
    let still = texture::shifted_pair(SIZE, (0.0, 0.0));
    for (point, f) in grid().iter().zip(track(&still, LucasKanadeParams::default())) {
        assert_eq!((f.position, f.residual, f.forward_backward_px), (*point, 0.0, Some(0.0)));
    }
}

#[test]
fn prepared_points_are_found_where_points_are() {
    let (from, to) = texture::shifted_pair(SIZE, (1.5, 0.25));
    let mut points = grid();
    // Outside, at the border, beyond the reach of a window.
    points.extend([[-3.0, 20.0], [0.0, 0.0], [127.4, 95.4], [400.0, 40.0]]);
    let starts: Vec<[f64; 2]> = points.iter().map(|p| [p[0] + 0.7, p[1] - 0.2]).collect();
    let mut tracker = LucasKanade::new(LucasKanadeParams::default());
    let (from, to) = (prepared(&tracker, &from), prepared(&tracker, &to));
    let known = tracker.prepare_points(&from, &points).unwrap();
    for start in [None, Some(&starts[..])] {
        let expected = tracker.track(&from, &to, &points, start).unwrap();
        assert_eq!(tracker.track_prepared(&from, &to, &known, start).unwrap(), expected);
    }
    let other = prepared(&tracker, &Array2::from_elem((50, 50), 0.5));
    assert!(matches!(
        tracker.track_prepared(&other, &other, &known, None),
        Err(FlowError::PreparedElsewhere)
    ));
    assert!(matches!(
        tracker.prepare_points(&from, &[[f64::NAN, 1.0]]),
        Err(FlowError::PointNotFinite { index: 0 })
    ));
}

#[test]
fn settings_out_of_range_are_named_and_cost_no_memory() {
    let default = LucasKanadeParams::default();
    let consistency = Consistency::ForwardBackward { max_error_px: f64::NAN };
    for (params, expected) in [
        (LucasKanadeParams { window_radius_px: 501, ..default.clone() }, "window_radius_px"),
        (LucasKanadeParams { window_radius_px: 100_000, ..default.clone() }, "window_radius_px"),
        (LucasKanadeParams { window_radius_px: usize::MAX, ..default.clone() }, "window_radius_px"),
        (LucasKanadeParams { epsilon_px: f64::NAN, ..default.clone() }, "epsilon_px"),
        (LucasKanadeParams { min_eigenvalue: -1.0, ..default.clone() }, "min_eigenvalue"),
        (LucasKanadeParams { consistency, ..default.clone() }, "max_error_px"),
    ] {
        let setting = |error: FlowError| match error {
            FlowError::Setting(refused) => refused.setting,
            other => panic!("expected a refused setting, found {other}"),
        };
        let mut tracker = LucasKanade::new(params);
        let frame = prepared(&LucasKanade::new(default.clone()), &Array2::zeros((40, 50)));
        assert_eq!(setting(tracker.prepare(Array2::zeros((40, 50)).view()).unwrap_err()), expected);
        assert_eq!(setting(tracker.prepare_u8(Array2::zeros((40, 50)).view()).unwrap_err()), expected);
        assert_eq!(setting(tracker.prepare_points(&frame, &[[9.0, 9.0]]).unwrap_err()), expected);
        assert_eq!(setting(tracker.track(&frame, &frame, &[[9.0, 9.0]], None).unwrap_err()), expected);
    }
}

#[test]
fn a_start_near_the_goal_bridges_a_motion_beyond_the_pyramid() {
    let shift = (31.0, -14.5);
    let (from, to) = texture::shifted_pair((128, 160), shift);
    let params = LucasKanadeParams { max_level: 0, ..Default::default() };
    let mut tracker = LucasKanade::new(params);
    let (from, to) = (prepared(&tracker, &from), prepared(&tracker, &to));
    let points = [[60.0, 70.0], [75.5, 64.25]];
    let start = points.map(|p| [p[0] + 29.5, p[1] - 13.0]);
    for (point, f) in points.iter().zip(tracker.track(&from, &to, &points, Some(&start)).unwrap()) {
        assert!((f.position[0] - point[0] - shift.0).hypot(f.position[1] - point[1] - shift.1) < 0.01);
    }
}

#[test]
fn points_that_cannot_be_followed_say_why() {
    let status = |from: &Array2<f32>, to: &Array2<f32>, point| {
        let mut tracker = LucasKanade::new(LucasKanadeParams { max_level: 0, ..Default::default() });
        let (from, to) = (prepared(&tracker, from), prepared(&tracker, to));
        tracker.track(&from, &to, &[point], None).unwrap()[0].status
    };
    let (from, to) = texture::shifted_pair(SIZE, (-6.0, 0.0));
    let flat = Array2::from_elem(SIZE, 0.5);
    let edge = Array2::from_shape_fn(SIZE, |(_, col)| if col < 60 { 0.2 } else { 0.8 });
    let noise = Array2::from_shape_fn(SIZE, |(r, c)| ((r * 7919 + c * 104_729) % 251) as f32 / 251.0);
    assert_eq!(status(&flat, &flat, [50.0, 50.0]), TrackStatus::NoTexture);
    assert_eq!(status(&edge, &edge, [60.0, 50.0]), TrackStatus::NoTexture);
    assert_eq!(status(&from, &to, [-1.0, 50.0]), TrackStatus::OutsideImage);
    assert_eq!(status(&from, &to, [3.0, 50.0]), TrackStatus::OutsideImage);
    assert_eq!(status(&from, &noise, [64.0, 48.0]), TrackStatus::Inconsistent);
}

#[test]
fn points_agree_with_opencv() {
    /// OpenCV samples bilinearly in fixed point and stops at 0.01 px; two such trackers agree to about that.
    const TOLERANCE_PX: f64 = 0.02;
    let image = |name: &str| {
        let path = format!("{}/tests/data/opencv/{name}.png", env!("CARGO_MANIFEST_DIR"));
        microexpr_core::grey_from_image(&image::open(path).unwrap())
    };
    let text = include_str!("data/opencv/lucas_kanade.csv");
    let rows: Vec<Vec<f64>> =
        text.lines().skip(1).map(|l| l.split(',').map(|v| v.parse().unwrap()).collect()).collect();
    assert!(rows.len() > 50);
    let points: Vec<[f64; 2]> = rows.iter().map(|r| [r[0], r[1]]).collect();
    let mut tracker = LucasKanade::new(LucasKanadeParams::default());
    let (from, to) = (prepared(&tracker, &image("from")), prepared(&tracker, &image("to")));
    let found = tracker.track(&from, &to, &points, None).unwrap();
    let apart = |(f, r): (&TrackedPoint, &Vec<f64>)| (f.position[0] - r[2]).hypot(f.position[1] - r[3]);
    let mean = found.iter().zip(&rows).map(apart).sum::<f64>() / rows.len() as f64;
    assert!(found.iter().all(TrackedPoint::is_tracked));
    assert!(mean < TOLERANCE_PX, "mean distance {mean}");
}

#[test]
fn bad_input_is_an_error() {
    let mut tracker = LucasKanade::new(LucasKanadeParams::default());
    let (a, b) = (prepared(&tracker, &Array2::zeros((40, 50))), prepared(&tracker, &Array2::zeros((41, 50))));
    let here = [[1.0, 1.0]];
    assert!(matches!(tracker.prepare(array![[0.0, f32::NAN]].view()), Err(FlowError::PixelValue { .. })));
    assert!(matches!(tracker.prepare(Array2::zeros((0, 4)).view()), Err(FlowError::EmptyFrame { .. })));
    assert!(matches!(tracker.track(&a, &b, &here, None), Err(FlowError::FrameSize { .. })));
    assert!(matches!(tracker.track(&a, &a, &here, Some(&[])), Err(FlowError::StartCount { .. })));
    assert!(matches!(
        tracker.track(&a, &a, &[[f64::NAN, 0.0]], None),
        Err(FlowError::PointNotFinite { index: 0 })
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn any_frames_and_points_give_finite_positions(
        height in 1..30_usize, width in 1..30_usize, radius in 0..12_usize, seed in 0..u64::MAX,
        x in -1e4..1e4_f64, y in -40.0..40.0_f64, checked in any::<bool>(),
    ) {
        let noise = |salt: u64| Array2::from_shape_fn((height, width), |(r, c)| {
            let bits = (seed ^ salt).wrapping_mul(6_364_136_223_846_793_005).wrapping_add((r * 31 + c) as u64);
            (bits.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as f32 / (1 << 24) as f32
        });
        let consistency = if checked { Consistency::default() } else { Consistency::Unchecked };
        let params = LucasKanadeParams { window_radius_px: radius, consistency, ..Default::default() };
        let mut tracker = LucasKanade::new(params);
        let (from, to) = (prepared(&tracker, &noise(1)), prepared(&tracker, &noise(2)));
        let points = [[x, y], [width as f64 / 2.0, height as f64 / 2.0], [0.0, 0.0]];
        for found in tracker.track(&from, &to, &points, None).unwrap() {
            prop_assert!(found.position.iter().all(|c| c.is_finite()) && found.residual.is_finite());
        }
    }
}

/// Bytes become coefficients and the next level of the pyramid in whole numbers.
#[test]
fn points_of_frames_of_bytes_are_those_of_their_grey_values() {
    /// Roundings of grey values amount to less than a tenth of `epsilon_px`.
    const TOLERANCE_PX: f64 = 1e-4;
    let mut compared = 0;
    for size @ (height, width) in [(1, 1), (1, 300), (3, 200), (2, 5), (24, 23), (64, 48), (101, 150)] {
        let noise = |salt: usize| {
            move |r: usize, c: usize| ((r * 7919 + c * 104_729 + r * c * 31 + salt) % 9) as f32 - 4.0
        };
        let (from, to) = texture::shifted_pair(size, (1.3, -0.6));
        let bytes = |frame: &Array2<f32>, salt: usize| {
            let noise = noise(salt);
            Array2::from_shape_fn(size, |(r, c)| (255.0 * frame[(r, c)] + noise(r, c)).round() as u8)
        };
        let (from, to) = (bytes(&from, 0), bytes(&to, 5));
        let points: Vec<[f64; 2]> = (0..40)
            .map(|i| {
                [(i * 37 % 41) as f64 / 41.0 * width as f64, (i * 29 % 43) as f64 / 43.0 * height as f64]
            })
            .collect();
        // In windows of fewer pixels noise leads some points astray, and where to depends on the last bit.
        for (max_level, window_radius_px) in [(0, 10), (3, 10), (3, 5), (6, 7)] {
            let params = LucasKanadeParams { max_level, window_radius_px, ..Default::default() };
            let mut tracker = LucasKanade::new(params);
            let [a, b] = [&from, &to].map(|bytes| tracker.prepare_u8(bytes.view()).expect("pixels"));
            let found = tracker.track(&a, &b, &points, None).expect("two frames of one size");
            let [a, b] = [&from, &to].map(|bytes| prepared(&tracker, &bytes.mapv(|b| f32::from(b) / 255.0)));
            let expected = tracker.track(&a, &b, &points, None).expect("two frames of one size");
            for (f, e) in found.iter().zip(&expected) {
                assert_eq!(f.status, e.status, "{size:?} {max_level} {window_radius_px}");
                if e.is_tracked() {
                    let apart = (f.position[0] - e.position[0]).hypot(f.position[1] - e.position[1]);
                    assert!(apart < TOLERANCE_PX, "{size:?} {max_level} {window_radius_px}: {apart}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 500, "{compared} points are found");
}

#[test]
fn frames_of_bytes_may_lie_in_memory_as_they_like() {
    let tracker = LucasKanade::new(LucasKanadeParams::default());
    let bytes = Array2::from_shape_fn((64, 90), |(r, c)| ((r * r * 31 + c * 17 + r * c) % 256) as u8);
    let parts = [bytes.t(), bytes.slice(ndarray::s![3..60, 5..71]), bytes.slice(ndarray::s![..;-1, ..;2])];
    for part in parts {
        let copy = part.as_standard_layout().into_owned();
        let [part, copy] = [part, copy.view()].map(|frame| tracker.prepare_u8(frame).expect("pixels"));
        assert!(part == copy);
    }
    assert!(matches!(
        tracker.prepare_u8(Array2::zeros((0, 4)).view()),
        Err(FlowError::EmptyFrame { height: 0, width: 4 })
    ));
}
