//! Temporal filters alone: the course of one pixel, without a pyramid (frames of one pixel, whose only level has weight 1).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::f64::consts::PI;

use microexpr_core::Clip;
use microexpr_magnify::{
    ButterworthOrder, ClipFilter, Extension, FilterWarning, GainRule, MagnifyError, MagnifyParams,
    StreamFilter, magnify_clip,
};
use ndarray::Array3;

/// What a filter makes of a course: the difference between the clip magnified by a small α and the clip, over α.
fn filtered(course: &[f64], filter: ClipFilter, fps: f64) -> Vec<f64> {
    const ALPHA: f64 = 0.25;
    let scaled: Vec<f32> = course.iter().map(|x| (0.5 + (x - 0.5) * 0.25) as f32).collect();
    let frames = Array3::from_shape_vec((course.len(), 1, 1), scaled).unwrap();
    let clip = Clip::new(frames, fps).unwrap();
    let gain = GainRule::PerLevel { weights: vec![1.0] };
    let params = MagnifyParams { alpha: ALPHA, gain, temporal: filter, ..Default::default() };
    let out = magnify_clip(&clip, &params).unwrap();
    let pairs = out.frames().into_iter().zip(clip.frames()).map(|(a, b)| f64::from(a - b) / ALPHA / 0.25);
    pairs.collect()
}

fn butterworth(low_hz: f64, high_hz: f64, order: ButterworthOrder) -> ClipFilter {
    StreamFilter::Butterworth { low_hz, high_hz, order }.into()
}

fn all_filters(low_hz: f64, high_hz: f64) -> [(&'static str, ClipFilter); 7] {
    [
        ("butterworth_1", butterworth(low_hz, high_hz, ButterworthOrder::First)),
        ("butterworth_2", butterworth(low_hz, high_hz, ButterworthOrder::Second)),
        ("exponential", StreamFilter::Exponential { low_hz, high_hz }.into()),
        ("ideal", ClipFilter::Ideal { low_hz, high_hz, extension: Extension::Periodic }),
        ("ideal_mirrored", ClipFilter::Ideal { low_hz, high_hz, extension: Extension::Mirrored }),
        ("onset", ClipFilter::OnsetLowPass { cutoff_hz: high_hz }),
        ("zero_phase_band", ClipFilter::ZeroPhaseBand { low_hz, high_hz }),
    ]
}

#[test]
fn courses_agree_with_scipy() {
    // The f32 rounding of the magnified pixel (6e-8 at most) is multiplied by 16 on the way back.
    const TOLERANCE: f64 = 3e-6;
    let text = include_str!("data/numpy_opencv/courses.csv");
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let rows: Vec<Vec<f64>> = lines.map(|l| l.split(',').map(|v| v.parse().unwrap()).collect()).collect();
    let column = |name: &str| -> Vec<f64> {
        let index = names.iter().position(|n| *n == name).unwrap();
        rows.iter().map(|r| r[index]).collect()
    };
    for (name, filter) in all_filters(0.5, 10.0) {
        for (frame, (found, expected)) in
            filtered(&column("input"), filter, 100.0).iter().zip(column(name)).enumerate()
        {
            assert!((found - expected).abs() < TOLERANCE, "{name}, frame {frame}: {found} for {expected}");
        }
    }
}

/// Amplitude and phase of a long sinusoid's steady response.
fn response(filter: ClipFilter, hz: f64, fps: f64) -> (f64, f64) {
    let (count, skip) = (2000, 1000);
    let course: Vec<f64> = (0..count).map(|t| 0.5 + 0.4 * (2.0 * PI * hz * t as f64 / fps).sin()).collect();
    let out = filtered(&course, filter, fps);
    let (mut re, mut im) = (0.0, 0.0);
    for (t, y) in out.iter().enumerate().skip(skip) {
        let angle = 2.0 * PI * hz * t as f64 / fps;
        re += y * angle.sin();
        im += y * angle.cos();
    }
    let scale = 2.0 / (count - skip) as f64 / 0.4;
    ((re * re + im * im).sqrt() * scale, im.atan2(re))
}

#[test]
fn butterworth_cut_offs_are_true_hertz() {
    // With low = 0 the filter is a low-pass minus frame 0: −3 dB at the cut-off, by −45° and −90°.
    for (order, phase) in [(ButterworthOrder::First, -PI / 4.0), (ButterworthOrder::Second, -PI / 2.0)] {
        let (amplitude, angle) = response(butterworth(0.0, 10.0, order), 10.0, 100.0);
        assert!((amplitude - 0.5_f64.sqrt()).abs() < 1e-3, "{order:?}: {amplitude}");
        assert!((angle - phase).abs() < 1e-3, "{order:?}: {angle}");
    }
}

#[test]
fn zero_phase_filters_do_not_delay() {
    let onset = ClipFilter::OnsetLowPass { cutoff_hz: 10.0 };
    let band = ClipFilter::ZeroPhaseBand { low_hz: 1.0, high_hz: 10.0 };
    let (at_cutoff, angle) = response(onset, 10.0, 100.0);
    assert!((at_cutoff - 0.5).abs() < 0.005 && angle.abs() < 0.01, "{at_cutoff} {angle}");
    let (inside, angle) = response(band, 4.0, 100.0);
    assert!((inside - 0.98).abs() < 0.02 && angle.abs() < 0.01, "{inside} {angle}");
}

/// A micro-expression that lasts `duration_s`: a raised cosine from `start_s` on.
fn pulse(frames: usize, fps: f64, duration_s: f64, start_s: f64) -> Vec<f64> {
    let phase = |t: usize| (t as f64 / fps - start_s) / duration_s;
    let value = |u: f64| if (0.0..=1.0).contains(&u) { 0.5 - 0.5 * (2.0 * PI * u).cos() } else { 0.0 };
    (0..frames).map(|t| value(phase(t))).collect()
}

/// The same from onset to apex only.
fn ramp(frames: usize) -> Vec<f64> {
    (0..frames).map(|t| 0.5 - 0.5 * (PI * t as f64 / (frames - 1) as f64).cos()).collect()
}

fn apex_gain(course: &[f64], filter: ClipFilter, fps: f64) -> f64 {
    let apex = course.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0;
    filtered(course, filter, fps)[apex] / course[apex]
}

#[test]
fn micro_expressions_reach_the_published_fraction_of_their_height() {
    let (smic, samm) = (pulse(34, 100.0, 0.30, 0.02), pulse(75, 200.0, 0.35, 0.012));
    let table = [
        (ClipFilter::default(), [0.99, 1.00, 1.00, 1.00]),
        (butterworth(0.5, 10.0, ButterworthOrder::First), [0.75, 0.73, 0.60, 0.57]),
        (butterworth(0.5, 10.0, ButterworthOrder::Second), [0.91, 0.91, 0.87, 0.85]),
        (
            ClipFilter::Ideal { low_hz: 0.5, high_hz: 10.0, extension: Extension::Periodic },
            [0.55, 0.53, 0.10, 0.05],
        ),
        (
            ClipFilter::Ideal { low_hz: 0.5, high_hz: 10.0, extension: Extension::Mirrored },
            [0.55, 0.53, 0.50, 0.50],
        ),
    ];
    for (filter, expected) in table {
        let found = [
            apex_gain(&smic, filter, 100.0),
            apex_gain(&samm, filter, 200.0),
            apex_gain(&ramp(34), filter, 100.0),
            apex_gain(&ramp(75), filter, 200.0),
        ];
        for (f, e) in found.iter().zip(expected) {
            assert!((f - e).abs() < 0.011, "{filter:?}: {found:?} for {expected:?}");
        }
    }
}

#[test]
fn frame_zero_is_the_reference_of_causal_and_onset_filters() {
    let course = ramp(34);
    for (name, filter) in all_filters(0.5, 10.0) {
        let first = filtered(&course, filter, 100.0)[0];
        match name {
            "ideal" | "ideal_mirrored" | "zero_phase_band" => assert!(first.abs() > 0.01, "{name}: {first}"),
            _ => assert_eq!(first, 0.0, "{name}"),
        }
    }
}

#[test]
fn a_cut_off_far_below_the_frame_rate_stays_accurate() {
    // Textbook second-order coefficients in f32 lose their gain at zero frequency here.
    let filter = butterworth(0.0, 0.5, ButterworthOrder::Second);
    let course: Vec<f64> = (0..8000).map(|t| if t == 0 { 0.2 } else { 0.8 }).collect();
    let last = *filtered(&course, filter, 1000.0).last().unwrap();
    assert!((last - 0.6).abs() < 1e-4, "{last}");
}

#[test]
fn an_impossible_band_is_an_error() {
    for (name, filter) in all_filters(3.0, 3.0) {
        if name != "onset" {
            assert!(matches!(filter.check(100, 100.0), Err(MagnifyError::Band { .. })), "{name}");
        }
    }
    for (name, filter) in all_filters(3.0, 50.0) {
        assert!(matches!(filter.check(100, 100.0), Err(MagnifyError::AboveNyquist { .. })), "{name}");
        assert!(matches!(filter.check(100, f64::NAN), Err(MagnifyError::FrameRate { .. })), "{name}");
    }
    for (name, filter) in all_filters(f64::NAN, f64::NAN) {
        assert!(matches!(filter.check(100, 100.0), Err(MagnifyError::Band { .. })), "{name}");
    }
    let zero = ClipFilter::ZeroPhaseBand { low_hz: 0.0, high_hz: 3.0 };
    assert!(matches!(zero.check(100, 100.0), Err(MagnifyError::Setting(_))));
}

#[test]
fn an_ideal_band_without_frequencies_is_an_error_and_one_with_few_is_reported() {
    let ideal = |low_hz, high_hz| ClipFilter::Ideal { low_hz, high_hz, extension: Extension::Periodic };
    // 34 frames at 100 Hz: multiples of 2.94 Hz.
    assert!(matches!(ideal(0.4, 2.9).check(34, 100.0), Err(MagnifyError::EmptyBand { .. })));
    let few = ideal(0.4, 3.0).check(34, 100.0).unwrap();
    assert!(matches!(few, Some(FilterWarning::FewFrequencies { count: 1, .. })), "{few:?}");
    assert!(few.unwrap().to_string().contains("only 1 of the clip's frequencies"));
    assert_eq!(ideal(0.4, 12.0).check(34, 100.0).unwrap(), None);
}
