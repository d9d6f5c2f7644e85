use microexpr_flow::KeepRule;
use microexpr_magnify::MagnifyParams;
use serde::{Deserialize, Serialize};

use crate::{Attention, Settings, Streams};

/// A part of the method that is left out, or, of a method without magnification, added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// Nothing: both streams, both attentions fused by a learned λ, magnification and frame selection as set.
    Full,
    /// Gaussian attention (λ = 1).
    SelfAttention,
    /// Self-attention (λ = 0).
    GaussianAttention,
    /// The stream of flow patches.
    LocationStream,
    /// The stream of landmark locations.
    FlowStream,
    /// Magnification: α = 0, and no magnified copies that balance the classes.
    NoMagnification,
    /// Nothing; magnification by the paper's α is added to a method that has none.
    Magnification,
    /// Frame selection: every frame is kept.
    AllFrames,
    /// The readout of the node features beside that of the layers.
    NoInputReadout,
}

impl Variant {
    /// All variants, the full model first.
    pub const ALL: [Self; 9] = [
        Self::Full,
        Self::SelfAttention,
        Self::GaussianAttention,
        Self::LocationStream,
        Self::FlowStream,
        Self::NoMagnification,
        Self::Magnification,
        Self::AllFrames,
        Self::NoInputReadout,
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
        }
    }

    /// What is left, in words.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Full => "full model: both streams, adaptive attention",
            Self::SelfAttention => "self-attention only",
            Self::GaussianAttention => "Gaussian attention only",
            Self::LocationStream => "location stream only",
            Self::FlowStream => "flow stream only",
            Self::NoMagnification => "no magnification, no magnified copies",
            Self::Magnification => "with the paper's magnification",
            Self::AllFrames => "no frame selection",
            Self::NoInputReadout => "no readout of the node features",
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
            Self::SelfAttention => model.attention = Attention::SelfOnly,
            Self::GaussianAttention => model.attention = Attention::Gaussian,
            Self::LocationStream => model.streams = Streams::Location,
            Self::FlowStream => model.streams = Streams::Flow,
            Self::NoInputReadout => model.input_readout = false,
            Self::NoMagnification => {
                settings.pipeline.magnification.alpha = 0.0;
                settings.training.augmentation_alphas.clear();
            }
            Self::Magnification if method.pipeline.alpha() == 0.0 => {
                settings.pipeline.magnification.alpha = MagnifyParams::default().alpha;
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
