//! The files that `spot` writes.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;

use microexpr::core::atomic_file;
use microexpr::spot::{ExpressionKind, Interval, SpottedExpression, SpottingScores};
use serde::Serialize;

use super::recognition::Recognition;
use super::truth::Truth;

/// A recording's name, and what was spotted in it.
pub(crate) struct NamedExpressions {
    pub(crate) recording: String,
    pub(crate) expressions: Vec<SpottedExpression>,
    /// The class of each where a model was given and could tell it; else empty.
    pub(crate) classes: Vec<Option<String>>,
}

/// `spotting.json`.
#[derive(Debug, Serialize)]
pub(crate) struct SpottingReport {
    pub(crate) micro: SpottingScores,
    #[serde(rename = "macro")]
    pub(crate) macro_: SpottingScores,
    /// With a model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) recognition: Option<Recognition>,
}

impl SpottingReport {
    /// MEGC's scores over all recordings; true expressions of other recordings do not count.
    pub(crate) fn new(spotted: &[NamedExpressions], truth: &Truth) -> Self {
        let of = |kind: ExpressionKind| {
            let one = |found: &NamedExpressions| {
                let own = truth.of(&found.recording).into_iter().filter(|real| real.kind == kind);
                let real: Vec<Interval> = own.map(|real| real.interval).collect();
                let own = found.expressions.iter().filter(|expression| expression.kind == kind);
                SpottingScores::of_recording(&real, &own.map(|found| found.interval).collect::<Vec<_>>())
            };
            SpottingScores::pooled(spotted.iter().map(one))
        };
        Self { micro: of(ExpressionKind::Micro), macro_: of(ExpressionKind::Macro), recognition: None }
    }

    pub(crate) fn print(&self) {
        for (name, scores) in [("micro", self.micro), ("macro", self.macro_)] {
            let SpottingScores { f1, precision, recall, real, spotted, right } = scores;
            println!(
                "{name}: F1 {f1:.3} (precision {precision:.3}, recall {recall:.3}; {real} true, {spotted} spotted, {right} right)"
            );
        }
        self.recognition.iter().for_each(Recognition::print);
    }
}

/// Writes `intervals.csv`; with a column `class` if any expression has one.
pub(crate) fn write_intervals(path: &Path, spotted: &[NamedExpressions]) -> Result<(), Box<dyn Error>> {
    let with_classes = spotted.iter().any(|found| !found.classes.is_empty());
    let mut table = "recording,kind,onset,apex,offset,score,strength".to_owned();
    table.push_str(if with_classes { ",class\n" } else { "\n" });
    for NamedExpressions { recording, expressions, classes } in spotted {
        for (index, SpottedExpression { kind, interval, apex, strength, score }) in
            expressions.iter().enumerate()
        {
            let Interval { onset, offset } = interval;
            let (name, kind) = (quoted(recording), kind.name());
            write!(table, "{name},{kind},{onset},{apex},{offset},{score:.3},{strength:.5}")?;
            if with_classes {
                let class = classes.get(index).and_then(Option::as_deref).unwrap_or_default();
                write!(table, ",{}", quoted(class))?;
            }
            table.push('\n');
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
