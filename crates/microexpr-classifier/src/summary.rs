use std::fmt::Write;

use microexpr_evaluation::{Evaluation, LeftOut, Scores};

use crate::PaperProtocol;

/// The evaluation as a table for the terminal.
#[must_use]
pub fn summary(evaluation: &Evaluation) -> String {
    let mut text =
        format!("{}: {} clips, {} subjects\n\n", evaluation.protocol, evaluation.clips, evaluation.subjects);
    let _ = writeln!(text, "{:<28}{:>10}{:>10}{:>10}", "", "accuracy", "UF1", "UAR");
    row(
        &mut text,
        if evaluation.seeds.len() > 1 { "pooled, mean of seeds" } else { "pooled over all folds" },
        &evaluation.scores,
    );
    if evaluation.seeds.len() > 1 {
        row(&mut text, "  standard deviation", &evaluation.deviation);
    }
    let i = &evaluation.intervals;
    for (name, end) in [("  95 % interval, from", 0), ("  to", 1)] {
        let of = |interval: (f64, f64)| if end == 0 { interval.0 } else { interval.1 };
        row(&mut text, name, &Scores { accuracy: of(i.accuracy), uf1: of(i.uf1), uar: of(i.uar) });
    }
    for dataset in &evaluation.datasets {
        row(&mut text, &format!("  {}, {} clips", dataset.dataset, dataset.clips), &dataset.scores);
    }
    row(&mut text, "always the largest class", &evaluation.majority_baseline);
    if let Some(figures) = PaperProtocol::of_evaluation(evaluation).map(PaperProtocol::figures) {
        let (name, paper) = (format!("paper, {}", figures.tables), figures.multi_attention);
        let _ = writeln!(text, "{name:<28}{:>10.4}{:>10.4}{:>10}", paper.accuracy, paper.uf1, "–");
    }
    let width = evaluation.classes.iter().map(String::len).max().unwrap_or(0).max(8) + 2;
    let _ = write!(text, "\nconfusion matrix (rows: truth, columns: prediction)\n{:width$}", "");
    evaluation.classes.iter().for_each(|name| {
        let _ = write!(text, "{name:>width$}");
    });
    for (name, counts) in evaluation.classes.iter().zip(evaluation.confusion_matrix.counts()) {
        let _ = write!(text, "\n{name:<width$}");
        counts.iter().for_each(|count| {
            let _ = write!(text, "{count:>width$}");
        });
    }
    text.push('\n');
    let warnings: Vec<String> =
        left_out(&evaluation.skipped).into_iter().chain(evaluation.warnings.iter().cloned()).collect();
    if !warnings.is_empty() {
        let _ = writeln!(text, "\nwarnings: {}", warnings.len());
        warnings.iter().for_each(|warning| {
            let _ = writeln!(text, "  {warning}");
        });
    }
    text
}

fn row(text: &mut String, name: &str, scores: &Scores) {
    let _ = writeln!(text, "{name:<28}{:>10.4}{:>10.4}{:>10.4}", scores.accuracy, scores.uf1, scores.uar);
}

/// Clips left out, those of one reason together.
pub(crate) fn left_out(clips: &[LeftOut]) -> Vec<String> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for clip in clips {
        match reasons.iter_mut().find(|(reason, _)| *reason == clip.reason) {
            Some((_, ids)) => ids.push(&clip.id),
            None => reasons.push((&clip.reason, vec![&clip.id])),
        }
    }
    let line = |(reason, ids): (&str, Vec<&str>)| match &ids[..] {
        [only] => format!("left out {only}: {reason}"),
        [first, .., last] => format!("left out {} clips, {first} to {last}: {reason}", ids.len()),
        [] => String::new(),
    };
    reasons.into_iter().map(line).collect()
}
