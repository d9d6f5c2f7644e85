//! The MIT release's settings, its quirks, and pulse.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::f64::consts::PI;

use microexpr_magnify::{
    ClipFilter, Extension, FrameLayout, GainRule, MagnifyError, MagnifyParams, Preset, StreamFilter,
    magnify_frames,
};

#[test]
fn every_preset_works_at_its_own_frame_rate_and_is_found_by_name() {
    for preset in Preset::ALL {
        assert_eq!(preset.name().parse::<Preset>().unwrap(), preset);
        let layout = FrameLayout::rgb(70, 90);
        let frame: Vec<u8> = (0..layout.len()).map(|i| (i * 31 % 251) as u8).collect();
        for params in [preset.params(), preset.mit_compat(preset.fps())] {
            let mut frames = frame.repeat(200);
            magnify_frames(&mut frames, layout, preset.fps(), &params).unwrap();
            assert!(frames.chunks_exact(layout.len()).all(|f| f == frame), "{preset}");
        }
    }
    let unknown = "babe".parse::<Preset>().unwrap_err();
    assert!(matches!(unknown, MagnifyError::UnknownPreset { .. }) && unknown.to_string().contains("baby2"));
}

#[test]
fn mit_compat_halves_butterworth_cut_offs() {
    let ClipFilter::Stream(StreamFilter::Butterworth { low_hz, high_hz, .. }) =
        Preset::Shadow.mit_compat(30.0).temporal
    else {
        panic!("shadow uses a Butterworth filter")
    };
    assert_eq!((low_hz, high_hz), (0.25, 5.0));
}

#[test]
fn mit_compat_averages_by_rates_per_frame() {
    for fps in [30.0, 120.0] {
        let ClipFilter::Stream(StreamFilter::Exponential { low_hz, high_hz }) =
            Preset::Baby.mit_compat(fps).temporal
        else {
            panic!("baby uses exponential averages")
        };
        let rate = |hz: f64| 1.0 - (-2.0 * PI * hz / fps).exp();
        assert!((rate(low_hz) - 0.05).abs() < 1e-12 && (rate(high_hz) - 0.4).abs() < 1e-12);
    }
}

#[test]
fn mit_compat_reverses_fine_motion_as_the_release_does() {
    let gains = GainRule::MitRelease { lambda_c_px: 48.0, factor: 1.0 }.gains(254, 254, 2.0).unwrap();
    for (found, expected) in gains[1..4].iter().zip([-1.53, -1.06, -0.13]) {
        assert!((found - expected).abs() < 0.005, "{gains:?}");
    }
    let guitar = Preset::GuitarE;
    let (meant, release) = (guitar.params(), guitar.mit_compat(600.0));
    let meant = meant.gain.gains(480, 640, meant.alpha).unwrap();
    let release = release.gain.gains(480, 640, release.alpha).unwrap();
    assert!(meant.iter().zip(&release).all(|(m, r)| (m / 2.0 - r).abs() < 1e-12), "{meant:?} {release:?}");
}

/// A skin patch whose colour pulses by ±0.2 grey levels at 1 Hz in noise of ±2 grey levels.
#[test]
fn pulse_in_colour_is_amplified_and_noise_is_not() {
    let (layout, fps, frames) = (FrameLayout::rgb(64, 64), 30.0, 90);
    let mut seed = 1_u64;
    let mut noise = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 40) as f64 / f64::from(1 << 24) - 0.5
    };
    let pulse = |t: usize| (2.0 * PI * t as f64 / fps).sin();
    let mut video: Vec<f32> = Vec::new();
    for t in 0..frames {
        for _ in 0..64 * 64 {
            let skin = [180.0, 120.0 + 0.2 * pulse(t), 100.0];
            video.extend(skin.map(|v| ((v + 4.0 * noise()) / 255.0) as f32));
        }
    }
    let before = video.clone();
    let temporal = ClipFilter::Ideal { low_hz: 0.8, high_hz: 1.2, extension: Extension::Periodic };
    let gain = GainRule::ColorChange { level: 4 };
    magnify_frames(&mut video, layout, fps, &MagnifyParams { alpha: 50.0, gain, temporal, chroma: 1.0 })
        .unwrap();
    let green = |clip: &[f32], t: usize| -> f64 {
        clip[t * layout.len()..][..layout.len()].iter().skip(1).step_by(3).map(|v| f64::from(*v)).sum::<f64>()
            / (64.0 * 64.0)
            * 255.0
    };
    let amplitude = |clip: &[f32]| -> f64 {
        (0..frames).map(|t| 2.0 * green(clip, t) * pulse(t)).sum::<f64>() / frames as f64
    };
    let ratio = amplitude(&video) / amplitude(&before);
    assert!((ratio / 51.0 - 1.0).abs() < 0.01, "{ratio}");
    // One pixel: the pulse of ±10 grey levels must stand out of the noise.
    let pixel = |t: usize| f64::from(video[t * layout.len() + (32 * 64 + 32) * 3 + 1]) * 255.0;
    let worst = (0..frames).map(|t| (pixel(t) - 120.0 - 10.2 * pulse(t)).abs()).fold(0.0, f64::max);
    assert!(worst < 6.0, "{worst}");
}
