//! `σ(x + b)` of all nodes, as one operation where the backend has kernels for it: Burn's operations take five passes over all rows
//! for an ELU, and its exponentials one at a time.
//!
//! | module | holds |
//! |---|---|
//! | `differentiable` | the operation with and without gradients |
//! | `flex` | the kernels for the CPU backend |

#[cfg(feature = "flex")]
mod differentiable;
#[cfg(feature = "flex")]
mod flex;

use burn::prelude::*;
use burn::tensor::DType;

use crate::attention::Activation;
use crate::attention::fused::Call;

/// `x`, `b` and `σ`.
type Operands<B> = (Tensor<B, 2>, Tensor<B, 1>, Activation);

type Activated<B> = Call<Operands<B>, Tensor<B, 2>>;

/// `σ(x + b)`.
///
/// # Shapes
///
/// - `x`: `[N, C]`, `bias`: `[C]`; output: `[N, C]`
pub(crate) fn biased_activation<B: Backend>(
    x: Tensor<B, 2>,
    bias: Tensor<B, 1>,
    activation: Activation,
) -> Tensor<B, 2> {
    by_kernels((x, bias, activation))
        .unwrap_or_else(|(x, bias, activation)| activation.apply(x + bias.unsqueeze()))
}

/// By the backend's kernels; gives the operands back if it has none or they are not in single precision.
fn by_kernels<B: Backend>(operands: Operands<B>) -> Result<Tensor<B, 2>, Operands<B>> {
    let (x, bias, _) = &operands;
    if x.dtype() != DType::F32 || bias.dtype() != DType::F32 || x.dims()[0] == 0 {
        return Err(operands);
    }
    let call: Activated<B> = Call::new(operands);
    call.answered_by(|call| {
        #[cfg(feature = "flex")]
        {
            use burn::backend::autodiff::checkpoint::strategy::{BalancedCheckpointing, NoCheckpointing};
            use burn::backend::{Autodiff, Flex};
            use differentiable::{plain, tracked};

            Activated::<Flex>::answer(call, plain);
            Activated::<Autodiff<Flex, NoCheckpointing>>::answer(call, tracked);
            Activated::<Autodiff<Flex, BalancedCheckpointing>>::answer(call, tracked);
        }
        // Without a backend's feature there are no kernels.
        let _ = call;
    })
}

#[cfg(test)]
#[cfg(feature = "flex")]
mod tests {
    use super::*;
    use crate::against_burn::{Tracked, assert_close, random};

    const BOUND: f32 = 1e-6;

    #[test]
    fn values_and_gradients_are_those_of_burns_operations() {
        for activation in [Activation::Elu, Activation::Relu, Activation::Sine, Activation::Identity] {
            for [rows, columns] in [[1, 1], [3, 8], [70, 11], [4100, 3]] {
                let (x, bias) = (random([rows, columns], 3.0, 1), random([columns], 3.0, 2));
                let found = biased_activation(x.clone(), bias.clone(), activation);
                let expected = activation.apply(x.clone() + bias.clone().unsqueeze());
                assert_close("value", found.clone().inner(), expected.clone().inner(), BOUND);
                let factors = random([rows, columns], 3.0, 3).detach();
                let found = (found * factors.clone()).sum().backward();
                let expected = (expected * factors).sum().backward();
                assert_close("x", x.grad(&found).unwrap(), x.grad(&expected).unwrap(), BOUND);
                let by_bias = [found, expected].map(|g| bias.grad(&g).unwrap() / rows as f32);
                let [found, expected] = by_bias;
                assert_close("bias", found, expected, BOUND);
            }
        }
    }

    #[test]
    fn far_below_zero_an_elu_is_minus_one_and_flat() {
        let x = Tensor::<Tracked, 2>::from_floats([[-200.0, 200.0]], &Default::default()).require_grad();
        let out = biased_activation(x.clone(), Tensor::zeros([2], &Default::default()), Activation::Elu);
        let gradients = out.clone().sum().backward();
        assert_eq!(out.into_data().to_vec::<f32>().unwrap(), [-1.0, 200.0]);
        assert_eq!(x.grad(&gradients).unwrap().into_data().to_vec::<f32>().unwrap(), [0.0, 1.0]);
    }
}
