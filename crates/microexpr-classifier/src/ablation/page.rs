use std::fmt::Write;

use super::{Ablation, AblationRow};
use crate::report::page::{escape, page, section, table, uf1_bar};

/// The ablation as one self-contained page.
pub(super) fn html(ablation: &Ablation) -> String {
    let title = match ablation.rows.first() {
        Some(row) => format!("Ablation. {}: {} clips, {} subjects", row.protocol, row.clips, row.subjects),
        None => "Ablation".to_owned(),
    };
    let mut body = String::new();
    let mut presets: Vec<&str> = ablation.rows.iter().map(|row| row.preset.as_str()).collect();
    presets.dedup();
    for preset in presets {
        let rows: Vec<&AblationRow> = ablation.rows.iter().filter(|row| row.preset == preset).collect();
        section(&mut body, &format!("Preset {preset}"));
        variants(&mut body, &rows);
    }
    if let Some(row) = ablation.rows.first() {
        let (seeds, b) = (row.seeds.len(), &row.majority_baseline);
        let _ = write!(
            body,
            "<p>{seeds} seed{}. Always the most frequent class: accuracy {:.4}, UF1 {:.4}, UAR {:.4}.</p>",
            if seeds == 1 { "" } else { "s" },
            b.accuracy,
            b.uf1,
            b.uar
        );
    }
    body.push_str(
        "<p>Gained and lost: clips that only the variant, and that only the full model of the same preset answers rightly. \
         Exact p: McNemar's test of the two (two-sided, on the mean probabilities of the seeds), not corrected for the \
         number of tests. The bars are UF1 with its 95 % bootstrap interval over subjects, from 0 to 1; the dashed line is \
         the full model.</p>",
    );
    let notes = ablation.notes();
    if !notes.is_empty() {
        section(&mut body, "Warnings");
        notes.iter().for_each(|note| {
            let _ = write!(body, "<p class=note>{}</p>", escape(note));
        });
    }
    page(&title, &body)
}

fn variants(body: &mut String, rows: &[&AblationRow]) {
    let paper = rows.iter().any(|row| row.paper.is_some());
    let mut head = vec!["", "accuracy", "UF1", "UAR", "UF1 from 0 to 1", "gained", "lost", "exact p"];
    if paper {
        head.extend(["paper: accuracy", "paper: UF1"]);
    }
    let full = rows.first().map_or(0.0, |row| row.scores.uf1);
    let cells = rows.iter().map(|row| {
        let several = row.seeds.len() > 1;
        let score = |value: f64, deviation: f64| match several {
            true => format!("{value:.4}&nbsp;±&nbsp;{deviation:.4}"),
            false => format!("{value:.4}"),
        };
        let (s, d) = (&row.scores, &row.deviation);
        let link = format!("<a href='{}/report.html'>{}</a>", row.folder, row.variant.describe());
        let mut cells = vec![link, score(s.accuracy, d.accuracy), score(s.uf1, d.uf1), score(s.uar, d.uar)];
        cells.push(uf1_bar(row.scores.uf1, row.intervals.uf1, full));
        cells.extend(match &row.against_full {
            Some(test) => {
                let (gained, lost) = (test.pooled.only_second, test.pooled.only_first);
                [gained.to_string(), lost.to_string(), format!("{:.4}", test.pooled.exact_p)]
            }
            None => [const { String::new() }; 3],
        });
        if paper {
            let figure = |value: Option<f64>| value.map_or("–".to_owned(), |v| format!("{v:.4}"));
            cells.push(figure(row.paper.map(|p| p.accuracy)));
            cells.push(figure(row.paper.map(|p| p.uf1)));
        }
        cells
    });
    table(body, &head, cells);
}
