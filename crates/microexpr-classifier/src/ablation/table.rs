use std::fmt::Write;

use microexpr_evaluation::Scores;

use super::{Ablation, AblationRow};

/// The table for the terminal, and the log of what looked wrong.
pub(super) fn text(ablation: &Ablation) -> String {
    let mut text = String::new();
    let paper = ablation.rows.iter().any(|row| row.paper.is_some());
    if let Some(first) = ablation.rows.first() {
        let _ = writeln!(text, "{}: {} clips, {} subjects\n", first.protocol, first.clips, first.subjects);
    }
    let _ = write!(
        text,
        "{:<46}{:>9}{:>9}{:>9}{:>14}{:>10}",
        "", "accuracy", "UF1", "UAR", "gained/lost", "exact p"
    );
    text.push_str(if paper { "     paper: accuracy, UF1\n" } else { "\n" });
    let mut preset = "";
    for row in &ablation.rows {
        if row.preset != preset {
            preset = &row.preset;
            let _ = writeln!(text, "{preset}");
        }
        line(&mut text, row);
    }
    if let Some(first) = ablation.rows.first() {
        scores(&mut text, "always the largest class", &first.majority_baseline);
        text.push('\n');
    }
    text.push_str(
        "\ngained/lost: clips that only the variant, and that only the full model of the same preset answers rightly;\n\
         exact p: McNemar's test of the two, not corrected for the number of tests.\n",
    );
    let notes = ablation.notes();
    if !notes.is_empty() {
        let _ = writeln!(text, "\nwarnings: {}", notes.len());
        notes.iter().for_each(|note| {
            let _ = writeln!(text, "  {note}");
        });
    }
    text
}

fn line(text: &mut String, row: &AblationRow) {
    scores(text, &format!("  {}", row.variant.describe()), &row.scores);
    match &row.against_full {
        Some(test) => {
            let (gained, lost) = (test.pooled.only_second, test.pooled.only_first);
            let _ = write!(text, "{:>14}{:>10.4}", format!("{gained}/{lost}"), test.pooled.exact_p);
        }
        None => {
            let _ = write!(text, "{:>24}", "");
        }
    }
    if let Some(paper) = &row.paper {
        let _ = write!(text, "{:>21.4}{:>8.4}", paper.accuracy, paper.uf1);
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
}

fn scores(text: &mut String, name: &str, scores: &Scores) {
    let _ = write!(text, "{name:<46}{:>9.4}{:>9.4}{:>9.4}", scores.accuracy, scores.uf1, scores.uar);
}
