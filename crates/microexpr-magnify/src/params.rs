use serde::{Deserialize, Serialize};

use crate::{ClipFilter, GainRule, StreamFilter};

/// Settings for magnifying a whole clip. The default is 2S-AMAGN's α = 4 on the motion since frame 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MagnifyParams {
    /// Added multiple of the filtered motion: a displacement δ becomes `(1 + α) δ`. −1 removes the motion.
    pub alpha: f64,
    /// How α is spread over the pyramid levels.
    pub gain: GainRule,
    /// Which changes in time count as motion.
    pub temporal: ClipFilter,
    /// Fraction of α for the two chroma components of RGB frames; 0 amplifies luma alone.
    pub chroma: f64,
}

impl Default for MagnifyParams {
    fn default() -> Self {
        Self { alpha: 4.0, gain: GainRule::default(), temporal: ClipFilter::default(), chroma: 0.1 }
    }
}

/// Settings for magnifying frame by frame: as [`MagnifyParams`], but only filters that need no future frames.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StreamParams {
    /// Added multiple of the filtered motion: a displacement δ becomes `(1 + α) δ`. −1 removes the motion.
    pub alpha: f64,
    /// How α is spread over the pyramid levels.
    pub gain: GainRule,
    /// Which changes in time count as motion.
    pub temporal: StreamFilter,
    /// Fraction of α for the two chroma components of RGB frames; 0 amplifies luma alone.
    pub chroma: f64,
}

impl Default for StreamParams {
    fn default() -> Self {
        Self { alpha: 4.0, gain: GainRule::default(), temporal: StreamFilter::default(), chroma: 0.1 }
    }
}

impl From<StreamParams> for MagnifyParams {
    /// The same settings for a clip; the result is bit-identical to the stream's.
    fn from(StreamParams { alpha, gain, temporal, chroma }: StreamParams) -> Self {
        Self { alpha, gain, temporal: ClipFilter::Stream(temporal), chroma }
    }
}
