//! CLG is exact below one pixel, also in noise.

#![expect(clippy::unwrap_used, reason = "a helper of a test that fails has failed the test")]

mod texture;

use microexpr_core::{FlowField, OutOfRange};
use microexpr_flow::{Clg, ClgParams, DenseFlow, FlowError, mean_end_point_error};
use ndarray::{Array2, Zip};

const SIZE: (usize, usize) = (96, 112);

/// A rotation by `angle` about the middle: the flow and the pair `(from, to)` that shows it.
fn rotation(angle: f64) -> (FlowField, Array2<f32>, Array2<f32>) {
    let (cx, cy) = (SIZE.1 as f64 / 2.0, SIZE.0 as f64 / 2.0);
    let motion = |x: f64, y: f64| (-angle * (y - cy), angle * (x - cx));
    let from = texture::frame(SIZE, |x, y| (x + motion(x, y).0, y + motion(x, y).1));
    let to = texture::frame(SIZE, |x, y| (x, y));
    let component = |pick: fn((f64, f64)) -> f64| {
        Array2::from_shape_fn(SIZE, |(row, col)| pick(motion(col as f64, row as f64)) as f32)
    };
    (FlowField::new(component(|m| m.0), component(|m| m.1)).unwrap(), from, to)
}

fn error(flow: &FlowField, truth: &FlowField) -> f64 {
    mean_end_point_error(flow, truth).unwrap().unwrap()
}

/// Adds noise of about normal distribution and standard deviation `sigma`.
fn noisy(frame: &Array2<f32>, sigma: f32, mut seed: u64) -> Array2<f32> {
    let mut uniform = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 40) as f32 / (1 << 24) as f32
    };
    frame.mapv(|p| p + sigma * ((0..12).map(|_| uniform()).sum::<f32>() - 6.0))
}

#[test]
fn a_rotation_of_tenths_of_a_pixel_is_found_to_hundredths() {
    let (truth, from, to) = rotation(0.01);
    let flow = Clg::new(ClgParams::default()).flow(from.view(), to.view()).unwrap();
    let e = error(&flow, &truth);
    assert!(
        e < 0.02,
        "mean error {e} of a mean motion of {}",
        error(&FlowField::zeros(SIZE.0, SIZE.1), &truth)
    );
}

#[test]
fn noise_of_two_grey_levels_leaves_an_error_far_below_the_motion() {
    let (truth, from, to) = rotation(0.01);
    let (from, to) = (noisy(&from, 2.0 / 255.0, 1), noisy(&to, 2.0 / 255.0, 2));
    let flow = Clg::new(ClgParams::default()).flow(from.view(), to.view()).unwrap();
    let (e, motion) = (error(&flow, &truth), error(&FlowField::zeros(SIZE.0, SIZE.1), &truth));
    assert!(e < 0.1 * motion, "mean error {e} of a mean motion of {motion}");
}

#[test]
fn large_motion_is_found_through_the_pyramid() {
    let (truth, from, to) = rotation(0.08);
    let flow = Clg::new(ClgParams::default()).flow(from.view(), to.view()).unwrap();
    let (e, motion) = (error(&flow, &truth), error(&FlowField::zeros(SIZE.0, SIZE.1), &truth));
    assert!(e < 0.05 * motion, "mean error {e} of a mean motion of {motion}");
}

#[test]
fn a_flow_found_on_a_halved_image_has_the_full_size_and_is_as_long() {
    let (truth, from, to) = rotation(0.01);
    let flow_to = |finest_level: usize| {
        let mut solver = Clg::new(ClgParams { finest_level, ..Default::default() });
        solver.flow(from.view(), to.view()).unwrap()
    };
    let motion = error(&FlowField::zeros(SIZE.0, SIZE.1), &truth);
    let halved = error(&flow_to(1), &truth);
    assert!(halved < 0.1 * motion, "mean error {halved} of a mean motion of {motion}");
    // Beyond the coarsest level there is none.
    assert_eq!(flow_to(4), flow_to(40));
}

#[test]
fn a_frame_does_not_move_against_itself() {
    let (frame, _) = texture::shifted_pair(SIZE, (0.0, 0.0));
    let flow = Clg::new(ClgParams::default()).flow(frame.view(), frame.view()).unwrap();
    assert_eq!(flow, FlowField::zeros(SIZE.0, SIZE.1));
}

#[test]
fn swapping_rows_and_columns_swaps_the_components() {
    let (_, from, to) = rotation(0.02);
    // A sweep treats u before v; enough of them make the order irrelevant.
    let mut solver = Clg::new(ClgParams { sweeps: 200, ..Default::default() });
    let flow = solver.flow(from.view(), to.view()).unwrap();
    let swapped = solver.flow(from.t(), to.t()).unwrap();
    let apart =
        Zip::from(flow.u()).and(swapped.v().t()).fold(0.0_f32, |worst, a, b| worst.max((a - b).abs()));
    assert!(apart < 1e-3, "components differ by {apart}");
}

#[test]
fn a_used_solver_gives_what_a_new_one_gives() {
    let (_, from, to) = rotation(0.02);
    let (small_from, small_to) = texture::shifted_pair((31, 47), (0.4, 0.2));
    let mut used = Clg::new(ClgParams::default());
    used.flow(small_from.view(), small_to.view()).unwrap();
    let again = used.flow(from.view(), to.view()).unwrap();
    assert_eq!(again, Clg::new(ClgParams::default()).flow(from.view(), to.view()).unwrap());
}

#[test]
fn an_initial_flow_reaches_what_the_pyramid_cannot() {
    let shift = (9.0, -6.0);
    let (from, to) = texture::shifted_pair(SIZE, shift);
    let (u, v) = (Array2::from_elem(SIZE, 8.6), Array2::from_elem(SIZE, -6.3));
    let truth = FlowField::new(u.mapv(|_| shift.0 as f32), v.mapv(|_| shift.1 as f32)).unwrap();
    let mut solver = Clg::new(ClgParams { max_level: 0, ..Default::default() });
    let (from, to) = (solver.prepare(from.view()).unwrap(), solver.prepare(to.view()).unwrap());
    let initial = FlowField::new(u, v).unwrap();
    let found = solver.flow_between(&from, &to, Some(&initial)).unwrap();
    let blind = solver.flow_between(&from, &to, None).unwrap();
    assert!(error(&found, &truth) < 0.1, "{}", error(&found, &truth));
    assert!(error(&blind, &truth) > 1.0);
}

#[test]
fn settings_out_of_range_and_foreign_frames_are_errors() {
    let frame = Array2::<f32>::zeros((9, 9));
    let mut bad = Clg::new(ClgParams { smoothness: f32::NAN, ..Default::default() });
    assert!(matches!(
        bad.prepare(frame.view()),
        Err(FlowError::Setting(OutOfRange { setting: "smoothness", .. }))
    ));
    let mut a = Clg::new(ClgParams::default());
    let mut b = Clg::new(ClgParams { max_level: 0, ..Default::default() });
    let (of_a, of_b) = (a.prepare(frame.view()).unwrap(), b.prepare(frame.view()).unwrap());
    assert!(matches!(a.flow_between(&of_a, &of_b, None), Err(FlowError::PreparedElsewhere)));
}
