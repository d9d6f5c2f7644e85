use burn::prelude::*;
use burn::tensor::DType;

use crate::attention::fused::Call;

/// `x`, `W` and perhaps `b`.
pub(super) type Operands<B> = (Tensor<B, 2>, Tensor<B, 2>, Option<Tensor<B, 1>>);

type Map<B> = Call<Operands<B>, Tensor<B, 2>>;

/// The map by the backend's kernels; gives the operands back if it has none or they are not in single precision.
pub(super) fn by_kernels<B: Backend>(operands: Operands<B>) -> Result<Tensor<B, 2>, Operands<B>> {
    let (x, weight, _) = &operands;
    if x.dtype() != DType::F32 || weight.dtype() != DType::F32 {
        return Err(operands);
    }
    let call: Map<B> = Call::new(operands);
    call.answered_by(|call| {
        #[cfg(feature = "flex")]
        {
            use super::differentiable::{plain, tracked};
            use burn::backend::autodiff::checkpoint::strategy::{BalancedCheckpointing, NoCheckpointing};
            use burn::backend::{Autodiff, Flex};

            Map::<Flex>::answer(call, plain);
            Map::<Autodiff<Flex, NoCheckpointing>>::answer(call, tracked);
            Map::<Autodiff<Flex, BalancedCheckpointing>>::answer(call, tracked);
        }
        // Without a backend's feature there are no kernels.
        let _ = call;
    })
}
