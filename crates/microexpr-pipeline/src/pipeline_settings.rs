use std::path::PathBuf;

use microexpr_flow::{FlowAlgorithm, SelectionParams};
use microexpr_graph::GraphParams;
use microexpr_landmarks::{AlignEvidence, AlignParams, LandmarkerParams, Paper51Params, PointMotion};
use microexpr_magnify::{MagnifyParams, RieszParams};
use serde::{Deserialize, Serialize};

use crate::Views;

/// Where the 68 points come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LandmarkSource {
    /// A shape predictor in dlib's format.
    Model {
        /// The model file; `None` for the places that
        /// [`find_landmark_model`](microexpr_landmarks::find_landmark_model) looks in.
        path: Option<PathBuf>,
    },
    /// `landmarks.csv` or `landmarks.json` beside the frames, `clip.csv` or `clip.json` beside the video `clip.avi`.
    Files,
}

impl Default for LandmarkSource {
    fn default() -> Self {
        Self::Model { path: None }
    }
}

/// Which two frames the flow of a patch spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlowSpan {
    /// From the first frame of the clip to the kept frame. Tenths of a pixel, above the noise of every algorithm.
    #[default]
    Onset,
    /// From a kept frame to the next kept one; the last repeats the pair before it.
    Consecutive,
}

/// What the network sees as one graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GraphUnit {
    /// All kept frames of a clip.
    #[default]
    Clip,
    /// Three successive kept frames: every triplet of a clip is a training example of the clip's class, and the clip's
    /// class scores are the mean of its triplets'.
    Triplet,
}

/// How a clip becomes a graph; the defaults are the paper's, and ours where it is silent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PipelineSettings {
    /// Where the 68 points come from.
    pub landmarks: LandmarkSource,
    /// Which face is meant, and how its points get from the first frame to the others.
    pub landmarker: LandmarkerParams,
    /// How frames are aligned and cropped.
    pub alignment: AlignParams,
    /// How the 51 points are made from 68.
    pub paper51: Paper51Params,
    /// Standard deviation of the averaging over neighbouring frames of the aligned face, in seconds; 0 for none, as in the
    /// paper.
    pub averaging_s: f64,
    /// Linear motion magnification; its α is that of test clips.
    pub magnification: MagnifyParams,
    /// Magnification by local phase in place of the linear one, whose α then counts for nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase_magnification: Option<RieszParams>,
    /// Optical flow, for patches and, unless `selection_flow` is given, for frame selection.
    pub flow: FlowAlgorithm,
    /// Optical flow for frame selection: which frames move most is seen by a faster algorithm, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selection_flow: Option<FlowAlgorithm>,
    /// Frame selection.
    pub selection: SelectionParams,
    /// Which two frames the flow of a patch spans.
    pub flow_span: FlowSpan,
    /// What the network sees as one graph.
    pub unit: GraphUnit,
    /// Whether the clip's mirror image is seen, too.
    pub views: Views,
    /// The graph and its features.
    pub graph: GraphParams,
}

impl PipelineSettings {
    /// Whether the points are followed a second time, in the averaged frames, so that they only have to be near in the first
    /// place.
    pub(crate) fn points_are_followed_anew(&self) -> bool {
        self.averaging_s != 0.0
            && self.landmarker.motion == PointMotion::Tracked
            && self.alignment.evidence == AlignEvidence::Texture
    }

    /// Magnification factor of test clips: that of the magnification by local phase where there is one.
    #[must_use]
    pub fn alpha(&self) -> f64 {
        self.phase_magnification.as_ref().map_or(self.magnification.alpha, |phase| phase.alpha)
    }

    /// Magnifies test clips by `alpha`, by the method that is set; 0 for no magnification.
    pub fn set_alpha(&mut self, alpha: f64) {
        self.magnification.alpha = alpha;
        if let Some(phase) = &mut self.phase_magnification {
            phase.alpha = alpha;
        }
    }
}
