//! Splits and augmentation plans.

use std::collections::{BTreeMap, BTreeSet};

use microexpr_data::{COPY_ALPHAS, Fold, TEST_ALPHA, TrainingItem, balance, loso, subject_k_fold};
use proptest::prelude::*;

fn class_sizes(labels: &[usize], items: &[TrainingItem]) -> Vec<usize> {
    let classes = labels.iter().max().map_or(0, |c| c + 1);
    (0..classes).map(|class| items.iter().filter(|item| labels[item.clip] == class).count()).collect()
}

/// Nobody on both sides, nothing lost, every clip tested once.
fn assert_sound(folds: &[Fold], subjects: &[String]) {
    let mut tested = vec![0; subjects.len()];
    for fold in folds {
        let people = |clips: &[usize]| clips.iter().map(|c| subjects[*c].as_str()).collect::<BTreeSet<_>>();
        assert!(people(&fold.train).is_disjoint(&people(&fold.test)), "{fold:?}");
        assert_eq!(fold.train.len() + fold.test.len(), subjects.len());
        assert!(fold.train.is_sorted() && fold.test.is_sorted());
        let held_out: BTreeSet<&str> = fold.held_out.split('+').collect();
        assert_eq!(people(&fold.test), held_out);
        for clip in &fold.test {
            tested[*clip] += 1;
        }
    }
    assert!(tested.iter().all(|n| *n == 1));
}

#[test]
fn loso_folds_come_in_natural_order() {
    let folds = loso(&["s10", "s2", "s1", "s2"]);
    let held_out: Vec<&str> = folds.iter().map(|f| f.held_out.as_str()).collect();
    assert_eq!(held_out, ["s1", "s2", "s10"]);
    assert_eq!(folds[1], Fold { held_out: "s2".into(), train: vec![0, 2], test: vec![1, 3] });
    assert!(loso::<&str>(&[]).is_empty());
}

#[test]
fn k_folds_hold_about_equally_many_clips() {
    let subjects: Vec<String> = (0..16).flat_map(|s| vec![format!("s{s}"); 3 + (s * 7) % 15]).collect();
    let folds = subject_k_fold(&subjects, 4);
    assert_eq!(folds.len(), 4);
    assert_sound(&folds, &subjects);
    let sizes: Vec<usize> = folds.iter().map(|f| f.test.len()).collect();
    assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 3, "{sizes:?}");
    assert_eq!(subject_k_fold(&subjects, 99).len(), 16);
    assert!(subject_k_fold(&subjects, 0).is_empty());
}

#[test]
fn balance_reaches_the_largest_class_of_each_published_protocol() {
    for clips in [vec![70, 51, 43], vec![92, 26, 15], vec![57, 26, 15, 12, 26], vec![88, 32, 25]] {
        let labels: Vec<usize> = clips.iter().enumerate().flat_map(|(class, n)| vec![class; *n]).collect();
        let sizes = class_sizes(&labels, &balance(&labels, &COPY_ALPHAS));
        assert!(sizes.iter().all(|n| n == clips.iter().max().unwrap()), "{clips:?} {sizes:?}");
    }
}

#[test]
fn balance_spreads_a_partial_round_over_the_whole_class() {
    // Six clips of class 0, four of class 1 (6 to 9): two copies, not both of the first subjects.
    let items = balance(&[0, 0, 0, 0, 0, 0, 1, 1, 1, 1], &COPY_ALPHAS);
    let copies: Vec<(usize, f64)> = items[10..].iter().map(|i| (i.clip, i.alpha)).collect();
    assert_eq!(copies, [(6, 4.5), (8, 4.5)]);
}

#[test]
fn balance_stops_when_every_alpha_is_used_up() {
    let labels = [vec![0; 20], vec![1]].concat();
    let items = balance(&labels, &COPY_ALPHAS);
    assert_eq!(class_sizes(&labels, &items), [20, 7]);
    assert_eq!(balance(&[0, 0, 1], &[]).len(), 3);
    assert!(balance(&[], &COPY_ALPHAS).is_empty());
}

proptest! {
    #[test]
    fn no_subject_is_on_both_sides(people in prop::collection::vec(0..12_u32, 1..80), k in 1..8_usize) {
        let subjects: Vec<String> = people.iter().map(|p| format!("s{p}")).collect();
        let folds = loso(&subjects);
        let distinct: BTreeSet<&String> = subjects.iter().collect();
        prop_assert_eq!(folds.len(), distinct.len());
        assert_sound(&folds, &subjects);
        assert_sound(&subject_k_fold(&subjects, k), &subjects);
    }

    #[test]
    fn no_copy_crosses_the_split(
        clips in prop::collection::vec((0..6_u32, 0..3_usize), 2..60),
    ) {
        let subjects: Vec<String> = clips.iter().map(|(s, _)| format!("s{s}")).collect();
        for fold in loso(&subjects) {
            let labels: Vec<usize> = fold.train.iter().map(|c| clips[*c].1).collect();
            let people: BTreeSet<&str> = balance(&labels, &COPY_ALPHAS)
                .iter()
                .map(|item| subjects[fold.train[item.clip]].as_str())
                .collect();
            prop_assert!(!people.contains(fold.held_out.as_str()));
        }
    }

    #[test]
    fn balance_keeps_each_original_once_and_repeats_no_copy(labels in prop::collection::vec(0..4_usize, 0..60)) {
        let items = balance(&labels, &COPY_ALPHAS);
        let mut counts: BTreeMap<(usize, u64), usize> = BTreeMap::new();
        for item in &items {
            *counts.entry((item.clip, item.alpha.to_bits())).or_default() += 1;
        }
        prop_assert!(counts.values().all(|n| *n == 1));
        prop_assert!((0..labels.len()).all(|clip| counts.contains_key(&(clip, TEST_ALPHA.to_bits()))));
        let largest = class_sizes(&labels, &items).into_iter().max().unwrap_or(0);
        prop_assert!(largest <= labels.len());
        prop_assert_eq!(items, balance(&labels, &COPY_ALPHAS));
    }
}
