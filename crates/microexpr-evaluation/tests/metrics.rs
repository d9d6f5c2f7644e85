//! Scores against scikit-learn and SciPy; `data/scikit-learn/generate.py` wrote the values.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use microexpr_evaluation::{ConfusionMatrix, EvaluationError, wilson_interval};
use proptest::prelude::*;
use serde::Deserialize;

/// Both sides compute in f64; the order of additions may differ.
const TOLERANCE: f64 = 1e-12;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    classes: usize,
    truth: Vec<usize>,
    predicted: Vec<usize>,
    matrix: Vec<Vec<u64>>,
    accuracy: f64,
    uf1: f64,
    uar: f64,
    precision: Vec<f64>,
    recall: Vec<f64>,
    f1: Vec<f64>,
    support: Vec<u64>,
    wilson: (f64, f64),
}

fn cases() -> Vec<Case> {
    serde_json::from_str::<Golden>(include_str!("data/scikit-learn/golden.json")).unwrap().cases
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < TOLERANCE
}

#[test]
fn scores_are_scikit_learns() {
    for case in cases() {
        let matrix = ConfusionMatrix::of(case.classes, &case.truth, &case.predicted).unwrap();
        assert_eq!(matrix.counts(), case.matrix, "{}", case.name);
        assert!(close(matrix.accuracy(), case.accuracy), "{}", case.name);
        assert!(close(matrix.uf1(), case.uf1), "{}", case.name);
        assert!(close(matrix.uar(), case.uar), "{}", case.name);
        for (class, scores) in matrix.per_class().iter().enumerate() {
            assert_eq!(scores.support, case.support[class], "{}", case.name);
            assert!(close(scores.precision, case.precision[class]), "{}", case.name);
            assert!(close(scores.recall, case.recall[class]), "{}", case.name);
            assert!(close(scores.f1, case.f1[class]), "{}", case.name);
        }
    }
}

#[test]
fn wilson_interval_is_scipys() {
    for case in cases() {
        let matrix = ConfusionMatrix::of(case.classes, &case.truth, &case.predicted).unwrap();
        let (low, high) = wilson_interval(matrix.correct(), matrix.total());
        assert!(close(low, case.wilson.0) && close(high, case.wilson.1), "{}", case.name);
    }
    assert_eq!(wilson_interval(0, 0), (0.0, 1.0));
}

#[test]
fn majority_baselines_are_the_protocols() {
    // Accuracy and UF1 of SMIC, SAMM with 3 and SAMM with 5 classes, to three places.
    let protocols: [(&[usize], f64, f64); 3] =
        [(&[70, 51, 43], 0.427, 0.199), (&[92, 26, 15], 0.692, 0.273), (&[57, 26, 15, 12, 26], 0.419, 0.118)];
    for (clips, accuracy, uf1) in protocols {
        let truth: Vec<usize> = clips.iter().enumerate().flat_map(|(class, n)| vec![class; *n]).collect();
        let baseline = ConfusionMatrix::majority_baseline(clips.len(), &truth).unwrap();
        assert!((baseline.accuracy() - accuracy).abs() < 5e-4, "{}", baseline.accuracy());
        assert!((baseline.uf1() - uf1).abs() < 5e-4, "{}", baseline.uf1());
    }
}

#[test]
fn majority_of_equal_classes_is_the_first() {
    let baseline = ConfusionMatrix::majority_baseline(3, &[2, 1, 1, 2]).unwrap();
    assert_eq!(baseline.counts(), [[0, 0, 0], [0, 2, 0], [0, 2, 0]]);
}

#[test]
fn pooled_score_is_not_the_mean_of_the_folds() {
    let folds = [
        ConfusionMatrix::of(2, &[0, 0], &[0, 0]).unwrap(),
        ConfusionMatrix::of(2, &[0, 1], &[1, 1]).unwrap(),
    ];
    let mut pooled = folds[0].clone();
    pooled.merge(&folds[1]).unwrap();
    let mean = (folds[0].uf1() + folds[1].uf1()) / 2.0;
    assert!((pooled.uf1() - (4.0 / 5.0 + 2.0 / 3.0) / 2.0).abs() < TOLERANCE);
    assert!(pooled.uf1() > mean);
}

#[test]
fn an_empty_matrix_scores_zero() {
    for classes in [0, 3] {
        let matrix = ConfusionMatrix::new(classes);
        assert_eq!([matrix.accuracy(), matrix.uf1(), matrix.uar()], [0.0; 3]);
    }
}

#[test]
fn classes_and_sizes_that_do_not_fit_are_named() {
    let error = ConfusionMatrix::of(3, &[0, 3], &[0, 1]).unwrap_err();
    assert_eq!(error.to_string(), "class 3 does not exist, there are 3 classes");
    let error = ConfusionMatrix::of(3, &[0, 1], &[0]).unwrap_err();
    assert_eq!(error.to_string(), "predictions: expected 2, found 1");
    let error = ConfusionMatrix::new(3).merge(&ConfusionMatrix::new(2)).unwrap_err();
    assert!(matches!(error, EvaluationError::Size { expected: 3, found: 2, .. }));
}

#[test]
fn a_matrix_survives_json_as_rows_and_a_crooked_one_is_refused() {
    let matrix = ConfusionMatrix::of(2, &[0, 1, 1], &[0, 0, 1]).unwrap();
    assert_eq!(serde_json::to_string(&matrix).unwrap(), "[[1,0],[1,1]]");
    assert_eq!(serde_json::from_str::<ConfusionMatrix>("[[1,0],[1,1]]").unwrap(), matrix);
    assert!(serde_json::from_str::<ConfusionMatrix>("[[1,0],[1]]").is_err());
}

proptest! {
    #[test]
    fn renaming_classes_changes_no_mean_score(
        pairs in prop::collection::vec((0..4_usize, 0..4_usize), 1..60),
        names in Just(vec![0_usize, 1, 2, 3]).prop_shuffle(),
    ) {
        let (truth, predicted): (Vec<usize>, Vec<usize>) = pairs.iter().copied().unzip();
        let rename = |classes: &[usize]| classes.iter().map(|c| names[*c]).collect::<Vec<_>>();
        let plain = ConfusionMatrix::of(4, &truth, &predicted).unwrap();
        let renamed = ConfusionMatrix::of(4, &rename(&truth), &rename(&predicted)).unwrap();
        prop_assert!(close(plain.uf1(), renamed.uf1()) && close(plain.uar(), renamed.uar()));
        prop_assert_eq!(plain.accuracy(), renamed.accuracy());
    }

    #[test]
    fn wilson_interval_holds_the_share_and_narrows(successes in 0..50_u64, failures in 0..50_u64) {
        prop_assume!(successes + failures > 0);
        let n = successes + failures;
        let share = successes as f64 / n as f64;
        let (low, high) = wilson_interval(successes, n);
        prop_assert!(0.0 <= low && low <= share + 1e-12 && share <= high + 1e-12 && high <= 1.0);
        let (low10, high10) = wilson_interval(10 * successes, 10 * n);
        prop_assert!(high10 - low10 < high - low);
    }
}
