use std::borrow::Cow;

use microexpr_core::{Clip, FlowField, ImageSequence, Landmarks};
use microexpr_flow::{LucasKanadeParams, Selection, flow_pairs, select_frames_of};
use microexpr_graph::{VideoGraph, build, build_triplets};
use microexpr_landmarks::{
    AlignedClip, FaceAligner, LandmarkError, LandmarkerParams, PointMotion, TrackParams, paper51, track,
};
use microexpr_magnify::{MagnifyParams, average_frames, magnify_clip};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::cache::ClipDigest;
use crate::point_source::PointSource;
use crate::{ClassifierError, FlowSpan, GraphUnit, LandmarkSource, PipelineSettings};

/// Turns clips into graphs: everything between the frames on disk and the network.
///
/// ```text
/// frames --points, tracking, alignment--> RegisteredClip --magnification, flow, selection, graph--> ClipGraph
/// ```
///
/// The first arrow does not depend on the magnification and is done once per clip.
#[derive(Debug)]
pub struct Pipeline {
    settings: PipelineSettings,
    points: PointSource,
    aligner: FaceAligner,
}

/// A clip whose face stands still, 254×254 pixels large, with the 51 points of every frame.
#[derive(Debug, Clone, PartialEq)]
pub struct RegisteredClip {
    /// The aligned faces, their 68 points and what the alignment left over.
    pub aligned: AlignedClip,
    /// The paper's 51 points of every frame, in pixels of the aligned clip.
    pub points: Vec<Landmarks>,
}

/// The graph of one clip at one magnification.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClipGraph {
    /// The graph of the whole clip.
    pub graph: VideoGraph,
    /// The graphs of every three successive frames; empty unless [`PipelineSettings::unit`] asks for them.
    pub triplets: Vec<VideoGraph>,
    /// Intensities, thresholds and kept frames.
    pub selection: Selection,
    /// Number of frames of the clip.
    pub frames: usize,
    /// Largest motion of the face's stable parts that the alignment left over in a frame, in pixels.
    pub residual_px: f64,
    /// SHA-256 of the graph.
    pub(crate) digest: [u8; 32],
}

/// What decides a [`ClipGraph`] beside the bytes of its frames.
#[derive(Debug, Serialize)]
pub(crate) struct CacheSettings<'a> {
    settings: PipelineSettings,
    points: &'a str,
    fps: f64,
}

impl ClipGraph {
    /// What the network sees: the triplets if there are any, else the graph of the whole clip.
    #[must_use]
    pub fn units(&self) -> &[VideoGraph] {
        if self.triplets.is_empty() { std::slice::from_ref(&self.graph) } else { &self.triplets }
    }
}

impl Pipeline {
    /// Loads what the settings name.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::Landmarks`] if the landmark model or the face detector cannot be loaded, or a setting is out of
    /// range.
    pub fn new(settings: &PipelineSettings) -> Result<Self, ClassifierError> {
        Ok(Self {
            points: PointSource::open(settings)?,
            aligner: FaceAligner::new(settings.alignment.clone())?,
            settings: settings.clone(),
        })
    }

    /// The settings it was made from.
    #[must_use]
    pub fn settings(&self) -> &PipelineSettings {
        &self.settings
    }

    /// Finds and follows the face, aligns the frames to the first one and cuts the face out.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::Core`] naming a frame that cannot be used, [`ClassifierError::Landmarks`] if no face is found or
    /// followed.
    pub fn register(&self, frames: &ImageSequence, fps: f64) -> Result<RegisteredClip, ClassifierError> {
        let (clip, tracked) = self.points.follow(frames, fps)?;
        let aligned = self.averaged(self.aligner.align(&clip, &tracked)?)?;
        let size = (aligned.clip.width(), aligned.clip.height());
        let points = aligned.landmarks.iter().map(|l| paper51(l, size, &self.settings.paper51));
        Ok(RegisteredClip { points: points.collect::<Result<_, _>>()?, aligned })
    }

    /// The aligned clip averaged over time, and its points followed anew: with less noise in the frames, the first one
    /// included, they are followed far more exactly than in the recording. Where they get lost the old ones stay.
    fn averaged(&self, aligned: AlignedClip) -> Result<AlignedClip, ClassifierError> {
        let LandmarkerParams { motion, track: params, .. } = &self.settings.landmarker;
        if self.settings.averaging_s == 0.0 {
            return Ok(aligned);
        }
        let clip = average_frames(&aligned.clip, self.settings.averaging_s)?;
        let landmarks = match (motion, aligned.landmarks.first()) {
            (PointMotion::Tracked, Some(first)) => match track(&clip, first, &aligned_params(params)) {
                Ok(points) => points,
                Err(LandmarkError::TrackLost { .. }) => aligned.landmarks,
                Err(error) => return Err(error.into()),
            },
            _ => aligned.landmarks,
        };
        Ok(AlignedClip { clip, landmarks, ..aligned })
    }

    /// Magnifies by `alpha`, keeps the frames of high intensity and builds the graph.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::Magnify`], [`ClassifierError::Flow`] or [`ClassifierError::Graph`] for settings that do not fit
    /// the clip.
    pub fn graph(&self, registered: &RegisteredClip, alpha: f64) -> Result<ClipGraph, ClassifierError> {
        let params = MagnifyParams { alpha, ..self.settings.magnification.clone() };
        let aligned = &registered.aligned.clip;
        // An α of 0 adds nothing; a copy of the clip would only take time.
        let magnified =
            if alpha == 0.0 { Cow::Borrowed(aligned) } else { Cow::Owned(magnify_clip(aligned, &params)?) };
        let quick = self.settings.selection_flow.as_ref().unwrap_or(&self.settings.flow);
        let selection = select_frames_of(&magnified, quick, &self.settings.selection)?;
        let flows = self.patch_flows(&magnified, &selection.kept)?;
        let points: Vec<Landmarks> =
            selection.kept.iter().map(|frame| registered.points[*frame].clone()).collect();
        let graph = build(&points, &flows, &selection.kept, &self.settings.graph)?;
        let triplets = match self.settings.unit {
            GraphUnit::Clip => Vec::new(),
            GraphUnit::Triplet => build_triplets(&points, &flows, &selection.kept, &self.settings.graph)?,
        };
        let bytes = postcard::to_stdvec(&(&graph, &triplets)).map_err(ClassifierError::EncodeCache)?;
        Ok(ClipGraph {
            graph,
            triplets,
            selection,
            frames: magnified.len(),
            residual_px: registered.aligned.residual_px.iter().copied().fold(0.0, f64::max),
            digest: Sha256::digest(bytes).into(),
        })
    }

    /// The flow whose patches describe each kept frame; frames without nodes need none.
    fn patch_flows(&self, clip: &Clip, kept: &[usize]) -> Result<Vec<FlowField>, ClassifierError> {
        let with_nodes = self.settings.graph.node_frames.of(kept.len());
        let span = |place: usize| {
            let (from, to) = match self.settings.flow_span {
                FlowSpan::Onset => (0, place),
                FlowSpan::Consecutive => (place, place + 1),
            };
            let measured = with_nodes.contains(&place) && from < to && to < kept.len();
            measured.then(|| (kept[from], kept[to]))
        };
        let spans: Vec<Option<(usize, usize)>> = (0..kept.len()).map(span).collect();
        let pairs: Vec<(usize, usize)> = spans.iter().copied().flatten().collect();
        let mut measured = flow_pairs(clip, &pairs, &self.settings.flow)?.into_iter();
        let mut flows: Vec<FlowField> = Vec::with_capacity(kept.len());
        for span in spans {
            let flow = match (span, self.settings.flow_span) {
                (Some(_), _) => measured.next(),
                (None, FlowSpan::Consecutive) => flows.last().cloned(),
                (None, FlowSpan::Onset) => None,
            };
            flows.push(flow.unwrap_or_else(|| FlowField::zeros(clip.height(), clip.width())));
        }
        Ok(flows)
    }

    /// Digest of everything on disk that decides this clip's graph.
    pub(crate) fn digest(&self, frames: &ImageSequence) -> Result<ClipDigest, ClassifierError> {
        ClipDigest::of(frames, self.points.file_beside(frames)?.as_deref())
    }

    pub(crate) fn cache_settings(&self, alpha: f64, fps: f64) -> Result<CacheSettings<'_>, ClassifierError> {
        let mut settings = self.settings.clone();
        settings.magnification.alpha = alpha;
        // The model counts by its content, not by where it lies.
        settings.landmarks = LandmarkSource::Files;
        Ok(CacheSettings { settings, points: self.points.digest()?, fps })
    }
}

/// In an aligned clip only the face's own motion is left: far less than the windows' size, so one halving is enough.
fn aligned_params(params: &TrackParams) -> TrackParams {
    let max_level = params.lucas_kanade.max_level.min(1);
    TrackParams {
        lucas_kanade: LucasKanadeParams { max_level, ..params.lucas_kanade.clone() },
        ..params.clone()
    }
}
