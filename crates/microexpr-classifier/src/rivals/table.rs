use std::fmt::Write;
use std::path::Path;

use microexpr_core::atomic_file;
use microexpr_evaluation::{
    ComparedClips, Comparison, DatasetScores, Evaluation, McNemar, ScoreIntervals, Scores,
};
use serde::Serialize;

use crate::report::page::{escape, page, section, table, uf1_bar};
use crate::summary::left_out;
use crate::{ClassifierError, LearnerName};

/// The network and its rivals in the same folds, side by side: what `rivals.json` holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Rivals {
    /// One row per learner; the first is the one that the others are compared with.
    pub rows: Vec<RivalRow>,
    /// Scores of always answering the most frequent class.
    pub majority_baseline: Option<Scores>,
    /// Name of the protocol.
    pub protocol: String,
    /// Clips tested.
    pub clips: usize,
    /// Subjects tested.
    pub subjects: usize,
    /// Clips left out and warnings, each once.
    pub notes: Vec<String>,
}

/// The outcome of one learner.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RivalRow {
    /// Its name for `--learner`, which is also that of its folder.
    pub learner: String,
    /// What it is.
    pub name: String,
    /// Seeds.
    pub seeds: Vec<u64>,
    /// Mean of the seeds' pooled scores.
    #[serde(flatten)]
    pub scores: Scores,
    /// Standard deviation of the seeds' scores.
    pub deviation: Scores,
    /// 95 % bootstrap intervals over subjects.
    pub intervals: ScoreIntervals,
    /// Every dataset by itself, where there are several.
    pub datasets: Vec<DatasetScores>,
    /// McNemar's test: the first row's learner is the first, this one the second.
    pub against_first: Option<McNemar>,
}

impl Rivals {
    /// Adds the outcome of a learner; `first` is that of the first row, absent for itself.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::Evaluation`] unless both answer for the same clips.
    pub fn add(
        &mut self,
        learner: LearnerName,
        evaluation: &Evaluation,
        first: Option<&Evaluation>,
    ) -> Result<(), ClassifierError> {
        let compare = |first| Comparison::of(first, evaluation, ComparedClips::All).map(|c| c.pooled);
        self.rows.push(RivalRow {
            learner: learner.to_string(),
            name: evaluation.learner.name.clone(),
            seeds: evaluation.seeds.iter().map(|s| s.seed).collect(),
            scores: evaluation.scores,
            deviation: evaluation.deviation,
            intervals: evaluation.intervals,
            datasets: evaluation.datasets.clone(),
            against_first: first.map(compare).transpose()?,
        });
        self.majority_baseline.get_or_insert(evaluation.majority_baseline);
        self.protocol.clone_from(&evaluation.protocol);
        (self.clips, self.subjects) = (evaluation.clips, evaluation.subjects);
        for note in left_out(&evaluation.skipped).into_iter().chain(evaluation.warnings.iter().cloned()) {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        Ok(())
    }

    /// Writes `rivals.json` and `rivals.html` into `folder`.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::Core`] naming the file.
    pub fn write(&self, folder: &Path) -> Result<(), ClassifierError> {
        let json = serde_json::to_vec_pretty(self).map_err(ClassifierError::EncodeSettings)?;
        atomic_file::write(folder.join("rivals.json"), &json)?;
        Ok(atomic_file::write(folder.join("rivals.html"), self.html().as_bytes())?)
    }

    /// The table for the terminal.
    #[must_use]
    pub fn table(&self) -> String {
        let mut text =
            format!("{}: {} clips, {} subjects\n\n{:<26}", self.protocol, self.clips, self.subjects, "");
        let datasets = self.datasets();
        for head in ["accuracy", "UF1", "±", "95 %", "UAR"] {
            let _ = write!(text, "{head:>width$}", width = if head == "95 %" { 14 } else { 9 });
        }
        datasets.iter().for_each(|name| {
            let _ = write!(text, "{name:>10}");
        });
        let _ = writeln!(text, "{:>14}{:>10}", "gained/lost", "exact p");
        for row in &self.rows {
            let (scores, (low, high)) = (&row.scores, row.intervals.uf1);
            let interval = format!("{low:.3}–{high:.3}");
            let _ = write!(text, "{:<26}{:>9.4}{:>9.4}", row.name, scores.accuracy, scores.uf1);
            let _ = write!(text, "{:>9.4}{interval:>14}{:>9.4}", row.deviation.uf1, scores.uar);
            row.datasets.iter().for_each(|dataset| {
                let _ = write!(text, "{:>10.4}", dataset.scores.uf1);
            });
            if let Some(test) = &row.against_first {
                let counts = format!("{}/{}", test.only_second, test.only_first);
                let _ = write!(text, "{counts:>14}{:>10.4}", test.exact_p);
            }
            text.push('\n');
        }
        if let Some(b) = &self.majority_baseline {
            let _ = writeln!(
                text,
                "{:<26}{:>9.4}{:>9.4}{:>32.4}",
                "always the largest class", b.accuracy, b.uf1, b.uar
            );
        }
        let _ = writeln!(text, "\n{}", self.legend());
        self.notes.iter().for_each(|note| {
            let _ = writeln!(text, "warning: {note}");
        });
        text
    }

    fn html(&self) -> String {
        let title = format!("Rivals. {}: {} clips, {} subjects", self.protocol, self.clips, self.subjects);
        let mut body = String::new();
        let datasets = self.datasets();
        let mut head = vec!["", "accuracy", "UF1", "95 %, from 0 to 1", "UAR"];
        let names: Vec<String> = datasets.iter().map(|name| format!("UF1, {}", escape(name))).collect();
        head.extend(names.iter().map(String::as_str));
        head.extend(["gained/lost", "exact p"]);
        let first = self.rows.first().map_or(0.0, |row| row.scores.uf1);
        let cells = self.rows.iter().map(|row| {
            let (s, d) = (&row.scores, &row.deviation);
            let mut cells = vec![
                format!("<a href='{}/report.html'>{}</a>", row.learner, escape(&row.name)),
                format!("{:.4}", s.accuracy),
                if row.seeds.len() > 1 {
                    format!("{:.4}&nbsp;±&nbsp;{:.4}", s.uf1, d.uf1)
                } else {
                    format!("{:.4}", s.uf1)
                },
                uf1_bar(s.uf1, row.intervals.uf1, first),
                format!("{:.4}", s.uar),
            ];
            cells.extend(row.datasets.iter().map(|dataset| format!("{:.4}", dataset.scores.uf1)));
            cells.extend(match &row.against_first {
                Some(test) => {
                    let counts = format!("{}/{}", test.only_second, test.only_first);
                    [counts, format!("{:.4}", test.exact_p)]
                }
                None => [const { String::new() }; 2],
            });
            cells
        });
        table(&mut body, &head, cells);
        if let Some(b) = &self.majority_baseline {
            let _ = write!(
                body,
                "<p>Always the most frequent class: accuracy {:.4}, UF1 {:.4}, UAR {:.4}.</p>",
                b.accuracy, b.uf1, b.uar
            );
        }
        let _ = write!(body, "<p>{}</p>", escape(&self.legend()));
        if !self.notes.is_empty() {
            section(&mut body, "Warnings");
            self.notes.iter().for_each(|note| {
                let _ = write!(body, "<p class=note>{}</p>", escape(note));
            });
        }
        page(&title, &body)
    }

    fn datasets(&self) -> Vec<String> {
        self.rows
            .first()
            .map_or_else(Vec::new, |row| row.datasets.iter().map(|d| d.dataset.clone()).collect())
    }

    fn legend(&self) -> String {
        let first = self.rows.first().map_or("first", |row| row.name.as_str());
        format!(
            "95 %: bootstrap interval of UF1 over subjects. gained/lost: clips that only this one, and that only the {first} \
             answers rightly; exact p: McNemar's test of the two (two-sided, on the mean probabilities of the seeds), not \
             corrected for the number of tests."
        )
    }
}
