use std::fmt::Write;

use microexpr_evaluation::{ClipPrediction, Evaluation};
use microexpr_flow::selection_picture;

use super::page::scrolling;
use super::{escape, section, table};
use crate::{KeyFrames, Outcome};

/// The clips that were answered wrongly: all of them as a table, the worst with their key frames.
pub(super) fn write(page: &mut String, outcome: &Outcome) {
    let Outcome { evaluation, key_frames: pictures } = outcome;
    section(page, "Wrong answers");
    let wrong: Vec<_> = evaluation.predictions.iter().filter(|p| !p.is_correct()).collect();
    let (all, seeds) = (evaluation.predictions.len(), evaluation.seeds.len());
    let of = if seeds > 1 { format!("{all} answers ({seeds} seeds)") } else { format!("{all} answers") };
    let _ = write!(page, "<details><summary>{} of {of}</summary>", wrong.len());
    let rows = wrong.iter().map(|p| {
        let (truth, predicted) = classes(evaluation, p);
        vec![escape(&p.clip), p.seed.to_string(), truth, predicted, format!("{:.2}", p.probability())]
    });
    table(page, &["clip", "seed", "true", "answered", "probability"], rows);
    page.push_str("</details>");
    if pictures.is_empty() {
        return;
    }
    let mut clips: Vec<&str> = wrong.iter().map(|p| p.clip.as_str()).collect();
    clips.sort_unstable();
    clips.dedup();
    let (shown, clips) = (pictures.len(), clips.len());
    let _ = write!(
        page,
        "<p>Key frames of the {shown} clips (of {clips}) whose wrong answer had the highest probability: the first frame, the \
         kept frame with the strongest motion, the last frame. The frames are unmagnified, the curve below them is the \
         motion from each frame to the next, magnified if the settings say so.</p>"
    );
    pictures.iter().for_each(|clip| key_frames(page, evaluation, clip));
}

fn key_frames(page: &mut String, evaluation: &Evaluation, clip: &KeyFrames) {
    let worst = evaluation.predictions.iter().filter(|p| p.clip == clip.clip && !p.is_correct());
    let Some(worst) = worst.max_by(|a, b| a.probability().total_cmp(&b.probability())) else { return };
    let (truth, predicted) = classes(evaluation, worst);
    let _ = write!(
        page,
        "<figure><figcaption><b>{}</b>: {truth}, answered {predicted} ({:.2})</figcaption><div class=frames>",
        escape(&clip.clip),
        worst.probability()
    );
    let last = clip.frames.len().saturating_sub(1);
    for (at, frame) in clip.frames.iter().enumerate() {
        let role = match at {
            0 => "first",
            _ if at == last => "last",
            _ => "strongest motion",
        };
        let number = frame.frame;
        let _ = write!(
            page,
            "<div><img src='data:image/jpeg;base64,{}' alt='frame {number}'>{role} (frame {number})</div>",
            frame.jpeg
        );
    }
    let _ = write!(
        page,
        "</div><details><summary>{} of {} frames kept</summary>{}{}</div></details></figure>",
        clip.selection.kept.len(),
        clip.selection.intensity.len(),
        scrolling("scroll wide", "Frame selection"),
        selection_picture(&clip.selection)
    );
}

/// True and answered class.
fn classes(evaluation: &Evaluation, p: &ClipPrediction) -> (String, String) {
    (escape(&evaluation.classes[p.truth]), escape(&evaluation.classes[p.predicted]))
}
