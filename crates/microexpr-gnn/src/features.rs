use burn::prelude::*;

use crate::GnnError;

/// Puts row-major features on a device as `[rows, width]`, after checking their number and that all are finite.
///
/// `what` names them in errors.
///
/// # Errors
///
/// [`GnnError::FeatureLength`], [`GnnError::FeatureNotFinite`].
pub fn feature_tensor<B: Backend>(
    what: &'static str,
    values: Vec<f32>,
    [rows, width]: [usize; 2],
    device: &B::Device,
) -> Result<Tensor<B, 2>, GnnError> {
    check_features(what, &values, [rows, width])?;
    Ok(Tensor::from_data(TensorData::new(values, [rows, width]), device))
}

/// Checks the number of row-major features, and that all are finite.
///
/// `what` names them in errors.
///
/// # Errors
///
/// [`GnnError::FeatureLength`], [`GnnError::FeatureNotFinite`].
pub fn check_features(what: &'static str, values: &[f32], [rows, width]: [usize; 2]) -> Result<(), GnnError> {
    if values.len() != rows * width {
        return Err(GnnError::FeatureLength { what, rows, width, found: values.len() });
    }
    if let Some(index) = values.iter().position(|v| !v.is_finite()) {
        return Err(GnnError::FeatureNotFinite { what, index });
    }
    Ok(())
}
