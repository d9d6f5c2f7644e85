//! k folds of whole subjects.

use std::collections::BTreeSet;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::fold::{Fold, by_subject, hold_out};

/// Subject-wise k-fold: every subject, so every clip, is tested in exactly one fold; `subjects[i]` is clip i's
/// subject. At most as many folds as subjects; the same seed gives the same folds.
///
/// Subjects are dealt in an order drawn from the seed, each to the fold with the fewest clips; then single
/// subjects move or change places between two folds as long as that brings their sizes closer. The largest and the smallest fold never differ by more clips than the largest subject has.
///
/// # Example
///
/// ```
/// let folds = microexpr_evaluation::subject_k_fold(&["a", "b", "b", "c"], 2, 7);
/// assert_eq!(folds.iter().map(|fold| fold.test.len()).collect::<Vec<_>>(), [2, 2]);
/// ```
#[must_use]
pub fn subject_k_fold<S: AsRef<str>>(subjects: &[S], k: usize, seed: u64) -> Vec<Fold> {
    let everyone = by_subject(subjects.iter().map(AsRef::as_ref).enumerate());
    let sizes: Vec<usize> = everyone.iter().map(|(_, clips)| clips.len()).collect();
    let mut order: Vec<usize> = (0..everyone.len()).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    let mut groups = vec![Group::default(); k.min(everyone.len())];
    for who in order {
        if let Some(group) = groups.iter_mut().min_by_key(|group| group.clips) {
            group.add(who, &sizes);
        }
    }
    while even_out(&mut groups, &sizes) {}
    groups.iter().map(|group| hold_out(&everyone, &group.people)).collect()
}

/// The subjects of one fold.
#[derive(Debug, Clone, Default)]
struct Group {
    people: BTreeSet<usize>,
    clips: usize,
}

impl Group {
    fn add(&mut self, who: usize, sizes: &[usize]) {
        self.people.insert(who);
        self.clips += sizes[who];
    }

    fn remove(&mut self, who: usize, sizes: &[usize]) {
        self.people.remove(&who);
        self.clips -= sizes[who];
    }
}

/// A subject that goes from one group to another, and maybe one that comes back.
struct Exchange {
    from: usize,
    to: usize,
    given: usize,
    back: Option<usize>,
}

/// Carries out the exchange that lowers the sum of the squared group sizes most; `false` if none lowers it.
fn even_out(groups: &mut [Group], sizes: &[usize]) -> bool {
    let mut best = (0, None);
    for from in 0..groups.len() {
        for to in 0..groups.len() {
            let difference = groups[from].clips.saturating_sub(groups[to].clips);
            for (given, back) in exchanges(&groups[from], &groups[to]) {
                // m clips on the way lower the sum by 2·m·(difference − m).
                let moved = sizes[given].saturating_sub(back.map_or(0, |who| sizes[who]));
                let gain = moved * difference.saturating_sub(moved);
                if gain > best.0 {
                    best = (gain, Some(Exchange { from, to, given, back }));
                }
            }
        }
    }
    let Some(Exchange { from, to, given, back }) = best.1 else { return false };
    groups[from].remove(given, sizes);
    groups[to].add(given, sizes);
    if let Some(back) = back {
        groups[to].remove(back, sizes);
        groups[from].add(back, sizes);
    }
    true
}

/// Every subject of one group with every one of the other, or with nobody as long as somebody stays.
fn exchanges<'a>(from: &'a Group, to: &'a Group) -> impl Iterator<Item = (usize, Option<usize>)> + 'a {
    let nobody = (from.people.len() > 1).then_some(None);
    from.people.iter().flat_map(move |given| {
        to.people.iter().map(|back| Some(*back)).chain(nobody).map(move |back| (*given, back))
    })
}
