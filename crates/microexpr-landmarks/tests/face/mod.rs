//! The 68 points of a drawn face.

use microexpr_core::{LandmarkScheme, Landmarks};

/// Points with a face's proportions: inter-ocular distance 70, eyes at height 110.
pub(crate) fn face_points() -> Landmarks {
    let ring = |n: usize, of: usize, x: f64, y: f64, rx: f64, ry: f64| {
        let angle = std::f64::consts::TAU * n as f64 / of as f64;
        [x + rx * angle.cos(), y + ry * angle.sin()]
    };
    let point = |i: usize| match i {
        0..17 => {
            let angle = std::f64::consts::PI * (1.0 - i as f64 / 16.0);
            [140.0 + 82.0 * angle.cos(), 112.0 + 120.0 * angle.sin()]
        }
        17..22 => [82.0 + 11.0 * (i - 17) as f64, 88.0],
        22..27 => [154.0 + 11.0 * (i - 22) as f64, 88.0],
        27..31 => [140.0, 110.0 + 12.0 * (i - 27) as f64],
        31..36 => [124.0 + 8.0 * (i - 31) as f64, 154.0],
        36..42 => ring(i - 36, 6, 105.0, 110.0, 14.0, 6.0),
        42..48 => ring(i - 42, 6, 175.0, 110.0, 14.0, 6.0),
        48..60 => ring(i - 48, 12, 140.0, 185.0, 28.0, 12.0),
        _ => ring(i - 60, 8, 140.0, 185.0, 20.0, 5.0),
    };
    Landmarks::new(LandmarkScheme::Ibug68, (0..68).map(point).collect()).expect("68 finite points")
}
