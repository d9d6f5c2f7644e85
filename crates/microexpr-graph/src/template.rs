//! The canonical face whose triangulation every 51-point graph shares.

use std::ops::Range;

use microexpr_core::{LandmarkScheme, Landmarks, Point};

/// Points of the left eye (of the image) in [`TEMPLATE_51`] and in every 51-point face: dlib's 36 to 41.
pub(crate) const LEFT_EYE: Range<usize> = 0..6;
/// Points of the right eye (of the image): dlib's 42 to 47.
pub(crate) const RIGHT_EYE: Range<usize> = 6..12;

/// Canonical positions of the 51 points: eye centres at (∓½, 0), x right, y down, unit the inter-ocular
/// distance.
///
/// Order: eyes (dlib's 36 to 47), brows (17 to 26), outer mouth (48 to 59), nose (31, 33, 35), forehead
/// (above the brow points, in their order), beside the mouth (midpoints of dlib's 31 and 48, 35 and 54, 59
/// and 7, 55 and 9).
///
/// Source: the mean of 23 faces of photographs, found by dlib's 68-point predictor and aligned by their eye
/// centres.
#[rustfmt::skip]
pub const TEMPLATE_51: [Point; 51] = [
    [-0.687, 0.015],
    [-0.571, -0.061],
    [-0.432, -0.062],
    [-0.304, 0.021],
    [-0.435, 0.041],
    [-0.571, 0.046],
    [0.307, 0.023],
    [0.430, -0.063],
    [0.567, -0.061],
    [0.686, 0.014],
    [0.573, 0.044],
    [0.438, 0.042],
    [-0.927, -0.130],
    [-0.802, -0.282],
    [-0.608, -0.344],
    [-0.399, -0.334],
    [-0.201, -0.266],
    [0.198, -0.264],
    [0.395, -0.333],
    [0.603, -0.345],
    [0.796, -0.284],
    [0.920, -0.133],
    [-0.479, 1.064],
    [-0.302, 0.987],
    [-0.118, 0.960],
    [0.017, 0.988],
    [0.152, 0.964],
    [0.337, 0.996],
    [0.513, 1.076],
    [0.341, 1.257],
    [0.157, 1.327],
    [0.011, 1.339],
    [-0.133, 1.322],
    [-0.314, 1.245],
    [-0.229, 0.667],
    [0.017, 0.745],
    [0.257, 0.669],
    [-0.927, -0.480],
    [-0.802, -0.632],
    [-0.608, -0.694],
    [-0.399, -0.684],
    [-0.201, -0.616],
    [0.198, -0.614],
    [0.395, -0.683],
    [0.603, -0.695],
    [0.796, -0.634],
    [0.920, -0.483],
    [-0.354, 0.865],
    [0.385, 0.873],
    [-0.300, 1.598],
    [0.331, 1.604],
];

/// A face of the 51-point scheme; `points` are finite.
pub(crate) fn face_51(points: [Point; 51]) -> Landmarks {
    Landmarks::new(LandmarkScheme::Paper51, points.to_vec()).expect("51 finite points")
}

/// Lines along the features of the 51-point face: each runs through the points listed, first to last.
pub(crate) const CONTOURS_51: [&[u32]; 14] = [
    &[0, 1, 2, 3, 4, 5, 0],
    &[6, 7, 8, 9, 10, 11, 6],
    &[12, 13, 14, 15, 16],
    &[17, 18, 19, 20, 21],
    &[22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 22],
    &[34, 35, 36],
    &[37, 38, 39, 40, 41, 42, 43, 44, 45, 46],
    &[12, 37],
    &[16, 41],
    &[17, 42],
    &[21, 46],
    &[34, 47, 22, 49, 33],
    &[36, 48, 28, 50, 29],
    &[16, 3, 34, 36, 6, 17],
];
