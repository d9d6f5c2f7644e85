//! Farnebäck's flow has OpenCV's numbers.

#![expect(clippy::unwrap_used, reason = "a helper of a test that fails has failed the test")]

use microexpr_core::{FlowField, OutOfRange};
use microexpr_flow::{
    DenseFlow, Farneback, FarnebackParams, FarnebackWindow, FlowError, flo, mean_end_point_error,
};
use ndarray::{Array2, s};

/// OpenCV rounds intermediate images and sums elsewhere than we do.
const TOLERANCE_PX: f64 = 0.01;

fn data(name: &str) -> String {
    format!("{}/tests/data/opencv/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn image(name: &str) -> Array2<f32> {
    microexpr_core::grey_from_image(&image::open(data(name)).unwrap())
}

/// Mean distance between our flow and OpenCV's, of which every third pixel is stored.
fn distance(params: FarnebackParams, golden: &str) -> f64 {
    let flow = Farneback::new(params).flow(image("from.png").view(), image("to.png").view()).unwrap();
    let thin = |component: ndarray::ArrayView2<'_, f32>| component.slice(s![..;3, ..;3]).to_owned();
    let thinned = FlowField::new(thin(flow.u()), thin(flow.v())).unwrap();
    mean_end_point_error(&thinned, &flo::read(data(golden)).unwrap()).unwrap().unwrap()
}

#[test]
fn the_flow_equals_that_of_opencv() {
    let apart = distance(FarnebackParams::default(), "farneback.flo");
    assert!(apart < TOLERANCE_PX, "mean distance {apart}");
}

#[test]
fn the_flow_with_other_settings_and_a_gaussian_window_equals_that_of_opencv() {
    let params = FarnebackParams {
        pyr_scale: 0.7,
        levels: 2,
        win_size: 11,
        iterations: 2,
        poly_n: 7,
        poly_sigma: 1.5,
        window: FarnebackWindow::Gaussian,
    };
    let apart = distance(params, "farneback_gaussian.flo");
    assert!(apart < TOLERANCE_PX, "mean distance {apart}");
}

#[test]
fn settings_out_of_range_are_errors() {
    let frame = Array2::zeros((40, 40));
    let mut solver = Farneback::new(FarnebackParams { pyr_scale: 1.0, ..Default::default() });
    assert!(matches!(
        solver.prepare(frame.view()),
        Err(FlowError::Setting(OutOfRange { setting: "pyr_scale", .. }))
    ));
}
