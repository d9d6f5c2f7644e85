//! The evaluation as one page for a browser.

pub(crate) mod page;

mod chosen_epochs;
mod classes;
mod lambdas;
mod notes;
mod scores;
mod subjects;
mod wrong_answers;

use std::fmt::Write;

use microexpr_evaluation::{Evaluation, Explanation};

use crate::{Outcome, confusion_figure, face_figure, frame_figure, loss_figure};
use page::{escape, scrolling, section, table};

/// The outcome as one self-contained page; what a learner has no figures of is left out.
pub(crate) fn html(outcome: &Outcome) -> String {
    let evaluation = &outcome.evaluation;
    let title =
        format!("{}: {} clips, {} subjects", evaluation.protocol, evaluation.clips, evaluation.subjects);
    let mut body = String::new();
    scores::write(&mut body, evaluation);
    classes::write(&mut body, evaluation);
    picture(&mut body, "Confusion matrix", "", Width::Fitted, confusion_figure::confusion_matrix(evaluation));
    if evaluation.folds.iter().any(|fold| !fold.log.losses.is_empty()) {
        picture(&mut body, "Training", "", Width::Own, loss_figure::training_loss(evaluation));
    }
    chosen_epochs::write(&mut body, evaluation);
    explanations(&mut body, evaluation);
    lambdas::write(&mut body, evaluation);
    subjects::write(&mut body, evaluation);
    wrong_answers::write(&mut body, outcome);
    notes::write(&mut body, evaluation);
    if !evaluation.settings.is_null() {
        let settings = serde_json::to_string_pretty(&evaluation.settings).unwrap_or_default();
        section(&mut body, "Settings");
        let _ = write!(
            body,
            "<details><summary>as JSON</summary><pre tabindex=0>{}</pre></details>",
            escape(&settings)
        );
    }
    page::page(&title, &body)
}

/// What the answers rest on, as far as the learner can tell.
fn explanations(body: &mut String, evaluation: &Evaluation) {
    let has = |part: fn(&Explanation) -> bool| evaluation.predictions.iter().any(|p| part(&p.explanation));
    if has(|e| !e.relevance.is_empty()) {
        picture(
            body,
            "Relevance of the landmarks",
            "By how much the probability of the answer falls when a landmark's motion is hidden from the network, mean of the \
             clips answered rightly (above) and wrongly (below): from the least (small, blue) to the most (large, red) of each \
             face.",
            Width::Own,
            face_figure::faces(evaluation, |p| &p.explanation.relevance),
        );
    }
    if has(|e| e.frames.iter().any(|frame| frame.relevance.is_some())) {
        picture(
            body,
            "Relevance of the frames",
            "By how much the probability of the answer falls when a frame's motion is hidden from the network, by the frame's \
             place in its clip: means of the clips answered rightly and wrongly.",
            Width::Own,
            frame_figure::relevance(evaluation),
        );
    }
    if has(|e| !e.attention.is_empty()) {
        picture(
            body,
            "Attention of the landmarks",
            "Mean attention that each landmark receives, on clips answered rightly (above) and wrongly (below): from the least \
             (small, blue) to the most (large, red) of each face.",
            Width::Own,
            face_figure::faces(evaluation, |p| &p.explanation.attention),
        );
    }
}

/// What becomes of a picture on a narrow screen.
#[derive(Clone, Copy)]
enum Width {
    /// It shrinks.
    Fitted,
    /// It keeps its size, so that its labels stay readable, and scrolls.
    Own,
}

fn picture(body: &mut String, heading: &str, caption: &str, width: Width, svg: Result<String, String>) {
    section(body, heading);
    if !caption.is_empty() {
        let _ = write!(body, "<p>{caption}</p>");
    }
    let svg = svg.unwrap_or_else(|reason| escape(&reason));
    let class = match width {
        Width::Fitted => "scroll",
        Width::Own => "scroll wide",
    };
    let _ = write!(body, "{}{svg}</div>", scrolling(class, heading));
}
