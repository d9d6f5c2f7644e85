use burn::prelude::*;

/// `x · weight` for edges, of which there may be none; then no backend is asked.
///
/// # Shapes
///
/// - `x`: `[E, De]`, `weight`: `[De, C]`; output: `[E, C]`
pub(crate) fn edge_product<B: Backend>(x: Tensor<B, 2>, weight: Tensor<B, 2>) -> Tensor<B, 2> {
    if x.dims()[0] == 0 {
        return Tensor::zeros([0, weight.dims()[1]], (&x.device(), x.dtype()));
    }
    x.matmul(weight)
}
