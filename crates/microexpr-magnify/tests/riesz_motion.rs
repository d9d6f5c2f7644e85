//! Phase-based magnification of motion whose right answer is known.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::f64::consts::PI;

use microexpr_core::Clip;
use microexpr_magnify::{
    FrameLayout, Magnifier, RieszMagnifier, RieszParams, StreamFilter, StreamParams, magnify_clip_phase,
};
use ndarray::Array3;

const FPS: f64 = 100.0;
const SIZE: usize = 128;

/// Passes a slow motion of 2 Hz with a gain within 1 % of 1.
fn wide_band() -> StreamFilter {
    StreamFilter::Exponential { low_hz: 0.0, high_hz: 40.0 }
}

fn riesz(frames: &mut [Vec<f32>], alpha: f64) {
    let params = RieszParams { alpha, temporal: wide_band(), ..Default::default() };
    let mut magnifier = RieszMagnifier::new(FrameLayout::grey(SIZE, SIZE), FPS, &params).unwrap();
    frames.iter_mut().for_each(|f| magnifier.magnify(f).unwrap());
}

fn linear(frames: &mut [Vec<f32>], alpha: f64) {
    let params = StreamParams { alpha, temporal: wide_band(), ..Default::default() };
    let mut magnifier = Magnifier::new(FrameLayout::grey(SIZE, SIZE), FPS, &params).unwrap();
    frames.iter_mut().for_each(|f| magnifier.magnify(f).unwrap());
}

/// `amplitude · sin(2π · 2 Hz · t)` in pixels.
fn swing(amplitude: f64, frame: usize) -> f64 {
    amplitude * (2.0 * PI * 2.0 * frame as f64 / FPS).sin()
}

fn render(frames: usize, value: impl Fn(f64, f64, usize) -> f64) -> Vec<Vec<f32>> {
    let pixel = |t, i: usize| value((i % SIZE) as f64, (i / SIZE) as f64, t) as f32;
    (0..frames).map(|t| (0..SIZE * SIZE).map(|i| pixel(t, i)).collect()).collect()
}

/// Largest displacement in a video of vertical stripes, from the Fourier phase followed from frame to frame.
fn swing_of(frames: &[Vec<f32>], wavelength: f64) -> f64 {
    let phase = |frame: &[f32]| {
        let row = &frame[SIZE / 2 * SIZE + SIZE / 4..][..SIZE / 2];
        let sum = row.iter().enumerate().fold((0.0, 0.0), |(re, im), (x, v)| {
            let angle = 2.0 * PI * x as f64 / wavelength;
            (re + f64::from(*v) * angle.cos(), im - f64::from(*v) * angle.sin())
        });
        sum.1.atan2(sum.0)
    };
    let (mut total, mut largest) = (0.0_f64, 0.0_f64);
    for pair in frames.windows(2) {
        let turn = phase(&pair[1]) - phase(&pair[0]);
        total += turn - 2.0 * PI * (turn / (2.0 * PI)).round();
        largest = largest.max(total.abs());
    }
    largest * wavelength / (2.0 * PI)
}

#[test]
fn large_motion_of_fine_stripes_is_reached_where_the_linear_method_fails() {
    let (wavelength, amplitude, alpha) = (8.0, 0.5, 10.0);
    let stripes = |x: f64, _: f64, t| 0.5 + 0.2 * (2.0 * PI * (x - swing(amplitude, t)) / wavelength).sin();
    let (mut phase_based, mut added) = (render(60, stripes), render(60, stripes));
    riesz(&mut phase_based, alpha);
    linear(&mut added, alpha);
    let (riesz, linear) = (swing_of(&phase_based, wavelength), swing_of(&added, wavelength));
    let requested = (1.0 + alpha) * amplitude;
    println!("true motion times {}: riesz {}, linear {}", 1.0 + alpha, riesz / amplitude, linear / amplitude);
    assert!((riesz / requested - 1.0).abs() < 0.15, "{riesz} px for {requested}");
    assert!(linear < 0.5 * requested, "linear reached {linear} px");
}

#[test]
fn a_clip_is_magnified_as_its_frames_are() {
    let stripes = |x: f64, _: f64, t| 0.5 + 0.2 * (2.0 * PI * (x - swing(0.5, t)) / 8.0).sin();
    let mut frames = render(20, stripes);
    let clip = Clip::new(Array3::from_shape_vec((20, SIZE, SIZE), frames.concat()).unwrap(), FPS).unwrap();
    let params = RieszParams { alpha: 4.0, temporal: wide_band(), ..Default::default() };
    let magnified = magnify_clip_phase(&clip, &params).unwrap();
    riesz(&mut frames, 4.0);
    assert_eq!(magnified.frames().as_slice().unwrap(), frames.concat());
    assert_ne!(magnified.frames(), clip.frames());
}

#[test]
fn motion_along_either_axis_is_magnified_alike() {
    let wave = |along: f64, t| 0.5 + 0.2 * (2.0 * PI * (along - swing(0.2, t)) / 8.0).sin();
    let (mut right, mut down) = (render(20, |x, _, t| wave(x, t)), render(20, |_, y, t| wave(y, t)));
    riesz(&mut right, 10.0);
    riesz(&mut down, 10.0);
    for (right, down) in right.iter().zip(&down) {
        for (i, value) in right.iter().enumerate() {
            let transposed = down[i % SIZE * SIZE + i / SIZE];
            assert!((value - transposed).abs() < 1e-4, "{value} {transposed}");
        }
    }
}

#[test]
fn colour_differences_stay_in_place() {
    let layout = FrameLayout::rgb(40, 40);
    let tint = [0.05_f32, 0.0, -0.05];
    let frame = |t: usize| -> Vec<f32> {
        let grey = |i: usize| 0.5 + 0.1 * (2.0 * PI * ((i % 40) as f64 - swing(0.3, t)) / 8.0).sin() as f32;
        (0..40 * 40).flat_map(|i| tint.map(|c| grey(i) + c)).collect()
    };
    let params = RieszParams { temporal: wide_band(), ..Default::default() };
    let mut magnifier = RieszMagnifier::new(layout, FPS, &params).unwrap();
    let mut changed = 0.0_f32;
    for t in 0..12 {
        let mut out = frame(t);
        magnifier.magnify(&mut out).unwrap();
        changed = out.iter().zip(frame(t)).map(|(a, b)| (a - b).abs()).fold(changed, f32::max);
        for pixel in out.chunks_exact(3) {
            assert!((pixel[0] - pixel[1] - 0.05).abs() < 1e-5 && (pixel[1] - pixel[2] - 0.05).abs() < 1e-5);
        }
    }
    assert!(changed > 0.05, "{changed}");
}

/// A disc with a soft edge, moved by `d` to the right.
fn disc(x: f64, y: f64, d: f64) -> f64 {
    let radius = ((x - d - 64.0).powi(2) + (y - 64.0).powi(2)).sqrt();
    0.3 + 0.4 / (1.0 + ((radius - 30.0) / 1.5).exp())
}

fn noise(i: u64) -> f64 {
    let uniform = |k: u64| {
        let mut h = (2 * i + k + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        h = (h ^ (h >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        h = (h ^ (h >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((h ^ (h >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    };
    (-2.0 * (1.0 - uniform(0)).ln()).sqrt() * (2.0 * PI * uniform(1)).cos()
}

fn root_mean_square(found: &[Vec<f32>], expected: &[Vec<f32>]) -> f64 {
    let inner = |i: usize| (16..SIZE - 16).contains(&(i % SIZE)) && (16..SIZE - 16).contains(&(i / SIZE));
    let (mut sum, mut count) = (0.0, 0.0);
    for (f, e) in found.iter().zip(expected).skip(1) {
        for i in (0..f.len()).filter(|i| inner(*i)) {
            sum += f64::from(f[i] - e[i]).powi(2);
            count += 1.0;
        }
    }
    (sum / count).sqrt()
}

#[test]
fn noisy_video_at_high_alpha_has_at_most_a_third_of_the_linear_error() {
    let (amplitude, alpha) = (0.05, 20.0);
    let noisy = render(50, |x, y, t| {
        let index = (t * SIZE * SIZE) as u64 + y as u64 * SIZE as u64 + x as u64;
        disc(x, y, swing(amplitude, t)) + 0.01 * noise(index)
    });
    let expected = render(50, |x, y, t| disc(x, y, (1.0 + alpha) * swing(amplitude, t)));
    let (mut phase_based, mut added) = (noisy.clone(), noisy);
    riesz(&mut phase_based, alpha);
    linear(&mut added, alpha);
    let (riesz, linear) = (root_mean_square(&phase_based, &expected), root_mean_square(&added, &expected));
    println!("root mean square error: riesz {riesz:.4}, linear {linear:.4}");
    assert!(riesz <= linear / 3.0, "riesz {riesz}, linear {linear}");
}

#[test]
fn negative_alpha_removes_most_of_the_motion() {
    let stripes = |x: f64, _: f64, t| 0.5 + 0.2 * (2.0 * PI * (x - swing(0.4, t)) / 8.0).sin();
    let mut out = render(40, stripes);
    riesz(&mut out, -1.0);
    let left = swing_of(&out, 8.0);
    assert!(left < 0.15 * 0.4, "{left} px of 0.4 px");
}

#[test]
fn static_video_is_unchanged() {
    for layout in [
        FrameLayout::grey(45, 38),
        FrameLayout::rgb(31, 50),
        FrameLayout::grey(3, 70),
        FrameLayout::rgb(1, 1),
    ] {
        let frame: Vec<u8> = (0..layout.len()).map(|i| (i * i * 31 % 253) as u8).collect();
        let mut magnifier = RieszMagnifier::new(layout, FPS, &RieszParams::default()).unwrap();
        for _ in 0..4 {
            let mut out = frame.clone();
            magnifier.magnify(&mut out).unwrap();
            assert!(out == frame, "{layout:?}");
        }
    }
}

#[test]
fn reset_starts_a_new_video() {
    let params = RieszParams::default();
    let mut magnifier = RieszMagnifier::new(FrameLayout::grey(SIZE, SIZE), FPS, &params).unwrap();
    let mut run = || {
        let mut frames = render(5, |x, y, t| disc(x, y, swing(0.5, t)));
        frames.iter_mut().for_each(|f| magnifier.magnify(f).unwrap());
        magnifier.reset();
        frames
    };
    let first = run();
    assert!(first == run());
}
