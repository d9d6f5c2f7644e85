//! Whether a backend has kernels, found out at run time.
//!
//! A trait that each backend implements would leave out every backend that is not named here: by Rust's orphan rule
//! nobody else may implement our trait for Burn's types. So the layers take any [`Backend`], and the few that have kernels
//! are recognised by their type.

use std::any::Any;
use std::sync::Arc;

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::strategy::{BalancedCheckpointing, NoCheckpointing};
use burn::prelude::*;

use super::FusedBackend;
use crate::GraphBatch;
use crate::attention::{AttentionInputs, AttentionOutput, AttentionSettings};
use crate::sparse::SparseMatrix;

/// Attention by the backend's kernels; gives the inputs back if it has none.
pub(crate) fn attention<B: Backend>(
    inputs: AttentionInputs<B>,
    graph: &GraphBatch<B>,
    settings: &AttentionSettings,
) -> Result<AttentionOutput<B>, AttentionInputs<B>> {
    let call: Attention<B> = Call::new((inputs, graph.clone(), *settings));
    call.answered_by(|call| on_any(&AttentionKernels, call)).map_err(|(inputs, ..)| inputs)
}

/// `matrix · x` by the backend's kernels; gives `x` back if it has none.
pub(crate) fn sparse_product<B: Backend>(
    matrix: &Arc<SparseMatrix>,
    x: Tensor<B, 2>,
) -> Result<Tensor<B, 2>, Tensor<B, 2>> {
    let call: Product<B> = Call::new((Arc::clone(matrix), x));
    call.answered_by(|call| on_any(&ProductKernels, call)).map_err(|(_, x)| x)
}

/// A question in the types of one backend, and its answer.
pub(crate) struct Call<I, O> {
    question: Option<I>,
    answer: Option<O>,
}

type Attention<B> = Call<(AttentionInputs<B>, GraphBatch<B>, AttentionSettings), AttentionOutput<B>>;
type Product<B> = Call<(Arc<SparseMatrix>, Tensor<B, 2>), Tensor<B, 2>>;

impl<I: 'static, O: 'static> Call<I, O> {
    pub(crate) fn new(question: I) -> Self {
        Self { question: Some(question), answer: None }
    }

    /// The answer, or the question if it was not answered.
    pub(crate) fn answered_by(mut self, answer: impl FnOnce(&mut dyn Any)) -> Result<O, I> {
        answer(&mut self);
        match (self.answer, self.question) {
            (Some(answer), _) => Ok(answer),
            (None, Some(question)) => Err(question),
            (None, None) => unreachable!("whoever takes the question answers it"),
        }
    }

    /// Answers `call` if it is a question in these types.
    pub(crate) fn answer(call: &mut dyn Any, work: impl FnOnce(I) -> O) {
        if let Some(call) = call.downcast_mut::<Self>()
            && let Some(question) = call.question.take()
        {
            call.answer = Some(work(question));
        }
    }
}

/// An operation that kernels exist for.
trait Kernels {
    /// Answers `call` if it is in the types of `B`, with gradients or without.
    fn on<B: FusedBackend>(&self, call: &mut dyn Any);
}

struct AttentionKernels;

impl Kernels for AttentionKernels {
    fn on<B: FusedBackend>(&self, call: &mut dyn Any) {
        use super::attention::{plain, tracked};
        Attention::<B>::answer(call, |(inputs, graph, s)| plain(inputs, &graph, &s));
        type Plain<B> = Autodiff<B, NoCheckpointing>;
        Attention::<Plain<B>>::answer(call, |(inputs, graph, s)| tracked(inputs, &graph, &s));
        type Balanced<B> = Autodiff<B, BalancedCheckpointing>;
        Attention::<Balanced<B>>::answer(call, |(inputs, graph, s)| tracked(inputs, &graph, &s));
    }
}

struct ProductKernels;

impl Kernels for ProductKernels {
    fn on<B: FusedBackend>(&self, call: &mut dyn Any) {
        use super::sparse_product::{plain, tracked};
        Product::<B>::answer(call, |(matrix, x)| plain(&matrix, x));
        Product::<Autodiff<B, NoCheckpointing>>::answer(call, |(matrix, x)| tracked(&matrix, x));
        Product::<Autodiff<B, BalancedCheckpointing>>::answer(call, |(matrix, x)| tracked(&matrix, x));
    }
}

/// Every backend that has kernels.
fn on_any(kernels: &impl Kernels, call: &mut dyn Any) {
    #[cfg(feature = "flex")]
    kernels.on::<burn::backend::Flex>(call);
    #[cfg(feature = "cuda")]
    kernels.on::<crate::backend::Cuda>(call);
    #[cfg(feature = "wgpu")]
    {
        kernels.on::<crate::backend::Wgpu>(call);
        kernels.on::<crate::backend::Vulkan>(call);
    }
    // Without a backend's feature there are none.
    let _ = (kernels, call);
}

/// Were a backend not recognised, all would still be right, but slow: only this tells.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::Topology;
    use crate::attention::{DensityReduction, SelfLogits};

    fn has_kernels<B: Backend>() -> bool {
        let ones = |shape: [usize; 2]| Tensor::<B, 2>::ones(shape, &Default::default());
        let matrix = Arc::new(SparseMatrix::gather(2, &[1, 1, 0]));
        let graph = GraphBatch::<B>::new(Topology::from_edges(2, [(0, 1)]).unwrap(), &Default::default());
        let logits = SelfLogits { target: ones([2, 1]), source: ones([2, 1]), edge: ones([1, 1]) };
        let inputs = AttentionInputs {
            values: ones([2, 3]),
            self_logits: Some(logits),
            gaussian: None,
            lambda: Tensor::ones([1], &Default::default()),
        };
        let (negative_slope, variance_floor) = (0.2, 0.01);
        let settings = AttentionSettings { negative_slope, variance_floor, reduction: DensityReduction::Sum };
        let [product, attended] =
            [sparse_product(&matrix, ones([2, 1])).is_ok(), attention(inputs, &graph, &settings).is_ok()];
        assert_eq!(product, attended);
        product
    }

    fn has_kernels_with_and_without_gradients<B: Backend>() -> bool {
        let found = [
            has_kernels::<B>(),
            has_kernels::<Autodiff<B>>(),
            has_kernels::<Autodiff<B, BalancedCheckpointing>>(),
        ];
        assert_eq!(found, [found[0]; 3]);
        found[0]
    }

    #[cfg(feature = "flex")]
    #[test]
    fn flex_has_kernels() {
        assert!(has_kernels_with_and_without_gradients::<burn::backend::Flex>());
    }

    #[cfg(feature = "wgpu")]
    #[test]
    fn wgpu_has_kernels() {
        assert!(has_kernels_with_and_without_gradients::<crate::backend::Wgpu>());
    }

    #[cfg(feature = "cuda")]
    #[test]
    fn cuda_has_kernels() {
        assert!(has_kernels_with_and_without_gradients::<crate::backend::Cuda>());
    }

    #[cfg(feature = "ndarray")]
    #[test]
    fn ndarray_has_none() {
        assert!(!has_kernels_with_and_without_gradients::<burn::backend::NdArray>());
    }
}
