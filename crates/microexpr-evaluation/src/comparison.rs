use std::collections::BTreeMap;

use serde::Serialize;

use crate::{ClipPrediction, Evaluation, EvaluationError, McNemar, largest, mcnemar};

/// Which clips two evaluations are compared on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ComparedClips {
    /// The same in both; a clip that only one of them has is an error.
    #[default]
    All,
    /// Those that both have.
    Common,
}

/// McNemar's exact test between two evaluations of the same clips: of the clips that only one of them gets right, is either's
/// share more than chance?
///
/// The test wants one answer per clip. With several seeds the answer is the class of the highest mean probability over the
/// seeds ([`Comparison::pooled`]); beside it stands the test of every seed that both have.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Clips compared.
    pub clips: usize,
    /// On the mean probabilities of all seeds.
    pub pooled: McNemar,
    /// Seed by seed.
    pub seeds: Vec<SeedComparison>,
}

/// McNemar's test of one seed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SeedComparison {
    /// The seed.
    pub seed: u64,
    /// The test.
    pub test: McNemar,
}

/// Answers by clip: true class and answer.
type Answers<'a> = BTreeMap<&'a str, (usize, usize)>;

impl Comparison {
    /// Compares two evaluations.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::NotComparable`] if classes, clips or true classes differ.
    pub fn of(
        first: &Evaluation,
        second: &Evaluation,
        which: ComparedClips,
    ) -> Result<Self, EvaluationError> {
        let refuse = |reason| Err(EvaluationError::NotComparable { reason });
        if first.classes != second.classes {
            let (a, b) = (first.classes.join(", "), second.classes.join(", "));
            return refuse(format!("the classes of the first are {a}, those of the second {b}"));
        }
        let (a, b) = (pooled(first, None), pooled(second, None));
        let only = |a: &Answers<'_>, b: &Answers<'_>| {
            a.keys().filter(|clip| !b.contains_key(*clip)).map(|clip| (*clip).to_owned()).collect::<Vec<_>>()
        };
        let (only_a, only_b) = (only(&a, &b), only(&b, &a));
        if let (ComparedClips::All, Some(example)) = (which, only_a.first().or(only_b.first())) {
            let (n, m) = (only_a.len(), only_b.len());
            return refuse(format!(
                "{n} clips are in the first only, {m} in the second only, such as {example}"
            ));
        }
        if a.len() == only_a.len() {
            return refuse("they have no clip in common".to_owned());
        }
        let other =
            |(clip, (truth, _)): &(&&str, &(usize, usize))| b.get(*clip).is_some_and(|b| b.0 != *truth);
        if let Some((clip, _)) = a.iter().find(other) {
            return refuse(format!("{clip} is of another class in the second"));
        }
        let common = |seed: &u64| second.seeds.iter().any(|s| s.seed == *seed);
        let seeds = first.seeds.iter().map(|s| s.seed).filter(common).map(|seed| {
            Ok(SeedComparison { seed, test: test(&pooled(first, Some(seed)), &pooled(second, Some(seed)))? })
        });
        Ok(Self {
            clips: a.len() - only_a.len(),
            pooled: test(&a, &b)?,
            seeds: seeds.collect::<Result<_, EvaluationError>>()?,
        })
    }
}

/// One answer per clip: that of a seed, or the one of the highest mean probability over all seeds.
fn pooled(evaluation: &Evaluation, seed: Option<u64>) -> Answers<'_> {
    let mut clips: BTreeMap<&str, Vec<&ClipPrediction>> = BTreeMap::new();
    for p in evaluation.predictions.iter().filter(|p| seed.is_none_or(|s| p.seed == s)) {
        clips.entry(&p.clip).or_default().push(p);
    }
    let answer = |(clip, answers): (_, Vec<&ClipPrediction>)| {
        let sum = |class: usize| answers.iter().filter_map(|p| p.probabilities.get(class)).sum::<f64>();
        let sums: Vec<f64> = (0..evaluation.classes.len()).map(sum).collect();
        let predicted = if let [only] = &answers[..] { only.predicted } else { largest(&sums) };
        (clip, (answers[0].truth, predicted))
    };
    clips.into_iter().map(answer).collect()
}

/// The test over the clips that both have.
fn test(first: &Answers<'_>, second: &Answers<'_>) -> Result<McNemar, EvaluationError> {
    let both = first.iter().filter_map(|(clip, (truth, a))| Some((*truth, *a, second.get(clip)?.1)));
    let (mut truth, mut a, mut b) = (Vec::new(), Vec::new(), Vec::new());
    for (t, first, second) in both {
        truth.push(t);
        a.push(first);
        b.push(second);
    }
    mcnemar(&truth, &a, &b)
}
