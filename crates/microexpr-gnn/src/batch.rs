use std::any::Any;
use std::sync::{Arc, OnceLock};

use burn::prelude::*;
use burn::tensor::backend::AutodiffBackend;

use crate::graph_matrices::Matrices;
use crate::padded_neighbours::PaddedNeighbours;
use crate::{GraphBackend, Topology};

/// The edges of a batch of graphs on a device, with the index lists that the layers gather by.
#[derive(Debug, Clone)]
pub struct GraphBatch<B: Backend> {
    topology: Arc<Topology>,
    device: B::Device,
    ends: Arc<OnceLock<[Tensor<B, 1, Int>; 2]>>,
    padded: Arc<OnceLock<PaddedNeighbours<B>>>,
    kernel_lists: Arc<OnceLock<Arc<dyn Any + Send + Sync>>>,
    pub(crate) matrices: Arc<Matrices>,
}

impl<B: Backend> GraphBatch<B> {
    /// A batch of the graphs of `topology`; what layers need on `device` is put there when first asked for.
    #[must_use]
    pub fn new(topology: impl Into<Arc<Topology>>, device: &B::Device) -> Self {
        Self {
            topology: topology.into(),
            device: device.clone(),
            ends: Arc::default(),
            padded: Arc::default(),
            kernel_lists: Arc::default(),
            matrices: Arc::default(),
        }
    }

    /// The edges on the host.
    #[must_use]
    pub fn topology(&self) -> &Arc<Topology> {
        &self.topology
    }

    /// The device of the index lists.
    #[must_use]
    pub fn device(&self) -> &B::Device {
        &self.device
    }

    /// Source node of every edge, `[E]`.
    #[must_use]
    pub fn source(&self) -> Tensor<B, 1, Int> {
        self.ends()[0].clone()
    }

    /// Target node of every edge, `[E]`.
    #[must_use]
    pub fn target(&self) -> Tensor<B, 1, Int> {
        self.ends()[1].clone()
    }

    /// Source and target of every edge.
    fn ends(&self) -> &[Tensor<B, 1, Int>; 2] {
        let on_device = |list: &[u32]| indices(list.iter().map(|i| i64::from(*i)).collect(), &self.device);
        self.ends.get_or_init(|| [on_device(self.topology.source()), on_device(self.topology.target())])
    }

    /// The padded neighbour list, built when first asked for.
    pub(crate) fn padded(&self) -> &PaddedNeighbours<B> {
        self.padded.get_or_init(|| PaddedNeighbours::new(&self.topology, &self.device))
    }

    /// The lists that the backend's own kernels read, prepared when first asked for.
    pub(crate) fn kernel_lists<T: Any + Send + Sync>(&self, prepare: impl FnOnce() -> T) -> Arc<T> {
        let lists = self.kernel_lists.get_or_init(|| Arc::new(prepare()));
        Arc::clone(lists).downcast().expect("a batch serves one backend")
    }
}

impl<B: AutodiffBackend> GraphBatch<B> {
    /// The same batch without gradients, with what is on the device already.
    #[must_use]
    pub fn valid(&self) -> GraphBatch<B::InnerBackend> {
        GraphBatch {
            kernel_lists: Arc::clone(&self.kernel_lists),
            matrices: Arc::clone(&self.matrices),
            ..GraphBatch::new(Arc::clone(&self.topology), &self.device)
        }
    }
}

impl<B: GraphBackend> GraphBatch<B> {
    /// The features of every edge's source, `[N, C]` to `[E, C]`.
    ///
    /// # Panics
    ///
    /// If `x` has not one row per node.
    #[must_use]
    pub fn at_sources(&self, x: Tensor<B, 2>) -> Tensor<B, 2> {
        B::sparse_product(self.sources(), x)
    }

    /// What every node's graph has, `[G, C]` to `[N, C]`.
    ///
    /// # Panics
    ///
    /// If `x` has not one row per graph.
    #[must_use]
    pub fn at_nodes(&self, x: Tensor<B, 2>) -> Tensor<B, 2> {
        B::sparse_product(self.graphs(), x)
    }

    /// The features of every edge's target, `[N, C]` to `[E, C]`.
    ///
    /// # Panics
    ///
    /// If `x` has not one row per node.
    #[must_use]
    pub fn at_targets(&self, x: Tensor<B, 2>) -> Tensor<B, 2> {
        B::sparse_product(self.targets(), x)
    }
}

/// An index list on a device.
pub(crate) fn indices<B: Backend>(list: Vec<i64>, device: &B::Device) -> Tensor<B, 1, Int> {
    let length = list.len();
    Tensor::from_data(TensorData::new(list, [length]), device)
}
