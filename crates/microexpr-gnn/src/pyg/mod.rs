//! Weights from and for PyTorch Geometric, by its names.
//!
//! In Python, `safetensors.torch.save_file(model.state_dict(), "model.safetensors")`; in Rust, layer by layer under the names
//! that the Python module gave them:
//!
//! ```
//! # #[cfg(feature = "flex")] {
//! use burn::backend::Flex;
//! use microexpr_gnn::pyg::StateDict;
//! use microexpr_gnn::{GcnConvConfig, GnnError, SageConvConfig, SeededRng};
//!
//! let (device, mut random) = (Default::default(), SeededRng::new(1));
//! let mut conv1 = GcnConvConfig::new(4, 8).init::<Flex>(&device, &mut random);
//! let mut conv2 = SageConvConfig::new(8, 2).init::<Flex>(&device, &mut random);
//!
//! # let mut trained = StateDict::new();
//! # trained.store("conv1", &conv1);
//! # trained.store("conv2", &conv2);
//! # let file = trained.to_safetensors()?;
//! let mut state = StateDict::from_safetensors(&file)?;
//! state.load("conv1", &mut conv1)?;
//! state.load("conv2", &mut conv2)?;
//! state.finish()?; // an error if anything in the file was not asked for
//! # }
//! # Ok::<(), microexpr_gnn::GnnError>(())
//! ```
//!
//! | Rust | Python |
//! |---|---|
//! | [`GcnConv`](crate::GcnConv) | `GCNConv` |
//! | [`SageConv`](crate::SageConv) | `SAGEConv` |
//! | [`GinConv`](crate::GinConv), [`GineConv`](crate::GineConv) | `GINConv`, `GINEConv` of a `Sequential(Linear, ReLU, …, Linear)` |
//! | [`TransformerConv`](crate::TransformerConv) | `TransformerConv` |
//! | [`GatConv`](crate::attention::GatConv), [`Gatv2Conv`](crate::attention::Gatv2Conv) | `GATConv`, `GATv2Conv`; both add self-loops unless told not to: [`Topology::with_self_loops`](crate::Topology::with_self_loops) |
//! | [`SagPool`](crate::SagPool), [`TopKPool`](crate::TopKPool) | `SAGPooling(GNN=GCNConv)`, `TopKPooling` |
//! | [`GraphNorm`](crate::GraphNorm), [`AttentionalAggregation`](crate::AttentionalAggregation) | the same |
//! | [`FullyConnected`](crate::FullyConnected), [`Mlp`](crate::conv::Mlp) | `Linear`, `Sequential(Linear, ReLU, …, Linear)` |

mod attention_layers;
mod conv_layers;
mod layer;
mod pooling_layers;
mod state_dict;

pub use layer::{Named, PygLayer, PygTensor, Tensors};
pub use state_dict::StateDict;
