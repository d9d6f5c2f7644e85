use microexpr_core::FlowField;
use ndarray::{Array2, Zip};

use crate::FlowError;
use crate::flo::is_known;

/// Angle in degrees between `(u, v, 1)` and `(u*, v*, 1)` of the true flow at every pixel, `[row, col]`.
///
/// Where the truth is unknown the result is NaN.
///
/// Source: J. Barron, D. Fleet, S. Beauchemin, "Performance of Optical Flow Techniques", IJCV 1994.
///
/// # Errors
///
/// [`FlowError::FrameSize`].
pub fn angular_error(flow: &FlowField, truth: &FlowField) -> Result<Array2<f32>, FlowError> {
    if flow.dim() != truth.dim() {
        return Err(FlowError::FrameSize { expected: truth.dim(), found: flow.dim() });
    }
    let angle = |u: &f32, v: &f32, true_u: &f32, true_v: &f32| {
        if !is_known(*true_u, *true_v) {
            return f32::NAN;
        }
        let [u, v, s, t] = [*u, *v, *true_u, *true_v].map(f64::from);
        // The cross product stays exact where the cosine of small angles rounds to 1.
        let sine = (v - t).hypot(u - s).hypot(u * t - v * s);
        sine.atan2(1.0 + u * s + v * t).to_degrees() as f32
    };
    Ok(Zip::from(flow.u()).and(flow.v()).and(truth.u()).and(truth.v()).map_collect(angle))
}
