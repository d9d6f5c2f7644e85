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
//! | [`attention`] | GAT, GATv2, Gaussian attention, their adaptive fusion (§3.3 of the paper) |
//! | [`GcnConv`] | graph convolution |
//! | [`SagPool`], [`TopKPool`] | self-attention graph pooling, top-k pooling |
//! | [`Readout`] | nodes of a graph to one vector |
//! | [`StreamModel`], [`TwoStreamModel`] | the networks (§3.4) |
//! | [`NodeFeatures`] | what a stream reads, dense or sparse |
//! | [`EdgeSimilarity`] | edge features from learned node features |
//! | [`Topology`], [`GraphBatch`] | edge lists, validated on the host, and on a device |
//! | [`sparse`] | sums over neighbours as one operation with a deterministic gradient |
//! | [`to_safetensors`], [`from_safetensors`] | weights under names that PyTorch users can map |
//!
//! # Features
//!
//! `flex` (default) is Burn's CPU backend; `cuda` runs on NVIDIA GPUs, `wgpu` on any GPU with Vulkan, Metal or DirectX 12.
//! The attention is one fused operation on each, for the GPUs from one kernel source. `probe_cuda` and `probe_wgpu` tell
//! whether the driver is there before any work is done.

pub mod attention;
mod attentional_aggregation;
pub mod backend;
mod batch;
pub mod conv;
#[cfg(any(feature = "cuda", feature = "wgpu"))]
mod driver;
mod dropout;
mod edge_similarity;
mod error;
mod features;
mod fully_connected;
mod graph_backend;
mod graph_matrices;
mod graph_norm;
mod initializer;
pub mod message_passing;
mod node_features;
mod padded_neighbours;
mod pooling;
pub mod pyg;
mod readout;
mod row_check;
mod sag_pool;
mod seeded_rng;
pub mod sparse;
mod stream_model;
mod top_k_pool;
mod topology;
mod two_stream_model;
mod weights;

pub use attentional_aggregation::{AttentionalAggregation, AttentionalAggregationConfig};
pub use batch::GraphBatch;
pub use conv::{
    GcnConv, GcnConvConfig, GinConv, GinConvConfig, GineConv, GineConvConfig, SageConv, SageConvConfig,
    TransformerConv, TransformerConvConfig,
};
#[cfg(feature = "cuda")]
pub use driver::probe_cuda;
#[cfg(feature = "wgpu")]
pub use driver::probe_wgpu;
pub use dropout::dropout;
pub use edge_similarity::{EdgeSimilarity, recompute_similarity};
pub use error::GnnError;
pub use features::{check_features, feature_tensor};
pub use fully_connected::{FullyConnected, FullyConnectedConfig};
pub use graph_backend::GraphBackend;
pub use graph_norm::{GraphNorm, GraphNormConfig};
pub use node_features::NodeFeatures;
pub use pooling::Pooled;
pub use readout::Readout;
pub use sag_pool::{SagPool, SagPoolConfig};
pub use seeded_rng::SeededRng;
pub use stream_model::{StreamExplanation, StreamInput, StreamModel, StreamModelConfig};
pub use top_k_pool::{TopKPool, TopKPoolConfig};
pub use topology::Topology;
pub use two_stream_model::{Explanation, TwoStreamInput, TwoStreamModel, TwoStreamModelConfig};
pub use weights::{from_safetensors, to_safetensors};
