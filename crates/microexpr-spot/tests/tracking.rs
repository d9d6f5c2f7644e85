//! Regions followed through pictures whose motion is known.

use microexpr_core::{LandmarkScheme, Landmarks};
use microexpr_spot::{FaceRegions, RegionTracker, RegionTrackerParams, SpotError};
use ndarray::Array2;

/// A smooth pattern, moved and brightened.
fn pattern(dx: f64, dy: f64, gain: f32) -> Array2<f32> {
    Array2::from_shape_fn((300, 280), |(row, col)| {
        let (x, y) = (col as f64 - dx, row as f64 - dy);
        let wave = 0.5 + 0.17 * (x / 3.1 + y / 8.0).sin() + 0.17 * (y / 3.7 - x / 9.0).cos();
        gain * wave as f32
    })
}

fn regions() -> FaceRegions {
    let points = (0..68).map(|i| match i {
        36..42 => [100.0 + f64::from(i % 3), 120.0],
        42..48 => [180.0 + f64::from(i % 3), 120.0],
        17..27 => [95.0 + 10.0 * f64::from(i - 17), 98.0],
        27..36 => [130.0 + 5.0 * f64::from(i % 5), 120.0 + 5.0 * f64::from(i - 27)],
        _ => [140.0 + 25.0 * f64::from(i).cos(), 185.0 + 12.0 * f64::from(i).sin()],
    });
    let landmarks = Landmarks::new(LandmarkScheme::Ibug68, points.collect()).expect("68 finite points");
    FaceRegions::of_landmarks(&landmarks).expect("a face")
}

fn tracker(regions: &FaceRegions) -> RegionTracker {
    let params = RegionTrackerParams::default();
    RegionTracker::start(pattern(0.0, 0.0, 1.0).view(), regions, 50.0, params).expect("a tracker")
}

/// 0.02 px at an inter-ocular distance of 80 px, over three key frames and a light that flickers by two per cent.
#[test]
fn motion_is_measured_in_inter_ocular_distances_whatever_the_light_does() {
    let regions = regions();
    let mut tracker = tracker(&regions);
    for frame in 1..=150_u32 {
        let at = f64::from(frame);
        let (dx, dy) = (4.0 * (at / 40.0).sin(), 3.0 * (at / 30.0).sin());
        let gain = 1.0 + 0.02 * (at / 7.0).sin() as f32;
        let moved = tracker.follow(pattern(dx, dy, gain).view()).expect("a frame").expect("a face");
        for [x, y] in moved.displacements {
            let scale = regions.inter_ocular_px();
            assert!((x * scale - dx).abs() < 0.02 && (y * scale - dy).abs() < 0.02, "frame {frame}: {x} {y}");
        }
    }
    let middle = tracker.middles()[0];
    let rest = regions.regions()[0].middle;
    assert!((middle[0] - rest[0] - 4.0 * (150.0_f64 / 40.0).sin()).abs() < 0.05);
}

#[test]
fn a_covered_face_is_lost() {
    let mut tracker = tracker(&regions());
    let checks = Array2::from_shape_fn((300, 280), |(row, col)| ((row / 5 + col / 5) % 2) as f32);
    assert!(tracker.follow(checks.view()).expect("a frame").is_none());
}

#[test]
fn frames_of_another_size_or_in_bytes_are_refused() {
    let mut tracker = tracker(&regions());
    assert!(matches!(tracker.follow(Array2::zeros((20, 20)).view()), Err(SpotError::Flow(_))));
    let nan = Array2::from_elem((300, 280), f32::NAN);
    assert!(matches!(tracker.follow(nan.view()), Err(SpotError::Flow(_))));
}
