//! Bootstrap intervals and McNemar's test.

use microexpr_evaluation::{
    BootstrapParams, ConfusionMatrix, EvaluationError, McNemar, ScoreIntervals, bootstrap_intervals, mcnemar,
};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Bootstrapped {
    resamples: usize,
    truth: Vec<usize>,
    predicted: Vec<usize>,
    subject: Vec<String>,
    clips: ScoreIntervals,
    subjects: ScoreIntervals,
}

/// Both ends are estimates from 20 000 random resamples, ours and SciPy's of different draws. Where the density
/// of a normal distribution is 0.058/σ (its 2.5 % point), such an end scatters by √(0.025·0.975/20000)·σ/0.058
/// = 0.019 σ, the difference of two by 0.027 σ; σ of these scores is at most 0.042. This is five times that.
const BOOTSTRAP_TOLERANCE: f64 = 0.0057;

#[test]
fn bootstrap_intervals_are_scipys_to_within_the_draws_scatter() {
    let golden: Bootstrapped = serde_json::from_str(include_str!("data/scipy/golden.json")).unwrap();
    let params = BootstrapParams { resamples: golden.resamples, ..BootstrapParams::default() };
    let clips: Vec<String> = (0..golden.truth.len()).map(|clip| clip.to_string()).collect();
    for (units, expected) in [(&clips, golden.clips), (&golden.subject, golden.subjects)] {
        let found = bootstrap_intervals(3, &golden.truth, &golden.predicted, units, &params).unwrap();
        for (found, expected) in
            [(found.accuracy, expected.accuracy), (found.uf1, expected.uf1), (found.uar, expected.uar)]
        {
            let off = (found.0 - expected.0).abs().max((found.1 - expected.1).abs());
            assert!(off < BOOTSTRAP_TOLERANCE, "{found:?} {expected:?}");
        }
    }
}

#[test]
fn bootstrap_repeats_with_the_seed_and_forgets_the_order_of_predictions() {
    let (truth, predicted) = ([0, 1, 1, 0, 1, 0], [0, 1, 0, 0, 1, 1]);
    let units = ["a", "a", "b", "b", "c", "c"];
    let of = |order: &[usize], seed| {
        let pick = |list: &[usize]| order.iter().map(|i| list[*i]).collect::<Vec<_>>();
        let units: Vec<&str> = order.iter().map(|i| units[*i]).collect();
        let params = BootstrapParams { seed, resamples: 40, level: 0.8 };
        bootstrap_intervals(2, &pick(&truth), &pick(&predicted), &units, &params).unwrap()
    };
    assert_eq!(of(&[0, 1, 2, 3, 4, 5], 4), of(&[5, 2, 0, 4, 3, 1], 4));
    assert!((0..20).any(|seed| of(&[0, 1, 2, 3, 4, 5], seed) != of(&[0, 1, 2, 3, 4, 5], 4)));
}

#[test]
fn two_people_resampled_as_wholes_give_one_the_other_or_both() {
    // One person with 3 of 4 right, one with 1 of 2: shares ¾, 4/6 and ½; ¼ of the resamples is each extreme.
    let (truth, predicted) = ([0, 0, 1, 1, 0, 1], [0, 0, 1, 0, 0, 0]);
    let units = ["a", "a", "a", "a", "b", "b"];
    let interval = |level| {
        let params = BootstrapParams { level, ..BootstrapParams::default() };
        bootstrap_intervals(2, &truth, &predicted, &units, &params).unwrap().accuracy
    };
    assert_eq!(interval(0.6), (0.5, 0.75));
    assert_eq!(interval(0.4), (4.0 / 6.0, 4.0 / 6.0));
}

#[test]
fn bootstrap_refuses_what_it_cannot_resample() {
    let with = |truth: &[usize], units: &[&str], params: BootstrapParams| {
        bootstrap_intervals(2, truth, truth, units, &params).unwrap_err().to_string()
    };
    let default = BootstrapParams::default();
    assert_eq!(with(&[], &[], default), "predictions (at least): expected 1, found 0");
    assert_eq!(with(&[0, 1], &["a"], default), "units of the predictions: expected 2, found 1");
    assert_eq!(with(&[2], &["a"], default), "class 2 does not exist, there are 2 classes");
    let none = BootstrapParams { resamples: 0, ..default };
    assert_eq!(with(&[0], &["a"], none), "resamples must be at least 1, found 0");
    let sure = BootstrapParams { level: 1.0, ..default };
    assert_eq!(with(&[0], &["a"], sure), "level must be more than 0 and less than 1, found 1");
}

#[derive(Deserialize)]
struct Golden {
    cases: Vec<McNemar>,
}

/// Of a p-value, relative: statsmodels' and ours come from different series in f64.
const P_TOLERANCE: f64 = 1e-11;

#[test]
fn mcnemar_is_statsmodels() {
    let golden: Golden = serde_json::from_str(include_str!("data/statsmodels/golden.json")).unwrap();
    let close = |a: f64, b: f64| (a - b).abs() <= P_TOLERANCE * b;
    for expected in golden.cases {
        let found = McNemar::of_counts(expected.only_first, expected.only_second);
        assert!(close(found.exact_p, expected.exact_p), "{found:?} {expected:?}");
        if found.only_first != found.only_second {
            assert!(close(found.chi_square, expected.chi_square), "{found:?} {expected:?}");
            assert!(close(found.chi_square_p, expected.chi_square_p), "{found:?} {expected:?}");
        }
        let few = found.only_first + found.only_second < 25;
        assert_eq!(found.p_value(), if few { found.exact_p } else { found.chi_square_p });
    }
}

#[test]
fn equal_counts_are_no_evidence() {
    for n in [0, 1, 7, 12, 13, 500, 100_000] {
        let test = McNemar::of_counts(n, n);
        assert_eq!((test.exact_p, test.chi_square, test.chi_square_p), (1.0, 0.0, 1.0), "{n}");
    }
}

#[test]
fn mcnemar_counts_only_clips_on_which_the_two_disagree() {
    let truth = [0, 0, 1, 1, 2, 2, 2];
    let first = [0, 1, 1, 0, 2, 0, 1];
    let second = [0, 0, 0, 0, 2, 2, 0];
    let test = mcnemar(&truth, &first, &second).unwrap();
    assert_eq!((test.only_first, test.only_second), (1, 2));
    let error = mcnemar(&truth, &first, &second[..3]).unwrap_err();
    assert_eq!(error.to_string(), "predictions of the second: expected 7, found 3");
    assert!(matches!(mcnemar(&truth, &first[..3], &second), Err(EvaluationError::Size { found: 3, .. })));
}

proptest! {
    #[test]
    fn p_values_are_probabilities_and_symmetric(b in 0..3000_u64, c in 0..3000_u64) {
        let (there, back) = (McNemar::of_counts(b, c), McNemar::of_counts(c, b));
        prop_assert_eq!((there.exact_p, there.chi_square_p), (back.exact_p, back.chi_square_p));
        prop_assert!((0.0..=1.0).contains(&there.exact_p) && (0.0..=1.0).contains(&there.chi_square_p));
    }

    #[test]
    fn exact_p_is_the_sum_of_the_binomial_terms(b in 0..26_u64, c in 0..26_u64) {
        let n = b + c;
        let choose = |k: u64| (0..k).fold(1.0, |value, i| value * (n - i) as f64 / (i + 1) as f64);
        let tail: f64 = (0..=b.min(c)).map(choose).sum::<f64>() / 2_f64.powi(n as i32);
        let found = McNemar::of_counts(b, c).exact_p;
        prop_assert!((found - (2.0 * tail).min(1.0)).abs() < 1e-12, "{found} {tail}");
    }

    #[test]
    fn an_interval_holds_its_ends_in_order_within_the_scores_range(
        clips in prop::collection::vec((0..3_usize, 0..3_usize, 0..5_u32), 1..30), seed in any::<u64>(),
    ) {
        let truth: Vec<usize> = clips.iter().map(|c| c.0).collect();
        let predicted: Vec<usize> = clips.iter().map(|c| c.1).collect();
        let units: Vec<String> = clips.iter().map(|c| c.2.to_string()).collect();
        let params = BootstrapParams { resamples: 50, seed, ..BootstrapParams::default() };
        let found = bootstrap_intervals(3, &truth, &predicted, &units, &params).unwrap();
        for (low, high) in [found.accuracy, found.uf1, found.uar] {
            prop_assert!(0.0 <= low && low <= high && high <= 1.0);
        }
        // One unit: every resample is the sample.
        let one = vec!["all"; truth.len()];
        let found = bootstrap_intervals(3, &truth, &predicted, &one, &params).unwrap();
        let pooled = ConfusionMatrix::of(3, &truth, &predicted).unwrap();
        prop_assert_eq!((found.uf1, found.uar), ((pooled.uf1(), pooled.uf1()), (pooled.uar(), pooled.uar())));
    }
}
