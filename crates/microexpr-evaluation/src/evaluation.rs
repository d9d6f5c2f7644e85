use serde::{Deserialize, Serialize};

use crate::dataset_scores::dataset_scores;
use crate::part;
use crate::{
    BootstrapParams, ClassScores, ClipPrediction, ConfusionMatrix, DatasetScores, EvaluationError,
    EvaluationPart, FoldResult, LearnerDescription, LeftOut, ScoreIntervals, Scores, Timing,
    bootstrap_intervals,
};

/// Result of one seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeedResult {
    /// The seed.
    pub seed: u64,
    /// Scores pooled over all folds.
    #[serde(flatten)]
    pub scores: Scores,
    /// Counts `[true class][predicted class]`.
    pub confusion_matrix: ConfusionMatrix,
}

/// The outcome of an evaluation: what `results.json` holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Version of the program.
    pub version: String,
    /// Name of the protocol.
    pub protocol: String,
    /// Names of the classes in the order of all lists.
    pub classes: Vec<String>,
    /// Clips tested.
    pub clips: usize,
    /// Subjects tested.
    pub subjects: usize,
    /// Clips of every class.
    pub class_counts: Vec<u64>,
    /// Mean of the seeds' pooled scores.
    #[serde(flatten)]
    pub scores: Scores,
    /// Standard deviation of the seeds' scores (over the seeds themselves, 0 for a single one).
    pub deviation: Scores,
    /// 95 % bootstrap intervals of the pooled scores, whole subjects drawn (see
    /// [`bootstrap_intervals`]); over all seeds' predictions together.
    pub intervals: ScoreIntervals,
    /// Scores of always answering the most frequent class.
    pub majority_baseline: Scores,
    /// Precision, recall and F1 of every class, from the matrix summed over the seeds.
    pub per_class: Vec<ClassScores>,
    /// Every dataset by itself, in the order of the examples, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub datasets: Vec<DatasetScores>,
    /// Counts `[true class][predicted class]`, summed over the seeds.
    pub confusion_matrix: ConfusionMatrix,
    /// Every seed by itself.
    pub seeds: Vec<SeedResult>,
    /// Clips that could not be used, and why.
    pub skipped: Vec<LeftOut>,
    /// What looked wrong but stopped nothing.
    pub warnings: Vec<String>,
    /// Every prediction.
    pub predictions: Vec<ClipPrediction>,
    /// Every fold: losses, λ, sizes.
    pub folds: Vec<FoldResult>,
    /// Time spent.
    pub timing: Timing,
    /// Name of a published protocol that this repeats, if the data are complete.
    #[serde(default)]
    pub paper_protocol: Option<String>,
    /// What learned and answered.
    #[serde(default)]
    pub learner: EvaluatedLearner,
    /// The learner's settings.
    pub settings: serde_json::Value,
}

/// What learned and answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvaluatedLearner {
    /// Its name.
    pub name: String,
    /// Version of its training code.
    pub version: u32,
    /// What it ran on.
    pub device: String,
}

impl Default for EvaluatedLearner {
    /// The network, on which every evaluation was done before there were other learners.
    fn default() -> Self {
        Self { name: "network".to_owned(), version: 0, device: "cpu".to_owned() }
    }
}

impl Evaluation {
    /// Pools the folds of all shares of an evaluation; a whole evaluation is a single share.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::NoParts`]; [`EvaluationError::PartsDiffer`] unless all come from the same examples, classes, settings,
    /// learner and device; [`EvaluationError::InvalidFold`] for a fold that is there twice or does not answer for exactly its
    /// clips; [`EvaluationError::MissingFolds`].
    pub fn merge(parts: Vec<EvaluationPart>) -> Result<Self, EvaluationError> {
        let EvaluationPart { plan, mut folds, timing, .. } = part::join(parts)?;
        let LearnerDescription { name, version, device, settings, .. } = plan.learner;
        let classes = plan.classes.len();
        let predictions: Vec<ClipPrediction> =
            folds.iter_mut().flat_map(|f| std::mem::take(&mut f.predictions)).collect();
        let mut seed_numbers: Vec<u64> = folds.iter().map(|f| f.seed).collect();
        seed_numbers.dedup();
        let seeds = seed_numbers
            .iter()
            .map(|s| seed_result(*s, classes, &predictions))
            .collect::<Result<Vec<_>, _>>()?;
        let mut pooled = ConfusionMatrix::new(classes);
        for seed in &seeds {
            pooled.merge(&seed.confusion_matrix)?;
        }
        let of_first = |p: &&ClipPrediction| seed_numbers.first() == Some(&p.seed);
        let truth: Vec<usize> = predictions.iter().filter(of_first).map(|p| p.truth).collect();
        let mut subjects: Vec<&str> = predictions.iter().map(|p| p.subject.as_str()).collect();
        subjects.sort_unstable();
        subjects.dedup();
        let (scores, deviation) = mean_and_deviation(&seeds);
        Ok(Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            protocol: plan.protocol,
            clips: truth.len(),
            subjects: subjects.len(),
            class_counts: (0..classes).map(|c| truth.iter().filter(|t| **t == c).count() as u64).collect(),
            scores,
            deviation,
            intervals: intervals(classes, &predictions)?,
            majority_baseline: Scores::of(&ConfusionMatrix::majority_baseline(classes, &truth)?),
            per_class: pooled.per_class(),
            datasets: dataset_scores(&plan.examples, classes, &predictions)?,
            confusion_matrix: pooled,
            classes: plan.classes,
            seeds,
            skipped: plan.skipped,
            warnings: plan.warnings,
            predictions,
            folds,
            timing,
            paper_protocol: plan.paper_protocol,
            learner: EvaluatedLearner { name, version, device },
            settings,
        })
    }
}

fn seed_result(
    seed: u64,
    classes: usize,
    predictions: &[ClipPrediction],
) -> Result<SeedResult, EvaluationError> {
    let mut matrix = ConfusionMatrix::new(classes);
    for p in predictions.iter().filter(|p| p.seed == seed) {
        matrix.add(p.truth, p.predicted)?;
    }
    Ok(SeedResult { seed, scores: Scores::of(&matrix), confusion_matrix: matrix })
}

fn intervals(classes: usize, predictions: &[ClipPrediction]) -> Result<ScoreIntervals, EvaluationError> {
    let of = |value: fn(&ClipPrediction) -> usize| predictions.iter().map(value).collect::<Vec<_>>();
    let subjects: Vec<&str> = predictions.iter().map(|p| p.subject.as_str()).collect();
    let (truth, predicted) = (of(|p| p.truth), of(|p| p.predicted));
    bootstrap_intervals(classes, &truth, &predicted, &subjects, &BootstrapParams::default())
}

fn mean_and_deviation(seeds: &[SeedResult]) -> (Scores, Scores) {
    let of = |score: fn(&Scores) -> f64| {
        let n = seeds.len().max(1) as f64;
        let mean = seeds.iter().map(|s| score(&s.scores)).sum::<f64>() / n;
        let variance = seeds.iter().map(|s| (score(&s.scores) - mean).powi(2)).sum::<f64>() / n;
        (mean, variance.sqrt())
    };
    let (accuracy, uf1, uar) = (of(|s| s.accuracy), of(|s| s.uf1), of(|s| s.uar));
    (
        Scores { accuracy: accuracy.0, uf1: uf1.0, uar: uar.0 },
        Scores { accuracy: accuracy.1, uf1: uf1.1, uar: uar.1 },
    )
}
