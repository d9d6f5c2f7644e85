use std::fmt;
use std::str::FromStr;

use microexpr_flow::{ClgParams, DisPreset, FlowAlgorithm, SelectionParams};
use microexpr_gnn::attention::Activation;
use microexpr_gnn::{InitialWeights, Readout, ReadoutScale};
use microexpr_graph::{
    Blinks, ClipScale, FeatureColumns, GraphParams, MotionAxes, NodeFrames, PatchFeature, PositionFeature,
    Trend,
};
use microexpr_magnify::{ClipFilter, MagnifyParams, StreamFilter};
use microexpr_pipeline::{FlowSpan, PipelineSettings, Views};

use crate::{ClassWeights, ClassifierError, LastLayer, ModelSettings, Settings, Streams, TrainingSettings};

/// A named set of settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Preset {
    /// The paper's configuration. Where it is silent, the readings that recognised best on development sets (`docs/paper.md`): a graph
    /// of three frames between the first kept one and the last; of a landmark's place the pattern of its displacement since the first frame, outward from the
    /// middle of the face, of its patch half of u and half of v, standardised clip by clip, both on frames averaged over time and without
    /// what the whole face shares; magnification's temporal filter a band, its flow DIS; sines for nonlinearity, whose first layer starts as random Fourier features; ten epochs, a step per
    /// clip, the mean weights of the last five. Everything else as in [`Settings::default`].
    Paper,
    /// The best of the networks with attention, see `docs/study.md` of the repository: frames averaged over time instead of
    /// magnified; stream 1 the displacement of the landmark since the first frame, stream 2 the mean flow around it, both
    /// without what the whole face shares, every landmark in columns of its own, in the frames between the first and the last
    /// one; clips learned from in their mirror image, too; five small networks of one attention layer that answer together, whose
    /// classifier also sees the node features themselves, by their pattern, not their strength.
    Attention,
    /// What recognised best on development sets, see `docs/study.md`: the graphs and readout of [`Preset::Attention`] without
    /// attention; random Fourier features of the pattern of the landmarks' motion, the last layer fitted exactly.
    #[default]
    Recommended,
    /// What recognised best on a third of the subjects of the published flow maps, see `docs/study.md`: every map an area of
    /// 10×10 nodes with its mean flow, every node in columns of its own, random Fourier features of them all, the last layer
    /// fitted exactly; the maps' mirror images learned from, too, and answers averaged over both and over five networks.
    FlowMaps,
}

impl Preset {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Paper, Self::Attention, Self::Recommended, Self::FlowMaps];

    /// The settings it stands for.
    #[must_use]
    pub fn settings(self) -> Settings {
        match self {
            Self::Paper => Settings {
                pipeline: PipelineSettings {
                    averaging_s: 0.03,
                    magnification: MagnifyParams {
                        temporal: ClipFilter::Stream(StreamFilter::default()),
                        ..MagnifyParams::default()
                    },
                    flow: FlowAlgorithm::Dis(DisPreset::Medium.params()),
                    selection: SelectionParams { max_kept: Some(5), ..SelectionParams::default() },
                    graph: GraphParams {
                        node_frames: NodeFrames::Inner,
                        position_feature: PositionFeature::RelativeDisplacement,
                        position_scale: ClipScale::RootMeanSquare,
                        axes: MotionAxes::Outward,
                        patch_feature: PatchFeature::HalfComponents,
                        patch_scale: ClipScale::PerClip,
                        trend: Trend::Remove { degree: 2 },
                        blinks: BLINKS,
                        ..GraphParams::default()
                    },
                    ..PipelineSettings::default()
                },
                model: ModelSettings {
                    activation: Activation::Sine,
                    initial_weights: InitialWeights::RandomFourier { width: 0.5 },
                    ..ModelSettings::default()
                },
                training: TrainingSettings {
                    epochs: 10,
                    averaged_epochs: 5,
                    batch_size: 1,
                    ..TrainingSettings::default()
                },
                ..Settings::default()
            },
            Self::Attention => Settings {
                pipeline: measured_from_onset(),
                model: ModelSettings {
                    readout_scale: ReadoutScale::Unit,
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
            Self::Recommended => Settings {
                pipeline: measured_from_onset(),
                model: ModelSettings { readout_scale: ReadoutScale::Unit, ..kernel_machine() },
                training: fitted_exactly(),
                ..Settings::default()
            },
            Self::FlowMaps => Settings {
                model: ModelSettings { streams: Streams::Flow, ..kernel_machine() },
                training: fitted_exactly(),
                ..Settings::default()
            },
        }
    }
}

/// Eyes that move further than in expressions, by measurement on development sets (`docs/study.md`).
const BLINKS: Blinks = Blinks::Hide { eye_motion: 0.008 };

/// What is measured of a clip and its mirror image: motion since the onset, on frames averaged over time, without what the
/// whole face shares.
fn measured_from_onset() -> PipelineSettings {
    PipelineSettings {
        flow_span: FlowSpan::Onset,
        graph: GraphParams {
            node_frames: NodeFrames::Inner,
            position_feature: PositionFeature::RelativeDisplacement,
            patch_feature: PatchFeature::Mean,
            trend: Trend::Remove { degree: 2 },
            blinks: BLINKS,
            ..GraphParams::default()
        },
        averaging_s: 0.03,
        magnification: MagnifyParams { alpha: 0.0, ..MagnifyParams::default() },
        flow: FlowAlgorithm::Clg(ClgParams { finest_level: 1, ..ClgParams::default() }),
        selection_flow: Some(FlowAlgorithm::Dis(DisPreset::Ultrafast.params())),
        selection: SelectionParams { max_kept: Some(5), ..SelectionParams::default() },
        views: Views::Mirrored,
        ..PipelineSettings::default()
    }
}

/// A network without attention layers: random Fourier features of every landmark's mean motion.
fn kernel_machine() -> ModelSettings {
    ModelSettings {
        columns: FeatureColumns::PerLandmark,
        layers: 0,
        readout: Readout::Sum,
        input_readout: true,
        fourier_features: Some(512),
        fourier_scale: 0.84,
        ..ModelSettings::default()
    }
}

/// Five networks whose last layer is fitted by ridge regression, without any training before.
fn fitted_exactly() -> TrainingSettings {
    TrainingSettings {
        epochs: 0,
        networks: 5,
        class_weights: ClassWeights::Balanced,
        last_layer: LastLayer::Ridge { strength: 1.0 },
        augmentation_alphas: Vec::new(),
        ..TrainingSettings::default()
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Paper => "paper",
            Self::Attention => "attention",
            Self::Recommended => "recommended",
            Self::FlowMaps => "flow-maps",
        })
    }
}

impl FromStr for Preset {
    type Err = ClassifierError;

    fn from_str(name: &str) -> Result<Self, ClassifierError> {
        Self::ALL
            .into_iter()
            .find(|preset| preset.to_string() == name)
            .ok_or_else(|| ClassifierError::UnknownPreset { found: name.to_owned() })
    }
}
