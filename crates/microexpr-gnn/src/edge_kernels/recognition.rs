use std::any::{Any, TypeId};

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::strategy::{BalancedCheckpointing, NoCheckpointing};
use burn::prelude::*;
use burn::tensor::DType;

use super::backend::EdgeBackend;
use super::differentiable::{plain, tracked};
use super::{EdgeFunction, EdgeOperands, EdgeOutput};
use crate::GraphBatch;
use crate::attention::fused::Call;

/// Every feature of an edge is projected again wherever it is needed: with more than these a dense product is cheaper.
const MOST_EDGE_FEATURES: usize = 16;

/// Whether kernels can do it: the backend has some, and they take the precision and the edges.
pub(crate) fn fit<B: Backend>(
    x: &Tensor<B, 2>,
    edge_features: Option<&Tensor<B, 2>>,
    graph: &GraphBatch<B>,
) -> bool {
    let takes =
        |features: &Tensor<B, 2>| features.dtype() == DType::F32 && features.dims()[1] <= MOST_EDGE_FEATURES;
    has_kernels::<B>()
        && x.dtype() == DType::F32
        && edge_features.is_none_or(takes)
        && graph.topology().edges() > 0
}

/// The function by the backend's kernels.
///
/// # Panics
///
/// If it does not [`fit`].
pub(crate) fn apply<B: Backend>(
    function: EdgeFunction,
    operands: EdgeOperands<Tensor<B, 2>>,
    graph: &GraphBatch<B>,
) -> EdgeOutput<B> {
    let call: Edges<B> = Call::new((function, operands, graph.clone()));
    let answer = call.answered_by(|call| {
        #[cfg(feature = "flex")]
        answer::<burn::backend::Flex>(call);
        // Without a backend's feature there are no kernels.
        let _ = call;
    });
    answer.unwrap_or_else(|_| panic!("a backend whose kernels fit has kernels"))
}

type Edges<B> = Call<(EdgeFunction, EdgeOperands<Tensor<B, 2>>, GraphBatch<B>), EdgeOutput<B>>;
type Unchecked<B> = Autodiff<B, NoCheckpointing>;
type Balanced<B> = Autodiff<B, BalancedCheckpointing>;

/// Answers `call` if it is in the types of `B`, with gradients or without.
fn answer<B: EdgeBackend>(call: &mut dyn Any) {
    Edges::<B>::answer(call, |(function, operands, graph)| plain(function, operands, &graph));
    Edges::<Unchecked<B>>::answer(call, |(function, operands, graph)| tracked(function, operands, &graph));
    Edges::<Balanced<B>>::answer(call, |(function, operands, graph)| tracked(function, operands, &graph));
}

fn has_kernels<B: Backend>() -> bool {
    #[cfg(feature = "flex")]
    return is::<B, burn::backend::Flex>();
    #[cfg(not(feature = "flex"))]
    false
}

/// Whether `B` is `K`, with gradients or without.
fn is<B: Backend, K: Backend>() -> bool {
    let known = [TypeId::of::<K>(), TypeId::of::<Unchecked<K>>(), TypeId::of::<Balanced<K>>()];
    known.contains(&TypeId::of::<B>())
}

/// Were a backend not recognised, all would still be right, but slow: only this tells.
#[cfg(all(test, feature = "flex"))]
mod tests {
    use burn::backend::Flex;

    use super::*;
    use crate::Topology;

    fn sum_fits<B: Backend>(dtype: DType) -> bool {
        let graph = GraphBatch::<B>::new(Topology::from_edges(2, [(0, 1)]).unwrap(), &Default::default());
        let x = Tensor::ones([2, 3], (&Default::default(), dtype));
        let fits = fit(&x, None, &graph);
        if fits {
            let out =
                apply(EdgeFunction::ReluSum, EdgeOperands { nodes: x, vector: None, edges: None }, &graph);
            assert_eq!(out.values.sum().into_data().iter::<f32>().next(), Some(3.0));
        }
        fits
    }

    #[test]
    fn flex_has_kernels_with_and_without_gradients_in_single_precision() {
        assert!(sum_fits::<Flex>(DType::F32));
        assert!(sum_fits::<Autodiff<Flex>>(DType::F32));
        assert!(sum_fits::<Autodiff<Flex, BalancedCheckpointing>>(DType::F32));
        assert!(!sum_fits::<Autodiff<Flex>>(DType::F64));
    }

    #[test]
    fn many_edge_features_and_no_edges_do_not_fit() {
        let device = Default::default();
        let graph = GraphBatch::<Flex>::new(Topology::from_edges(2, [(0, 1)]).unwrap(), &device);
        let x = Tensor::ones([2, 3], &device);
        let features = |count| Tensor::ones([1, count], &device);
        assert!(fit(&x, Some(&features(MOST_EDGE_FEATURES)), &graph));
        assert!(!fit(&x, Some(&features(MOST_EDGE_FEATURES + 1)), &graph));
        let none = GraphBatch::<Flex>::new(Topology::from_edges(2, []).unwrap(), &device);
        assert!(!fit(&x, None, &none));
    }
}
