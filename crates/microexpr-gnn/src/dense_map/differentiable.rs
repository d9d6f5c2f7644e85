use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::{Autodiff, Flex};
use burn::prelude::*;

use super::flex;
use super::recognition::Operands;
use crate::attention::fused::{float, primitive};

/// The map without gradients.
pub(super) fn plain((x, weight, bias): Operands<Flex>) -> Tensor<Flex, 2> {
    let bias = bias.map(|bias| primitive(bias).to_contiguous());
    float(flex::forward(&primitive(x).to_contiguous(), &primitive(weight).to_contiguous(), bias.as_ref()))
}

/// The map as a node of the gradient's graph.
pub(super) fn tracked<C: CheckpointStrategy>(
    (x, weight, bias): Operands<Autodiff<Flex, C>>,
) -> Tensor<Autodiff<Flex, C>, 2> {
    let (x, weight, bias) = (primitive(x), primitive(weight), bias.map(primitive));
    let saved = Saved { x: x.primitive.to_contiguous(), weight: weight.primitive.to_contiguous() };
    let constant = bias.as_ref().map(|bias| bias.primitive.to_contiguous());
    let out = flex::forward(&saved.x, &saved.weight, constant.as_ref());
    let (x_node, weight_node) = (x.node.clone(), weight.node.clone());
    float::<Autodiff<Flex, C>>(match &bias {
        Some(bias) => {
            let parents = [x_node, weight_node, bias.node.clone()];
            match Map.prepare::<C>(parents).compute_bound().stateful() {
                OpsKind::Tracked(ready) => ready.finish(saved, out),
                OpsKind::UnTracked(ready) => ready.finish(out),
            }
        }
        None => match Map.prepare::<C>([x_node, weight_node]).compute_bound().stateful() {
            OpsKind::Tracked(ready) => ready.finish(saved, out),
            OpsKind::UnTracked(ready) => ready.finish(out),
        },
    })
}

#[derive(Debug)]
struct Map;

#[derive(Debug, Clone)]
struct Saved {
    x: FlexTensor,
    weight: FlexTensor,
}

/// `N` is 3 with a bias and 2 without: `x`, `W`, `b`.
impl<const N: usize> Backward<Flex, N> for Map {
    type State = Saved;

    fn backward(self, ops: Ops<Saved, N>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node).to_contiguous();
        let Saved { x, weight } = ops.state;
        let mut parents = ops.parents.into_iter();
        if let Some(Some(parent)) = parents.next() {
            grads.register::<Flex>(parent.id, flex::input_gradient(&gradient, &weight));
        }
        let (for_weight, for_bias) = (parents.next().flatten(), parents.next().flatten());
        if for_weight.is_none() && for_bias.is_none() {
            return;
        }
        let (by_weight, by_bias) = flex::weight_gradients(&gradient, &x);
        if let Some(parent) = for_weight {
            grads.register::<Flex>(parent.id, by_weight);
        }
        if let Some(parent) = for_bias {
            grads.register::<Flex>(parent.id, by_bias);
        }
    }
}
