use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::clip::SynthClip;
use crate::subject::Subject;
use crate::{ClassShares, Expression, SynthError, SynthParams};

/// How many clips are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Clips finished so far.
    pub done: usize,
    /// Clips in all.
    pub total: usize,
}

/// The class of every clip, in order: the class that is furthest behind its share comes next.
///
/// Any run of clips, so every subject, has each class in its share to within one or two clips.
#[must_use]
pub fn class_sequence(shares: ClassShares, clips: usize) -> Vec<Expression> {
    let shares = shares.in_order();
    let sum: f64 = shares.iter().sum();
    let mut given = [0usize; 3];
    (1..=clips)
        .map(|n| {
            let lag = |class: usize| shares[class] / sum * n as f64 - given[class] as f64;
            let next = (1..3).fold(0, |best, class| if lag(class) > lag(best) { class } else { best });
            given[next] += 1;
            Expression::ALL[next]
        })
        .collect()
}

/// Generates a dataset in memory, subject after subject, clip after clip.
///
/// Work is shared among rayon's threads; the result does not depend on their number. `progress` is called after every clip.
///
/// # Errors
///
/// [`SynthError::Setting`] for settings out of range, [`SynthError::FaceOutsideFrame`] if the faces do not fit.
pub fn generate(
    params: &SynthParams,
    progress: impl Fn(Progress) + Sync,
) -> Result<Vec<SynthClip>, SynthError> {
    for_each_clip(params, progress, |clip, _| Ok(clip))
}

/// Renders every clip and hands it to `finish`, with its number among the subject's clips of the same class (from 1).
/// The results come in the order of subjects and clips.
pub(crate) fn for_each_clip<T: Send>(
    params: &SynthParams,
    progress: impl Fn(Progress) + Sync,
    finish: impl Fn(SynthClip, usize) -> Result<T, SynthError> + Sync,
) -> Result<Vec<T>, SynthError> {
    params.validate()?;
    let (per_subject, total) = (params.clips_per_subject, params.subjects * params.clips_per_subject);
    let classes = class_sequence(params.shares, total);
    let done = AtomicUsize::new(0);
    let (progress, finish, done) = (&progress, &finish, &done);
    let of_subjects: Result<Vec<Vec<T>>, SynthError> = classes
        .par_chunks(per_subject)
        .enumerate()
        .map(|(index, classes)| {
            let subject = Subject::new(params, index + 1)?;
            let clips = classes.par_iter().enumerate().map(|(i, class)| {
                let nth = classes[..=i].iter().filter(|c| *c == class).count();
                let result = finish(SynthClip::render(params, &subject, i + 1, *class)?, nth)?;
                progress(Progress { done: done.fetch_add(1, Ordering::Relaxed) + 1, total });
                Ok(result)
            });
            clips.collect()
        })
        .collect();
    Ok(of_subjects?.into_iter().flatten().collect())
}
