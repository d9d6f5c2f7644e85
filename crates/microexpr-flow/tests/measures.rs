//! Strain, divergence, warping and errors of known fields.

#![expect(clippy::unwrap_used, reason = "a helper of a test that fails has failed the test")]

mod texture;

use microexpr_core::FlowField;
use microexpr_flow::{
    FlowError, angular_error, divergence, end_point_error, mean_end_point_error, round_trip_error, strain,
    warp_backward,
};
use ndarray::{Array2, array};

/// `u = a·x + b·y`, `v = c·x + d·y`.
fn linear(dim: (usize, usize), [a, b, c, d]: [f32; 4]) -> FlowField {
    let field = |p: f32, q: f32| Array2::from_shape_fn(dim, |(row, col)| p * col as f32 + q * row as f32);
    FlowField::new(field(a, b), field(c, d)).unwrap()
}

fn assert_all(values: &Array2<f32>, expected: f32) {
    assert!(values.iter().all(|v| (v - expected).abs() < 1e-5), "{values}, expected {expected}");
}

#[test]
fn strain_and_divergence_of_linear_fields_are_constant_up_to_the_border() {
    let flow = linear((6, 9), [0.1, 0.2, 0.3, -0.4]);
    assert_all(&strain(&flow), (0.01_f32 + 0.16 + 0.5 * 0.25).sqrt());
    assert_all(&divergence(&flow), -0.3);
    let turning = linear((6, 9), [0.0, -0.2, 0.2, 0.0]);
    assert_all(&strain(&turning), 0.0);
    assert_all(&divergence(&turning), 0.0);
}

#[test]
fn a_single_pixel_has_no_strain() {
    assert_eq!(strain(&FlowField::new(array![[3.0]], array![[4.0]]).unwrap()), array![[0.0]]);
}

#[test]
fn warping_back_with_the_true_flow_restores_the_earlier_frame() {
    let (from, to) = texture::shifted_pair((40, 50), (1.3, -0.6));
    let flow = FlowField::new(Array2::from_elem((40, 50), 1.3), Array2::from_elem((40, 50), -0.6)).unwrap();
    let restored = warp_backward(to.view(), &flow).unwrap();
    let inner = ndarray::s![4..36, 4..46];
    let apart = (&restored - &from).slice(inner).fold(0.0_f32, |worst, d| worst.max(d.abs()));
    // Cubic convolution weakens waves of 7 px by up to 3 %; all waves together swing by 0.5.
    assert!(apart < 0.01, "differs by {apart}");
    assert!(matches!(
        warp_backward(to.view(), &FlowField::zeros(40, 51)),
        Err(FlowError::FrameSize { expected: (40, 50), found: (40, 51) })
    ));
}

#[test]
fn the_error_is_the_distance_and_skips_unknown_truth() {
    let flow = FlowField::new(array![[3.0, 1.0]], array![[4.0, 1.0]]).unwrap();
    let truth = FlowField::new(array![[0.0, 2e9]], array![[0.0, 0.0]]).unwrap();
    let errors = end_point_error(&flow, &truth).unwrap();
    assert!(errors[[0, 0]] == 5.0 && errors[[0, 1]].is_nan());
    assert_eq!(mean_end_point_error(&flow, &truth).unwrap(), Some(5.0));
    let unknown = FlowField::new(array![[1e10]], array![[1e10]]).unwrap();
    assert_eq!(mean_end_point_error(&FlowField::zeros(1, 1), &unknown).unwrap(), None);
}

#[test]
fn the_angle_is_that_of_the_space_time_directions() {
    let flow = FlowField::new(array![[1.0, 0.001, 5.0]], array![[0.0, 0.0, 5.0]]).unwrap();
    let truth = FlowField::new(array![[0.0, 0.0, 5.0]], array![[0.0, 0.0, 5.0]]).unwrap();
    let angles = angular_error(&flow, &truth).unwrap();
    assert!((angles[[0, 0]] - 45.0).abs() < 1e-4);
    assert!((angles[[0, 1]] - 0.001_f32.to_degrees()).abs() < 1e-6);
    assert_eq!(angles[[0, 2]], 0.0);
}

#[test]
fn a_flow_and_its_inverse_end_where_they_began() {
    let there = linear((20, 20), [0.1, 0.0, 0.0, 0.1]);
    let back = linear((20, 20), [-0.1 / 1.1, 0.0, 0.0, -0.1 / 1.1]);
    let errors = round_trip_error(&there, &back).unwrap();
    for ((row, col), error) in errors.indexed_iter() {
        let inside = 1.1 * row as f32 <= 19.0 && 1.1 * col as f32 <= 19.0;
        assert!(if inside { *error < 1e-5 } else { error.is_nan() }, "{row}, {col}: {error}");
    }
    let still = round_trip_error(&there, &FlowField::zeros(20, 20)).unwrap();
    assert!((still[[10, 0]] - 1.0).abs() < 1e-6);
}
