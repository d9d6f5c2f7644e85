//! The two-stream network on the processor, one graph after the other, with a gradient written out by hand.
//!
//! [`TwoStreamModel`](crate::TwoStreamModel) runs on every backend, records every operation for the gradient and lays the graphs of
//! a batch side by side. It is what this one is tested against, what has all options, and what is saved; networks go back and
//! forth by [`GraphwiseNetwork::of`] and [`GraphwiseNetwork::written_to`].
//!
//! | module | holds |
//! |---|---|
//! | `network`, `training` | the whole network for graphs and batches; steps of training |
//! | `occlusion` | class scores without parts of a graph |
//! | `graph` | what it reads |
//! | `stream`, `layer`, `pooling`, `readout`, `head` | its parts, each forward and backward |
//! | `stream_plan`, `layer_plan`, `layer_weights` | sizes and weights of a stream and a layer |
//! | `node_rows` | what a layer does to every node alone |
//! | `linear`, `product` | linear maps, and the matrix products below them |
//! | `masks` | dropout, as `TwoStreamModel` draws it |
//! | `parameters`, `adam_w` | the weights as one list, and its optimiser |
//!
//! The attention itself is the kernel that Burn's operation runs on, too.

mod adam_w;
mod graph;
mod head;
mod layer;
mod layer_plan;
mod layer_weights;
mod linear;
mod masks;
mod network;
mod node_rows;
mod occlusion;
mod parameters;
mod pooling;
mod product;
mod readout;
mod stream;
mod stream_plan;
mod training;

use std::any::TypeId;

use burn::backend::{Autodiff, Flex};
use burn::prelude::*;

pub use graph::{HostGraph, HostStream};
pub use network::{GraphwiseNetwork, HostSample};
pub use training::GraphwiseTraining;

/// Whether a backend computes on the processor with Flex, with or without gradients: only then is the detour over the host none.
#[must_use]
pub fn serves<B: Backend>() -> bool {
    [TypeId::of::<Flex>(), TypeId::of::<Autodiff<Flex>>()].contains(&TypeId::of::<B>())
}
