use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::{Autodiff, Flex};
use burn::prelude::*;

use super::{Operands, flex};
use crate::attention::Activation;
use crate::attention::fused::{float, primitive};

/// The operation without gradients.
pub(super) fn plain((x, bias, activation): Operands<Flex>) -> Tensor<Flex, 2> {
    float(flex::forward(&primitive(x).to_contiguous(), &primitive(bias).to_contiguous(), activation))
}

/// The operation as a node of the gradient's graph.
pub(super) fn tracked<C: CheckpointStrategy>(
    (x, bias, activation): Operands<Autodiff<Flex, C>>,
) -> Tensor<Autodiff<Flex, C>, 2> {
    let (x, bias) = (primitive(x), primitive(bias));
    let operands = [x.primitive.to_contiguous(), bias.primitive.to_contiguous()];
    let forward = |activation| flex::forward(&operands[0], &operands[1], activation);
    let out = forward(activation);
    let parents = [x.node.clone(), bias.node.clone()];
    float::<Autodiff<Flex, C>>(match BiasedActivation.prepare::<C>(parents).compute_bound().stateful() {
        OpsKind::Tracked(ready) => {
            let sum = activation.has_slope_of_sum().then(|| forward(Activation::Identity));
            ready.finish(Saved { known: sum.unwrap_or_else(|| out.clone()), activation }, out)
        }
        OpsKind::UnTracked(ready) => ready.finish(out),
    })
}

#[derive(Debug)]
struct BiasedActivation;

/// What the slope follows from: the output, or the sum before it.
#[derive(Debug, Clone)]
struct Saved {
    known: FlexTensor,
    activation: Activation,
}

impl Backward<Flex, 2> for BiasedActivation {
    type State = Saved;

    fn backward(self, ops: Ops<Saved, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node).to_contiguous();
        let (by_x, by_bias) = flex::backward(&gradient, &ops.state.known, ops.state.activation);
        let [x, bias] = ops.parents;
        if let Some(x) = x {
            grads.register::<Flex>(x.id, by_x);
        }
        if let Some(bias) = bias {
            grads.register::<Flex>(bias.id, by_bias);
        }
    }
}
