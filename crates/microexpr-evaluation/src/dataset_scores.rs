use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::{ClipPrediction, ConfusionMatrix, EvaluationError, PlannedExample, Scores};

/// Scores of the clips of one dataset, learned and answered together with those of others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DatasetScores {
    /// The dataset.
    pub dataset: String,
    /// Its clips.
    pub clips: usize,
    /// Mean of the seeds' scores, pooled over the dataset's clips.
    #[serde(flatten)]
    pub scores: Scores,
}

/// Scores of every dataset that was tested; none where there is only one.
pub(crate) fn dataset_scores(
    examples: &[PlannedExample],
    classes: usize,
    predictions: &[ClipPrediction],
) -> Result<Vec<DatasetScores>, EvaluationError> {
    let of: HashMap<&str, &str> = examples.iter().map(|e| (e.id.as_str(), e.dataset.as_str())).collect();
    let tested: HashSet<&str> = predictions.iter().map(|p| p.clip.as_str()).collect();
    let mut datasets: Vec<&str> = Vec::new();
    for example in examples {
        if tested.contains(example.id.as_str()) && !datasets.contains(&example.dataset.as_str()) {
            datasets.push(&example.dataset);
        }
    }
    if datasets.len() < 2 {
        return Ok(Vec::new());
    }
    let mut seeds: Vec<u64> = predictions.iter().map(|p| p.seed).collect();
    seeds.sort_unstable();
    seeds.dedup();
    let scores = |dataset: &str| {
        let (mut sum, mut clips) = (Scores { accuracy: 0.0, uf1: 0.0, uar: 0.0 }, 0);
        for seed in &seeds {
            let mut matrix = ConfusionMatrix::new(classes);
            let of_dataset = |p: &&ClipPrediction| of.get(p.clip.as_str()) == Some(&dataset);
            clips = 0;
            for prediction in predictions.iter().filter(|p| p.seed == *seed).filter(of_dataset) {
                matrix.add(prediction.truth, prediction.predicted)?;
                clips += 1;
            }
            let scores = Scores::of(&matrix);
            sum.accuracy += scores.accuracy / seeds.len() as f64;
            sum.uf1 += scores.uf1 / seeds.len() as f64;
            sum.uar += scores.uar / seeds.len() as f64;
        }
        Ok(DatasetScores { dataset: dataset.to_owned(), clips, scores: sum })
    };
    datasets.into_iter().map(scores).collect()
}

#[cfg(test)]
mod tests {
    use microexpr_core::Digest;

    use super::*;
    use crate::Explanation;

    fn example(id: &str, dataset: &str) -> PlannedExample {
        let (id, dataset) = (id.to_owned(), dataset.to_owned());
        PlannedExample { id, subject: "s".to_owned(), dataset, class: 0, digest: Digest::of(b"") }
    }

    fn answer(clip: &str, seed: u64, truth: usize, predicted: usize) -> ClipPrediction {
        let (clip, subject, explanation) = (clip.to_owned(), "s".to_owned(), Explanation::default());
        ClipPrediction { clip, subject, seed, truth, predicted, probabilities: Vec::new(), explanation }
    }

    #[test]
    fn every_dataset_is_scored_by_its_own_clips() {
        let examples = [example("a", "smic"), example("b", "smic"), example("c", "samm")];
        let answers = [
            // Seed 1: one of smic's two is right; seed 2: both. samm's never.
            [answer("a", 1, 0, 0), answer("b", 1, 1, 0), answer("c", 1, 1, 0)],
            [answer("a", 2, 0, 0), answer("b", 2, 1, 1), answer("c", 2, 1, 0)],
        ];
        let scores = dataset_scores(&examples, 2, answers.as_flattened()).unwrap();
        let found: Vec<_> = scores.iter().map(|s| (s.dataset.as_str(), s.clips, s.scores.accuracy)).collect();
        assert_eq!(found, [("smic", 2, 0.75), ("samm", 1, 0.0)]);
        assert!(dataset_scores(&examples[..2], 2, &answers[0][..2]).unwrap().is_empty());
        // A dataset that was only learned from has no scores.
        assert!(dataset_scores(&examples, 2, &answers[0][..2]).unwrap().is_empty());
    }
}
