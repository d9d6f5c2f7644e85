//! What every dense algorithm keeps to.

#![expect(clippy::unwrap_used, reason = "a helper of a test that fails has failed the test")]

mod texture;

use microexpr_core::{Clip, FlowField};
use microexpr_flow::{FlowAlgorithm, FlowError, flow_pairs, flow_sequence};
use ndarray::{Array2, Array3, Axis};
use proptest::prelude::*;

fn algorithms() -> Vec<FlowAlgorithm> {
    vec![
        FlowAlgorithm::Clg(Default::default()),
        FlowAlgorithm::Farneback(Default::default()),
        FlowAlgorithm::TvL1(Default::default()),
        FlowAlgorithm::Dis(Default::default()),
    ]
}

fn clip(frames: usize) -> Clip {
    let mut pixels = Array3::zeros((frames, 40, 52));
    for (t, mut frame) in pixels.axis_iter_mut(Axis(0)).enumerate() {
        frame.assign(&texture::frame((40, 52), |x, y| (x - 0.2 * t as f64, y + 0.1 * (t * t) as f64)));
    }
    Clip::new(pixels, 100.0).unwrap()
}

/// A quarter more than the least exact of them (TV-L1) errs by in its worst pixel.
const WORST_PX: f32 = 0.07;

/// The largest end-point error in px, the border, where the match lies outside, aside.
fn worst_error(flow: &FlowField, [u, v]: [f32; 2]) -> f32 {
    let (rows, cols) = flow.u().dim();
    let inner = ndarray::s![16..rows - 16, 16..cols - 16];
    let (right, down) = (flow.u().slice_move(inner), flow.v().slice_move(inner));
    right.iter().zip(down).fold(0.0, |worst, (right, down)| (right - u).hypot(down - v).max(worst))
}

#[test]
fn a_shift_is_found_by_every_algorithm() {
    let (from, to) = texture::shifted_pair((80, 90), (0.7, -0.4));
    for algorithm in algorithms() {
        let flow = algorithm.solver().flow(from.view(), to.view()).unwrap();
        let worst = worst_error(&flow, [0.7, -0.4]);
        assert!(worst < WORST_PX, "{algorithm:?}: {worst} px");
    }
}

#[test]
fn pairs_of_a_clip_equal_pairs_of_frames_for_any_number_of_threads() {
    let clip = clip(5);
    let pairs = [(0, 1), (0, 2), (3, 2), (2, 3), (4, 4), (3, 4)];
    for algorithm in algorithms() {
        let alone: Vec<FlowField> = pairs
            .iter()
            .map(|(a, b)| algorithm.solver().flow(clip.frame(*a), clip.frame(*b)).unwrap())
            .collect();
        for threads in [1, 2, 4] {
            assert_eq!(with_threads(threads, || flow_pairs(&clip, &pairs, &algorithm)).unwrap(), alone);
        }
    }
}

#[cfg(feature = "rayon")]
fn with_threads<R: Send>(threads: usize, body: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(body)
}

#[cfg(not(feature = "rayon"))]
fn with_threads<R>(_: usize, body: impl FnOnce() -> R) -> R {
    body()
}

#[test]
fn a_sequence_holds_one_flow_fewer_than_frames() {
    let algorithm = FlowAlgorithm::default();
    assert_eq!(flow_sequence(&clip(4), &algorithm).unwrap().len(), 3);
    assert!(flow_sequence(&clip(1), &algorithm).unwrap().is_empty());
    assert!(matches!(
        flow_pairs(&clip(2), &[(0, 2)], &algorithm),
        Err(FlowError::FrameIndex { index: 2, frames: 2 })
    ));
}

#[test]
fn bad_frames_are_errors() {
    let good = Array2::<f32>::zeros((8, 9));
    for value in [f32::NAN, f32::INFINITY, 1e30, 255.0, 2.1, -1.1] {
        let mut bad = good.clone();
        bad[[3, 4]] = value;
        for algorithm in algorithms() {
            let mut solver = algorithm.solver();
            let error = solver.flow(good.view(), bad.view()).unwrap_err();
            assert!(matches!(error, FlowError::PixelValue { row: 3, col: 4, .. }), "{error}");
            let other = Array2::zeros((9, 8));
            let error = solver.flow(good.view(), other.view()).unwrap_err();
            assert_eq!(error.to_string(), "sizes differ: expected 9x8, found 8x9");
            let empty = Array2::zeros((0, 3));
            assert!(matches!(solver.flow(empty.view(), empty.view()), Err(FlowError::EmptyFrame { .. })));
        }
    }
}

#[test]
fn frames_that_overshoot_a_little_are_taken_and_bytes_as_numbers_are_not() {
    let (from, to) = texture::shifted_pair((40, 52), (0.7, -0.4));
    let overshooting = |frame: &Array2<f32>| frame.mapv(|p| 3.0 * p - 1.0);
    let bytes = |frame: &Array2<f32>| frame.mapv(|p| 255.0 * p);
    for algorithm in algorithms() {
        let mut solver = algorithm.solver();
        assert!(solver.flow(overshooting(&from).view(), overshooting(&to).view()).is_ok());
        let error = solver.flow(bytes(&from).view(), bytes(&to).view()).unwrap_err().to_string();
        assert!(
            error.ends_with("frames of f32 hold finite grey values in 0..=1: divide bytes by 255"),
            "{error}"
        );
    }
}

#[test]
fn bytes_give_what_their_grey_values_give() {
    let (from, to) = texture::shifted_pair((40, 52), (0.7, -0.4));
    let bytes = |frame: &Array2<f32>| frame.mapv(|p| (255.0 * p).round() as u8);
    let (from, to) = (bytes(&from), bytes(&to));
    let grey = |frame: &Array2<u8>| frame.mapv(|byte| f32::from(byte) / 255.0);
    for algorithm in algorithms() {
        let mut solver = algorithm.solver();
        let flow = solver.flow_u8(from.view(), to.view()).unwrap();
        assert_eq!(flow, solver.flow(grey(&from).view(), grey(&to).view()).unwrap());
        // The order of the pixels in memory does not matter either.
        let (from, to) =
            (from.t().as_standard_layout().into_owned(), to.t().as_standard_layout().into_owned());
        assert_eq!(flow, solver.flow_u8(from.t(), to.t()).unwrap());
        let (empty, other) = (Array2::zeros((0, 3)), Array2::zeros((9, 8)));
        assert!(matches!(solver.prepare_u8(empty.view()), Err(FlowError::EmptyFrame { .. })));
        assert!(matches!(solver.flow_u8(from.view(), other.view()), Err(FlowError::FrameSize { .. })));
    }
}

#[test]
fn tiny_and_constant_frames_give_a_finite_flow() {
    for dim in [(1, 1), (3, 200), (200, 3), (1, 9), (7, 7)] {
        for grey in [0.0, 0.5, 1.0] {
            let frame = Array2::from_elem(dim, grey);
            for algorithm in algorithms() {
                let flow = algorithm.solver().flow(frame.view(), frame.view()).unwrap();
                assert_eq!(flow, FlowField::zeros(dim.0, dim.1), "{algorithm:?}, {dim:?}");
            }
        }
    }
}

#[test]
fn the_true_flow_as_initial_flow_stays() {
    let shift = (5.3, -3.2);
    let (from, to) = texture::shifted_pair((80, 90), shift);
    let truth = FlowField::new(Array2::from_elem((80, 90), 5.3), Array2::from_elem((80, 90), -3.2)).unwrap();
    for algorithm in algorithms() {
        let mut solver = algorithm.solver();
        let (from, to) = (solver.prepare(from.view()).unwrap(), solver.prepare(to.view()).unwrap());
        let flow = solver.flow_between(&from, &to, Some(&truth)).unwrap();
        let worst = worst_error(&flow, [5.3, -3.2]);
        assert!(worst < WORST_PX, "{algorithm:?}: {worst} px");
        let bad = FlowField::new(Array2::from_elem((80, 90), f32::NAN), Array2::zeros((80, 90))).unwrap();
        assert!(matches!(solver.flow_between(&from, &to, Some(&bad)), Err(FlowError::FlowNotFinite { .. })));
        let small = FlowField::zeros(8, 9);
        assert!(matches!(solver.flow_between(&from, &to, Some(&small)), Err(FlowError::FrameSize { .. })));
    }
}

#[test]
fn settings_survive_storage_and_missing_ones_are_the_defaults() {
    for algorithm in algorithms() {
        let text = serde_json::to_string(&algorithm).unwrap();
        assert_eq!(serde_json::from_str::<FlowAlgorithm>(&text).unwrap(), algorithm);
    }
    let short: FlowAlgorithm = serde_json::from_str(r#"{"algorithm":"clg"}"#).unwrap();
    assert_eq!(short, FlowAlgorithm::default());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn any_frames_give_a_finite_flow(
        height in 1..24_usize, width in 1..200_usize, seed in any::<u64>(), contrast in 0.0..3.0_f32, frozen in any::<bool>(),
    ) {
        let noise = |salt: u64| Array2::from_shape_fn((height, width), |(r, c)| {
            let bits = (seed ^ salt).wrapping_add((r * 1009 + c) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            // All values that a frame may hold: from −1 to 2.
            -1.0 + contrast * ((bits ^ (bits >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 40) as f32 / (1 << 24) as f32
        });
        let (from, to) = (noise(1), if frozen { Array2::from_elem((height, width), contrast - 1.0) } else { noise(2) });
        for algorithm in algorithms() {
            let flow = algorithm.solver().flow(from.view(), to.view()).unwrap();
            prop_assert!(flow.u().iter().chain(flow.v()).all(|d| d.is_finite()), "{:?}", algorithm);
        }
    }
}
