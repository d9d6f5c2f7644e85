use std::path::{Path, PathBuf};

use microexpr_core::atomic_file;

use crate::{ClassifierError, Evaluation, confusion_figure, loss_figure, report};

const RESULTS: &str = "results.json";

impl Evaluation {
    /// Writes `results.json`, `predictions.csv`, `report.html` and the pictures into `folder`.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::Core`] or [`ClassifierError::Picture`] naming the file.
    pub fn write(&self, folder: &Path) -> Result<(), ClassifierError> {
        let json = serde_json::to_vec_pretty(self).map_err(ClassifierError::EncodeSettings)?;
        atomic_file::write(folder.join(RESULTS), &json)?;
        atomic_file::write(folder.join("predictions.csv"), self.predictions_csv().as_bytes())?;
        Self::write_picture(folder.join("confusion_matrix.svg"), confusion_figure::confusion_matrix(self))?;
        Self::write_picture(folder.join("training_loss.svg"), loss_figure::training_loss(self))?;
        atomic_file::write(folder.join("report.html"), report::html(self).as_bytes())?;
        Ok(())
    }

    /// Reads what [`Evaluation::write`] wrote: a `results.json`, or the folder that holds one.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::ReadFile`], [`ClassifierError::InvalidResults`] naming the file.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ClassifierError> {
        let path = path.as_ref();
        let path = if path.is_dir() { path.join(RESULTS) } else { path.to_owned() };
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(source) => return Err(ClassifierError::ReadFile { path, source }),
        };
        serde_json::from_slice(&bytes).map_err(|source| ClassifierError::InvalidResults { path, source })
    }

    fn write_picture(path: PathBuf, svg: Result<String, String>) -> Result<(), ClassifierError> {
        match svg {
            Ok(svg) => Ok(atomic_file::write(path, svg.as_bytes())?),
            Err(reason) => Err(ClassifierError::Picture { path, reason }),
        }
    }

    /// One line per clip and seed.
    fn predictions_csv(&self) -> String {
        let mut text = String::from("clip,subject,seed,truth,predicted,correct");
        self.classes.iter().for_each(|c| text.push_str(&format!(",p_{c}")));
        text.push('\n');
        for p in &self.predictions {
            let (truth, predicted) = (&self.classes[p.truth], &self.classes[p.predicted]);
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
