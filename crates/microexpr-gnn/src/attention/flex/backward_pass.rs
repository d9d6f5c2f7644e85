//! The backward pass over a whole batch: each graph stays on one thread, so results never depend on their number.

use rayon::prelude::*;

use super::backward::{Alphas, BackwardSlices, SharedGradients};
use super::blocks::{blocks, cut, lengths};
use super::dispatch;
use super::gaussian::CentredGaussian;
use super::lanes::Portable;
use super::operands::{Block, Operands};
use super::rows::Rows;
use super::vectors::add;

/// Whether the gradient of the edge features is asked for; that of a network's input is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EdgeFeatures {
    Wanted,
    Unwanted,
}

/// Gradients of all operands; empty where the operand is absent or its gradient unwanted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Backward {
    pub(crate) values: Vec<f32>,
    pub(crate) self_target: Vec<f32>,
    pub(crate) self_source: Vec<f32>,
    pub(crate) self_edge: Vec<f32>,
    pub(crate) gaussian_target: Vec<f32>,
    pub(crate) gaussian_source: Vec<f32>,
    /// `[De, D]`.
    pub(crate) edge_weight: Vec<f32>,
    pub(crate) edge_features: Vec<f32>,
    pub(crate) lambda: f32,
}

/// The gradient of the edge features is computed only if it is wanted.
pub(crate) fn backward(
    o: &Operands<'_>,
    saved: &Alphas<'_>,
    gradient: &[f32],
    edge_features: EdgeFeatures,
) -> Backward {
    let mut room = Room::new(o, edge_features);
    let mut edge_weight = Rows::zeros(room.edge_width, room.width);
    let empty = SharedGradients { edge_weight: edge_weight.lanes.clone(), lambda: 0.0 };
    let blocks = blocks(o.topology);
    let slices = room.slices(o, &blocks);
    let parts: Vec<SharedGradients> = blocks
        .par_iter()
        .zip(slices)
        .map(|(block, mut slices)| {
            let mut shared = empty.clone();
            dispatch::backward(o, saved, gradient, block, &mut slices, &mut shared);
            shared
        })
        .collect();
    let mut out = room.out;
    for part in parts {
        out.lambda += part.lambda;
        add::<Portable>(&mut edge_weight.lanes, &part.edge_weight);
    }
    out.gaussian_target = room.target.into_centred();
    out.gaussian_source = room.source.into_centred();
    out.edge_weight = edge_weight.into_centred();
    out
}

/// Where the blocks write: the gradients, those of Gaussian attention's nodes in whole lanes.
struct Room {
    out: Backward,
    target: Rows,
    source: Rows,
    /// Width `D` of Gaussian attention.
    width: usize,
    edge_width: usize,
    /// Values per edge for the gradient of the edge features.
    features: usize,
}

impl Room {
    fn new(o: &Operands<'_>, edge_features: EdgeFeatures) -> Self {
        let (nodes, edges, heads) = (o.topology.nodes(), o.topology.edges(), o.own_heads());
        let width = o.gaussian.as_ref().map_or(0, CentredGaussian::width);
        let edge_width = o.gaussian.as_ref().map_or(0, |g| g.edge_width);
        let features = if edge_features == EdgeFeatures::Wanted { edge_width } else { 0 };
        let out = Backward {
            values: vec![0.0; nodes * o.channels],
            self_target: vec![0.0; nodes * heads],
            self_source: vec![0.0; nodes * heads],
            self_edge: vec![0.0; edges * heads],
            edge_features: vec![0.0; edges * features],
            ..Backward::default()
        };
        let (target, source) = (Rows::zeros(nodes, width), Rows::zeros(nodes, width));
        Self { out, target, source, width, edge_width, features }
    }

    /// What each block writes.
    fn slices(&mut self, o: &Operands<'_>, blocks: &[Block]) -> Vec<BackwardSlices<'_>> {
        let (nodes_of, edges_of) = lengths(blocks);
        let (heads, per_row) = (o.own_heads(), self.target.per_row());
        let mut values = cut(&mut self.out.values, &nodes_of, o.channels);
        let mut self_target = cut(&mut self.out.self_target, &nodes_of, heads);
        let mut self_source = cut(&mut self.out.self_source, &nodes_of, heads);
        let mut self_edge = cut(&mut self.out.self_edge, &edges_of, heads);
        let mut gaussian_target = cut(&mut self.target.lanes, &nodes_of, per_row);
        let mut gaussian_source = cut(&mut self.source.lanes, &nodes_of, per_row);
        let mut edge_features = cut(&mut self.out.edge_features, &edges_of, self.features);
        let slices = |_: &Block| {
            Some(BackwardSlices {
                values: values.next()?,
                self_target: self_target.next()?,
                self_source: self_source.next()?,
                self_edge: self_edge.next()?,
                gaussian_target: gaussian_target.next()?,
                gaussian_source: gaussian_source.next()?,
                edge_features: edge_features.next()?,
            })
        };
        blocks.iter().filter_map(slices).collect()
    }
}
