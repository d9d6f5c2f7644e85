use std::fmt::Write;

use crate::{Attention, Evaluation, Streams, attention_figure, figures};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}\
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}table{border-collapse:collapse}\
td,th{padding:.25rem .8rem;border-bottom:1px solid #ddd;text-align:right}td:first-child,th:first-child{text-align:left}\
.scroll{overflow-x:auto}svg{max-width:100%;height:auto}pre{background:#f6f6f6;padding:1rem;overflow-x:auto}\
.note{background:#fff6e0;padding:.5rem 1rem}";

/// The evaluation as one self-contained page.
pub(crate) fn html(evaluation: &Evaluation) -> String {
    let mut page = String::new();
    let title = escape(&format!(
        "{}: {} clips, {} subjects",
        evaluation.protocol, evaluation.clips, evaluation.subjects
    ));
    let _ = write!(
        page,
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width,initial-scale=1'>\
         <title>{title}</title><style>{STYLE}</style><h1>{title}</h1>"
    );
    scores(&mut page, evaluation);
    classes(&mut page, evaluation);
    for (heading, svg) in [
        ("Confusion matrix", figures::confusion_matrix(evaluation)),
        ("Training", figures::training_loss(evaluation)),
        ("Attention of the landmarks", attention_figure::attention(evaluation)),
    ] {
        let picture = svg.unwrap_or_else(|reason| escape(&reason));
        let _ = write!(page, "<h2>{heading}</h2><div class=scroll>{picture}</div>");
    }
    lambdas(&mut page, evaluation);
    subjects(&mut page, evaluation);
    misclassified(&mut page, evaluation);
    notes(&mut page, evaluation);
    let settings = serde_json::to_string_pretty(&evaluation.settings).unwrap_or_default();
    let _ = write!(
        page,
        "<h2>Settings</h2><details><summary>as JSON</summary><pre>{}</pre></details></html>",
        escape(&settings)
    );
    page
}

fn scores(page: &mut String, evaluation: &Evaluation) {
    page.push_str("<div class=scroll><table><tr><th><th>accuracy<th>UF1<th>UAR");
    let (s, d, b) = (&evaluation.scores, &evaluation.deviation, &evaluation.majority_baseline);
    let several = evaluation.seeds.len() > 1;
    let cell = |value: f64, deviation: f64| {
        if several {
            format!("<td><b>{value:.4}</b> ± {deviation:.4}")
        } else {
            format!("<td><b>{value:.4}</b>")
        }
    };
    let _ = write!(page, "<tr><td>pooled over all folds{}", if several { ", mean of seeds" } else { "" });
    for (value, deviation) in [(s.accuracy, d.accuracy), (s.uf1, d.uf1), (s.uar, d.uar)] {
        page.push_str(&cell(value, deviation));
    }
    if several {
        for seed in &evaluation.seeds {
            let _ = write!(
                page,
                "<tr><td>seed {}<td>{:.4}<td>{:.4}<td>{:.4}",
                seed.seed, seed.scores.accuracy, seed.scores.uf1, seed.scores.uar
            );
        }
    }
    let i = &evaluation.intervals;
    page.push_str("<tr><td>95 % interval over subjects");
    for (low, high) in [i.accuracy, i.uf1, i.uar] {
        let _ = write!(page, "<td>{low:.3} to {high:.3}");
    }
    let _ = write!(
        page,
        "<tr><td>always the most frequent class<td>{:.4}<td>{:.4}<td>{:.4}</table></div>",
        b.accuracy, b.uf1, b.uar
    );
}

fn classes(page: &mut String, evaluation: &Evaluation) {
    page.push_str("<h2>Classes</h2><div class=scroll><table><tr><th><th>clips<th>precision<th>recall<th>F1");
    let rows = evaluation.classes.iter().zip(&evaluation.class_counts).zip(&evaluation.per_class);
    for ((name, clips), scores) in rows {
        let _ = write!(
            page,
            "<tr><td>{}<td>{clips}<td>{:.3}<td>{:.3}<td>{:.3}",
            escape(name),
            scores.precision,
            scores.recall,
            scores.f1
        );
    }
    page.push_str("</table></div>");
}

/// λ of every layer, mean and range over the folds; 1 is self-attention alone, 0 is Gaussian attention alone.
fn lambdas(page: &mut String, evaluation: &Evaluation) {
    let model = &evaluation.settings.model;
    if model.attention != Attention::Adaptive {
        return;
    }
    page.push_str(
        "<h2>Learned λ</h2><p>1: self-attention alone, 0: Gaussian attention alone.</p><div class=scroll><table>\
         <tr><th>stream and layer<th>mean<th>lowest<th>highest",
    );
    let streams: &[&str] = match model.streams {
        Streams::Both => &["location", "flow"],
        Streams::Location => &["location"],
        Streams::Flow => &["flow"],
    };
    let names =
        streams.iter().flat_map(|s| (1..=model.layers).map(move |layer| format!("{s}, layer {layer}")));
    for (number, name) in names.enumerate() {
        let values: Vec<f64> =
            evaluation.folds.iter().filter_map(|f| f.lambdas.get(number).copied()).collect();
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        let (low, high) = values.iter().fold((1.0f64, 0.0f64), |(l, h), v| (l.min(*v), h.max(*v)));
        let _ = write!(page, "<tr><td>{name}<td>{mean:.3}<td>{low:.3}<td>{high:.3}");
    }
    page.push_str("</table></div>");
}

fn subjects(page: &mut String, evaluation: &Evaluation) {
    page.push_str("<h2>Subjects</h2><div class=scroll><table><tr><th>left out<th>clips<th>correct");
    let mut names: Vec<&str> = Vec::new();
    for p in &evaluation.predictions {
        if !names.contains(&p.subject.as_str()) {
            names.push(&p.subject);
        }
    }
    let seeds = evaluation.seeds.len().max(1);
    for name in names {
        let own: Vec<_> = evaluation.predictions.iter().filter(|p| p.subject == name).collect();
        let correct = own.iter().filter(|p| p.truth == p.predicted).count();
        let share = 100.0 * correct as f64 / own.len().max(1) as f64;
        let _ = write!(page, "<tr><td>{}<td>{}<td>{share:.0} %", escape(name), own.len() / seeds);
    }
    page.push_str("</table></div>");
}

fn misclassified(page: &mut String, evaluation: &Evaluation) {
    let wrong: Vec<_> = evaluation.predictions.iter().filter(|p| p.truth != p.predicted).collect();
    let _ = write!(
        page,
        "<h2>Wrong answers</h2><details><summary>{} of {}</summary>",
        wrong.len(),
        evaluation.predictions.len()
    );
    page.push_str("<div class=scroll><table><tr><th>clip<th>seed<th>true<th>answered<th>probability");
    for p in wrong {
        let (truth, predicted) = (&evaluation.classes[p.truth], &evaluation.classes[p.predicted]);
        let _ = write!(
            page,
            "<tr><td>{}<td>{}<td>{}<td>{}<td>{:.2}",
            escape(&p.clip),
            p.seed,
            escape(truth),
            escape(predicted),
            p.probabilities.get(p.predicted).copied().unwrap_or_default()
        );
    }
    page.push_str("</table></div></details>");
}

fn notes(page: &mut String, evaluation: &Evaluation) {
    for warning in &evaluation.warnings {
        let _ = write!(page, "<p class=note>{}</p>", escape(warning));
    }
    if !evaluation.skipped.is_empty() {
        let _ = write!(page, "<h2>Clips left out</h2><div class=scroll><table><tr><th>clip<th>reason");
        for clip in &evaluation.skipped {
            let _ = write!(page, "<tr><td>{}<td>{}", escape(&clip.id), escape(&clip.reason));
        }
        page.push_str("</table></div>");
    }
    let t = &evaluation.timing;
    let _ = write!(
        page,
        "<p>microexpr {}; {:.1} s from frames to graphs, {:.1} s of training and testing. Every subject was left out \
         once; scores are computed from the predictions of all folds together, after the last epoch.</p>",
        escape(&evaluation.version),
        t.preparing_seconds,
        t.training_seconds
    );
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
