use microexpr_gnn::attention::{Activation, DensityReduction, Fusion};
use microexpr_gnn::{Readout, StreamModelConfig, TwoStreamModelConfig};
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
    /// Width of the layers.
    pub hidden: usize,
    /// Number of attention layers.
    pub layers: usize,
    /// Share of nodes that SAGPool keeps.
    pub pooling_ratio: f64,
    /// Dropout after SAGPool.
    pub dropout: f64,
    /// Nonlinearity of the layers.
    pub activation: Activation,
    /// How Gaussian densities become scores.
    pub reduction: DensityReduction,
    /// Added to the Gaussian variance.
    pub variance_floor: f64,
    /// How nodes become one vector.
    pub readout: Readout,
    /// Widths of fully connected layers before the class scores.
    pub fully_connected: Vec<usize>,
}

impl Default for ModelSettings {
    fn default() -> Self {
        Self {
            attention: Attention::Adaptive,
            streams: Streams::Both,
            hidden: 32,
            layers: 3,
            pooling_ratio: 0.75,
            dropout: 0.5,
            activation: Activation::Elu,
            reduction: DensityReduction::Sum,
            variance_floor: 1e-2,
            readout: Readout::MaxMean,
            fully_connected: Vec::new(),
        }
    }
}

impl ModelSettings {
    /// The network for node features of `location` and `flow` values and a number of classes.
    pub(crate) fn network(&self, location: usize, flow: usize, classes: usize) -> TwoStreamModelConfig {
        let fusion = match self.attention {
            Attention::Adaptive => Fusion::Learned,
            Attention::SelfOnly => Fusion::Fixed(1.0),
            Attention::Gaussian => Fusion::Fixed(0.0),
            Attention::Fixed(lambda) => Fusion::Fixed(lambda.clamp(0.0, 1.0)),
        };
        let stream = |input: usize| {
            StreamModelConfig::new(input)
                .with_hidden(self.hidden)
                .with_layers(self.layers)
                .with_fusion(fusion)
                .with_activation(self.activation)
                .with_reduction(self.reduction)
                .with_variance_floor(self.variance_floor)
                .with_pooling_ratio(self.pooling_ratio)
                .with_dropout(self.dropout)
                .with_readout(self.readout)
        };
        TwoStreamModelConfig::new(classes)
            .with_location((self.streams != Streams::Flow).then(|| stream(location)))
            .with_flow((self.streams != Streams::Location).then(|| stream(flow)))
            .with_hidden(self.fully_connected.clone())
    }
}
