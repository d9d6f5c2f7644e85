use microexpr_core::FlowField;

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
    match measure {
        IntensityMeasure::Magnitude => sum(flow, |u, v| (u * u + v * v).sqrt()),
        IntensityMeasure::AbsoluteSum => sum(flow, |u, v| u.abs() + v.abs()),
        IntensityMeasure::SignedSum => sum(flow, |u, v| u + v),
    }
}

fn sum(flow: &FlowField, of: impl Fn(f32, f32) -> f32) -> f64 {
    flow.u().iter().zip(flow.v()).map(|(u, v)| f64::from(of(*u, *v))).sum()
}
