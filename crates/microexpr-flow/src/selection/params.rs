use microexpr_core::OutOfRange;
use serde::{Deserialize, Serialize};

/// Settings of [`select_frames`](crate::select_frames).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SelectionParams {
    /// What is summed over the pixels of a flow.
    pub measure: IntensityMeasure,
    /// To which frame of a pair the flow's intensity belongs.
    pub frame: IntensityFrame,
    /// Frames of a segment, at least 2.
    pub segment: usize,
    /// Frames from the start of a segment to the start of the next, `1..=segment`; less than `segment` overlaps.
    pub stride: usize,
    /// What a frame must be to be kept.
    pub keep: KeepRule,
    /// At most this many frames are kept, at least 2: of those that the rule keeps, evenly spread ones. `None` keeps all.
    pub max_kept: Option<usize>,
}

impl Default for SelectionParams {
    fn default() -> Self {
        Self {
            measure: IntensityMeasure::default(),
            frame: IntensityFrame::default(),
            segment: 8,
            stride: 8,
            keep: KeepRule::default(),
            max_kept: None,
        }
    }
}

impl SelectionParams {
    /// Rejects segments without a mean to exceed and selections without both ends.
    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        let stride = "from 1 to the length of a segment";
        OutOfRange::unless_within(2.., "segment", "at least 2 frames", self.segment)?;
        OutOfRange::unless_within(1..=self.segment, "stride", stride, self.stride)?;
        let most = self.max_kept.unwrap_or(usize::MAX);
        OutOfRange::unless_within(2.., "max_kept", "at least the first and the last frame, 2", most)
    }
}

/// What is summed over the pixels of a flow to give its intensity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IntensityMeasure {
    /// `Σ √(u² + v²)`.
    #[default]
    Magnitude,
    /// `Σ (|u| + |v|)`.
    #[serde(alias = "absolute_sum")]
    AbsoluteSum,
    /// `Σ (u + v)`: opposite motions cancel.
    #[serde(alias = "signed_sum")]
    SignedSum,
}

/// To which frame of the pair `(t, t + 1)` the intensity of its flow belongs; the frame left over repeats its neighbour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IntensityFrame {
    /// To `t`; the last frame repeats the one before.
    #[default]
    Earlier,
    /// To `t + 1`; the first frame repeats the second.
    Later,
}

/// What the intensity of a frame must be, compared with the mean of its segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeepRule {
    /// Strictly greater.
    #[default]
    Greater,
    /// Greater or equal.
    #[serde(alias = "greater_or_equal")]
    GreaterOrEqual,
    /// Anything: every frame is kept.
    Anything,
}
