//! Layers as messages along edges: what most graph layers are, and the shortest way to a new one.
//!
//! | module | holds |
//! |---|---|
//! | `layer` | [`MessagePassing`]: message, aggregation, update |
//! | `pairs` | [`Pairs`]: the two ends and the features of every edge |
//! | `aggregation` | [`Aggregation`]: how the messages at a node become one |
//! | `edge_softmax` | [`edge_softmax`]: weights that sum to 1 over the edges into a node |
//!
//! ```
//! # #[cfg(feature = "flex")] {
//! use burn::backend::Flex;
//! use burn::tensor::Tensor;
//! use microexpr_gnn::message_passing::{Aggregation, MessagePassing, Pairs};
//! use microexpr_gnn::{GraphBackend, GraphBatch, Topology};
//!
//! /// How much the neighbours differ at most: `max_j |x_j − x_i|`.
//! struct LargestDifference;
//!
//! impl<B: GraphBackend> MessagePassing<B> for LargestDifference {
//!     fn aggregation(&self) -> Aggregation {
//!         Aggregation::Max
//!     }
//!
//!     fn message(&self, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
//!         (pairs.source() - pairs.target()).abs()
//!     }
//!
//!     fn update(&self, aggregated: Tensor<B, 2>, _: &Pairs<'_, B>) -> Tensor<B, 2> {
//!         aggregated
//!     }
//! }
//!
//! let device = Default::default();
//! let graph = GraphBatch::<Flex>::new(Topology::new(3, vec![1, 2, 0], vec![0, 0, 1])?, &device);
//! let x = Tensor::from_floats([[1.0], [5.0], [-2.0]], &device);
//! let out: Vec<f32> = LargestDifference.propagate(x, None, &graph).into_data().iter().collect();
//! assert_eq!(out, [4.0, 4.0, 0.0]);
//! # }
//! # Ok::<(), microexpr_gnn::GnnError>(())
//! ```

mod aggregation;
mod edge_softmax;
mod layer;
mod pairs;

pub use aggregation::Aggregation;
pub use edge_softmax::edge_softmax;
pub use layer::MessagePassing;
pub use pairs::Pairs;
