use std::path::Path;

use microexpr_core::atomic_file;
use serde::de::Error as _;

use crate::{ClipPrediction, Evaluation, EvaluationError};

const RESULTS: &str = "results.json";

impl Evaluation {
    /// Writes `results.json` and `predictions.csv` into `folder`.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::Core`] naming the file.
    pub fn write_results(&self, folder: &Path) -> Result<(), EvaluationError> {
        let json = serde_json::to_vec_pretty(self).map_err(EvaluationError::Encode)?;
        atomic_file::write(folder.join(RESULTS), &json)?;
        atomic_file::write(folder.join("predictions.csv"), self.predictions_csv().as_bytes())?;
        Ok(())
    }

    /// Reads what [`Evaluation::write_results`] wrote: a `results.json`, or the folder that holds one.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::ReadFile`], [`EvaluationError::InvalidResults`] naming the file.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, EvaluationError> {
        let path = path.as_ref();
        let path = if path.is_dir() { path.join(RESULTS) } else { path.to_owned() };
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(source) => return Err(EvaluationError::ReadFile { path, source }),
        };
        let read = serde_json::from_slice(&bytes).and_then(Self::checked);
        read.map_err(|source| EvaluationError::InvalidResults { path, source })
    }

    /// Refuses answers of classes that do not exist.
    fn checked(self) -> Result<Self, serde_json::Error> {
        let classes = self.classes.len();
        let odd =
            |p: &&ClipPrediction| p.truth.max(p.predicted) >= classes || p.probabilities.len() != classes;
        match self.predictions.iter().find(odd) {
            Some(p) => Err(serde_json::Error::custom(format!(
                "the answer for {} does not fit the {classes} classes",
                p.clip
            ))),
            None => Ok(self),
        }
    }

    /// One line per clip and seed.
    fn predictions_csv(&self) -> String {
        let mut text = String::from("clip,subject,seed,truth,predicted,correct");
        self.classes.iter().for_each(|c| text.push_str(&format!(",{}", cell(&format!("p_{c}")))));
        text.push('\n');
        for p in &self.predictions {
            let [truth, predicted] = [p.truth, p.predicted].map(|class| cell(&self.classes[class]));
            let (clip, subject, correct) = (cell(&p.clip), cell(&p.subject), u8::from(p.is_correct()));
            text.push_str(&format!("{clip},{subject},{},{truth},{predicted},{correct}", p.seed));
            p.probabilities.iter().for_each(|v| text.push_str(&format!(",{v:.6}")));
            text.push('\n');
        }
        text
    }
}

/// A text as one cell of a CSV table (RFC 4180): quoted where a name holds what separates cells.
fn cell(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn names_with_separators_are_quoted() {
        assert_eq!(cell("smic/s01/s1_ne_01"), "smic/s01/s1_ne_01");
        assert_eq!(cell("mine/a, b/\"x\""), "\"mine/a, b/\"\"x\"\"\"");
    }
}
