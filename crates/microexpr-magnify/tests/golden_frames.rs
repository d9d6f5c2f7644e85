//! Against Wu's order of computation (whole pyramid first, then the filter) in NumPy and OpenCV, in `f64`:
//! `data/numpy_opencv/generate.py`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use image::DynamicImage;
use microexpr_magnify::{
    ButterworthOrder, ClipFilter, Extension, FrameLayout, GainRule, MagnifyParams, StreamFilter,
    magnify_frames,
};

const FPS: f64 = 50.0;
const SAVED: [usize; 4] = [0, 3, 9, 19];
/// Both sides round once; sums in another order may fall on the other side of a half.
const GREY_LEVELS: u8 = 1;

fn picture(name: &str) -> DynamicImage {
    image::open(format!("{}/tests/data/numpy_opencv/{name}.png", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn temporal(name: &str) -> ClipFilter {
    let (low_hz, high_hz) = (1.0, 15.0);
    match name {
        "butterworth_1" => {
            StreamFilter::Butterworth { low_hz, high_hz, order: ButterworthOrder::First }.into()
        }
        "butterworth_2" => {
            StreamFilter::Butterworth { low_hz, high_hz, order: ButterworthOrder::Second }.into()
        }
        "exponential" => StreamFilter::Exponential { low_hz, high_hz }.into(),
        "ideal" => ClipFilter::Ideal { low_hz, high_hz, extension: Extension::Periodic },
        "ideal_mirrored" => ClipFilter::Ideal { low_hz, high_hz, extension: Extension::Mirrored },
        "onset" => ClipFilter::OnsetLowPass { cutoff_hz: high_hz },
        _ => ClipFilter::ZeroPhaseBand { low_hz, high_hz },
    }
}

fn assert_golden(video: &str, height: usize, filter: &str, rule: &str) {
    let name = format!("{video}-{filter}-{rule}");
    let (input, expected) = (picture(video), picture(&name));
    let width = input.width() as usize;
    let (layout, mut frames) = match input {
        DynamicImage::ImageLuma8(grey) => (FrameLayout::grey(height, width), grey.into_raw()),
        rgb => (FrameLayout::rgb(height, width), rgb.into_rgb8().into_raw()),
    };
    let (alpha, gain) = match rule {
        "uniform" => (4.0, GainRule::default()),
        _ => (10.0, GainRule::Wu { lambda_c_px: 16.0, boost: 2.0 }),
    };
    let params = MagnifyParams { alpha, gain, temporal: temporal(filter), chroma: 0.1 };
    let before = frames.clone();
    magnify_frames(&mut frames, layout, FPS, &params).unwrap();
    let (mut worst, mut effect) = (0, 0);
    for (index, expected) in SAVED.iter().zip(expected.as_bytes().chunks_exact(layout.len())) {
        let found = &frames[index * layout.len()..][..layout.len()];
        let source = &before[index * layout.len()..][..layout.len()];
        worst = found.iter().zip(expected).map(|(a, b)| a.abs_diff(*b)).max().unwrap().max(worst);
        effect = source.iter().zip(expected).map(|(a, b)| a.abs_diff(*b)).max().unwrap().max(effect);
    }
    assert!(effect > 10, "{name}: the golden frames hardly differ from the input");
    assert!(worst <= GREY_LEVELS, "{name}: {worst} grey levels apart");
}

#[test]
fn grey_frames_of_even_size_agree_with_opencv() {
    for filter in ["butterworth_1", "ideal", "onset"] {
        assert_golden("grey_even", 48, filter, "uniform");
        assert_golden("grey_even", 48, filter, "wu");
    }
}

#[test]
fn grey_frames_of_odd_size_agree_with_opencv() {
    for filter in ["butterworth_2", "exponential", "zero_phase_band"] {
        assert_golden("grey_odd", 47, filter, "uniform");
        assert_golden("grey_odd", 47, filter, "wu");
    }
}

#[test]
fn rgb_frames_of_even_and_odd_size_agree_with_opencv() {
    for rule in ["uniform", "wu"] {
        assert_golden("rgb_even", 40, "butterworth_1", rule);
        assert_golden("rgb_odd", 37, "butterworth_1", rule);
        assert_golden("rgb_odd", 37, "ideal_mirrored", rule);
    }
}
