use std::fmt::Write;

use microexpr_evaluation::Evaluation;

use super::{escape, section, table};
use crate::Settings;

/// Warnings, clips left out, times, and how the scores came about.
pub(super) fn write(page: &mut String, evaluation: &Evaluation) {
    if !evaluation.warnings.is_empty() {
        section(page, "Warnings");
        for warning in &evaluation.warnings {
            let _ = write!(page, "<p class=note>{}</p>", escape(warning));
        }
    }
    if !evaluation.skipped.is_empty() {
        section(page, "Clips left out");
        let rows = evaluation.skipped.iter().map(|clip| vec![escape(&clip.id), escape(&clip.reason)]);
        table(page, &["clip", "<span style='float:left'>reason</span>"], rows);
    }
    let t = &evaluation.timing;
    let epoch = match Settings::of(evaluation) {
        Some(Settings { inner_validation: Some(_), .. }) => {
            ", after a number of epochs chosen on training subjects"
        }
        Some(_) => ", after the last epoch",
        None => "",
    };
    // Of other learners only this is known.
    let chosen = match Settings::of(evaluation) {
        Some(_) => "Nothing was chosen on a test subject.",
        None => "The learner was not told the class of any clip it was tested on.",
    };
    section(page, "How it was computed");
    let _ = write!(
        page,
        "<p>Learner: {} (version {}, on {}). microexpr {}; {:.1} s of preparation, {:.1} s of training and testing. Scores are \
         computed from the predictions of all folds together{epoch}. {chosen}",
        escape(&evaluation.learner.name),
        evaluation.learner.version,
        escape(&evaluation.learner.device),
        escape(&evaluation.version),
        t.preparing_seconds,
        t.training_seconds
    );
    if evaluation.paper_protocol.is_some() {
        page.push_str(" The paper states neither a validation split nor how the epoch was chosen.");
    }
    page.push_str("</p>");
}
