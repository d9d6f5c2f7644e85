use burn::prelude::*;

/// `x W_kᵀ + b_k` of several maps side by side: one product reads the nodes once, forward and backward.
///
/// # Shapes
///
/// - `x`: `[N, D]`, weights: `[C_k, D]`, biases: `[C_k]`; output: `[N, Σ C_k]`
pub(crate) fn project<B: Backend, const K: usize>(
    x: Tensor<B, 2>,
    weights: [Tensor<B, 2>; K],
    biases: [Tensor<B, 1>; K],
) -> Tensor<B, 2> {
    let weight = Tensor::cat(weights.to_vec(), 0);
    x.matmul(weight.transpose()) + Tensor::cat(biases.to_vec(), 0).unsqueeze()
}
