//! Attention over the incoming edges of every node.
//!
//! | module | holds |
//! |---|---|
//! | `self_attention` | eqs. 1–2: GAT logits with edge features |
//! | `gaussian` | eqs. 3–6: Gaussian density of node pairs |
//! | `adaptive` | eqs. 7–8: the layer that fuses both |
//! | `op` | the attention itself as one backend operation |
//! | `reference` | that operation in plain tensor operations, for every backend |
//! | `flex` | that operation fused by hand for the CPU backend, forward and backward |

mod adaptive;
#[cfg(feature = "flex")]
mod flex;
mod gaussian;
mod op;
pub mod reference;
mod self_attention;

pub use adaptive::{Activation, AdaptiveAttention, AdaptiveAttentionConfig, Fusion};
pub use gaussian::{DensityReduction, GaussianAttention, GaussianAttentionConfig};
pub use op::{
    AttentionInputs, AttentionOutput, AttentionSettings, AttentionWeights, GaussianTerms, GraphBackend,
    SelfLogits,
};
pub use self_attention::{SelfAttention, SelfAttentionConfig};
