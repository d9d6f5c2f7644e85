use std::borrow::Cow;

use microexpr_core::{Clip, Digest, FlowField, GreyFrames, ImageSequence, Landmarks};
use microexpr_flow::{LucasKanadeParams, flow_pairs, select_frames_of};
use microexpr_graph::{VideoGraph, build, build_triplets, mirrored_face};
use microexpr_landmarks::{
    AlignedClip, FaceAligner, FollowedFace, LandmarkError, LandmarkerParams, PointMotion, TrackParams,
    paper51, track,
};
use microexpr_magnify::{MagnifyParams, RieszParams, average_frames, magnify_clip, magnify_clip_phase};
use ndarray::Axis;
use serde::Serialize;

use crate::point_source::PointSource;
use crate::{ClipGraph, FlowSpan, GraphUnit, LandmarkSource, PipelineError, PipelineSettings, Views};

/// Turns clips into graphs: everything between the frames on disk and the network.
///
/// ```text
/// frames --points, tracking, alignment, averaging--> AlignedClip --magnification, selection, points, flow, graph--> ClipGraph
/// ```
///
/// The first arrow does not depend on the magnification and is done once per clip.
#[derive(Debug)]
pub struct Pipeline {
    settings: PipelineSettings,
    points: PointSource,
    aligner: FaceAligner,
}

/// What decides a [`ClipGraph`] beside the bytes of its frames.
#[derive(Debug, Serialize)]
pub(crate) struct CacheSettings<'a> {
    settings: PipelineSettings,
    points: &'a str,
    fps: f64,
}

impl Pipeline {
    /// Loads what the settings name.
    ///
    /// # Errors
    ///
    /// [`PipelineError::Landmarks`] if the landmark model or the face detector cannot be loaded; it or [`PipelineError::Setting`] if a
    /// setting is out of range.
    pub fn new(settings: &PipelineSettings) -> Result<Self, PipelineError> {
        settings.graph.check()?;
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

    /// Finds and follows the face, aligns the frames to the first one, cuts the face out and averages over time. The landmarks of
    /// the result are those of the recording.
    ///
    /// # Errors
    ///
    /// [`PipelineError::Core`] naming a frame that cannot be used, [`PipelineError::Landmarks`] if no face is found or
    /// followed.
    pub fn register(&self, frames: &ImageSequence, fps: f64) -> Result<AlignedClip, PipelineError> {
        let (clip, followed) = self.points.follow(frames, fps)?;
        self.aligned(clip, &followed)
    }

    /// [`Pipeline::register`] for a clip in memory, such as one from a camera. `landmarks` are the 68 points of every frame where
    /// somebody else has found them; without them the landmark model does.
    ///
    /// # Errors
    ///
    /// [`PipelineError::NoLandmarksGiven`] if there are neither landmarks nor a model, [`PipelineError::GivenLandmarks`] if they
    /// are of another number of frames; else as [`Pipeline::register`].
    pub fn register_clip(
        &self,
        clip: Clip,
        landmarks: Option<&[Landmarks]>,
    ) -> Result<AlignedClip, PipelineError> {
        let followed = self.points.follow_clip(&clip, landmarks)?;
        self.aligned(Box::new(clip), &followed)
    }

    fn aligned(
        &self,
        clip: Box<dyn GreyFrames>,
        followed: &FollowedFace,
    ) -> Result<AlignedClip, PipelineError> {
        let aligned = self.aligner.align(&*clip, &followed.landmarks)?;
        let aligned = AlignedClip { pose: followed.pose, ..aligned };
        // The averaged clip may lie where this one did.
        drop(clip);
        if self.settings.averaging_s == 0.0 {
            return Ok(aligned);
        }
        Ok(AlignedClip { clip: average_frames(&aligned.clip, self.settings.averaging_s)?, ..aligned })
    }

    /// The paper's 51 points of some frames, in pixels of the aligned clip.
    fn points(&self, aligned: &AlignedClip, frames: &[usize]) -> Result<Vec<Landmarks>, PipelineError> {
        let size = (aligned.clip.width(), aligned.clip.height());
        let found = self.followed_anew(aligned, frames)?;
        let points = found.iter().map(|landmarks| paper51(landmarks, size, &self.settings.paper51));
        Ok(points.collect::<Result<_, _>>()?)
    }

    /// The 68 points of some frames of an averaged clip, followed anew from the first one: with less noise in the frames, the
    /// first one included, they are followed far more exactly than in the recording. Where they get lost, or frames are not
    /// averaged, those of the recording stay.
    fn followed_anew(
        &self,
        aligned: &AlignedClip,
        frames: &[usize],
    ) -> Result<Vec<Landmarks>, PipelineError> {
        let recorded = || frames.iter().map(|frame| aligned.landmarks[*frame].clone()).collect();
        let LandmarkerParams { motion, track: params, .. } = &self.settings.landmarker;
        if self.settings.averaging_s == 0.0 || *motion != PointMotion::Tracked {
            return Ok(recorded());
        }
        let from_first: Vec<usize> = std::iter::once(0).chain(frames.iter().copied()).collect();
        let clip = Clip::new(aligned.clip.frames().select(Axis(0), &from_first), aligned.clip.fps())?;
        match track(&clip, &aligned.landmarks[0], &aligned_params(params)) {
            Ok(points) => Ok(points[1..].to_vec()),
            Err(LandmarkError::TrackLost { .. }) => Ok(recorded()),
            Err(error) => Err(error.into()),
        }
    }

    /// The clip magnified by `alpha`. An α of 0 adds nothing; a copy of the clip would only take time.
    fn magnified<'a>(&self, clip: &'a Clip, alpha: f64) -> Result<Cow<'a, Clip>, PipelineError> {
        let PipelineSettings { magnification, phase_magnification, .. } = &self.settings;
        let magnified = match phase_magnification {
            _ if alpha == 0.0 => return Ok(Cow::Borrowed(clip)),
            None => magnify_clip(clip, &MagnifyParams { alpha, ..magnification.clone() })?,
            Some(phase) => magnify_clip_phase(clip, &RieszParams { alpha, ..phase.clone() })?,
        };
        Ok(Cow::Owned(magnified))
    }

    /// Magnifies by `alpha`, keeps the frames of high intensity and builds the graph.
    ///
    /// # Errors
    ///
    /// [`PipelineError::Magnify`], [`PipelineError::Flow`] or [`PipelineError::Graph`] for settings that do not fit
    /// the clip.
    #[expect(clippy::missing_panics_doc, reason = "frame selection always keeps the first frame")]
    pub fn graph(&self, aligned: &AlignedClip, alpha: f64) -> Result<ClipGraph, PipelineError> {
        let magnified = self.magnified(&aligned.clip, alpha)?;
        let quick = self.settings.selection_flow.as_ref().unwrap_or(&self.settings.flow);
        let selection = select_frames_of(&magnified, quick, &self.settings.selection)?;
        let (points, flows) = rayon::join(
            || self.points(aligned, &selection.kept),
            || self.patch_flows(&magnified, &selection.kept),
        );
        let (points, flows) = (points?, flows?);
        let graph = build(&points, &flows, &selection.kept, &self.settings.graph)?;
        let triplets = match self.settings.unit {
            GraphUnit::Clip => Vec::new(),
            GraphUnit::Triplet => build_triplets(&points, &flows, &selection.kept, &self.settings.graph)?,
        };
        let mirrored = match self.settings.views {
            Views::Single => Vec::new(),
            Views::Mirrored => self.mirrored_units(&points, &flows, &selection.kept)?,
        };
        let first_points = points.into_iter().next().expect("frame selection always keeps the first frame");
        Ok(ClipGraph {
            graph,
            triplets,
            mirrored,
            selection,
            frames: magnified.len(),
            residual_px: aligned.residual_px.iter().copied().fold(0.0, f64::max),
            pose: aligned.pose,
            first_points,
        })
    }

    /// What the network sees of the clip's mirror image.
    fn mirrored_units(
        &self,
        points: &[Landmarks],
        flows: &[FlowField],
        kept: &[usize],
    ) -> Result<Vec<VideoGraph>, PipelineError> {
        let width = flows.first().map_or(0, |flow| flow.dim().1);
        let points: Vec<Landmarks> =
            points.iter().map(|face| mirrored_face(face, width)).collect::<Result<_, _>>()?;
        let flows: Vec<FlowField> = flows.iter().map(FlowField::mirrored).collect();
        match self.settings.unit {
            GraphUnit::Clip => Ok(vec![build(&points, &flows, kept, &self.settings.graph)?]),
            GraphUnit::Triplet => Ok(build_triplets(&points, &flows, kept, &self.settings.graph)?),
        }
    }

    /// The flow whose patches describe each kept frame; frames without nodes need none.
    fn patch_flows(&self, clip: &Clip, kept: &[usize]) -> Result<Vec<FlowField>, PipelineError> {
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

    /// Digest of the points of a clip, if they come from a file.
    pub(crate) fn digest_beside(&self, frames: &ImageSequence) -> Result<Option<Digest>, PipelineError> {
        self.points.digest_beside(frames)
    }

    pub(crate) fn cache_settings(&self, alpha: f64, fps: f64) -> Result<CacheSettings<'_>, PipelineError> {
        let mut settings = self.settings.clone();
        settings.set_alpha(alpha);
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
