//! Graph attention layers and pooling for [Burn](https://burn.dev), and the two-stream network of 2S-AMAGN.
//!
//! Every layer works on any graph: it sees tensors and an edge list only. Edges follow PyTorch Geometric: edge `e` runs
//! from `source[e]` (neighbour *j*) to `target[e]` (node *i*), and a node attends over its incoming edges.
//!
//! ```
//! # #[cfg(feature = "flex")] {
//! use burn::backend::Flex;
//! use burn::tensor::Tensor;
//! use microexpr_gnn::{GraphBatch, SeededRng, Topology, attention::AdaptiveAttentionConfig};
//!
//! let device = Default::default();
//! // A path of three nodes, both directions, with self-loops.
//! let topology = Topology::new(3, vec![0, 1, 0, 1, 2, 1, 2], vec![0, 0, 1, 1, 1, 2, 2])?;
//! let graph = GraphBatch::<Flex>::new(topology, &device);
//! let layer = AdaptiveAttentionConfig::new(4, 8).init::<Flex>(&device, &mut SeededRng::new(1));
//! let x = Tensor::from_floats([[1.0, 0.0, 0.0, 0.5], [0.0, 1.0, 0.0, 0.5], [0.0, 0.0, 1.0, 0.5]], &device);
//! let edges = Tensor::ones([7, 2], &device);
//! let (out, attention) = layer.forward_with_attention(x, edges, &graph);
//! assert_eq!(out.dims(), [3, 8]);
//! // The weights of the three edges into node 1 sum to one.
//! let sum = attention.fused.slice([2..5]).sum().into_scalar();
//! assert!((sum - 1.0).abs() < 1e-6);
//! # }
//! # Ok::<(), microexpr_gnn::GnnError>(())
//! ```
//!
//! | module or type | holds |
//! |---|---|
//! | [`attention`] | self-attention, Gaussian attention, their adaptive fusion (§3.3 of the paper) |
//! | [`GcnConv`] | graph convolution |
//! | [`SagPool`] | self-attention graph pooling |
//! | [`Readout`] | nodes of a graph to one vector |
//! | [`StreamModel`], [`TwoStreamModel`] | the networks (§3.4) |
//! | [`Topology`], [`GraphBatch`] | edge lists, validated on the host, and on a device |
//!
//! # Features
//!
//! `flex` (default) is Burn's CPU backend with a fused attention; `cuda` and `wgpu` run the same layers in plain tensor
//! operations on a GPU.

pub mod attention;
mod batch;
mod dropout;
mod error;
mod features;
mod gcn;
mod initializer;
mod readout;
mod sag_pool;
mod seeded_rng;
mod stream_model;
mod topology;
mod two_stream_model;

pub use attention::GraphBackend;
pub use batch::GraphBatch;
pub use dropout::dropout;
pub use error::GnnError;
pub use features::feature_tensor;
pub use gcn::{GcnConv, GcnConvConfig};
pub use readout::Readout;
pub use sag_pool::{Pooled, SagPool, SagPoolConfig};
pub use seeded_rng::SeededRng;
pub use stream_model::{StreamExplanation, StreamInput, StreamModel, StreamModelConfig};
pub use topology::Topology;
pub use two_stream_model::{
    Explanation, FullyConnected, TwoStreamInput, TwoStreamModel, TwoStreamModelConfig,
};
