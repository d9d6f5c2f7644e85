//! `y = x Wᵀ + b` of all nodes, as one operation where the backend has kernels for it.
//!
//! Node features are tall and narrow: tens of thousands of rows, about a hundred columns. Burn's matrix product clears its output
//! on one thread before it fills it, adds the bias in a pass of its own, and is no faster than half of what the processor can do on
//! such shapes.
//!
//! | module | holds |
//! |---|---|
//! | `differentiable` | the operation with and without gradients |
//! | `recognition` | finding out at run time whether it can be used |
//! | `flex` | the kernels for the CPU backend |

#[cfg(feature = "flex")]
mod differentiable;
#[cfg(feature = "flex")]
mod flex;
mod recognition;

use burn::prelude::*;

/// `x Wᵀ + b`.
///
/// # Shapes
///
/// - `x`: `[N, D]`, `weight`: `[C, D]`, `bias`: `[C]`; output: `[N, C]`
pub(crate) fn dense_map<B: Backend>(
    x: Tensor<B, 2>,
    weight: Tensor<B, 2>,
    bias: Option<Tensor<B, 1>>,
) -> Tensor<B, 2> {
    if x.dims()[0] == 0 {
        return Tensor::zeros([0, weight.dims()[0]], (&x.device(), x.dtype()));
    }
    recognition::by_kernels((x, weight, bias)).unwrap_or_else(|(x, weight, bias)| {
        let product = x.matmul(weight.transpose());
        match bias {
            Some(bias) => product + bias.unsqueeze(),
            None => product,
        }
    })
}

/// `x W_kᵀ + b_k` of several maps side by side: the nodes are read once, forward and backward.
///
/// # Shapes
///
/// - `x`: `[N, D]`, weights: `[C_k, D]`, biases: `[C_k]`; output: `[N, Σ C_k]`
pub(crate) fn dense_maps<B: Backend>(
    x: Tensor<B, 2>,
    weights: Vec<Tensor<B, 2>>,
    biases: Vec<Tensor<B, 1>>,
) -> Tensor<B, 2> {
    dense_map(x, Tensor::cat(weights, 0), Some(Tensor::cat(biases, 0)))
}

#[cfg(test)]
#[cfg(feature = "flex")]
mod tests {
    use super::*;
    use crate::against_burn::{Tracked, assert_close, random};

    const BOUND: f32 = 1e-5;

    /// Values and gradients of a map against Burn's own product, for a loss in which every output counts differently.
    fn is_burns_product([rows, inputs, outputs]: [usize; 3], with_bias: bool) {
        let (x, weight, bias) =
            (random([rows, inputs], 1.0, 1), random([outputs, inputs], 1.0, 2), random([outputs], 1.0, 3));
        let constant = || with_bias.then(|| bias.clone());
        let found = dense_map(x.clone(), weight.clone(), constant());
        let product = x.clone().matmul(weight.clone().transpose());
        let expected = constant().map_or(product.clone(), |bias| product + bias.unsqueeze());
        let what = format!("[{rows}, {inputs}] to {outputs}, bias: {with_bias}");
        assert_close(&what, found.clone().inner(), expected.clone().inner(), BOUND);
        let factors = random([rows, outputs], 1.0, 4).detach();
        let (found, expected) =
            ((found * factors.clone()).sum().backward(), (expected * factors).sum().backward());
        let gradients = [&found, &expected].map(|g| (x.grad(g).unwrap(), weight.grad(g).unwrap()));
        let [(by_x, by_weight), (burns_by_x, burns_by_weight)] = gradients;
        assert_close(&what, by_x, burns_by_x, BOUND);
        assert_close(&what, by_weight, burns_by_weight, BOUND);
        if with_bias {
            assert_close(&what, bias.grad(&found).unwrap(), bias.grad(&expected).unwrap(), BOUND);
        }
    }

    #[test]
    fn maps_of_all_shapes_are_burns_products() {
        let shapes = [[1, 1, 1], [2, 3, 5], [6, 16, 16], [7, 2, 1], [13, 17, 6], [48, 8, 33], [49, 32, 7]];
        for shape in shapes.into_iter().chain([[300, 100, 96], [4500, 5, 3], [129, 40, 18]]) {
            is_burns_product(shape, true);
            is_burns_product(shape, false);
        }
    }

    #[test]
    fn transposed_and_sliced_operands_are_read_right() {
        let (x, weight) = (random([9, 20], 1.0, 1).transpose(), random([12, 15], 1.0, 2).narrow(1, 3, 9));
        let expected = x.clone().matmul(weight.clone().transpose());
        assert_close("sliced", dense_map(x, weight, None).inner(), expected.inner(), BOUND);
    }

    #[test]
    fn only_what_is_asked_for_has_a_gradient() {
        let (x, weight) =
            (Tensor::<Tracked, 2>::from_inner(random([8, 4], 1.0, 1).inner()), random([3, 4], 1.0, 2));
        let gradients = dense_map(x.clone(), weight.clone(), None).sum().backward();
        assert!(x.grad(&gradients).is_none());
        assert!(weight.grad(&gradients).is_some());
    }

    #[test]
    fn the_gradient_does_not_depend_on_threads() {
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let (x, weight) = (random([5000, 10], 1.0, 1), random([7, 10], 1.0, 2));
                let gradients = dense_map(x, weight.clone(), None).powi_scalar(2).sum().backward();
                weight.grad(&gradients).unwrap().into_data()
            })
        };
        assert_eq!(with(1), with(3));
    }

    #[test]
    fn no_rows_make_no_rows() {
        assert_eq!(dense_map(random([0, 4], 1.0, 1), random([3, 4], 1.0, 2), None).dims(), [0, 3]);
    }
}
