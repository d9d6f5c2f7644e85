use std::fmt;
use std::str::FromStr;

use microexpr_flow::{ClgParams, DisPreset, FlowAlgorithm, SelectionParams};
use microexpr_gnn::Readout;
use microexpr_graph::{FeatureColumns, GraphParams, NodeFrames, PatchFeature, PositionFeature, Trend};
use microexpr_magnify::MagnifyParams;
use microexpr_pipeline::{FlowSpan, PipelineSettings};

use crate::{ClassWeights, ClassifierError, LastLayer, ModelSettings, Settings, Streams, TrainingSettings};

/// A named set of settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Preset {
    /// The paper's configuration, and our choices where it is silent: [`Settings::default`].
    Paper,
    /// What recognised best on a development set, see `docs/study.md` of the repository: frames averaged over time instead of
    /// magnified; stream 1 the displacement of the landmark since the first frame, stream 2 the mean flow around it, both
    /// without what the whole face shares, every landmark in columns of its own, in the frames between the first and the last
    /// one; five small networks that answer together, whose classifier also sees the node features themselves.
    #[default]
    Recommended,
    /// What recognised best on a third of the subjects of the published flow maps, see `docs/study.md`: every map an area of
    /// 10×10 nodes with its mean flow, every node in columns of its own, random Fourier features of them all, the last layer
    /// fitted exactly; the maps' mirror images learned from, too, and answers averaged over both and over five networks.
    FlowMaps,
}

impl Preset {
    /// The settings it stands for.
    #[must_use]
    pub fn settings(self) -> Settings {
        match self {
            Self::Paper => Settings::default(),
            Self::Recommended => Settings {
                pipeline: PipelineSettings {
                    flow_span: FlowSpan::Onset,
                    graph: GraphParams {
                        node_frames: NodeFrames::Inner,
                        position_feature: PositionFeature::RelativeDisplacement,
                        patch_feature: PatchFeature::Mean,
                        trend: Trend::Remove { degree: 2 },
                        ..GraphParams::default()
                    },
                    averaging_s: 0.03,
                    magnification: MagnifyParams { alpha: 0.0, ..MagnifyParams::default() },
                    flow: FlowAlgorithm::Clg(ClgParams { finest_level: 1, ..ClgParams::default() }),
                    selection_flow: Some(FlowAlgorithm::Dis(DisPreset::Ultrafast.params())),
                    selection: SelectionParams { max_kept: Some(5), ..SelectionParams::default() },
                    ..PipelineSettings::default()
                },
                model: ModelSettings {
                    columns: FeatureColumns::PerLandmark,
                    embedding: Some(32),
                    layers: 1,
                    pooling_ratio: 1.0,
                    input_dropout: 0.3,
                    readout: Readout::Sum,
                    input_readout: true,
                    zero_start: true,
                    ..ModelSettings::default()
                },
                training: TrainingSettings {
                    epochs: 15,
                    networks: 5,
                    learning_rate: 3e-3,
                    class_weights: ClassWeights::Balanced,
                    augmentation_alphas: Vec::new(),
                    ..TrainingSettings::default()
                },
                ..Settings::default()
            },
            Self::FlowMaps => Settings {
                model: ModelSettings {
                    streams: Streams::Flow,
                    columns: FeatureColumns::PerLandmark,
                    layers: 0,
                    readout: Readout::Sum,
                    input_readout: true,
                    fourier_features: Some(512),
                    fourier_scale: 0.84,
                    ..ModelSettings::default()
                },
                training: TrainingSettings {
                    epochs: 0,
                    networks: 5,
                    class_weights: ClassWeights::Balanced,
                    last_layer: LastLayer::Ridge { strength: 1.0 },
                    augmentation_alphas: Vec::new(),
                    ..TrainingSettings::default()
                },
                ..Settings::default()
            },
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Paper => "paper",
            Self::Recommended => "recommended",
            Self::FlowMaps => "flow-maps",
        })
    }
}

impl FromStr for Preset {
    type Err = ClassifierError;

    fn from_str(name: &str) -> Result<Self, ClassifierError> {
        [Self::Paper, Self::Recommended, Self::FlowMaps]
            .into_iter()
            .find(|preset| preset.to_string() == name)
            .ok_or_else(|| ClassifierError::UnknownPreset { found: name.to_owned() })
    }
}
