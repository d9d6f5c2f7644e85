#![cfg_attr(feature = "flex", doc = include_str!("../README.md"))]
#![cfg_attr(not(feature = "flex"), doc = "Graph neural network layers for Burn.")]
//!
//! # What there is
//!
//! Every layer works on any graph and on every Burn backend: it sees tensors and an edge list only. Edges follow PyTorch Geometric: edge `e` runs
//! from `source[e]` (neighbour *j*) to `target[e]` (node *i*), and a node attends over its incoming edges.
//!
//! | module or type | holds |
//! |---|---|
//! | [`conv`] | GCN, GraphSAGE, GIN, GINE, graph transformer |
//! | [`attention`] | GAT, GATv2, Gaussian attention, their adaptive fusion (§3.3 of the paper) |
//! | [`message_passing`] | layers of your own: message, aggregation, update |
//! | [`SagPool`], [`TopKPool`] | self-attention graph pooling, top-k pooling |
//! | [`Readout`], [`ReadoutScale`], [`AttentionalAggregation`] | nodes of a graph to one vector |
//! | [`FourierFeatures`] | a kernel machine as a layer |
//! | [`GraphNorm`], [`JumpingKnowledge`], [`dropout()`] | normalisation, outputs of all layers, regularisation |
//! | [`pyg`] | weights from and for PyTorch Geometric |
//! | [`StreamModel`], [`TwoStreamModel`] | the networks (§3.4) |
//! | [`NodeFeatures`] | what a stream reads, dense or sparse |
//! | [`EdgeSimilarity`] | edge features from learned node features |
//! | [`Topology`], [`GraphBatch`] | edge lists, validated on the host (made from lists, matrices, points; loops (`with_self_loops`), reverse edges (`to_undirected`), virtual nodes added; edges and nodes left out), and on a device |
//! | `graphwise` | the network on the processor, one graph after the other, for fast training (feature `flex`) |
//! | [`LabelledBatch`] | graphs side by side with what is to be learned |
//! | [`sparse`] | sums over neighbours as one operation with a deterministic gradient |
//! | [`to_safetensors`], [`from_safetensors`] | weights under names that PyTorch users can map |
//!
//! # Backends
//!
//! The features decide which backends run fused: attention and sums over neighbours as one operation each, for the GPUs from one
//! kernel source. On Flex, GAT, GATv2, the graph transformer and GINE are one operation with their edge features, too (at most
//! 16; others, and GINE with features as wide as the nodes', run plain), and store no row of values per edge; on the GPUs GAT and
//! the softmax and sum of GATv2 run fused, the rest plain. Every other backend of Burn's (NdArray, LibTorch, Candle, …) runs every layer by plain tensor operations
//! and needs no feature here, only its own in your `burn` dependency; so `--no-default-features` has all layers, too.
//!
//! | feature | fused on | notes |
//! |---|---|---|
//! | `flex` (default) | `burn::backend::Flex` | Burn's CPU backend, with rayon |
//! | `cuda` | [`backend`]`::Cuda` | NVIDIA GPUs; `probe_cuda` tells whether the driver is there |
//! | `wgpu` | [`backend`]`::Wgpu`, [`backend`]`::Vulkan` | Vulkan, Metal, DirectX 12; `probe_wgpu` |
//! | `ndarray` | – | switches on Burn's NdArray, for the tests (`--no-default-features --features ndarray`) |
//!
//! Fused kernels compute in `f32`; other precisions run plain. With Burn's `simd` (part of `flex`), NdArray 0.21 computes
//! reciprocals, and so gradients of divisions and softmax, to 12 bits only. The names in [`backend`] stay fused when some crate of the
//! build switches on Burn's `fusion`, with which `burn::backend::Wgpu` and `burn::backend::Cuda` become other types, which
//! run plain.
//!
//! # Checks
//!
//! Edge lists are checked when a [`Topology`] is made; features against it in every layer, readout and pooling, before
//! anything is computed; settings when a layer is built (`check` of every configuration, or the panic of `init`).

#![doc(html_root_url = "https://docs.rs/microexpr-gnn/latest")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(any(feature = "flex", feature = "cuda", feature = "wgpu")),
    allow(dead_code, reason = "what serves kernels is unused where no backend has any")
)]

#[cfg(all(test, feature = "flex"))]
mod against_burn;
pub mod attention;
mod attentional_aggregation;
pub mod backend;
mod batch;
mod biased_activation;
pub mod conv;
mod dense_map;
#[cfg(any(feature = "cuda", feature = "wgpu"))]
mod driver;
mod dropout;
mod edge_kernels;
mod edge_similarity;
mod error;
mod features;
mod fourier_features;
mod fully_connected;
mod graph_backend;
mod graph_matrices;
mod graph_norm;
#[cfg(feature = "flex")]
pub mod graphwise;
mod initial_weights;
mod initializer;
mod jumping_knowledge;
mod labelled_batch;
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

/// The version of Burn that the layers are written for.
pub use burn;

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
pub use fourier_features::{FourierFeatures, FourierFeaturesConfig};
pub use fully_connected::{FullyConnected, FullyConnectedConfig};
pub use graph_backend::GraphBackend;
pub use graph_norm::{GraphNorm, GraphNormConfig};
pub use initial_weights::InitialWeights;
pub use jumping_knowledge::JumpingKnowledge;
pub use labelled_batch::{LabelledBatch, LabelledGraph};
pub use node_features::NodeFeatures;
pub use pooling::Pooled;
pub use readout::{Readout, ReadoutScale};
pub use sag_pool::{SagPool, SagPoolConfig};
pub use seeded_rng::SeededRng;
pub use stream_model::{StreamExplanation, StreamInput, StreamModel, StreamModelConfig};
pub use top_k_pool::{TopKPool, TopKPoolConfig};
pub use topology::{LoopFeatures, Reduction, Rewired, Subgraph, Topology, VirtualNodes, WeightedTopology};
pub use two_stream_model::{Explanation, TwoStreamInput, TwoStreamModel, TwoStreamModelConfig};
pub use weights::{from_safetensors, to_safetensors};
