//! Splits and augmentation plans.

use std::collections::{BTreeMap, BTreeSet};

use microexpr_evaluation::{
    COPY_ALPHAS, EvaluationError, Example, Fold, MagnifiedCopy, Protocol, balance, cross_dataset,
    inner_validation, loso, subject_k_fold,
};
use proptest::prelude::*;

/// Clips and copies of every class.
fn class_sizes(labels: &[usize], copies: &[MagnifiedCopy]) -> Vec<usize> {
    let classes = labels.iter().max().map_or(0, |c| c + 1);
    let of = |class| {
        let clips = labels.iter().filter(|label| **label == class).count();
        clips + copies.iter().filter(|copy| labels[copy.clip] == class).count()
    };
    (0..classes).map(of).collect()
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

/// Clips of MEGC 2019's composite: so many subjects in each dataset, some of them with equal names.
fn composite_clips() -> Vec<Example> {
    let datasets = [("smic", 16, 164), ("samm", 28, 133), ("casme2", 24, 145)];
    let example = |dataset: &str, subjects: usize, clip: usize| {
        let subject = format!("{dataset}/{:03}", clip % subjects + 1);
        Example::new(format!("{subject}/c{clip}"), subject, dataset, 2)
    };
    datasets.iter().flat_map(|(d, subjects, n)| (0..*n).map(move |c| example(d, *subjects, c))).collect()
}

fn subjects(clips: &[Example]) -> Vec<String> {
    clips.iter().map(|clip| clip.subject.clone()).collect()
}

#[test]
fn composite_loso_has_a_fold_for_every_subject_of_every_dataset() {
    let clips = composite_clips();
    let folds = Protocol::Loso.folds(&clips).unwrap();
    assert_eq!((clips.len(), folds.len()), (442, 68));
    assert_sound(&folds, &subjects(&clips));
    // Subject 001 exists three times, and only one of them is held out at once.
    let of_001: Vec<&Fold> = folds.iter().filter(|fold| fold.held_out.ends_with("/001")).collect();
    let held_out: Vec<&str> = of_001.iter().map(|fold| fold.held_out.as_str()).collect();
    assert_eq!(held_out, ["casme2/001", "samm/001", "smic/001"]);
    assert!(of_001.iter().all(|fold| fold.train.iter().any(|clip| clips[*clip].subject.ends_with("/001"))));
}

#[test]
fn cross_dataset_leaves_out_third_datasets_and_works_both_ways() {
    let clips = composite_clips();
    let datasets: Vec<&str> = clips.iter().map(|clip| clip.dataset.as_str()).collect();
    let there = cross_dataset(&datasets, &"smic", &"samm").unwrap();
    let back = cross_dataset(&datasets, &"samm", &"smic").unwrap();
    assert_eq!((there.train.len(), there.test.len(), there.held_out.as_str()), (164, 133, "samm"));
    assert_eq!((&there.train, &there.test, "smic"), (&back.test, &back.train, back.held_out.as_str()));
    assert!(there.subjects_on_both_sides(&subjects(&clips)).is_empty());
}

#[test]
fn cross_dataset_needs_two_datasets_with_clips() {
    let error = cross_dataset(&["a", "b"], &"a", &"a").unwrap_err();
    assert_eq!(error.to_string(), "training and test dataset are both a, expected two different ones");
    let error = cross_dataset(&["a", "b"], &"a", &"c").unwrap_err();
    assert_eq!(error.to_string(), "none of the 2 clips is of c");
}

#[test]
fn a_protocol_refuses_what_cannot_be_split() {
    let alone = [Example::new("a", "s1", "mine", 0), Example::new("b", "s1", "mine", 1)];
    let error = Protocol::Loso.folds(&alone).unwrap_err();
    assert_eq!(error.to_string(), "expected clips of at least 2 subjects to split, found 1");
    for folds in [0, 1] {
        let error = Protocol::SubjectKFold { folds, seed: 1 }.folds(&composite_clips()).unwrap_err();
        assert_eq!(error.to_string(), format!("folds must be at least 2, found {folds}"));
    }
}

#[test]
fn k_folds_hold_about_equally_many_clips_whatever_the_seed() {
    // As unequal as SMIC: 4 to 39 clips a subject, 164 in all.
    let sizes = [6, 6, 39, 19, 2, 4, 13, 4, 10, 9, 5, 4, 16, 7, 11, 9];
    let subjects: Vec<String> =
        sizes.iter().enumerate().flat_map(|(s, n)| vec![format!("s{s}"); *n]).collect();
    assert_eq!(subjects.len(), 164);
    for seed in 0..50 {
        let folds = subject_k_fold(&subjects, 4, seed);
        assert_sound(&folds, &subjects);
        let sizes: Vec<usize> = folds.iter().map(|f| f.test.len()).collect();
        // The largest subject alone is a fold of 39; three folds share the other 125 clips.
        assert!(sizes.iter().all(|n| (39..=43).contains(n)), "{sizes:?}");
    }
    assert_eq!(subject_k_fold(&subjects, 99, 0).len(), 16);
    assert!(subject_k_fold(&subjects, 0, 0).is_empty());
}

#[test]
fn k_folds_repeat_with_the_seed_and_differ_between_seeds() {
    let subjects: Vec<String> = (0..16).flat_map(|s| vec![format!("s{s}"); 3 + (s * 7) % 15]).collect();
    let distinct: BTreeSet<Vec<String>> = (0..20)
        .map(|seed| {
            let folds = subject_k_fold(&subjects, 4, seed);
            assert_eq!(folds, subject_k_fold(&subjects, 4, seed));
            let mut groups: Vec<String> = folds.into_iter().map(|fold| fold.held_out).collect();
            groups.sort();
            groups
        })
        .collect();
    assert!(distinct.len() > 15, "{} different splits of 20 seeds", distinct.len());
}

#[test]
fn inner_validation_draws_from_the_seed() {
    let subjects: Vec<String> = (0..20).map(|s| format!("s{s}")).collect();
    let train: Vec<usize> = (1..20).collect();
    let drawn = |seed| inner_validation(&train, &subjects, 0.2, seed).unwrap().held_out;
    assert_eq!(drawn(3), drawn(3));
    assert_eq!(drawn(3).split('+').count(), 4);
    let validated: BTreeSet<String> =
        (0..60).flat_map(|seed| drawn(seed).split('+').map(str::to_owned).collect::<Vec<_>>()).collect();
    assert_eq!(validated.len(), 19, "every training subject is drawn by some seed");
}

#[test]
fn inner_validation_refuses_what_cannot_be_split() {
    let subjects = ["a", "a", "b"];
    for share in [0.0, 1.0, -0.5, f64::NAN] {
        let error = inner_validation(&[0, 1, 2], &subjects, share, 0).unwrap_err();
        assert!(matches!(&error, EvaluationError::Setting(refused) if refused.setting == "share"), "{share}");
    }
    let error = inner_validation(&[0, 1], &subjects, 0.5, 0).unwrap_err();
    assert_eq!(error.to_string(), "expected clips of at least 2 subjects to split, found 1");
    let error = inner_validation(&[0, 3], &subjects, 0.5, 0).unwrap_err();
    assert_eq!(error.to_string(), "clip 3 does not exist, there are 3 clips");
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
    let copies = balance(&[0, 0, 0, 0, 0, 0, 1, 1, 1, 1], &COPY_ALPHAS);
    let copies: Vec<(usize, f64)> = copies.iter().map(|copy| (copy.clip, copy.alpha)).collect();
    assert_eq!(copies, [(6, 4.5), (8, 4.5)]);
}

#[test]
fn balance_stops_when_every_alpha_is_used_up() {
    let labels = [vec![0; 20], vec![1]].concat();
    let copies = balance(&labels, &COPY_ALPHAS);
    assert_eq!(class_sizes(&labels, &copies), [20, 7]);
    assert!(balance(&[0, 0, 1], &[]).is_empty());
    assert!(balance(&[], &COPY_ALPHAS).is_empty());
}

proptest! {
    #[test]
    fn no_subject_is_on_both_sides(
        people in prop::collection::vec(0..12_u32, 1..80), k in 1..8_usize, seed in any::<u64>(),
    ) {
        let subjects: Vec<String> = people.iter().map(|p| format!("s{p}")).collect();
        let folds = loso(&subjects);
        let distinct: BTreeSet<&String> = subjects.iter().collect();
        prop_assert_eq!(folds.len(), distinct.len());
        assert_sound(&folds, &subjects);
        let folds = subject_k_fold(&subjects, k, seed);
        prop_assert_eq!(folds.len(), k.min(distinct.len()));
        assert_sound(&folds, &subjects);
        let most = distinct.iter().map(|s| subjects.iter().filter(|t| s == t).count()).max().unwrap();
        let sizes = folds.iter().map(|f| f.test.len());
        prop_assert!(sizes.clone().max().unwrap() - sizes.min().unwrap() <= most);
    }

    #[test]
    fn no_subject_is_on_both_sides_of_an_inner_validation_nor_of_its_fold(
        people in prop::collection::vec(0..9_u32, 3..60), share in 0.01..0.99, seed in any::<u64>(),
    ) {
        let subjects: Vec<String> = people.iter().map(|p| format!("s{p}")).collect();
        for fold in loso(&subjects) {
            let people = |clips: &[usize]| clips.iter().map(|c| &subjects[*c]).collect::<BTreeSet<_>>();
            let Ok(inner) = inner_validation(&fold.train, &subjects, share, seed) else {
                prop_assert!(people(&fold.train).len() < 2);
                continue;
            };
            prop_assert!(inner.subjects_on_both_sides(&subjects).is_empty());
            for side in [&inner.train, &inner.test] {
                prop_assert!(!side.is_empty() && side.is_sorted());
                prop_assert!(people(side).is_disjoint(&people(&fold.test)));
            }
            let mut all = [&inner.train[..], &inner.test].concat();
            all.sort_unstable();
            prop_assert_eq!(all, fold.train.clone());
            let count = people(&fold.train).len();
            let expected = ((share * count as f64).round() as usize).clamp(1, count - 1);
            prop_assert_eq!(people(&inner.test).len(), expected);
        }
    }

    #[test]
    fn no_subject_is_on_both_sides_of_a_cross_dataset_split(
        clips in prop::collection::vec((0..3_usize, 0..4_u32), 1..60),
    ) {
        let names = ["smic", "samm", "casme2"];
        let datasets: Vec<&str> = clips.iter().map(|(d, _)| names[*d]).collect();
        let subjects: Vec<String> = clips.iter().map(|(d, s)| format!("{}/{s}", names[*d])).collect();
        if let Ok(split) = cross_dataset(&datasets, &"smic", &"samm") {
            prop_assert!(split.subjects_on_both_sides(&subjects).is_empty());
            prop_assert!(split.train.iter().all(|clip| datasets[*clip] == "smic"));
            prop_assert!(split.test.iter().all(|clip| datasets[*clip] == "samm"));
        } else {
            prop_assert!(!(datasets.contains(&"smic") && datasets.contains(&"samm")));
        }
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
    fn balance_repeats_no_copy(labels in prop::collection::vec(0..4_usize, 0..60)) {
        let copies = balance(&labels, &COPY_ALPHAS);
        let mut counts: BTreeMap<(usize, u64), usize> = BTreeMap::new();
        for copy in &copies {
            *counts.entry((copy.clip, copy.alpha.to_bits())).or_default() += 1;
        }
        prop_assert!(counts.values().all(|n| *n == 1));
        let largest = class_sizes(&labels, &copies).into_iter().max().unwrap_or(0);
        prop_assert!(largest <= labels.len());
        prop_assert_eq!(copies, balance(&labels, &COPY_ALPHAS));
    }
}
