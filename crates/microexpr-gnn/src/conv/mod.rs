//! Graph convolutions, named as in PyTorch Geometric.
//!
//! | layer | formula |
//! |---|---|
//! | [`GcnConv`] | `D^−½ (A + I) D^−½ x Wᵀ + b` |
//! | [`SageConv`] | `W_l ⊕_j x_j + b + W_r x_i` |
//! | [`GinConv`] | `mlp((1 + ε) x_i + Σ_j x_j)` |
//! | [`GineConv`] | `mlp((1 + ε) x_i + Σ_j relu(x_j + e_ij))` |
//! | [`TransformerConv`] | `W_s x_i + Σ_j α_ij (W_v x_j + W_e e_ij)`, `α` by queries and keys |
//!
//! Those with attention as in GAT are in [`attention`](crate::attention).

mod epsilon;
mod gcn_conv;
mod gin_conv;
mod gine_conv;
mod mlp;
mod sage_conv;
mod transformer_conv;

pub use epsilon::Epsilon;
pub(crate) use gcn_conv::gcn_degrees;
pub use gcn_conv::{GcnConv, GcnConvConfig};
pub use gin_conv::{GinConv, GinConvConfig};
pub use gine_conv::{GineConv, GineConvConfig};
pub use mlp::{Mlp, MlpConfig};
pub use sage_conv::{Normalization, RootWeight, SageConv, SageConvConfig};
pub use transformer_conv::{Skip, TransformerConv, TransformerConvConfig};
