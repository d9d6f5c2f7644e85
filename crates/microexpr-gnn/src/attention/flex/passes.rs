//! Both passes over a whole batch. Forward, nodes are independent; backward, each graph stays on one thread. So results
//! never depend on the number of threads.

use rayon::prelude::*;

use super::dispatch;
use super::kernel::{Alphas, BackwardSlices, Block, ForwardSlices, Operands, SharedGradients};
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

/// Gradients of all operands; empty where the operand is absent.
pub(super) struct Backward {
    pub(super) values: Vec<f32>,
    pub(super) self_target: Vec<f32>,
    pub(super) self_source: Vec<f32>,
    pub(super) self_edge: Vec<f32>,
    pub(super) gaussian_target: Vec<f32>,
    pub(super) gaussian_source: Vec<f32>,
    pub(super) edge_features: Vec<f32>,
    pub(super) shared: SharedGradients,
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

pub(super) fn backward(o: &Operands<'_>, saved: &Alphas<'_>, gradient: &[f32]) -> Backward {
    let (nodes, edges) = (o.topology.nodes(), o.topology.edges());
    let own = if o.own.is_some() { o.heads } else { 0 };
    let (width, edge_width) = o.gaussian.map_or((0, 0), |g| (g.width, g.edge_width));
    let mut out = Backward {
        values: vec![0.0; nodes * o.channels],
        self_target: vec![0.0; nodes * own],
        self_source: vec![0.0; nodes * own],
        self_edge: vec![0.0; edges * own],
        gaussian_target: vec![0.0; nodes * width],
        gaussian_source: vec![0.0; nodes * width],
        edge_features: vec![0.0; edges * edge_width],
        shared: SharedGradients { edge_weight: vec![0.0; width * edge_width], lambda: 0.0 },
    };
    let blocks = blocks(o.topology);
    let (nodes_of, edges_of) = lengths(&blocks);
    let mut values = cut(&mut out.values, &nodes_of, o.channels);
    let mut self_target = cut(&mut out.self_target, &nodes_of, own);
    let mut self_source = cut(&mut out.self_source, &nodes_of, own);
    let mut self_edge = cut(&mut out.self_edge, &edges_of, own);
    let mut gaussian_target = cut(&mut out.gaussian_target, &nodes_of, width);
    let mut gaussian_source = cut(&mut out.gaussian_source, &nodes_of, width);
    let mut edge_features = cut(&mut out.edge_features, &edges_of, edge_width);
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
    let empty = out.shared.clone();
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
        out.shared.lambda += part.lambda;
        out.shared.edge_weight.iter_mut().zip(part.edge_weight).for_each(|(sum, p)| *sum += p);
    }
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
fn cut<'a>(mut list: &'a mut [f32], lengths: &[usize], width: usize) -> std::vec::IntoIter<&'a mut [f32]> {
    let mut slices = Vec::with_capacity(lengths.len());
    for length in lengths {
        let (slice, rest) = list.split_at_mut(length * width);
        slices.push(slice);
        list = rest;
    }
    slices.into_iter()
}
