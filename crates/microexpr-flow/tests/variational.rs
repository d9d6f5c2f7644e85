//! TV-L1 keeps motion edges; DIS finds large motion quickly.

mod texture;

use microexpr_core::{FlowField, OutOfRange};
use microexpr_flow::{
    DenseFlow, Dis, DisParams, DisPreset, FlowError, MedianFilter, TvL1, TvL1Params, mean_end_point_error,
};
use ndarray::{Array2, s};

const SIZE: (usize, usize) = (96, 128);

fn uniform(u: f32, v: f32) -> FlowField {
    FlowField::new(Array2::from_elem(SIZE, u), Array2::from_elem(SIZE, v)).expect("both have one shape")
}

fn error_of_shift(
    solver: &mut dyn DenseFlow,
    from: &Array2<f32>,
    to: &Array2<f32>,
    (dx, dy): (f64, f64),
) -> f64 {
    let flow = solver.flow(from.view(), to.view()).expect("the frames are good");
    let error = mean_end_point_error(&flow, &uniform(dx as f32, dy as f32)).expect("the sizes agree");
    error.expect("all truth is known")
}

fn shift_error(solver: &mut dyn DenseFlow, shift: (f64, f64)) -> f64 {
    let (from, to) = texture::shifted_pair(SIZE, shift);
    error_of_shift(solver, &from, &to, shift)
}

/// As [`shift_error`] of a texture three times as coarse.
fn coarse_shift_error(solver: &mut dyn DenseFlow, (dx, dy): (f64, f64)) -> f64 {
    let from = texture::frame(SIZE, |x, y| (x / 3.0, y / 3.0));
    let to = texture::frame(SIZE, |x, y| ((x - dx) / 3.0, (y - dy) / 3.0));
    error_of_shift(solver, &from, &to, (dx, dy))
}

#[test]
fn tv_l1_finds_shifts_with_every_median_filter() {
    for median_filtering in [MedianFilter::Off, MedianFilter::Three, MedianFilter::Five] {
        let params = TvL1Params { median_filtering, ..Default::default() };
        for shift in [(0.3, -0.2), (3.4, 2.1)] {
            let error = shift_error(&mut TvL1::new(params.clone()), shift);
            assert!(error < 0.05, "{median_filtering:?}, {shift:?}: {error}");
        }
    }
}

#[test]
fn tv_l1_keeps_the_edge_between_two_motions_sharp() {
    let half = SIZE.1 / 2;
    let (from, moved) = texture::shifted_pair(SIZE, (-1.0, 0.0));
    let mut to = from.clone();
    to.slice_mut(s![.., ..half]).assign(&moved.slice(s![.., ..half]));
    let flow = TvL1::new(TvL1Params::default()).flow(from.view(), to.view()).unwrap();
    let mean = |cols: std::ops::Range<usize>| flow.u().slice(s![8..88, cols]).mean().unwrap();
    assert!((mean(half - 12..half - 5) + 1.0).abs() < 0.05, "{}", mean(half - 12..half - 5));
    assert!(mean(half + 5..half + 12).abs() < 0.05, "{}", mean(half + 5..half + 12));
}

#[test]
fn dis_finds_shifts_with_every_preset() {
    // Half and quarter resolution.
    for (preset, tolerance) in
        [(DisPreset::Medium, 0.1), (DisPreset::Fast, 0.25), (DisPreset::Ultrafast, 0.25)]
    {
        for shift in [(0.4, -0.3), (6.2, -3.7)] {
            let error = coarse_shift_error(&mut Dis::new(preset.params()), shift);
            assert!(error < tolerance, "{preset:?}, {shift:?}: {error}");
        }
    }
}

#[test]
fn a_coarser_start_reaches_farther() {
    let near = DisParams { finest_scale: 0, coarsest_scale: Some(0), ..Default::default() };
    let far = DisParams { finest_scale: 0, coarsest_scale: Some(3), ..Default::default() };
    let shift = (12.0, 3.0);
    let (lost, found) = (shift_error(&mut Dis::new(near), shift), shift_error(&mut Dis::new(far), shift));
    assert!(found < 0.1 && lost > 0.3, "{found}, {lost}");
}

#[test]
fn settings_out_of_range_are_errors() {
    let frame = Array2::zeros((40, 40));
    let mut tv_l1 = TvL1::new(TvL1Params { tau: 0.5, ..Default::default() });
    assert!(matches!(
        tv_l1.prepare(frame.view()),
        Err(FlowError::Setting(OutOfRange { setting: "tau", .. }))
    ));
    let mut dis = Dis::new(DisParams { patch_stride: 9, ..Default::default() });
    assert!(matches!(
        dis.prepare(frame.view()),
        Err(FlowError::Setting(OutOfRange { setting: "patch_stride", .. }))
    ));
}
