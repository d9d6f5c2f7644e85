use std::collections::BTreeSet;

use microexpr_data::balance;

use crate::Settings;
use crate::prepare::{Alpha, LabelledClip};

/// One clip at one magnification, for training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TrainingItem {
    pub(crate) clip: usize,
    pub(crate) alpha: f64,
}

/// The training clips `train` at the test magnification, and copies of rare classes at others until balanced.
pub(crate) fn training_items(
    clips: &[LabelledClip<'_>],
    train: &[usize],
    settings: &Settings,
) -> Vec<TrainingItem> {
    let classes: Vec<usize> = train.iter().map(|i| clips[*i].class).collect();
    let items = balance(&classes, &settings.training.augmentation_alphas);
    let (originals, copies) = items.split_at(train.len());
    let original = |i: &microexpr_data::TrainingItem| TrainingItem {
        clip: train[i.clip],
        alpha: settings.pipeline.alpha(),
    };
    let copy = |i: &microexpr_data::TrainingItem| TrainingItem { clip: train[i.clip], alpha: i.alpha };
    originals.iter().map(original).chain(copies.iter().map(copy)).collect()
}

/// The magnifications at which each clip is needed by any of the training sets, and by the tests.
pub(crate) fn wanted<'a>(
    clips: &[LabelledClip<'_>],
    training_sets: impl IntoIterator<Item = &'a [usize]>,
    settings: &Settings,
) -> Vec<BTreeSet<Alpha>> {
    let mut wanted = vec![BTreeSet::from([Alpha::from(settings.pipeline.alpha())]); clips.len()];
    for train in training_sets {
        for item in training_items(clips, train, settings) {
            wanted[item.clip].insert(item.alpha.into());
        }
    }
    wanted
}
