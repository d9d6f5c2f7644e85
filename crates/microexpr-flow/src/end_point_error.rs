use microexpr_core::FlowField;
use ndarray::{Array2, Zip};

use crate::FlowError;
use crate::flo::is_known;

/// Distance between estimated and true displacement at every pixel, `√((u − u*)² + (v − v*)²)` in pixels, `[row, col]`.
///
/// Where the truth is unknown (`.flo` marks it by values beyond 10⁹) the result is NaN.
///
/// # Errors
///
/// [`FlowError::FrameSize`].
pub fn end_point_error(flow: &FlowField, truth: &FlowField) -> Result<Array2<f32>, FlowError> {
    if flow.dim() != truth.dim() {
        return Err(FlowError::FrameSize { expected: truth.dim(), found: flow.dim() });
    }
    let error = |u: &f32, v: &f32, true_u: &f32, true_v: &f32| match is_known(*true_u, *true_v) {
        true => (u - true_u).hypot(v - true_v),
        false => f32::NAN,
    };
    Ok(Zip::from(flow.u()).and(flow.v()).and(truth.u()).and(truth.v()).map_collect(error))
}

/// Mean of [`end_point_error`] over the pixels whose truth is known; `None` if there are none.
///
/// # Errors
///
/// [`FlowError::FrameSize`].
pub fn mean_end_point_error(flow: &FlowField, truth: &FlowField) -> Result<Option<f64>, FlowError> {
    let errors = end_point_error(flow, truth)?;
    let known: Vec<f64> = errors.iter().filter(|e| !e.is_nan()).map(|e| f64::from(*e)).collect();
    Ok((!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64))
}
