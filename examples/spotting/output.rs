//! The files that `spot` writes.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;

use microexpr::core::atomic_file;
use microexpr::spot::{ExpressionKind, Interval, SpottedExpression, SpottingScores, TrueExpression};
use serde::Serialize;

/// A recording's name, and what was spotted in it.
pub(crate) struct NamedExpressions {
    pub(crate) recording: String,
    pub(crate) expressions: Vec<SpottedExpression>,
}

/// `spotting.json`.
#[derive(Debug, Serialize)]
pub(crate) struct SpottingReport {
    pub(crate) micro: SpottingScores,
    #[serde(rename = "macro")]
    pub(crate) macro_: SpottingScores,
}

impl SpottingReport {
    /// MEGC's scores over all recordings; true expressions of other recordings do not count.
    pub(crate) fn new(spotted: &[NamedExpressions], truth: &[TrueExpression]) -> Self {
        let of = |kind: ExpressionKind| {
            let one = |found: &NamedExpressions| {
                let real = truth.iter().filter(|real| real.kind == kind && real.recording == found.recording);
                let real: Vec<Interval> = real.map(|real| real.interval).collect();
                let own = found.expressions.iter().filter(|expression| expression.kind == kind);
                SpottingScores::of_recording(&real, &own.map(|found| found.interval).collect::<Vec<_>>())
            };
            SpottingScores::pooled(spotted.iter().map(one))
        };
        Self { micro: of(ExpressionKind::Micro), macro_: of(ExpressionKind::Macro) }
    }

    pub(crate) fn print(&self) {
        for (name, scores) in [("micro", self.micro), ("macro", self.macro_)] {
            let SpottingScores { f1, precision, recall, real, spotted, right } = scores;
            println!(
                "{name}: F1 {f1:.3} (precision {precision:.3}, recall {recall:.3}; {real} true, {spotted} spotted, {right} right)"
            );
        }
    }
}

/// Writes `intervals.csv`.
pub(crate) fn write_intervals(path: &Path, spotted: &[NamedExpressions]) -> Result<(), Box<dyn Error>> {
    let mut table = "recording,kind,onset,apex,offset,score,strength\n".to_owned();
    for NamedExpressions { recording, expressions } in spotted {
        for SpottedExpression { kind, interval, apex, strength, score } in expressions {
            let Interval { onset, offset } = interval;
            let kind = kind.name();
            let name = quoted(recording);
            writeln!(table, "{name},{kind},{onset},{apex},{offset},{score:.3},{strength:.5}")?;
        }
    }
    Ok(atomic_file::write(path, table.as_bytes())?)
}

/// A cell as CSV has it.
fn quoted(cell: &str) -> String {
    match cell.contains([',', '"', '\n']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    }
}
