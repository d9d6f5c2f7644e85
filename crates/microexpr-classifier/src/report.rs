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

use crate::{Evaluation, confusion_figure, face_figure, frame_figure, loss_figure};
use page::{escape, section, table};

/// The evaluation as one self-contained page.
pub(crate) fn html(evaluation: &Evaluation) -> String {
    let title =
        format!("{}: {} clips, {} subjects", evaluation.protocol, evaluation.clips, evaluation.subjects);
    let mut body = String::new();
    scores::write(&mut body, evaluation);
    classes::write(&mut body, evaluation);
    picture(&mut body, "Confusion matrix", "", Width::Fitted, confusion_figure::confusion_matrix(evaluation));
    picture(&mut body, "Training", "", Width::Own, loss_figure::training_loss(evaluation));
    chosen_epochs::write(&mut body, evaluation);
    picture(
        &mut body,
        "Relevance of the landmarks",
        "By how much the probability of the answer falls when a landmark's motion is hidden from the network, mean of the clips \
         answered rightly (above) and wrongly (below): from the least (small, blue) to the most (large, red) of each face.",
        Width::Own,
        face_figure::faces(evaluation, |p| &p.relevance),
    );
    picture(
        &mut body,
        "Relevance of the frames",
        "By how much the probability of the answer falls when a frame's motion is hidden from the network, by the frame's place in \
         its clip: means of the clips answered rightly and wrongly.",
        Width::Own,
        frame_figure::relevance(evaluation),
    );
    picture(
        &mut body,
        "Attention of the landmarks",
        "Mean attention that each landmark receives, on clips answered rightly (above) and wrongly (below): from the least \
         (small, blue) to the most (large, red) of each face.",
        Width::Own,
        face_figure::faces(evaluation, |p| &p.attention),
    );
    lambdas::write(&mut body, evaluation);
    subjects::write(&mut body, evaluation);
    wrong_answers::write(&mut body, evaluation);
    notes::write(&mut body, evaluation);
    let settings = serde_json::to_string_pretty(&evaluation.settings).unwrap_or_default();
    section(&mut body, "Settings");
    let _ = write!(body, "<details><summary>as JSON</summary><pre>{}</pre></details>", escape(&settings));
    page::page(&title, &body)
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
    let _ = write!(body, "<div class='{class}'>{svg}</div>");
}
