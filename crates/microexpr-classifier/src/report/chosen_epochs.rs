use microexpr_evaluation::{Evaluation, FoldResult};

use super::{escape, section, table};

/// Where the number of epochs was chosen inside the folds: which one, and on whom.
pub(super) fn write(page: &mut String, evaluation: &Evaluation) {
    let chosen = |fold: &FoldResult| {
        let chosen = fold.log.chosen_epoch.as_ref()?;
        let uf1 = chosen.uf1.get(chosen.epoch.checked_sub(1)?)?;
        Some(vec![
            escape(&fold.held_out),
            fold.seed.to_string(),
            chosen.epoch.to_string(),
            format!("{uf1:.3}"),
            escape(&chosen.held_out),
        ])
    };
    let rows: Vec<Vec<String>> = evaluation.folds.iter().filter_map(chosen).collect();
    if rows.is_empty() {
        return;
    }
    section(page, "Chosen epochs");
    page.push_str(
        "<p>In every fold some training subjects were held out, and the epoch that answered best on them was chosen; then \
         the network was trained anew on all training subjects for that many epochs.</p>\
         <details><summary>fold by fold</summary>",
    );
    table(page, &["left out", "seed", "epoch", "UF1 on those held out", "held out to choose it"], rows);
    page.push_str("</details>");
}
