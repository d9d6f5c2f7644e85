//! Flow maps: one small picture per clip, and a list of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use microexpr_core::natural_order;
use serde::{Deserialize, Serialize};

use crate::folder_search::{files, name_of, wrong_root};
use crate::{DataError, Dataset, LabelScheme, SkippedClip};

const EXPECTED: &str = "a folder with the pictures SUBJECT_CLIP.png that the list names";

/// One flow map: whose it is, what it shows and where its picture lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowMapRecord {
    /// The dataset.
    pub dataset: Dataset,
    /// The subject, as the list spells it.
    pub subject: String,
    /// Name of the clip, as the list spells it.
    pub clip: String,
    /// Class of [`LabelScheme::ThreeClasses`]: 0 negative, 1 positive, 2 surprise.
    pub class: usize,
    /// The picture.
    pub path: PathBuf,
}

impl FlowMapRecord {
    /// `dataset/subject/clip`, unique within an index.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}/{}/{}", self.dataset, self.subject, self.clip)
    }

    /// `dataset/subject`: who must not be on both sides of a split, also when datasets are joined.
    #[must_use]
    pub fn subject_id(&self) -> String {
        format!("{}/{}", self.dataset, self.subject)
    }
}

/// The flow maps of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowMapIndex {
    /// The folder of pictures.
    pub root: PathBuf,
    /// The list.
    pub list: PathBuf,
    /// The usable maps, in natural order of dataset, subject and clip.
    pub maps: Vec<FlowMapRecord>,
    /// Rows that cannot be used: no picture, no known label, or a clip listed before.
    pub skipped: Vec<SkippedClip>,
    /// Pictures that no row names.
    pub unlisted: Vec<PathBuf>,
}

/// Reads a list of flow maps: CSV with the columns `dataset`, `sub`, `filename_o` and `label` (0 negative, 1 positive,
/// 2 surprise, or the word) in any order, beside others; the picture of a row is `root/SUB_FILENAME.png`.
///
/// A blank before the dot (`SUB_FILENAME .png`) is how the published maps are named. A row that cannot be used becomes a
/// skipped clip; the pictures are not opened.
///
/// Source: the list `combined_3_class2_for_optical_flow.csv` published with Z. Wang et al., "HTNet for Micro-expression
/// Recognition", Neurocomputing 602, 2024.
///
/// # Errors
///
/// [`DataError::ReadCsv`], [`DataError::MissingColumn`], [`DataError::ReadFolder`], and [`DataError::WrongRoot`] if none of the
/// pictures listed is there.
pub fn read_flow_maps(root: impl AsRef<Path>, list: impl AsRef<Path>) -> Result<FlowMapIndex, DataError> {
    let (root, list) = (root.as_ref(), list.as_ref());
    let read = |source| DataError::ReadCsv { path: list.to_owned(), source };
    let mut csv =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_path(list).map_err(read)?;
    let columns = Columns::of(list, csv.headers().map_err(read)?)?;
    let mut pictures = pictures(root)?;
    let (mut maps, mut skipped, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for row in csv.records() {
        let row = row.map_err(read)?;
        let id = columns.id(&row);
        let map = if seen.insert(id.clone()) {
            columns.map(&row, &mut pictures)
        } else {
            Err("repeats a clip".to_owned())
        };
        match map {
            Ok(map) => maps.push(map),
            Err(reason) => {
                let line = row.position().map_or(0, csv::Position::line);
                skipped.push(SkippedClip {
                    id,
                    path: list.to_owned(),
                    reason: format!("line {line}: {reason}"),
                });
            }
        }
    }
    if maps.is_empty() {
        return Err(wrong_root(root, EXPECTED));
    }
    maps.sort_by(|a: &FlowMapRecord, b| {
        let subjects = || natural_order(&a.subject, &b.subject);
        a.dataset.cmp(&b.dataset).then_with(subjects).then_with(|| natural_order(&a.clip, &b.clip))
    });
    let unlisted = pictures.into_values().collect();
    Ok(FlowMapIndex { root: root.to_owned(), list: list.to_owned(), maps, skipped, unlisted })
}

/// The PNG files of a folder by their names without ending and without blanks around.
fn pictures(root: &Path) -> Result<BTreeMap<String, PathBuf>, DataError> {
    let named = |path: PathBuf| {
        let name = name_of(&path);
        let (stem, ending) = name.rsplit_once('.')?;
        ending.eq_ignore_ascii_case("png").then(|| (stem.trim().to_owned(), path))
    };
    Ok(files(root)?.into_iter().filter_map(named).collect())
}

struct Columns {
    dataset: usize,
    subject: usize,
    clip: usize,
    label: usize,
}

impl Columns {
    fn of(list: &Path, header: &csv::StringRecord) -> Result<Self, DataError> {
        let column = |expected: &'static str| {
            let same = |name: &str| name.trim_start_matches('\u{feff}').eq_ignore_ascii_case(expected);
            header.iter().position(same).ok_or_else(|| DataError::MissingColumn {
                path: list.to_owned(),
                expected,
                found: header.iter().collect::<Vec<_>>().join(", "),
            })
        };
        Ok(Self {
            dataset: column("dataset")?,
            subject: column("sub")?,
            clip: column("filename_o")?,
            label: column("label")?,
        })
    }

    fn id(&self, row: &csv::StringRecord) -> String {
        let cell = |column| row.get(column).unwrap_or_default();
        format!("{}/{}/{}", Dataset::from_name(cell(self.dataset)), cell(self.subject), cell(self.clip))
    }

    /// The map of a row, its picture taken from `pictures`, or the reason why it cannot be used.
    fn map(
        &self,
        row: &csv::StringRecord,
        pictures: &mut BTreeMap<String, PathBuf>,
    ) -> Result<FlowMapRecord, String> {
        let cell = |column: usize, name: &str| {
            row.get(column).filter(|text| !text.is_empty()).ok_or_else(|| format!("{name} is empty"))
        };
        let (subject, clip) = (cell(self.subject, "sub")?, cell(self.clip, "filename_o")?);
        let dataset = Dataset::from_name(cell(self.dataset, "dataset")?);
        let class = class_of(cell(self.label, "label")?)?;
        let name = format!("{subject}_{clip}");
        let path = pictures.remove(&name).ok_or_else(|| format!("no picture {name}.png"))?;
        Ok(FlowMapRecord { dataset, subject: subject.to_owned(), clip: clip.to_owned(), class, path })
    }
}

fn class_of(label: &str) -> Result<usize, String> {
    let classes = LabelScheme::ThreeClasses.classes();
    let named = || classes.iter().position(|class| label.eq_ignore_ascii_case(class));
    let class = label.parse().ok().or_else(named).filter(|class| *class < classes.len());
    class.ok_or_else(|| format!("label is {label:?}, expected 0, 1 or 2 (negative, positive, surprise)"))
}
