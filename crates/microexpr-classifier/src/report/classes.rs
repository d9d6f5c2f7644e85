use microexpr_evaluation::Evaluation;

use super::{escape, section, table};

/// Precision, recall and F1 of every class.
pub(super) fn write(page: &mut String, evaluation: &Evaluation) {
    section(page, "Classes");
    let classes = evaluation.classes.iter().zip(&evaluation.class_counts).zip(&evaluation.per_class);
    let rows = classes.map(|((name, clips), scores)| {
        let shares = [scores.precision, scores.recall, scores.f1].map(|share| format!("{share:.3}"));
        [escape(name), clips.to_string()].into_iter().chain(shares).collect::<Vec<_>>()
    });
    table(page, &["", "clips", "precision", "recall", "F1"], rows);
}
