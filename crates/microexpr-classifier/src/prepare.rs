use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};

use microexpr_data::{ClipRecord, SkippedClip};
use rayon::prelude::*;

use crate::progress::{Progress, ProgressSink};
use crate::{Cache, ClassifierError, ClipGraph, Pipeline};

/// A magnification as a key: two settings mean the same graph only if their bits are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Alpha(u64);

impl From<f64> for Alpha {
    fn from(alpha: f64) -> Self {
        Self(alpha.to_bits())
    }
}

impl Alpha {
    fn value(self) -> f64 {
        f64::from_bits(self.0)
    }
}

/// A clip of a known class.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LabelledClip<'a> {
    pub(crate) record: &'a ClipRecord,
    pub(crate) class: usize,
}

/// Graphs of clips at the magnifications that were asked for.
#[derive(Debug, Default)]
pub(crate) struct Prepared {
    graphs: HashMap<(usize, Alpha), ClipGraph>,
}

impl Prepared {
    /// The graph of clip `index` at `alpha`, if it could be made.
    pub(crate) fn get(&self, index: usize, alpha: f64) -> Option<&ClipGraph> {
        self.graphs.get(&(index, alpha.into()))
    }
}

/// Turns every clip into graphs at the magnifications wanted for it, on all cores. A clip that fails is reported, not fatal.
pub(crate) fn prepare(
    clips: &[LabelledClip<'_>],
    wanted: &[BTreeSet<Alpha>],
    pipeline: &Pipeline,
    cache: &Cache,
    progress: ProgressSink<'_>,
) -> Result<(Prepared, Vec<SkippedClip>), ClassifierError> {
    let done = AtomicUsize::new(0);
    let outcomes: Vec<Result<Vec<(Alpha, ClipGraph)>, ClassifierError>> = clips
        .par_iter()
        .zip(wanted)
        .map(|(clip, alphas)| {
            let graphs = prepare_clip(clip.record, alphas, pipeline, cache);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            progress(Progress::Preparing { done, total: clips.len() });
            graphs
        })
        .collect();
    let (mut prepared, mut skipped) = (Prepared::default(), Vec::new());
    for (index, (clip, outcome)) in clips.iter().zip(outcomes).enumerate() {
        match outcome {
            Ok(graphs) => {
                prepared.graphs.extend(graphs.into_iter().map(|(alpha, graph)| ((index, alpha), graph)))
            }
            Err(error) if error.concerns_one_clip() => skipped.push(skipped_clip(clip.record, &error)),
            Err(error) => return Err(error),
        }
    }
    Ok((prepared, skipped))
}

fn prepare_clip(
    record: &ClipRecord,
    alphas: &BTreeSet<Alpha>,
    pipeline: &Pipeline,
    cache: &Cache,
) -> Result<Vec<(Alpha, ClipGraph)>, ClassifierError> {
    let frames = record.sequence()?;
    let digest = pipeline.digest(&frames)?;
    let mut aligned = None;
    let mut graphs = Vec::with_capacity(alphas.len());
    for alpha in alphas {
        let key = digest.key(&pipeline.cache_settings(alpha.value(), record.fps)?)?;
        let graph = match cache.get(&key) {
            Some(graph) => graph,
            None => {
                if aligned.is_none() {
                    aligned = Some(pipeline.register(&frames, record.fps)?);
                }
                let aligned = aligned.as_ref().expect("aligned just above");
                let graph = pipeline.graph(aligned, alpha.value())?;
                cache.put(&key, &graph)?;
                graph
            }
        };
        graphs.push((*alpha, graph));
    }
    Ok(graphs)
}

fn skipped_clip(record: &ClipRecord, error: &ClassifierError) -> SkippedClip {
    let path = record.frames.first().and_then(|f| f.parent()).map(std::path::Path::to_path_buf);
    SkippedClip { id: record.id(), path: path.unwrap_or_default(), reason: crate::error::chain(error) }
}
