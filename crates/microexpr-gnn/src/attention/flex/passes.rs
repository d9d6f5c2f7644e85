//! Both passes over a whole batch. Forward, nodes are independent; backward, each graph stays on one thread. So results
//! never depend on the number of threads.

use rayon::prelude::*;

use super::dispatch;
use super::gaussian::GaussianOperands;
use super::kernel::{Alphas, BackwardSlices, Block, ForwardSlices, Operands, SharedGradients};
use super::lanes::{Portable, add};
use super::rows::Rows;
use crate::Topology;

/// Output and attention of the whole batch.
#[derive(Debug, Clone, Default)]
pub(super) struct Forward {
    /// `[N, C]`.
    pub(super) values: Vec<f32>,
    /// `[E, H]`, empty if the mechanism is absent.
    pub(super) alpha_self: Vec<f32>,
    /// `[E]`, empty if the mechanism is absent.
    pub(super) alpha_gaussian: Vec<f32>,
    /// `[E, H]`.
    pub(super) alpha: Vec<f32>,
}

/// Whether the gradient of the edge features is asked for; that of a network's input is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EdgeFeatures {
    Wanted,
    Unwanted,
}

/// Gradients of all operands; empty where the operand is absent or its gradient unwanted.
#[derive(Debug, Clone, Default)]
pub(super) struct Backward {
    pub(super) values: Vec<f32>,
    pub(super) self_target: Vec<f32>,
    pub(super) self_source: Vec<f32>,
    pub(super) self_edge: Vec<f32>,
    pub(super) gaussian_target: Vec<f32>,
    pub(super) gaussian_source: Vec<f32>,
    /// `[De, D]`.
    pub(super) edge_weight: Vec<f32>,
    pub(super) edge_features: Vec<f32>,
    pub(super) lambda: f32,
}

pub(super) fn forward(o: &Operands<'_>) -> Forward {
    let (nodes, edges) = (o.topology.nodes(), o.topology.edges());
    let mut out = Forward {
        values: vec![0.0; nodes * o.channels],
        alpha_self: vec![0.0; if o.own.is_some() { edges * o.heads } else { 0 }],
        alpha_gaussian: vec![0.0; if o.gaussian.is_some() { edges } else { 0 }],
        alpha: vec![0.0; edges * o.heads],
    };
    let blocks = forward_blocks(o.topology);
    let (nodes_of, edges_of) = lengths(&blocks);
    let mut values = cut(&mut out.values, &nodes_of, o.channels);
    let mut alpha_self = cut(&mut out.alpha_self, &edges_of, if o.own.is_some() { o.heads } else { 0 });
    let mut alpha_gaussian = cut(&mut out.alpha_gaussian, &edges_of, usize::from(o.gaussian.is_some()));
    let mut alpha = cut(&mut out.alpha, &edges_of, o.heads);
    let slices: Vec<_> = blocks
        .iter()
        .filter_map(|_| {
            Some(ForwardSlices {
                values: values.next()?,
                alpha_self: alpha_self.next()?,
                alpha_gaussian: alpha_gaussian.next()?,
                alpha: alpha.next()?,
            })
        })
        .collect();
    blocks.par_iter().zip(slices).for_each(|(block, mut slices)| dispatch::forward(o, block, &mut slices));
    out
}

/// The gradient of the edge features is computed only if it is wanted.
pub(super) fn backward(
    o: &Operands<'_>,
    saved: &Alphas<'_>,
    gradient: &[f32],
    edge_features: EdgeFeatures,
) -> Backward {
    let (nodes, edges) = (o.topology.nodes(), o.topology.edges());
    let own = if o.own.is_some() { o.heads } else { 0 };
    let width = o.gaussian.as_ref().map_or(0, GaussianOperands::width);
    let edge_width = o.gaussian.as_ref().map_or(0, |g| g.edge_width);
    let features = if edge_features == EdgeFeatures::Wanted { edge_width } else { 0 };
    let mut out = Backward {
        values: vec![0.0; nodes * o.channels],
        self_target: vec![0.0; nodes * own],
        self_source: vec![0.0; nodes * own],
        self_edge: vec![0.0; edges * own],
        edge_features: vec![0.0; edges * features],
        ..Backward::default()
    };
    let mut target = Rows::zeros(nodes, width);
    let mut source = Rows::zeros(nodes, width);
    let mut edge_weight = Rows::zeros(edge_width, width);
    let per_row = target.per_row();
    let blocks = blocks(o.topology);
    let (nodes_of, edges_of) = lengths(&blocks);
    let mut values = cut(&mut out.values, &nodes_of, o.channels);
    let mut self_target = cut(&mut out.self_target, &nodes_of, own);
    let mut self_source = cut(&mut out.self_source, &nodes_of, own);
    let mut self_edge = cut(&mut out.self_edge, &edges_of, own);
    let mut gaussian_target = cut(&mut target.lanes, &nodes_of, per_row);
    let mut gaussian_source = cut(&mut source.lanes, &nodes_of, per_row);
    let mut edge_features = cut(&mut out.edge_features, &edges_of, features);
    let slices: Vec<_> = blocks
        .iter()
        .filter_map(|_| {
            Some(BackwardSlices {
                values: values.next()?,
                self_target: self_target.next()?,
                self_source: self_source.next()?,
                self_edge: self_edge.next()?,
                gaussian_target: gaussian_target.next()?,
                gaussian_source: gaussian_source.next()?,
                edge_features: edge_features.next()?,
            })
        })
        .collect();
    let empty = SharedGradients { edge_weight: edge_weight.lanes.clone(), lambda: 0.0 };
    let parts: Vec<SharedGradients> = blocks
        .par_iter()
        .zip(slices)
        .map(|(block, mut slices)| {
            let mut shared = empty.clone();
            dispatch::backward(o, saved, gradient, block, &mut slices, &mut shared);
            shared
        })
        .collect();
    for part in parts {
        out.lambda += part.lambda;
        add::<Portable>(&mut edge_weight.lanes, &part.edge_weight);
    }
    out.gaussian_target = target.into_centred();
    out.gaussian_source = source.into_centred();
    out.edge_weight = edge_weight.into_centred();
    out
}

/// Nodes and edges of every block.
fn lengths(blocks: &[Block]) -> (Vec<usize>, Vec<usize>) {
    blocks.iter().map(|b| (b.nodes.len(), b.edges.len())).unzip()
}

/// Nodes of a block of the forward pass.
const NODES: usize = 64;

/// Parts of graphs where the edges are sorted by target, so that a run of nodes owns a run of edges; else whole graphs.
fn forward_blocks(topology: &Topology) -> Vec<Block> {
    if !topology.sorted_by_target() {
        return blocks(topology);
    }
    let (start, _) = topology.incoming_lists();
    let part = |first: usize| {
        let nodes = first..(first + NODES).min(topology.nodes());
        Block { edges: start[nodes.start] as usize..start[nodes.end] as usize, nodes }
    };
    (0..topology.nodes()).step_by(NODES).map(part).collect()
}

fn blocks(topology: &Topology) -> Vec<Block> {
    let block = |g| Block { nodes: topology.graph_nodes(g), edges: topology.graph_edges(g) };
    (0..topology.graphs()).map(block).collect()
}

/// Cuts a list of `width` values per node or edge into one slice per block.
fn cut<'a, T>(mut list: &'a mut [T], lengths: &[usize], width: usize) -> std::vec::IntoIter<&'a mut [T]> {
    let mut slices = Vec::with_capacity(lengths.len());
    for length in lengths {
        let (slice, rest) = list.split_at_mut(length * width);
        slices.push(slice);
        list = rest;
    }
    slices.into_iter()
}
