use microexpr_core::{FlowField, vectorized};

use super::{IntensityFrame, IntensityMeasure, SelectionParams};

/// One intensity per frame from those of the flows between consecutive frames; a single frame has 0.
pub(super) fn intensities(mut sums: Vec<f64>, params: &SelectionParams) -> Vec<f64> {
    let (first, last) = (sums.first().copied().unwrap_or(0.0), sums.last().copied().unwrap_or(0.0));
    match params.frame {
        IntensityFrame::Earlier => sums.push(last),
        IntensityFrame::Later => sums.insert(0, first),
    }
    sums
}

/// The intensity of a flow.
pub(super) fn measure(flow: &FlowField, measure: IntensityMeasure) -> f64 {
    let (u, v) = (flow.u(), flow.v());
    let (u, v) = (u.as_standard_layout(), v.as_standard_layout());
    let slices = u.as_slice().zip(v.as_slice());
    let (u, v) = slices.expect("arrays of standard layout are contiguous");
    match measure {
        IntensityMeasure::Magnitude => magnitudes(u, v),
        IntensityMeasure::AbsoluteSum => absolute_values(u, v),
        IntensityMeasure::SignedSum => values(u, v),
    }
}

vectorized! {
    fn magnitudes(u: &[f32], v: &[f32]) -> f64 {
        sum(u, v, |u, v| (u * u + v * v).sqrt())
    }
}

vectorized! {
    fn absolute_values(u: &[f32], v: &[f32]) -> f64 {
        sum(u, v, |u, v| u.abs() + v.abs())
    }
}

vectorized! {
    fn values(u: &[f32], v: &[f32]) -> f64 {
        sum(u, v, |u, v| u + v)
    }
}

/// Values summed side by side.
const LANES: usize = 8;

#[inline(always)]
fn sum(u: &[f32], v: &[f32], of: impl Fn(f32, f32) -> f32) -> f64 {
    let ((u, last_u), (v, last_v)) = (u.as_chunks::<LANES>(), v.as_chunks::<LANES>());
    let mut sums = [0.0; LANES];
    for (u, v) in u.iter().zip(v) {
        for lane in 0..LANES {
            sums[lane] += f64::from(of(u[lane], v[lane]));
        }
    }
    let rest: f64 = last_u.iter().zip(last_v).map(|(u, v)| f64::from(of(*u, *v))).sum();
    sums.iter().sum::<f64>() + rest
}
