use serde::{Deserialize, Serialize};

use crate::fold_runner::probability_problem;
use crate::{EvaluationError, FoldResult, Plan, PlannedFold, Shard, Timing, largest};

/// The folds of one [`Shard`] of an evaluation; [`Evaluation::merge`](crate::Evaluation::merge) joins all shares to a result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvaluationPart {
    /// Which share it is.
    pub shard: Shard,
    /// What the evaluation as a whole consists of.
    pub plan: Plan,
    /// The finished folds of this share.
    pub folds: Vec<FoldResult>,
    /// Time spent on this share.
    pub timing: Timing,
}

/// All shares as one: folds in the order of the plan, each checked against it; time adds up.
pub(crate) fn join(parts: Vec<EvaluationPart>) -> Result<EvaluationPart, EvaluationError> {
    let first = parts.first().ok_or(EvaluationError::NoParts)?;
    for part in &parts[1..] {
        if let Some(difference) = first.plan.difference(&part.plan) {
            return Err(EvaluationError::PartsDiffer { first: first.shard, other: part.shard, difference });
        }
    }
    let plan = first.plan.clone();
    let mut places: Vec<Option<FoldResult>> = vec![None; plan.folds.len()];
    let mut timing = Timing::default();
    for part in parts {
        timing += part.timing;
        for fold in part.folds {
            let place = place_of(&plan, &places, &fold).map_err(|problem| EvaluationError::InvalidFold {
                shard: part.shard,
                held_out: fold.held_out.clone(),
                seed: fold.seed,
                problem,
            })?;
            places[place] = Some(fold);
        }
    }
    let missing: Vec<&PlannedFold> =
        plan.folds.iter().zip(&places).filter(|(_, place)| place.is_none()).map(|(fold, _)| fold).collect();
    if let Some(PlannedFold { seed, held_out, .. }) = missing.first() {
        let (held_out, seed, missing) = (held_out.clone(), *seed, missing.len());
        return Err(EvaluationError::MissingFolds { missing, total: plan.folds.len(), held_out, seed });
    }
    let folds = places.into_iter().flatten().collect();
    Ok(EvaluationPart { shard: Shard::WHOLE, plan, folds, timing })
}

/// Where in the plan a fold belongs, or what is wrong with it.
fn place_of(plan: &Plan, places: &[Option<FoldResult>], fold: &FoldResult) -> Result<usize, String> {
    let planned = |p: &PlannedFold| p.seed == fold.seed && p.held_out == fold.held_out;
    let place = plan.folds.iter().position(planned).ok_or("is none of the evaluation's")?;
    if places[place].is_some() {
        return Err("is there twice: a share was given twice, or shares overlap".to_owned());
    }
    let test = &plan.folds[place].test;
    let (expected, found) = (test.len(), fold.predictions.len());
    if expected != found {
        return Err(format!("should have answers for {expected} clips, found {found}"));
    }
    for (index, answer) in test.iter().zip(&fold.predictions) {
        let example = plan.examples.get(*index).ok_or("tests a clip that is not in the list")?;
        let clip = &answer.clip;
        if (&example.id, &example.subject, example.class) != (clip, &answer.subject, answer.truth) {
            return Err(format!("has an answer for {clip} where one for {} belongs", example.id));
        }
        let wrong = probability_problem(&answer.probabilities, plan.classes.len());
        if let Some(problem) = wrong {
            return Err(format!("is damaged: {clip}: {problem}"));
        }
        if answer.predicted != largest(&answer.probabilities) {
            return Err(format!("is damaged: the answer for {clip} is not its most probable class"));
        }
    }
    Ok(place)
}
