//! The image operators give OpenCV's numbers (`tests/data/opencv/generate.py`).
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use microexpr_core::{filter, pyramid, resize};
use ndarray::{Array2, ArrayView2};
use serde_json::Value;

/// Sums of at most 49 `f32` products of numbers below 1: a few units in the last place.
const TOLERANCE: f32 = 2e-6;

fn cases() -> Vec<Value> {
    let text = include_str!("data/opencv/operators.json");
    let golden: Value = serde_json::from_str(text).unwrap();
    golden["cases"].as_array().unwrap().clone()
}

fn matrix(value: &Value) -> Array2<f32> {
    let rows: Vec<Vec<f32>> = serde_json::from_value(value.clone()).unwrap();
    Array2::from_shape_fn((rows.len(), rows[0].len()), |(r, c)| rows[r][c])
}

fn assert_close(found: ArrayView2<'_, f32>, expected: &Array2<f32>) {
    assert_eq!(found.dim(), expected.dim());
    for (f, e) in found.iter().zip(expected) {
        assert!((f - e).abs() <= TOLERANCE, "found {found}, expected {expected}");
    }
}

#[test]
fn pyramid_down_equals_pyr_down() {
    for case in cases() {
        assert_close(pyramid::down(matrix(&case["image"]).view()).view(), &matrix(&case["down"]));
    }
}

#[test]
fn pyramid_up_equals_pyr_up() {
    for case in cases() {
        let size = matrix(&case["image"]).dim();
        assert_close(pyramid::up(matrix(&case["down"]).view(), size).view(), &matrix(&case["up"]));
    }
}

#[test]
fn bilinear_resize_equals_inter_linear() {
    for case in cases() {
        let expected = matrix(&case["resized"]);
        let found = resize::bilinear(matrix(&case["image"]).view(), expected.dim());
        assert_close(found.view(), &expected);
    }
}

#[test]
fn gaussian_equals_gaussian_blur() {
    for case in cases().iter().filter(|c| c["blur"] == true) {
        assert_close(filter::gaussian(matrix(&case["image"]).view(), 1.0).view(), &matrix(&case["blurred"]));
    }
}
