use burn::prelude::*;

use crate::attention::{
    Activation, AdaptiveAttention, AdaptiveAttentionConfig, AttentionWeights, DensityReduction, Fusion,
    SelfAttentionKind,
};
use crate::edge_similarity::{EdgeSimilarity, recompute_similarity};
use crate::error::OrPanic;
use crate::{
    FullyConnected, FullyConnectedConfig, GnnError, GraphBackend, GraphBatch, InitialWeights, NodeFeatures,
    Readout, ReadoutScale, SagPool, SagPoolConfig, SeededRng, dropout,
};

/// Configuration of [`StreamModel`]; the defaults are the paper's.
#[derive(Config, Debug)]
pub struct StreamModelConfig {
    /// Width of the node features.
    pub input: usize,
    /// Width of a fully connected layer that embeds the node features before the first attention layer; `None`: the first
    /// attention layer sees them as they are. Worth it for wide, mostly empty features: Gaussian attention is as wide as its
    /// input.
    #[config(default = "None")]
    pub embedding: Option<usize>,
    /// Dropout of the node features in training.
    #[config(default = 0.0)]
    pub input_dropout: f64,
    /// Width of the edge features.
    #[config(default = 2)]
    pub edge_input: usize,
    /// Width of every layer.
    #[config(default = 32)]
    pub hidden: usize,
    /// Number of adaptive multi-attention layers; 0, with `input_readout`, for a stream that is the readout of its node features.
    #[config(default = 3)]
    pub layers: usize,
    /// How self-attention and Gaussian attention are weighed.
    #[config(default = "Fusion::Learned")]
    pub fusion: Fusion,
    /// Heads of self-attention in every layer.
    #[config(default = 1)]
    pub heads: usize,
    /// How self-attention scores a pair of nodes.
    #[config(default = "SelfAttentionKind::Gat")]
    pub self_attention: SelfAttentionKind,
    /// Where the similarity among the edge features comes from.
    #[config(default = "EdgeSimilarity::Input")]
    pub edge_similarity: EdgeSimilarity,
    /// The nonlinearity of the layers.
    #[config(default = "Activation::Elu")]
    pub activation: Activation,
    /// Where the first layer's map of the node features starts; the others start by Glorot's rule.
    #[config(default = "InitialWeights::Glorot")]
    pub initial_weights: InitialWeights,
    /// How Gaussian densities become scores.
    #[config(default = "DensityReduction::Sum")]
    pub reduction: DensityReduction,
    /// Added to the Gaussian variance.
    #[config(default = 1e-2)]
    pub variance_floor: f64,
    /// Share of nodes that pooling keeps.
    #[config(default = 0.75)]
    pub pooling_ratio: f64,
    /// Dropout after pooling.
    #[config(default = 0.5)]
    pub dropout: f64,
    /// How the pooled nodes become one vector.
    #[config(default = "Readout::MaxMean")]
    pub readout: Readout,
    /// Whether the stream's output also holds the readout of the node features themselves, beside that of the layers'
    /// (jumping knowledge, Xu et al. 2018, of layer 0).
    #[config(default = false)]
    pub input_readout: bool,
    /// How large the stream's output is.
    #[config(default = "ReadoutScale::AsRead")]
    pub readout_scale: ReadoutScale,
}

/// One stream of the network: adaptive multi-attention layers, SAGPool, dropout, readout.
///
/// Source: 2S-AMAGN §3.4 and Fig. 1(d).
#[derive(Module, Debug)]
pub struct StreamModel<B: Backend> {
    /// Embeds the node features, if configured.
    pub embedding: Option<FullyConnected<B>>,
    /// The attention layers, first to last.
    pub layers: Vec<AdaptiveAttention<B>>,
    /// Pooling after the last layer; absent without layers.
    pub pool: Option<SagPool<B>>,
    input_dropout: f64,
    dropout: f64,
    #[module(skip)]
    readout: Readout,
    #[module(skip)]
    input_readout: bool,
    #[module(skip)]
    readout_scale: ReadoutScale,
    #[module(skip)]
    edge_similarity: EdgeSimilarity,
}

/// Features of one stream for a batch of graphs.
#[derive(Debug, Clone)]
pub struct StreamInput<B: Backend> {
    /// Node features, `[N, input]`.
    pub nodes: NodeFeatures<B>,
    /// Edge features, `[E, edge_input]`.
    pub edges: Tensor<B, 2>,
}

/// What a stream attended to.
#[derive(Debug, Clone)]
pub struct StreamExplanation<B: Backend> {
    /// Attention of every edge, layer by layer.
    pub layers: Vec<AttentionWeights<B>>,
    /// λ of every layer, `[1]` each.
    pub lambdas: Vec<Tensor<B, 1>>,
    /// The nodes that pooling kept, ascending.
    pub kept_nodes: Vec<u32>,
    /// Their pooling scores, `[K, 1]`; absent without layers, where all nodes are kept.
    pub scores: Option<Tensor<B, 2>>,
}

impl StreamModelConfig {
    /// Whether the stream can be built.
    ///
    /// # Errors
    ///
    /// [`GnnError::Setting`] for a width or a number of layers that is 0, a dropout outside `0..1`, or what a layer refuses.
    pub fn check(&self) -> Result<(), GnnError> {
        GnnError::check_widths(self.input, self.hidden)?;
        GnnError::check_setting(self.embedding != Some(0), "embedding", "at least 1, or none", 0)?;
        let read = self.layers > 0 || self.input_readout;
        GnnError::check_setting(read, "layers", "at least 1, or an input readout", self.layers)?;
        for (setting, probability) in [("input_dropout", self.input_dropout), ("dropout", self.dropout)] {
            let holds = (0.0..1.0).contains(&probability);
            GnnError::check_setting(holds, setting, "in 0..1", probability)?;
        }
        self.layer(0).check()?;
        self.layer(1).check()?;
        self.pool().check()
    }

    fn layer(&self, index: usize) -> AdaptiveAttentionConfig {
        let (input, initial_weights) = match index {
            0 => (self.embedding.unwrap_or(self.input), self.initial_weights),
            _ => (self.hidden, InitialWeights::Glorot),
        };
        AdaptiveAttentionConfig::new(input, self.hidden)
            .with_edge_input(self.edge_input)
            .with_fusion(self.fusion)
            .with_heads(self.heads)
            .with_self_attention(self.self_attention)
            .with_activation(self.activation)
            .with_initial_weights(initial_weights)
            .with_reduction(self.reduction)
            .with_variance_floor(self.variance_floor)
    }

    fn pool(&self) -> SagPoolConfig {
        SagPoolConfig::new(self.hidden).with_ratio(self.pooling_ratio)
    }

    /// Draws initial weights.
    ///
    /// # Panics
    ///
    /// If [`StreamModelConfig::check`] fails.
    pub fn init<B: Backend>(&self, device: &B::Device, random: &mut SeededRng) -> StreamModel<B> {
        self.check().or_panic();
        let embed = |width| FullyConnectedConfig::new(self.input, width);
        StreamModel {
            embedding: self
                .embedding
                .filter(|_| self.layers > 0)
                .map(|width| embed(width).init(device, random)),
            layers: (0..self.layers).map(|index| self.layer(index).init(device, random)).collect(),
            pool: (self.layers > 0).then(|| self.pool().init(device, random)),
            input_dropout: self.input_dropout,
            dropout: self.dropout,
            readout: self.readout,
            input_readout: self.input_readout,
            readout_scale: self.readout_scale,
            edge_similarity: self.edge_similarity,
        }
    }

    /// Width of the stream's output.
    #[must_use]
    pub fn output(&self) -> usize {
        let of_input = if self.input_readout { self.readout.width(self.input) } else { 0 };
        let of_layers = if self.layers > 0 { self.readout.width(self.hidden) } else { 0 };
        of_layers + of_input
    }
}

/// What decides a stream's output beside its weights.
#[cfg(feature = "flex")]
pub(crate) struct StreamSettings {
    pub(crate) input_dropout: f64,
    pub(crate) dropout: f64,
    pub(crate) readout: Readout,
    pub(crate) input_readout: bool,
    pub(crate) readout_scale: ReadoutScale,
    pub(crate) edge_similarity: EdgeSimilarity,
}

#[cfg(feature = "flex")]
impl<B: Backend> StreamModel<B> {
    pub(crate) fn settings(&self) -> StreamSettings {
        let Self { input_dropout, dropout, readout, input_readout, readout_scale, edge_similarity, .. } =
            *self;
        StreamSettings { input_dropout, dropout, readout, input_readout, readout_scale, edge_similarity }
    }
}

impl<B: GraphBackend> StreamModel<B> {
    /// Embeds every graph of the batch. Dropout is applied only if a generator is given.
    ///
    /// # Shapes
    ///
    /// - output: `[G, 64]` for the paper's sizes
    #[must_use]
    pub fn forward(
        &self,
        input: StreamInput<B>,
        graph: &GraphBatch<B>,
        training: Option<&mut SeededRng>,
    ) -> Tensor<B, 2> {
        self.forward_explained(input, graph, training).0
    }

    /// [`StreamModel::forward`] and what the stream attended to.
    #[must_use]
    pub fn forward_explained(
        &self,
        input: StreamInput<B>,
        graph: &GraphBatch<B>,
        mut training: Option<&mut SeededRng>,
    ) -> (Tensor<B, 2>, StreamExplanation<B>) {
        let nodes = match training.as_deref_mut() {
            Some(random) => input.nodes.dropout(self.input_dropout, random),
            None => input.nodes,
        };
        let of_input = self.input_readout.then(|| nodes.clone().readout(self.readout, graph));
        let (of_layers, explanation) = match &self.pool {
            Some(pool) => {
                let (of_layers, explanation) = self.run_layers(pool, nodes, input.edges, graph, training);
                (Some(of_layers), explanation)
            }
            None => (None, StreamExplanation::without_layers(graph)),
        };
        let parts: Vec<_> = of_layers.into_iter().chain(of_input).collect();
        (self.readout_scale.apply(Tensor::cat(parts, 1)), explanation)
    }

    /// The readout of the last layer's pooled nodes.
    fn run_layers(
        &self,
        pool: &SagPool<B>,
        nodes: NodeFeatures<B>,
        edge_features: Tensor<B, 2>,
        graph: &GraphBatch<B>,
        training: Option<&mut SeededRng>,
    ) -> (Tensor<B, 2>, StreamExplanation<B>) {
        let mut x = match &self.embedding {
            Some(layer) => nodes.embed(layer),
            None => nodes.dense(graph.device()),
        };
        let mut attention = Vec::with_capacity(self.layers.len());
        for (index, layer) in self.layers.iter().enumerate() {
            let mut edges = edge_features.clone();
            if index > 0 && self.edge_similarity == EdgeSimilarity::Recomputed {
                edges = recompute_similarity(edges, x.clone(), graph);
            }
            let (out, weights) = layer.forward_with_attention(x, edges, graph);
            x = out;
            attention.push(weights);
        }
        let pooled = pool.forward(x, graph);
        let x = match training {
            Some(random) => dropout(pooled.x, self.dropout, random),
            None => pooled.x,
        };
        let explanation = StreamExplanation {
            layers: attention,
            lambdas: self.layers.iter().map(AdaptiveAttention::lambda).collect(),
            kept_nodes: pooled.kept_nodes,
            scores: Some(pooled.scores),
        };
        (self.readout.forward(x, &pooled.graph), explanation)
    }
}

impl<B: GraphBackend> StreamExplanation<B> {
    /// Of a stream that attends to nothing and keeps everything.
    fn without_layers(graph: &GraphBatch<B>) -> Self {
        let kept_nodes = (0..graph.topology().nodes() as u32).collect();
        Self { layers: Vec::new(), lambdas: Vec::new(), kept_nodes, scores: None }
    }
}
