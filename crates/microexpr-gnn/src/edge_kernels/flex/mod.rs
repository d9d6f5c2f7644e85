//! The kernels for Burn's CPU backend: `x_j + W x_e` is computed where it is needed, and again in the backward pass.
//!
//! | module | holds |
//! |---|---|
//! | `weighted_sum` | what all attention has in common: softmax and the sum that it weighs |
//! | `attention` | what GAT and GATv2 share |
//! | `split_scores`, `pair_scores` | how GAT and GATv2 score an edge |
//! | `dot_attention` | the graph transformer's attention |
//! | `relu_sum` | GINE's sum |
//! | `kernel` | what the passes ask of any of them |
//! | `passes`, `dispatch` | both passes over a whole batch; the instructions that the processor has |
//! | `operands`, `gradients` | what is read, and where gradients are added up |
//! | `head_rows`, `softmax` | rows in eights |

mod attention;
mod dispatch;
mod dot_attention;
mod gradients;
mod head_rows;
mod kernel;
mod operands;
mod pair_scores;
mod passes;
mod relu_sum;
mod softmax;
mod split_scores;
mod weighted_sum;

use burn::backend::flex::{Flex, FlexTensor};

use super::backend::{EdgeBackend, EdgeForward};
use super::{EdgeFunction, EdgeOperands, EdgeTerms};
use crate::Topology;
use crate::attention::flex::{columns, flex_tensor};
use crate::attention::flex_matrix;
use attention::Attention;
use dot_attention::DotAttention;
use head_rows::HeadRows;
use operands::Operands;
use pair_scores::PairScores;
use passes::{BackwardPass, EdgeFeatures, ForwardPass, Pass};
use relu_sum::ReluSum;
use split_scores::SplitScores;

impl EdgeBackend for Flex {
    fn without_gaps(tensor: FlexTensor) -> FlexTensor {
        tensor.to_contiguous()
    }

    fn edge_forward(
        function: EdgeFunction,
        tensors: &EdgeOperands<FlexTensor>,
        topology: &Topology,
    ) -> EdgeForward<Self> {
        let out = run(ForwardPass, function, operands(function, tensors, topology));
        let heads = if out.alpha.is_empty() { 0 } else { function.heads() };
        let values = flex_matrix(out.values, function.channels(columns(&tensors.nodes)));
        EdgeForward { values, alpha: flex_matrix(out.alpha, heads) }
    }

    fn edge_backward(
        function: EdgeFunction,
        gradient: FlexTensor,
        tensors: &EdgeOperands<FlexTensor>,
        wanted: &EdgeOperands<bool>,
        alpha: &FlexTensor,
        topology: &Topology,
    ) -> EdgeOperands<Option<FlexTensor>> {
        let edge_features = match &wanted.edges {
            Some(EdgeTerms { features: true, .. }) => EdgeFeatures::Wanted,
            _ => EdgeFeatures::Unwanted,
        };
        let pass = BackwardPass { gradient: gradient.storage(), alpha: alpha.storage(), edge_features };
        let out = run(pass, function, operands(function, tensors, topology));
        let like =
            |values: Vec<f32>, tensor: &FlexTensor| flex_tensor(values, tensor.layout().shape().clone());
        EdgeOperands {
            nodes: Some(like(out.nodes, &tensors.nodes)),
            vector: tensors.vector.as_ref().map(|vector| Some(like(out.vector, vector))),
            edges: tensors.edges.as_ref().map(|edges| EdgeTerms {
                weight: Some(like(out.edge_weight, &edges.weight)),
                features: (edge_features == EdgeFeatures::Wanted)
                    .then(|| like(out.edge_features, &edges.features)),
            }),
        }
    }
}

/// Runs a pass of the kernel of a function.
fn run<P: Pass>(pass: P, function: EdgeFunction, operands: Operands<'_>) -> P::Out {
    match function {
        EdgeFunction::SplitAttention { negative_slope, .. } => {
            pass.run(&Attention { operands, scoring: SplitScores { negative_slope } })
        }
        EdgeFunction::PairAttention { negative_slope, .. } => {
            pass.run(&Attention { operands, scoring: PairScores { negative_slope } })
        }
        EdgeFunction::DotAttention { root, .. } => {
            let scale = 1.0 / (operands.head_width as f32).sqrt();
            pass.run(&DotAttention { operands, scale, root })
        }
        EdgeFunction::ReluSum => pass.run(&ReluSum { operands }),
    }
}

fn operands<'a>(
    function: EdgeFunction,
    tensors: &'a EdgeOperands<FlexTensor>,
    topology: &'a Topology,
) -> Operands<'a> {
    let (node_columns, heads) = (columns(&tensors.nodes), function.heads());
    let channels = function.channels(node_columns);
    let (edge_weight, edge_features, edge_width) = match &tensors.edges {
        Some(EdgeTerms { weight, features }) => {
            let width = columns(features);
            (HeadRows::of_columns(weight.storage(), width, heads), features.storage(), width)
        }
        None => (HeadRows::zeros(0, heads, 0), &[][..], 0),
    };
    Operands {
        topology,
        nodes: tensors.nodes.storage(),
        columns: node_columns,
        channels,
        heads,
        head_width: channels / heads,
        vector: match &tensors.vector {
            Some(vector) => HeadRows::of_columns(vector.storage(), 1, heads),
            None => HeadRows::zeros(0, heads, 0),
        },
        edge_weight,
        edge_features,
        edge_width,
    }
}
