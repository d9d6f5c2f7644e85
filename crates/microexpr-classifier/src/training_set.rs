use std::collections::BTreeSet;

use microexpr_evaluation::balance;

use crate::Settings;
use crate::network_input::Alpha;

/// One clip at one magnification, for training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TrainingItem {
    /// Index of the clip.
    pub(crate) clip: usize,
    pub(crate) class: usize,
    pub(crate) alpha: f64,
}

/// The training clips (index and class) at the test magnification, and copies of rare classes at others until balanced.
pub(crate) fn training_items(train: &[(usize, usize)], settings: &Settings) -> Vec<TrainingItem> {
    let classes: Vec<usize> = train.iter().map(|(_, class)| *class).collect();
    let copies = balance(&classes, &settings.training.augmentation_alphas);
    let item = |place: usize, alpha: f64| {
        let (clip, class) = train[place];
        TrainingItem { clip, class, alpha }
    };
    let originals = (0..train.len()).map(|place| item(place, settings.pipeline.alpha()));
    originals.chain(copies.iter().map(|copy| item(copy.clip, copy.alpha))).collect()
}

/// The magnifications at which each clip is needed by any of the training sets, and by the tests; `classes[i]` is clip i's class.
pub(crate) fn wanted(
    classes: &[usize],
    training_sets: &[Vec<usize>],
    settings: &Settings,
) -> Vec<BTreeSet<Alpha>> {
    let mut wanted = vec![BTreeSet::from([Alpha::from(settings.pipeline.alpha())]); classes.len()];
    for train in training_sets {
        let train: Vec<(usize, usize)> = train.iter().map(|clip| (*clip, classes[*clip])).collect();
        for item in training_items(&train, settings) {
            wanted[item.clip].insert(item.alpha.into());
        }
    }
    wanted
}
