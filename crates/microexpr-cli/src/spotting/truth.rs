//! True expressions: a table, or a dataset's workbook.

use std::error::Error;
use std::path::Path;

use microexpr::data::{AnnotatedExpression, AnnotatedKind, LongAnnotations, read_long_annotations};
use microexpr::spot::{ExpressionKind, Interval, TrueExpression, read_truth};

/// What is true of several recordings.
pub(crate) enum Truth {
    Table(Vec<TrueExpression>),
    Workbook(LongAnnotations),
}

impl Truth {
    /// Reads a CSV table of intervals, or the workbook of SAMM Long Videos or CAS(ME)², whose rows that cannot be used are warned of.
    pub(crate) fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let is_table = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        if is_table {
            return Ok(Self::Table(read_truth(path)?));
        }
        let workbook = read_long_annotations(path)?;
        for row in &workbook.skipped {
            eprintln!("warning: {} is left out: {}", row.id, row.reason);
        }
        Ok(Self::Workbook(workbook))
    }

    /// The true expressions of a recording, by the name of its folder or file.
    pub(crate) fn of(&self, recording: &str) -> Vec<TrueExpression> {
        match self {
            Self::Table(all) => all.iter().filter(|real| real.recording == recording).cloned().collect(),
            Self::Workbook(all) => {
                let own = all.expressions.iter().filter(|real| real.is_in(recording));
                own.map(|real| from_workbook(real, recording)).collect()
            }
        }
    }
}

/// Workbooks count frames from 1; where no apex is annotated it is taken half-way.
fn from_workbook(real: &AnnotatedExpression, recording: &str) -> TrueExpression {
    let frame = |number: u64| (number - 1) as usize;
    let interval = Interval { onset: frame(real.onset), offset: frame(real.offset) };
    TrueExpression {
        recording: recording.to_owned(),
        kind: match real.kind {
            AnnotatedKind::Micro => ExpressionKind::Micro,
            AnnotatedKind::Macro => ExpressionKind::Macro,
        },
        class: real.emotion.clone(),
        interval,
        apex: real.apex.map_or(usize::midpoint(interval.onset, interval.offset), frame),
    }
}
