//! Layers that do something to `z_e = x_j + W x_e` of every edge, as one operation that never stores it: no `[E, C]` tensor.
//!
//! GAT, GATv2, the graph transformer and GINE run so on Burn's CPU backend, Flex. Everywhere else, in other precisions and with
//! very many edge features, the layers run their plain operations, which are also what these kernels are tested against.
//!
//! | module | holds |
//! |---|---|
//! | `function` | what is computed: one of four functions of the edges |
//! | `operands` | what it is computed from, or one thing for each operand |
//! | `backend` | what a backend needs for it, as a trait |
//! | `differentiable` | the operation with and without gradients |
//! | `recognition` | finding out at run time whether it can be used, and using it |
//! | `flex` | the kernels for the CPU backend |

#![cfg_attr(
    not(feature = "flex"),
    allow(dead_code, reason = "what serves kernels is unused where no backend has any")
)]

mod backend;
mod differentiable;
#[cfg(feature = "flex")]
mod flex;
mod function;
mod operands;
mod recognition;

pub(crate) use function::{EdgeFunction, Root};
pub(crate) use operands::{EdgeOperands, EdgeOutput, EdgeTerms};
pub(crate) use recognition::{apply, fit};
