//! What magnification does to moving patterns whose right answer is known.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::f64::consts::PI;

use microexpr_core::Clip;
use microexpr_magnify::{ClipFilter, Extension, GainRule, MagnifyParams, level_count, magnify_clip};
use ndarray::{Array3, ArrayView1, s};

const FPS: f64 = 100.0;

/// `0.5 + 0.3 sin(2π (x − d(t)) / λ + phase)`, `d` from 0 to `amplitude` and back within `frames`.
fn moving_sinusoid(size: usize, wavelength: f64, phase: f64, displacements: &[f64]) -> Clip {
    let frames = Array3::from_shape_fn((displacements.len(), size, size), |(t, _, x)| {
        (0.5 + 0.3 * (2.0 * PI * (x as f64 - displacements[t]) / wavelength + phase).sin()) as f32
    });
    Clip::new(frames, FPS).unwrap()
}

/// Complex Fourier coefficient of a row at a wavelength.
fn coefficient(row: ArrayView1<'_, f32>, wavelength: f64) -> (f64, f64) {
    row.iter().enumerate().fold((0.0, 0.0), |(re, im), (x, v)| {
        let angle = 2.0 * PI * x as f64 / wavelength;
        (re + f64::from(*v) * angle.cos(), im - f64::from(*v) * angle.sin())
    })
}

/// How far the pattern moved between two frames, in pixels, in the inner half of the middle row.
fn displacement(clip: &Clip, frame: usize, wavelength: f64) -> f64 {
    let (mid, size) = (clip.height() / 2, clip.width());
    let phase = |t: usize| {
        let (re, im) = coefficient(clip.frames().slice(s![t, mid, size / 4..3 * size / 4]), wavelength);
        im.atan2(re)
    };
    let turn = phase(frame) - phase(0);
    -(turn - 2.0 * PI * (turn / (2.0 * PI)).round()) * wavelength / (2.0 * PI)
}

/// A slow movement to `amplitude` and back; frame 20 is the apex.
fn slow_pulse(amplitude: f64) -> Vec<f64> {
    (0..41).map(|t| amplitude * (0.5 - 0.5 * (2.0 * PI * t as f64 / 40.0).cos())).collect()
}

fn all_motion() -> ClipFilter {
    ClipFilter::OnsetLowPass { cutoff_hz: 40.0 }
}

#[test]
fn uniform_gain_on_all_levels_moves_a_sinusoid_by_one_plus_alpha() {
    for wavelength in [8.0, 16.0, 32.0] {
        for alpha in [-1.0, 1.0, 4.0, 9.0] {
            let amplitude = 0.02 * wavelength / (1.0_f64 + alpha).max(1.0);
            let clip = moving_sinusoid(64, wavelength, 0.3, &slow_pulse(amplitude));
            let gain = GainRule::PerLevel { weights: vec![1.0; level_count(64, 64)] };
            let params = MagnifyParams { alpha, gain, temporal: all_motion(), ..Default::default() };
            let moved = displacement(&magnify_clip(&clip, &params).unwrap(), 20, wavelength);
            let expected = amplitude * (1.0 + alpha);
            assert!(
                (moved - expected).abs() < 0.01 * amplitude.max(expected),
                "λ {wavelength}, α {alpha}: {moved}"
            );
        }
    }
}

/// Share of a wavelength that passes `levels` reductions and expansions: `∏ cos⁸(2ʲ π / λ)`.
fn blurred(wavelength: f64, levels: usize) -> f64 {
    (0..levels).map(|j| (2_f64.powi(j as i32) * PI / wavelength).cos().powi(8)).product()
}

/// `Σ gain[l] · (blurred(l) − blurred(l+1))`, averaged over all positions of the pattern.
fn predicted_gain(gains: &[f64], wavelength: f64) -> f64 {
    let last = gains.len() - 1;
    let band = |l| blurred(wavelength, l) - if l < last { blurred(wavelength, l + 1) } else { 0.0 };
    gains.iter().enumerate().map(|(l, g)| g * band(l)).sum()
}

/// Displacement over true displacement, averaged over the pattern's position: levels are subsampled, so that at λ = 8 px
/// single positions get up to 6 % more or less.
fn measured_gain(size: usize, wavelength: f64, params: &MagnifyParams) -> f64 {
    let amplitude = 0.002 * wavelength;
    let phases = 8;
    let total: f64 = (0..phases)
        .map(|p| {
            let phase = 2.0 * PI * f64::from(p) / f64::from(phases);
            let clip = moving_sinusoid(size, wavelength, phase, &slow_pulse(amplitude));
            displacement(&magnify_clip(&clip, params).unwrap(), 20, wavelength) / amplitude
        })
        .sum();
    total / f64::from(phases)
}

#[test]
fn wu_rule_follows_its_predicted_gain_curve() {
    let gain = GainRule::Wu { lambda_c_px: 16.0, boost: 2.0 };
    let gains = gain.gains(128, 128, 4.0).unwrap();
    let params = MagnifyParams { gain, temporal: all_motion(), ..Default::default() };
    for wavelength in [8.0, 16.0, 32.0, 64.0] {
        let found = measured_gain(128, wavelength, &params);
        let expected = 1.0 + predicted_gain(&gains, wavelength);
        assert!((found / expected - 1.0).abs() < 0.01, "λ {wavelength}: {found} for {expected}");
    }
}

#[test]
fn default_gain_magnifies_features_of_micro_motion_and_spares_the_finest() {
    let params = MagnifyParams { temporal: all_motion(), ..Default::default() };
    for (wavelength, share) in [(4.0, 0.06), (8.0, 0.53), (16.0, 0.86), (32.0, 0.96), (64.0, 0.99)] {
        let found = (measured_gain(254, wavelength, &params) - 1.0) / params.alpha;
        assert!((found - share).abs() < 0.02, "λ {wavelength}: {found} of α for {share}");
    }
}

#[test]
fn default_gain_leaves_the_brightness_of_the_whole_frame() {
    let frames = Array3::from_shape_fn((34, 100, 90), |(t, r, c)| {
        0.4 + 0.1 * ((r * 7 + c * 3) % 11) as f32 / 11.0 + 0.002 * t as f32
    });
    let clip = Clip::new(frames, FPS).unwrap();
    let out = magnify_clip(&clip, &MagnifyParams::default()).unwrap();
    let worst = (&out.frames() - &clip.frames()).fold(0.0_f32, |m, d| m.max(d.abs()));
    assert!(worst < 1e-5, "{worst}");
}

#[test]
fn out_of_band_motion_is_unchanged() {
    // 20 Hz and its harmonic 40 Hz; the band ends at 10 Hz.
    let displacements: Vec<f64> =
        (0..50).map(|t| 0.2 * (2.0 * PI * 20.0 * f64::from(t) / FPS).sin()).collect();
    let clip = moving_sinusoid(64, 16.0, 0.0, &displacements);
    let temporal = ClipFilter::Ideal { low_hz: 0.5, high_hz: 10.0, extension: Extension::Periodic };
    let params = MagnifyParams { temporal, ..Default::default() };
    let out = magnify_clip(&clip, &params).unwrap();
    let worst = (&out.frames() - &clip.frames()).fold(0.0_f32, |m, d| m.max(d.abs()));
    assert!(worst < 1e-5, "{worst}");
    let inside = MagnifyParams {
        temporal: ClipFilter::Ideal { low_hz: 15.0, high_hz: 25.0, extension: Extension::Periodic },
        ..params
    };
    let moved = (&magnify_clip(&clip, &inside).unwrap().frames() - &clip.frames())
        .fold(0.0_f32, |m, d| m.max(d.abs()));
    assert!(moved > 0.05, "the same motion inside the band must change the clip: {moved}");
}

#[test]
fn pixel_noise_is_amplified_far_less_than_motion() {
    let mut seed = 1_u64;
    let mut noise = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 40) as f32 / (1 << 24) as f32 - 0.5
    };
    let frames =
        Array3::from_shape_fn((12, 128, 128), |(t, _, _)| if t == 0 { 0.5 } else { 0.5 + 0.1 * noise() });
    let clip = Clip::new(frames, FPS).unwrap();
    let params = MagnifyParams {
        alpha: 1.0,
        temporal: ClipFilter::OnsetLowPass { cutoff_hz: 49.9 },
        ..Default::default()
    };
    let added = &magnify_clip(&clip, &params).unwrap().frames() - &clip.frames();
    let share = added.index_axis(ndarray::Axis(0), 6).std(0.0) / clip.frame(6).std(0.0);
    assert!((share - 0.2).abs() < 0.01, "{share}");
}

#[test]
fn negative_alpha_freezes_the_pattern() {
    let clip = moving_sinusoid(64, 16.0, 0.3, &slow_pulse(0.3));
    let gain = GainRule::PerLevel { weights: vec![1.0; level_count(64, 64)] };
    let params = MagnifyParams { alpha: -1.0, gain, temporal: all_motion(), ..Default::default() };
    let out = magnify_clip(&clip, &params).unwrap();
    let worst = (&out.frame(20) - &clip.frame(0)).fold(0.0_f32, |m, d| m.max(d.abs()));
    assert!(worst < 1e-3, "{worst}");
}
