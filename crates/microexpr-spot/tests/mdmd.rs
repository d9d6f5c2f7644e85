//! Main directional maximal difference on fields and pictures whose truth is known by formula.

use microexpr_core::FlowField;
use microexpr_spot::{ExpressionKind, Mdmd, MdmdParams, SpotError, maximal_difference};
use ndarray::Array2;

/// Blocks of 10×12 pixels.
const SIZE: (usize, usize) = (60, 72);

fn field(at: impl Fn(usize, usize) -> [f32; 2]) -> FlowField {
    let plane = |axis: usize| Array2::from_shape_fn(SIZE, |(row, col)| at(row, col)[axis]);
    FlowField::new(plane(0), plane(1)).expect("planes of one size")
}

fn difference(current: impl Fn(usize, usize) -> [f32; 2], tail: impl Fn(usize, usize) -> [f32; 2]) -> f64 {
    maximal_difference(&field(current), &field(tail), &MdmdParams::default())
}

#[test]
fn an_even_motion_that_goes_back_differs_by_its_change_of_length() {
    // (3, 4) is 5 px long, (0.3, 0.4) half a pixel.
    assert!((difference(|_, _| [3.0, 4.0], |_, _| [0.3, 0.4]) - 4.5).abs() < 1e-6);
    assert!(difference(|_, _| [3.0, 4.0], |_, _| [-4.0, 3.0]).abs() < 1e-6);
}

/// In every block seven of twelve columns move right and down by 1 px, the others left and up by 6 px.
#[test]
fn only_the_main_direction_counts() {
    let current = |_, col: usize| if col % 12 < 7 { [0.6, 0.8] } else { [-3.6, -4.8] };
    assert!((difference(current, |_, _| [0.0, 0.0]) - 1.0).abs() < 1e-6);
}

/// Columns of a block are 1 to 12 px long: the longest third are 9, 10, 11 and 12.
#[test]
fn the_largest_third_of_a_block_is_averaged() {
    let current = |_, col: usize| [(col % 12) as f32 + 1.0, 0.0];
    assert!((difference(current, |_, _| [0.0, 0.0]) - 10.5).abs() < 1e-6);
}

/// Six blocks of 36 move: half of the largest third.
#[test]
fn the_largest_third_of_the_blocks_is_averaged() {
    let current = |row: usize, _| if row < 10 { [0.0, 3.0] } else { [0.0, 0.0] };
    assert!((difference(current, |_, _| [0.0, 0.0]) - 1.5).abs() < 1e-6);
}

/// A smooth pattern of which the lower third goes down by 1.5 px and back, as a raised cosine from frame 90 to frame 102.
fn face(frame: usize) -> Array2<f32> {
    let phase = ((frame as f64 - 90.0) / 12.0).clamp(0.0, 1.0);
    let down = 1.5 * (0.5 - 0.5 * (std::f64::consts::TAU * phase).cos());
    Array2::from_shape_fn((96, 96), |(row, col)| {
        let weight = 1.0 / (1.0 + (-(row as f64 - 64.0) / 3.0).exp());
        let (x, y) = (col as f64, row as f64 - down * weight);
        (0.5 + 0.2 * (x / 3.1 + y / 8.0).sin() + 0.2 * (y / 3.7 - x / 9.0).cos()) as f32
    })
}

#[test]
fn a_movement_of_a_part_is_found_around_its_apex() {
    let params = MdmdParams { threshold: 0.2, ..MdmdParams::default() };
    let mut mdmd = Mdmd::new(30.0, params).expect("settings in range");
    for frame in 0..180 {
        mdmd.push(face(frame).view()).expect("a frame");
    }
    let found = mdmd.finish();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].kind, ExpressionKind::Micro);
    assert!(found[0].apex.abs_diff(96) <= 1, "{found:?}");
    assert!(
        found[0].interval.onset.abs_diff(92) <= 2 && found[0].interval.offset.abs_diff(100) <= 2,
        "{found:?}"
    );
}

/// Three times as many frames per second: the same movement, in frames three times as many.
#[test]
fn faster_recordings_are_thinned() {
    let params = MdmdParams { threshold: 0.2, ..MdmdParams::default() };
    let mut mdmd = Mdmd::new(90.0, params).expect("settings in range");
    for frame in 0..540 {
        mdmd.push(face(frame / 3).view()).expect("a frame");
    }
    let found = mdmd.finish();
    assert!(found.len() == 1 && found[0].apex.abs_diff(288) <= 3, "{found:?}");
}

#[test]
fn short_recordings_hold_nothing_and_settings_are_checked() {
    let mut mdmd = Mdmd::new(30.0, MdmdParams::default()).expect("settings in range");
    assert!(mdmd.finish().is_empty());
    for frame in 0..20 {
        mdmd.push(face(frame).view()).expect("a frame");
    }
    assert!(mdmd.finish().is_empty());
    assert!(matches!(mdmd.push(Array2::zeros((96, 90)).view()), Err(SpotError::Flow(_))));
    let none = MdmdParams { blocks: 0, ..MdmdParams::default() };
    assert!(matches!(Mdmd::new(30.0, none), Err(SpotError::Setting(_))));
}
