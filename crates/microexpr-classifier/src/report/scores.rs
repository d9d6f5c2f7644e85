use microexpr_evaluation::{DatasetScores, Evaluation, Scores};

use super::{escape, table};
use crate::PaperProtocol;

/// Pooled scores, seeds, intervals, the baseline, and the paper's figures where they belong.
pub(super) fn write(page: &mut String, evaluation: &Evaluation) {
    let several = evaluation.seeds.len() > 1;
    let (scores, deviation) = (values(&evaluation.scores), values(&evaluation.deviation));
    let pooled = |at: usize| match several {
        true => format!("<b>{:.4}</b> ± {:.4}", scores[at], deviation[at]),
        false => format!("<b>{:.4}</b>", scores[at]),
    };
    let name = if several { "pooled over all folds, mean of seeds" } else { "pooled over all folds" };
    let mut rows = vec![row(name, [pooled(0), pooled(1), pooled(2)])];
    if several {
        rows.extend(evaluation.seeds.iter().map(|s| plain(&format!("seed {}", s.seed), &s.scores)));
    }
    let i = &evaluation.intervals;
    let interval = [i.accuracy, i.uf1, i.uar].map(|(low, high)| format!("{low:.3} to {high:.3}"));
    rows.push(row("95 % interval over subjects", interval));
    let name = |d: &DatasetScores| format!("{}, {} clips", escape(&d.dataset), d.clips);
    rows.extend(evaluation.datasets.iter().map(|d| plain(&name(d), &d.scores)));
    rows.push(plain("always the most frequent class", &evaluation.majority_baseline));
    if let Some(figures) = PaperProtocol::of_evaluation(evaluation).map(PaperProtocol::figures) {
        let paper = figures.multi_attention;
        let cells = [format!("{:.4}", paper.accuracy), format!("{:.4}", paper.uf1), "–".to_owned()];
        rows.push(row(&format!("the paper's 2S-AMAGN ({})", figures.tables), cells));
    }
    table(page, &["", "accuracy", "UF1", "UAR"], rows);
}

fn plain(name: &str, scores: &Scores) -> Vec<String> {
    row(name, values(scores).map(|value| format!("{value:.4}")))
}

fn row(name: &str, cells: [String; 3]) -> Vec<String> {
    std::iter::once(name.to_owned()).chain(cells).collect()
}

fn values(scores: &Scores) -> [f64; 3] {
    [scores.accuracy, scores.uf1, scores.uar]
}
