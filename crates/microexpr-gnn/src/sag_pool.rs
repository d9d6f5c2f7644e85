use burn::prelude::*;

use crate::batch::indices;
use crate::{GcnConv, GcnConvConfig, GraphBatch, SeededRng};

/// Configuration of [`SagPool`].
#[derive(Config, Debug)]
pub struct SagPoolConfig {
    /// Width `C` of the node features.
    pub input: usize,
    /// Share of each graph's nodes that is kept, in `0..=1`; the number is rounded up, at least one.
    #[config(default = 0.75)]
    pub ratio: f64,
}

/// Self-attention graph pooling: keeps the `⌈ratio·n⌉` nodes of each graph with the highest score
/// `s = tanh(GCN(x))` and scales them by it.
///
/// Source: J. Lee, I. Lee, J. Kang, "Self-Attention Graph Pooling", ICML 2019; 2S-AMAGN §3.4.
#[derive(Module, Debug)]
pub struct SagPool<B: Backend> {
    /// The scoring convolution, `C` to 1.
    pub score: GcnConv<B>,
    ratio: f64,
}

/// What remains after pooling.
#[derive(Debug, Clone)]
pub struct Pooled<B: Backend> {
    /// Scaled features of the kept nodes, `[K, C]`.
    pub x: Tensor<B, 2>,
    /// The edges between kept nodes.
    pub graph: GraphBatch<B>,
    /// Which nodes were kept, ascending.
    pub kept_nodes: Vec<u32>,
    /// Which edges were kept, ascending within each graph.
    pub kept_edges: Vec<u32>,
    /// Scores of the kept nodes after tanh, `[K, 1]`.
    pub scores: Tensor<B, 2>,
}

impl SagPoolConfig {
    /// Draws initial weights.
    ///
    /// # Panics
    ///
    /// If the ratio lies outside `0..=1`.
    pub fn init<B: Backend>(&self, device: &B::Device, random: &mut SeededRng) -> SagPool<B> {
        assert!((0.0..=1.0).contains(&self.ratio), "pooling ratio must lie in 0..=1, found {}", self.ratio);
        SagPool { score: GcnConvConfig::new(self.input, 1).init(device, random), ratio: self.ratio }
    }
}

impl<B: Backend> SagPool<B> {
    /// Pools every graph of the batch.
    ///
    /// # Shapes
    ///
    /// - `x`: `[N, C]`; output features: `[K, C]`
    #[must_use]
    pub fn forward(&self, x: Tensor<B, 2>, graph: &GraphBatch<B>) -> Pooled<B> {
        let scores = self.score.forward(x.clone(), graph).tanh();
        let on_host: Vec<f32> = scores.clone().detach().into_data().convert::<f32>().iter().collect();
        let kept_nodes = self.highest(&on_host, graph);
        let rows = indices(kept_nodes.iter().map(|k| i64::from(*k)).collect(), graph.device());
        let scores = scores.select(0, rows.clone());
        let (topology, kept_edges) = graph.topology().induced(&kept_nodes);
        Pooled {
            x: x.select(0, rows) * scores.clone(),
            graph: GraphBatch::new(topology, graph.device()),
            kept_nodes,
            kept_edges,
            scores,
        }
    }

    /// The best nodes of each graph, ascending; ties go to the lower number, NaN counts as the lowest score.
    fn highest(&self, scores: &[f32], graph: &GraphBatch<B>) -> Vec<u32> {
        let rank = |node: u32| {
            let score = scores[node as usize];
            if score.is_nan() { f32::NEG_INFINITY } else { score }
        };
        let mut kept = Vec::with_capacity(scores.len());
        for g in 0..graph.topology().graphs() {
            let nodes = graph.topology().graph_nodes(g);
            let count = ((self.ratio * nodes.len() as f64).ceil() as usize).clamp(1, nodes.len());
            let mut order: Vec<u32> = nodes.map(|n| n as u32).collect();
            order.sort_by(|a, b| rank(*b).total_cmp(&rank(*a)));
            order.truncate(count);
            order.sort_unstable();
            kept.extend(order);
        }
        kept
    }
}
