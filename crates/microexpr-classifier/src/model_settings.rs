use microexpr_core::OutOfRange;
use microexpr_gnn::attention::{Activation, DensityReduction, Fusion, SelfAttentionKind};
use microexpr_gnn::{
    EdgeSimilarity, InitialWeights, Readout, ReadoutScale, StreamModelConfig, TwoStreamModelConfig,
};
use microexpr_graph::{FeatureColumns, Stream, VideoGraph};
use serde::{Deserialize, Serialize};

/// Which attention the layers use (Tables 4 and 5 of the paper).
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attention {
    /// Self-attention and Gaussian attention, weighed by a learned λ.
    #[default]
    Adaptive,
    /// Self-attention alone, λ = 1.
    SelfOnly,
    /// Gaussian attention alone, λ = 0.
    Gaussian,
    /// Both, weighed by a constant λ in `0..=1`.
    Fixed(f64),
}

/// Which streams the network has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Streams {
    /// Landmark locations and flow patches.
    #[default]
    Both,
    /// Landmark locations alone.
    Location,
    /// Flow patches alone.
    Flow,
}

/// Settings of the network; the defaults are the paper's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelSettings {
    /// Attention of the layers.
    pub attention: Attention,
    /// Streams of the network.
    pub streams: Streams,
    /// Whether all landmarks share the columns of their node features or each has its own.
    pub columns: FeatureColumns,
    /// Width of a fully connected layer that embeds the node features before the first attention layer, if any.
    pub embedding: Option<usize>,
    /// Width of the layers.
    pub hidden: usize,
    /// Number of attention layers; 0, with `input_readout`, for a network without attention.
    pub layers: usize,
    /// Heads of self-attention.
    pub heads: usize,
    /// How self-attention scores a pair of nodes.
    pub self_attention: SelfAttentionKind,
    /// Whether the layers see the input's edge features or recompute the similarity (§3.4).
    pub edge_similarity: EdgeSimilarity,
    /// Share of nodes that SAGPool keeps.
    pub pooling_ratio: f64,
    /// Dropout of the node features.
    pub input_dropout: f64,
    /// Dropout after SAGPool.
    pub dropout: f64,
    /// Nonlinearity of the layers.
    pub activation: Activation,
    /// Where the first layer's weights start.
    pub initial_weights: InitialWeights,
    /// How Gaussian densities become scores.
    pub reduction: DensityReduction,
    /// Added to the Gaussian variance.
    pub variance_floor: f64,
    /// How nodes become one vector.
    pub readout: Readout,
    /// Whether the readout of the node features themselves stands beside that of the layers.
    pub input_readout: bool,
    /// Whether the strength of a stream's readout counts, or its pattern alone.
    pub readout_scale: ReadoutScale,
    /// Whether the last layer starts from zero.
    pub zero_start: bool,
    /// Number of random Fourier features of the readout, if any: the classifier is then near a kernel machine's.
    pub fourier_features: Option<usize>,
    /// Scale of the Fourier features, see [`FourierFeaturesConfig`](microexpr_gnn::FourierFeaturesConfig).
    pub fourier_scale: f64,
    /// Widths of fully connected layers before the class scores.
    pub fully_connected: Vec<usize>,
}

impl Default for ModelSettings {
    fn default() -> Self {
        Self {
            attention: Attention::Adaptive,
            streams: Streams::Both,
            columns: FeatureColumns::Shared,
            embedding: None,
            hidden: 32,
            layers: 3,
            heads: 1,
            self_attention: SelfAttentionKind::Gat,
            edge_similarity: EdgeSimilarity::Input,
            pooling_ratio: 0.75,
            input_dropout: 0.0,
            dropout: 0.5,
            activation: Activation::Elu,
            initial_weights: InitialWeights::Glorot,
            reduction: DensityReduction::Sum,
            variance_floor: 1e-2,
            readout: Readout::MaxMean,
            input_readout: false,
            readout_scale: ReadoutScale::AsRead,
            zero_start: false,
            fourier_features: None,
            fourier_scale: 1.0,
            fully_connected: Vec::new(),
        }
    }
}

/// Widest layer.
const WIDEST: usize = 4096;

impl ModelSettings {
    /// Refuses what is no network, or one that no machine can hold.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub fn check(&self) -> Result<(), OutOfRange> {
        let width = |width: usize| (1..=WIDEST).contains(&width);
        let least = usize::from(!self.input_readout);
        let expected = "1 to 64, or 0 with an input readout";
        OutOfRange::unless((least..=64).contains(&self.layers), "layers", expected, self.layers)?;
        let fourier = self.fourier_features.unwrap_or(1);
        OutOfRange::unless(
            (1..=65_536).contains(&fourier),
            "fourier_features",
            "1 to 65536 if given",
            fourier,
        )?;
        let scale = self.fourier_scale;
        let positive = scale.is_finite() && scale > 0.0;
        OutOfRange::unless(positive, "fourier_scale", "a positive number", scale)?;
        OutOfRange::unless(width(self.hidden), "hidden", "1 to 4096", self.hidden)?;
        let shared = self.heads > 0 && self.hidden.is_multiple_of(self.heads);
        OutOfRange::unless(shared, "heads", "a divisor of the layers' width", self.heads)?;
        let embedding = self.embedding.unwrap_or(1);
        OutOfRange::unless(width(embedding), "embedding", "1 to 4096 if given", embedding)?;
        let connected = &self.fully_connected;
        let sound = connected.len() <= 16 && connected.iter().all(|w| width(*w));
        OutOfRange::unless(
            sound,
            "fully_connected",
            "at most 16 widths of 1 to 4096",
            format!("{connected:?}"),
        )?;
        for (name, dropout) in [("dropout", self.dropout), ("input_dropout", self.input_dropout)] {
            OutOfRange::unless((0.0..1.0).contains(&dropout), name, "at least 0 and below 1", dropout)?;
        }
        let ratio = self.pooling_ratio;
        OutOfRange::unless(ratio > 0.0 && ratio <= 1.0, "pooling_ratio", "above 0 and at most 1", ratio)?;
        if let Attention::Fixed(lambda) = self.attention {
            let inside = (0.0..=1.0).contains(&lambda);
            OutOfRange::unless(inside, "attention", "a fixed lambda in 0..=1", lambda)?;
        }
        if let InitialWeights::RandomFourier { width } = self.initial_weights {
            let holds = InitialWeights::WIDTHS.contains(&width);
            OutOfRange::unless(holds, "initial_weights", "a width in 0.001..=1000", width)?;
        }
        let floor = self.variance_floor;
        OutOfRange::unless(floor.is_finite() && floor > 0.0, "variance_floor", "a positive number", floor)
    }

    /// Widths of the node features that the two streams of the network get for graphs like this one.
    pub(crate) fn input_widths(&self, graph: &VideoGraph) -> [usize; 2] {
        let width = |stream: &Stream| self.columns.width(stream.node_features().ncols(), graph.landmarks());
        [width(graph.location()), width(graph.flow())]
    }

    /// The network for node features of `location` and `flow` values and a number of classes.
    pub(crate) fn network(&self, [location, flow]: [usize; 2], classes: usize) -> TwoStreamModelConfig {
        let fusion = match self.attention {
            Attention::Adaptive => Fusion::Learned,
            Attention::SelfOnly => Fusion::Fixed(1.0),
            Attention::Gaussian => Fusion::Fixed(0.0),
            Attention::Fixed(lambda) => Fusion::Fixed(lambda.clamp(0.0, 1.0)),
        };
        let stream = |input: usize| {
            StreamModelConfig::new(input)
                .with_hidden(self.hidden)
                .with_embedding(self.embedding)
                .with_layers(self.layers)
                .with_heads(self.heads)
                .with_self_attention(self.self_attention)
                .with_edge_similarity(self.edge_similarity)
                .with_fusion(fusion)
                .with_activation(self.activation)
                .with_initial_weights(self.initial_weights)
                .with_reduction(self.reduction)
                .with_variance_floor(self.variance_floor)
                .with_pooling_ratio(self.pooling_ratio)
                .with_input_dropout(self.input_dropout)
                .with_dropout(self.dropout)
                .with_readout(self.readout)
                .with_input_readout(self.input_readout)
                .with_readout_scale(self.readout_scale)
        };
        TwoStreamModelConfig::new(classes)
            .with_location((self.streams != Streams::Flow).then(|| stream(location)))
            .with_flow((self.streams != Streams::Location).then(|| stream(flow)))
            .with_fourier_features(self.fourier_features)
            .with_fourier_scale(self.fourier_scale)
            .with_hidden(self.fully_connected.clone())
            .with_zero_start(self.zero_start)
    }
}
