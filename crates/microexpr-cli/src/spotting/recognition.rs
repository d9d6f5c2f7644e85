//! Classes of spotted expressions, and the spot-then-recognise score.

use std::error::Error;

use microexpr::classifier::{ClassifierInput, Relevance};
use microexpr::evaluation::ConfusionMatrix;
use microexpr::prelude::Classifier;
use microexpr::spot::{
    ExpressionKind, Interval, SpottedExpression, TrueExpression, right_pairs, spot_then_recognise,
};
use serde::Serialize;

use super::frames::each_expression;
use super::output::NamedExpressions;
use super::truth::Truth;
use crate::shared::input::Recording;

/// The class of every expression; `None` where it cannot be told, with a warning.
pub(crate) fn recognise(
    recording: Recording,
    expressions: &[SpottedExpression],
    classifier: &Classifier,
) -> Result<Vec<Option<String>>, Box<dyn Error>> {
    let mut classes = vec![None; expressions.len()];
    each_expression(recording, expressions, &mut |index, of| {
        let input = ClassifierInput::Clip { clip: &of.clip, landmarks: None };
        match classifier.answer(input, Relevance::Omitted) {
            Ok(answer) => classes[index] = Some(answer.class_name().to_owned()),
            Err(error) => eprintln!("warning: frame {}: {error}", expressions[index].interval.onset),
        }
        Ok(())
    })?;
    Ok(classes)
}

/// A rightly spotted micro-expression, its class and the answer.
#[derive(Debug, Serialize)]
pub(crate) struct Recognised {
    recording: String,
    onset: usize,
    class: String,
    answer: Option<String>,
}

/// Recognition of the rightly spotted micro-expressions.
#[derive(Debug, Serialize)]
pub(crate) struct Recognition {
    /// Mean F1 of the classes over the rightly spotted ones whose true class the model knows.
    f1: f64,
    /// F1 of spotting times F1 of recognition.
    strs: f64,
    recognised: Vec<Recognised>,
}

impl Recognition {
    /// Of all recordings; an expression without an answer counts as wrong.
    pub(crate) fn new(
        spotted: &[NamedExpressions],
        truth: &Truth,
        classes: &[String],
        spotting_f1: f64,
    ) -> Result<Self, Box<dyn Error>> {
        let recognised: Vec<Recognised> =
            spotted.iter().flat_map(|found| rightly_spotted(found, &truth.of(&found.recording))).collect();
        let place = |name: &str| classes.iter().position(|class| class.eq_ignore_ascii_case(name));
        let mut matrix = ConfusionMatrix::new(classes.len());
        for one in &recognised {
            let Some(class) = place(&one.class) else { continue };
            let answer = one.answer.as_deref().and_then(place);
            matrix.add(class, answer.unwrap_or((class + 1) % classes.len().max(1)))?;
        }
        let f1 = matrix.uf1();
        Ok(Self { f1, strs: spot_then_recognise(spotting_f1, f1), recognised })
    }

    pub(crate) fn print(&self) {
        let Self { f1, strs, recognised } = self;
        println!(
            "recognition: F1 {f1:.3} of {} rightly spotted micro-expressions; STRS {strs:.3}",
            recognised.len()
        );
    }
}

fn rightly_spotted(found: &NamedExpressions, truth: &[TrueExpression]) -> Vec<Recognised> {
    let is_micro = |kind: ExpressionKind| kind == ExpressionKind::Micro;
    let real: Vec<&TrueExpression> = truth.iter().filter(|real| is_micro(real.kind)).collect();
    let own: Vec<usize> =
        (0..found.expressions.len()).filter(|i| is_micro(found.expressions[*i].kind)).collect();
    let intervals: Vec<Interval> = own.iter().map(|i| found.expressions[*i].interval).collect();
    let true_intervals: Vec<Interval> = real.iter().map(|real| real.interval).collect();
    let pairs = right_pairs(&true_intervals, &intervals);
    let one = |(t, s): (usize, usize)| Recognised {
        recording: found.recording.clone(),
        onset: intervals[s].onset,
        class: real[t].class.clone(),
        answer: found.classes.get(own[s]).cloned().flatten(),
    };
    pairs.into_iter().map(one).collect()
}
