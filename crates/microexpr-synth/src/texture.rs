//! Band-limited noise: pores, hair, cloth.

use microexpr_core::filter;
use ndarray::Array2;
use rand::Rng;
use rand_distr::StandardNormal;

/// White Gaussian noise blurred by `sigma_x_px` and `sigma_y_px`, mean 0 and standard deviation 1.
pub(crate) fn noise(
    rng: &mut impl Rng,
    size: (usize, usize),
    sigma_x_px: f32,
    sigma_y_px: f32,
) -> Array2<f32> {
    let white = Array2::from_shape_simple_fn(size, || rng.sample::<f32, _>(StandardNormal));
    let across = filter::rows(white.view(), &filter::gaussian_kernel(sigma_x_px));
    let mut field = filter::cols(across.view(), &filter::gaussian_kernel(sigma_y_px));
    let mean = field.sum() / field.len() as f32;
    field -= mean;
    let deviation = (field.iter().map(|v| v * v).sum::<f32>() / field.len() as f32).sqrt();
    field / deviation.max(f32::MIN_POSITIVE)
}
