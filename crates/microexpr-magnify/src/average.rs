//! Averages over neighbouring frames: less noise in every frame, the first one included.

use microexpr_core::{Clip, OutOfRange, vectorized};
use ndarray::{Array3, ArrayView3, ArrayViewMut3, Axis};

use crate::MagnifyError;
use crate::parallel::for_each_frame;

/// Replaces every frame by a weighted mean of the frames around it, weights `exp(−(Δt/σ)²/2)` with `σ = sigma_s` seconds,
/// cut off at `3σ` and at the clip's ends. `sigma_s = 0` changes nothing.
///
/// Sensor noise of independent frames falls by about `√(2σ√π·fps)`; motion slower than `6σ` hardly changes. Unlike the
/// onset-referenced low-pass of [`ClipFilter`](crate::ClipFilter), the noise of the first frame falls too, which the motion
/// of all later frames is measured against.
///
/// # Errors
///
/// [`MagnifyError::Setting`] unless `sigma_s` is finite and not negative.
///
/// # Example
///
/// ```
/// use microexpr_core::Clip;
/// use microexpr_magnify::average_frames;
/// use ndarray::Array3;
///
/// let noisy = Array3::from_shape_fn((20, 8, 8), |(t, y, x)| 0.5 + if (t + y + x) % 2 == 0 { 0.1 } else { -0.1 });
/// let calm = average_frames(&Clip::new(noisy, 100.0)?, 0.03)?;
/// assert!(calm.frames().iter().all(|v| (v - 0.5).abs() < 0.02));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn average_frames(clip: &Clip, sigma_s: f64) -> Result<Clip, MagnifyError> {
    Ok(Clip::new(average_in_time(clip.frames(), sigma_s, clip.fps())?, clip.fps())?)
}

/// [`average_frames`] of planes of values, `[frame, row, col]`.
fn average_in_time(values: ArrayView3<'_, f32>, sigma_s: f64, fps: f64) -> Result<Array3<f32>, MagnifyError> {
    let frames = values.len_of(Axis(0));
    let weights = weights(sigma_s, fps, frames)?;
    let radius = weights.len() - 1;
    // Of every frame, the first neighbour and the weights of the neighbours.
    let neighbours: Vec<(usize, Vec<f32>)> = (0..frames)
        .map(|at| {
            let near = at.saturating_sub(radius)..(at + radius + 1).min(frames);
            let total: f64 = near.clone().map(|other| weights[other.abs_diff(at)]).sum();
            (near.start, near.map(|other| (weights[other.abs_diff(at)] / total) as f32).collect())
        })
        .collect();
    let mut averaged = Array3::zeros(values.dim());
    // Band by band, as the same few rows of all frames stay in the processor's cache.
    let average = |lines: &mut Vec<f32>, band: usize, mut out: ArrayViewMut3<'_, f32>| {
        let (_, height, width) = out.dim();
        lines.clear();
        for frame in values.outer_iter() {
            let rows = frame.to_slice().expect("the frames of a clip are contiguous");
            lines.extend_from_slice(&rows[band * BAND * width..][..height * width]);
        }
        for ((first, weights), mut out) in neighbours.iter().zip(out.outer_iter_mut()) {
            let out = out.as_slice_mut().expect("rows of one frame are contiguous");
            weigh(&lines[first * out.len()..], weights, out);
        }
    };
    let bands = averaged.axis_chunks_iter_mut(Axis(1), BAND).enumerate().collect();
    for_each_frame(bands, Vec::new, |lines, (band, out)| average(lines, band, out));
    Ok(averaged)
}

/// Rows averaged at once.
const BAND: usize = 8;
/// Values summed at once.
const LANES: usize = 32;

vectorized! {
    /// `Σ_k weights[k]·lines[x + k·width]`, `width` being that of `out`.
    fn weigh(lines: &[f32], weights: &[f32], out: &mut [f32]) {
        let width = out.len();
        let mut at = 0;
        while at < width {
            let count = LANES.min(width - at);
            let mut sums = [0.0_f32; LANES];
            for (k, weight) in weights.iter().enumerate() {
                if count == LANES {
                    let values = &lines[k * width + at..][..LANES];
                    for lane in 0..LANES {
                        sums[lane] += weight * values[lane];
                    }
                } else {
                    let values = &lines[k * width + at..][..count];
                    sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += weight * value);
                }
            }
            out[at..at + count].copy_from_slice(&sums[..count]);
            at += count;
        }
    }
}

/// Weights of the frames 0, 1, 2, … away, as many as matter.
fn weights(sigma_s: f64, fps: f64, frames: usize) -> Result<Vec<f64>, MagnifyError> {
    let expected = "a finite number of seconds, not negative";
    OutOfRange::unless_within(0.0..=f64::MAX, "sigma_s", expected, sigma_s)?;
    let sigma = sigma_s * fps;
    let radius = ((3.0 * sigma).floor() as usize).min(frames.saturating_sub(1));
    let weight = |away: usize| if away == 0 { 1.0 } else { (-0.5 * (away as f64 / sigma).powi(2)).exp() };
    Ok((0..=radius).map(weight).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_stays_inside_the_clip() {
        let ramp = Array3::from_shape_fn((40, 2, 2), |(t, _, _)| 0.02 * t as f32);
        let averaged = average_frames(&Clip::new(ramp.clone(), 100.0).expect("finite"), 0.02).expect("valid");
        for t in 6..34 {
            assert!((averaged.frame(t)[[0, 0]] - ramp[[t, 0, 0]]).abs() < 1e-6);
        }
    }

    #[test]
    fn noise_falls_as_the_formula_says() {
        let mut state = 1u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1u64 << 24) as f32
        };
        let clip = Clip::new(Array3::from_shape_simple_fn((60, 40, 40), &mut noise), 100.0).expect("finite");
        let variance = |clip: &Clip| {
            let frame = clip.frame(30);
            let mean = frame.mean().expect("not empty");
            f64::from(frame.mapv(|v| (v - mean).powi(2)).mean().expect("not empty"))
        };
        let averaged = average_frames(&clip, 0.03).expect("valid");
        let expected = 2.0 * 3.0 * std::f64::consts::PI.sqrt();
        let measured = variance(&clip) / variance(&averaged);
        assert!((measured / expected - 1.0).abs() < 0.15, "expected {expected:.2}, found {measured:.2}");
    }

    #[test]
    fn no_width_changes_nothing_and_a_bad_one_is_refused() {
        let clip = Clip::new(Array3::from_shape_fn((5, 3, 3), |(t, y, x)| (t + y * x) as f32), 50.0);
        let clip = clip.expect("finite");
        assert_eq!(average_frames(&clip, 0.0).expect("valid"), clip);
        assert!(average_frames(&clip, -1.0).is_err() && average_frames(&clip, f64::NAN).is_err());
    }
}
