//! MEGC 2019's list of the clips that make up the composite.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::folder_search::files;
use crate::names::{clip_key, last_number};
use crate::{ClipRecord, DataError, Dataset, DatasetIndex, LabelScheme};

/// Dataset, number of the subject and [`clip_key`].
type Key = (Dataset, Option<u64>, String);

/// Which clips belong to a protocol, and their classes: CSV without header, `database,subject,clip,label`; the
/// label is 0 negative, 1 positive, 2 surprise, or the word. Further columns do not matter.
///
/// Names may be padded or not (`s03`, `s3_ne_01`, `sub01`, `1`), in any letter case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompositeList {
    path: PathBuf,
    rows: BTreeMap<Key, Row>,
    repeats: Vec<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    line: u64,
    /// `dataset/subject/clip` as the list spells it.
    id: String,
    label: &'static str,
}

impl CompositeList {
    /// Reads a list. A first row whose label is none is taken for a header.
    ///
    /// # Errors
    ///
    /// [`DataError::ReadCsv`] if the file cannot be read, [`DataError::CompositeRow`] for a row that is not
    /// `database,subject,clip,label`.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, DataError> {
        let path = path.as_ref();
        let read = |source| DataError::ReadCsv { path: path.to_owned(), source };
        let mut csv = csv::ReaderBuilder::new();
        csv.has_headers(false).trim(csv::Trim::All).flexible(true);
        let mut list = Self { path: path.to_owned(), rows: BTreeMap::new(), repeats: Vec::new() };
        for (at, row) in csv.from_path(path).map_err(read)?.records().enumerate() {
            let row = row.map_err(read)?;
            let line = row.position().map_or(0, csv::Position::line);
            match (parse(&row, line), at) {
                (Some((key, row)), _) => {
                    if list.rows.insert(key, row).is_some() {
                        list.repeats.push(line);
                    }
                }
                (None, 0) if row.len() >= 4 => {}
                (None, _) => {
                    let found = row.iter().collect::<Vec<_>>().join(",");
                    return Err(DataError::CompositeRow { path: path.to_owned(), line, found });
                }
            }
        }
        Ok(list)
    }

    /// The list among the CSV files directly inside a folder, by its content: the first one, in natural order,
    /// that can be read as a list and is not empty.
    pub(crate) fn find(folder: &Path) -> Option<Self> {
        let csv = files(folder)
            .unwrap_or_default()
            .into_iter()
            .filter(|path| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")));
        csv.filter_map(|path| Self::read(path).ok()).find(|list| !list.rows.is_empty())
    }

    /// Number of clips.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no clips.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Keeps the clips of `index` that are listed, with the list's labels. Listed clips that are not there are
    /// skipped clips; labels that differ from the dataset's, clips left out and repeated rows are warnings.
    pub fn select(&self, index: &mut DatasetIndex) {
        let mut missing: BTreeMap<&Key, &Row> = self.rows.iter().collect();
        let mut left_out: BTreeMap<String, usize> = BTreeMap::new();
        for mut clip in std::mem::take(&mut index.clips) {
            let Some((_, row)) = missing.remove_entry(&key_of(&clip)) else {
                *left_out.entry(clip.dataset.to_string()).or_default() += 1;
                continue;
            };
            if let Some(warning) = self.disagreement(&clip, row) {
                index.warnings.push(warning);
            }
            row.label.clone_into(&mut clip.label);
            index.clips.push(clip);
        }
        for (key, row) in missing {
            // A clip that its reader has skipped already has its reason.
            if !index.skipped.iter().any(|skipped| key_of_id(&skipped.id).as_ref() == Some(key)) {
                index.skip(
                    row.id.clone(),
                    &self.path,
                    format!("line {} names a clip that is not there", row.line),
                );
            }
        }
        let left_out =
            left_out.iter().map(|(dataset, n)| format!("{n} clips of {dataset} are not in the list"));
        index.warnings.extend(left_out);
        let repeats =
            self.repeats.iter().map(|line| format!("{}: line {line} repeats a clip", self.path.display()));
        index.warnings.extend(repeats);
    }

    fn disagreement(&self, clip: &ClipRecord, row: &Row) -> Option<String> {
        let scheme = LabelScheme::ThreeClasses;
        let class = scheme.class_of(clip)?;
        (scheme.classes()[class] != row.label).then(|| {
            let path = self.path.display();
            format!(
                "{}: labelled {}, but {} in line {} of {path}",
                clip.id(),
                clip.label,
                row.label,
                row.line
            )
        })
    }
}

fn parse(row: &csv::StringRecord, line: u64) -> Option<(Key, Row)> {
    let cell =
        |column: usize| row.get(column).map(|c| c.trim_start_matches('\u{feff}')).filter(|c| !c.is_empty());
    let (dataset, subject, clip) = (Dataset::from_name(cell(0)?), cell(1)?, cell(2)?);
    let classes = LabelScheme::ThreeClasses.classes();
    let label = cell(3)?;
    let class = label.parse().ok().or_else(|| classes.iter().position(|c| label.eq_ignore_ascii_case(c)))?;
    let label: &'static str = classes.get(class)?;
    let id = format!("{dataset}/{subject}/{clip}");
    Some(((dataset, last_number(subject), clip_key(clip)), Row { line, id, label }))
}

fn key_of(clip: &ClipRecord) -> Key {
    (clip.dataset.clone(), last_number(&clip.subject), clip_key(&clip.clip))
}

/// From `dataset/subject/clip`.
fn key_of_id(id: &str) -> Option<Key> {
    let mut parts = id.splitn(3, '/');
    let (dataset, subject, clip) = (parts.next()?, parts.next()?, parts.next()?);
    Some((Dataset::from_name(dataset), last_number(subject), clip_key(clip)))
}
