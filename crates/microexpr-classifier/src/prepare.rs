use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};

use microexpr_core::Digest;
use microexpr_data::{ClipRecord, SkippedClip};
use microexpr_evaluation::Example;
use microexpr_flow::Selection;
use microexpr_landmarks::HeadPose;
use microexpr_pipeline::{Cache, ClipPreparation, Pipeline, PipelineError};
use rayon::prelude::*;

use crate::ClassifierError;
use crate::network_input::{Alpha, Edges, NetworkInput};
use crate::network_learner::ClipInputs;
use crate::progress::{Progress, ProgressSink};
use crate::recorded_frames::recorded_frames;

/// A clip of a known class and, once it is prepared, what is known of it.
#[derive(Debug, Clone)]
pub(crate) struct LabelledClip<'a> {
    pub(crate) record: &'a ClipRecord,
    pub(crate) class: usize,
    prepared: Option<PreparedClip>,
}

#[derive(Debug, Clone)]
struct PreparedClip {
    /// Digest of the frames' files.
    content: Digest,
    /// Digest of everything its test graph is made from.
    source: Digest,
    inputs: HashMap<Alpha, NetworkInput>,
    /// Kept frames at the magnification of the tests.
    selection: Selection,
    /// How the head is turned in the first frame, if the landmark model tells.
    pose: Option<HeadPose>,
}

impl<'a> LabelledClip<'a> {
    pub(crate) fn new(record: &'a ClipRecord, class: usize) -> Self {
        Self { record, class, prepared: None }
    }

    pub(crate) fn example(&self) -> Example {
        let record = self.record;
        let content = self.prepared.as_ref().map(|p| p.content);
        let dataset = record.dataset.to_string();
        Example { content, ..Example::new(record.id(), record.subject_id(), dataset, self.class) }
    }

    /// Kept frames, intensities and thresholds, of a prepared clip.
    pub(crate) fn selection(&self) -> Option<&Selection> {
        self.prepared.as_ref().map(|p| &p.selection)
    }

    /// How the head of a prepared clip is turned, if its landmark model tells.
    pub(crate) fn pose(&self) -> Option<HeadPose> {
        self.prepared.as_ref()?.pose
    }

    /// The graphs of a prepared clip, taken out.
    pub(crate) fn take_inputs(&mut self) -> Option<ClipInputs> {
        let prepared = self.prepared.as_mut()?;
        Some(ClipInputs { source: prepared.source, at: std::mem::take(&mut prepared.inputs) })
    }

    fn missing(&self, wanted: &BTreeSet<Alpha>) -> Vec<Alpha> {
        let has = |alpha: &Alpha| self.prepared.as_ref().is_some_and(|p| p.inputs.contains_key(alpha));
        wanted.iter().filter(|alpha| !has(alpha)).copied().collect()
    }
}

/// Turns clips into graphs at the magnifications wanted for each, on all cores; what they have already is not made again. A clip
/// that fails is taken out and reported. Of the graphs no more is kept than `edges` says.
pub(crate) fn prepare(
    clips: &mut Vec<LabelledClip<'_>>,
    wanted: &[BTreeSet<Alpha>],
    (pipeline, edges): (&Pipeline, Edges),
    cache: &Cache,
    progress: ProgressSink<'_>,
) -> Result<Vec<SkippedClip>, ClassifierError> {
    let (done, total) = (AtomicUsize::new(0), clips.len());
    let outcomes: Vec<Result<(), ClassifierError>> = clips
        .par_iter_mut()
        .zip(wanted)
        .map(|(clip, wanted)| {
            let outcome = prepare_clip(clip, wanted, (pipeline, edges), cache);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            progress(Progress::Preparing { done, total });
            outcome
        })
        .collect();
    let mut skipped = Vec::new();
    let mut usable = Vec::with_capacity(total);
    for (clip, outcome) in clips.drain(..).zip(outcomes) {
        match outcome {
            Ok(()) => usable.push(clip),
            Err(ClassifierError::Pipeline(error)) if error.concerns_one_clip() => {
                skipped.push(skipped_clip(clip.record, &error));
            }
            Err(error) => return Err(error),
        }
    }
    *clips = usable;
    Ok(skipped)
}

fn prepare_clip(
    clip: &mut LabelledClip<'_>,
    wanted: &BTreeSet<Alpha>,
    (pipeline, edges): (&Pipeline, Edges),
    cache: &Cache,
) -> Result<(), ClassifierError> {
    let missing = clip.missing(wanted);
    if missing.is_empty() {
        return Ok(());
    }
    let frames = recorded_frames(clip.record).map_err(PipelineError::from)?;
    let mut preparation = pipeline.prepare(&frames, clip.record.fps, cache)?;
    let mut prepared = match clip.prepared.take() {
        Some(prepared) => prepared,
        None => PreparedClip::new(&mut preparation, pipeline.settings().alpha(), edges)?,
    };
    for alpha in missing {
        if let Entry::Vacant(place) = prepared.inputs.entry(alpha) {
            place.insert(NetworkInput::of(preparation.graph(alpha.value())?, edges)?);
        }
    }
    clip.prepared = Some(prepared);
    Ok(())
}

impl PreparedClip {
    /// The clip as it is tested.
    fn new(preparation: &mut ClipPreparation<'_>, alpha: f64, edges: Edges) -> Result<Self, ClassifierError> {
        let graph = preparation.graph(alpha)?;
        let (selection, pose) = (graph.value.selection.clone(), graph.value.pose);
        Ok(Self {
            content: preparation.content(),
            source: preparation.key(alpha)?.digest(),
            inputs: HashMap::from([(alpha.into(), NetworkInput::of(graph, edges)?)]),
            selection,
            pose,
        })
    }
}

fn skipped_clip(record: &ClipRecord, error: &PipelineError) -> SkippedClip {
    let path = record.frames.first().and_then(|f| f.parent()).map(std::path::Path::to_path_buf);
    SkippedClip { id: record.id(), path: path.unwrap_or_default(), reason: crate::error::chain(error) }
}
