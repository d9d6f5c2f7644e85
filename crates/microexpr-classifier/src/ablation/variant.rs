use std::str::FromStr;

use microexpr_flow::KeepRule;
use microexpr_graph::Blinks;
use microexpr_magnify::MagnifyParams;
use microexpr_pipeline::Views;
use serde::{Deserialize, Serialize};

use crate::{Attention, ClassifierError, ModelSettings, Preset, Settings, Streams};

/// A method with one part left out or, of a method without magnification, added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// The whole method: both streams, both attentions fused by a learned λ, magnification and frame selection as set.
    Full,
    /// Self-attention alone, λ = 1.
    SelfAttention,
    /// Gaussian attention alone, λ = 0.
    GaussianAttention,
    /// The stream of landmark locations alone.
    LocationStream,
    /// The stream of flow patches alone.
    FlowStream,
    /// No magnification: α = 0, and no magnified copies that balance the classes.
    NoMagnification,
    /// Magnification by the paper's α, added to a method that has none.
    Magnification,
    /// No frame selection: every frame is kept.
    AllFrames,
    /// No readout of the node features beside that of the layers.
    NoInputReadout,
    /// One layer of adaptive attention beside the readout of the node features, added to a method without layers and trained
    /// as [`Preset::Attention`] is.
    AttentionLayer,
    /// One view: the clip as it is, without its mirror image.
    SingleView,
    /// Eyes that blink count like any other motion.
    BlinksKept,
}

impl Variant {
    /// All variants, the full model first.
    pub const ALL: [Self; 12] = [
        Self::Full,
        Self::SelfAttention,
        Self::GaussianAttention,
        Self::LocationStream,
        Self::FlowStream,
        Self::NoMagnification,
        Self::Magnification,
        Self::AllFrames,
        Self::NoInputReadout,
        Self::AttentionLayer,
        Self::SingleView,
        Self::BlinksKept,
    ];

    /// Whether the variant differs from the method: what a method lacks cannot be left out, what it has cannot be added.
    #[must_use]
    pub fn applies_to(self, method: &Settings) -> bool {
        self == Self::Full || self.settings(method) != Self::Full.settings(method)
    }

    /// Its name, which is also that of its folder.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::SelfAttention => "self-attention",
            Self::GaussianAttention => "gaussian-attention",
            Self::LocationStream => "location-stream",
            Self::FlowStream => "flow-stream",
            Self::NoMagnification => "no-magnification",
            Self::Magnification => "magnification",
            Self::AllFrames => "all-frames",
            Self::NoInputReadout => "no-input-readout",
            Self::AttentionLayer => "attention-layer",
            Self::SingleView => "single-view",
            Self::BlinksKept => "blinks-kept",
        }
    }

    /// What is left, in words.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Full => "full model",
            Self::SelfAttention => "self-attention only",
            Self::GaussianAttention => "Gaussian attention only",
            Self::LocationStream => "location stream only",
            Self::FlowStream => "flow stream only",
            Self::NoMagnification => "no magnification, no magnified copies",
            Self::Magnification => "with the paper's magnification",
            Self::AllFrames => "no frame selection",
            Self::NoInputReadout => "no readout of the node features",
            Self::AttentionLayer => "with a layer of adaptive attention",
            Self::SingleView => "without mirror images",
            Self::BlinksKept => "blinks kept",
        }
    }

    /// The settings of the variant, from those of the method.
    #[must_use]
    pub fn settings(self, method: &Settings) -> Settings {
        let mut settings = method.clone();
        let model = &mut settings.model;
        (model.attention, model.streams) = (Attention::Adaptive, Streams::Both);
        match self {
            Self::Full => {}
            // What has no layers has neither attention nor anything but the readout of its nodes.
            Self::SelfAttention | Self::GaussianAttention | Self::NoInputReadout if model.layers == 0 => {}
            Self::SelfAttention => model.attention = Attention::SelfOnly,
            Self::GaussianAttention => model.attention = Attention::Gaussian,
            Self::LocationStream => model.streams = Streams::Location,
            Self::FlowStream => model.streams = Streams::Flow,
            Self::NoInputReadout => model.input_readout = false,
            Self::AttentionLayer if model.layers == 0 => {
                let Settings { model: with_attention, training, .. } = Preset::Attention.settings();
                settings.model = ModelSettings { readout_scale: model.readout_scale, ..with_attention };
                settings.training = training;
            }
            Self::AttentionLayer => {}
            Self::SingleView => settings.pipeline.views = Views::Single,
            Self::BlinksKept => settings.pipeline.graph.blinks = Blinks::Keep,
            Self::NoMagnification => {
                settings.pipeline.set_alpha(0.0);
                settings.training.augmentation_alphas.clear();
            }
            Self::Magnification if method.pipeline.alpha() == 0.0 => {
                settings.pipeline.set_alpha(MagnifyParams::default().alpha);
            }
            Self::Magnification => {}
            Self::AllFrames => {
                settings.pipeline.selection.keep = KeepRule::Anything;
                settings.pipeline.selection.max_kept = None;
            }
        }
        settings
    }
}

impl FromStr for Variant {
    type Err = ClassifierError;

    fn from_str(name: &str) -> Result<Self, ClassifierError> {
        let found = Self::ALL.into_iter().find(|variant| variant.name() == name);
        found.ok_or_else(|| ClassifierError::UnknownVariant { found: name.to_owned() })
    }
}
