use std::collections::BTreeMap;

use microexpr_evaluation::{ClipPrediction, Evaluation};

use super::{escape, section, table};

/// Clips and correct answers of every subject, in the order of the folds.
pub(super) fn write(page: &mut String, evaluation: &Evaluation) {
    section(page, "Subjects");
    let mut order: Vec<&str> = Vec::new();
    let mut answers: BTreeMap<&str, Vec<&ClipPrediction>> = BTreeMap::new();
    for p in &evaluation.predictions {
        let own = answers.entry(&p.subject).or_default();
        if own.is_empty() {
            order.push(&p.subject);
        }
        own.push(p);
    }
    let seeds = evaluation.seeds.len().max(1);
    let rows = order.into_iter().map(|name| {
        let own = &answers[name];
        let correct = own.iter().filter(|p| p.is_correct()).count();
        let share = 100.0 * correct as f64 / own.len() as f64;
        vec![escape(name), (own.len() / seeds).to_string(), format!("{share:.0} %")]
    });
    table(page, &["left out", "clips", "correct"], rows);
}
