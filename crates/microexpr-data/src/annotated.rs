//! SAMM, CASME and CASME II: folders of frames and a workbook that says which frames are the clip.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};
use std::path::{Path, PathBuf};

use crate::annotations::{self, Annotation, find_workbook};
use crate::clip_range::{Cell, RangeCells};
use crate::folder_search::{find_one, folders, name_of, wrong_root};
use crate::names::{clip_key, last_number};
use crate::{AnnotationParams, ClipRecord, DataError, Dataset, DatasetIndex, FrameColumn, Layout};

/// From two folders above the dataset's own down to the one that holds the subjects.
const SEARCH_DEPTH: usize = 3;

/// By subject number and name.
type ClipFolders = BTreeMap<(Option<u64>, String), PathBuf>;

/// What distinguishes the two datasets.
struct Conventions {
    dataset: Dataset,
    layout: Layout,
    expected: &'static str,
    /// Part of the workbook's name, lower case.
    workbook_word: &'static str,
    /// Before the number in a subject folder's name.
    prefix: &'static str,
    /// Digits of a subject's number.
    digits: usize,
    is_clip: fn(&str) -> bool,
}

/// Lists SAMM's clips: `006/006_1_2/006_05562.jpg`, full frames or crops, and
/// `SAMM_Micro_FACS_Codes_v2.xlsx`.
///
/// `root` may be the folder of the subjects or up to three above it (if there is one copy only). The workbook
/// lies in the folder of the subjects, in the one above it, or anywhere between it and `root`.
///
/// # Errors
///
/// [`DataError::WrongRoot`] if no clip folder or no workbook is found, [`DataError::SeveralRoots`],
/// [`DataError::ReadWorkbook`], [`DataError::NoHeader`], [`DataError::MissingColumn`],
/// [`DataError::ReadFolder`].
pub fn read_samm(root: impl AsRef<Path>, params: &AnnotationParams) -> Result<DatasetIndex, DataError> {
    let samm = Conventions {
        dataset: Dataset::Samm,
        layout: Layout::Samm,
        expected: "SAMM's folders 006/006_1_2 and its workbook SAMM_Micro_FACS_Codes_v2.xlsx beside them, \
                   or the folder above",
        workbook_word: "micro",
        prefix: "",
        digits: 3,
        is_clip: |name| {
            name.split('_').count() == 3
                && name.split('_').all(|w| !w.is_empty() && w.bytes().all(|c| c.is_ascii_digit()))
        },
    };
    samm.read(root.as_ref(), params)
}

/// Lists CASME II's clips: `sub01/EP02_01f/img46.jpg`, full frames or crops (`reg_img46.jpg`), and
/// `CASME2-coding-*.xlsx`.
///
/// `root` as for [`read_samm`].
///
/// # Errors
///
/// As [`read_samm`].
pub fn read_casme2(root: impl AsRef<Path>, params: &AnnotationParams) -> Result<DatasetIndex, DataError> {
    let casme2 = Conventions {
        dataset: Dataset::Casme2,
        layout: Layout::Casme2,
        expected: "CASME II's folders sub01/EP02_01f and its workbook CASME2-coding-*.xlsx beside them, \
                   or the folder above",
        workbook_word: "coding",
        prefix: "sub",
        digits: 2,
        is_clip: |name| name.to_ascii_uppercase().starts_with("EP"),
    };
    casme2.read(root.as_ref(), params)
}

/// Lists CASME's clips: `sub01/EP01_5/…`, full frames or crops, and its workbook with the columns `OnsetF`, `ApexF1`, `OffsetF`
/// and `Emotion`; 60 frames per second.
///
/// `root` as for [`read_samm`].
///
/// # Errors
///
/// As [`read_samm`].
pub fn read_casme(root: impl AsRef<Path>, params: &AnnotationParams) -> Result<DatasetIndex, DataError> {
    let casme = Conventions {
        dataset: Dataset::Casme,
        layout: Layout::Casme,
        expected: "CASME's folders sub01/EP01_5 and its workbook beside them, or the folder above",
        workbook_word: "casme",
        prefix: "sub",
        digits: 2,
        is_clip: |name| name.to_ascii_uppercase().starts_with("EP"),
    };
    casme.read(root.as_ref(), params)
}

impl Conventions {
    fn read(&self, root: &Path, params: &AnnotationParams) -> Result<DatasetIndex, DataError> {
        let folder = find_one(root, SEARCH_DEPTH, self.expected, &|path| self.holds_subjects(path))?;
        let whole = std::fs::canonicalize(&folder).unwrap_or_else(|_| folder.clone());
        let between = folder.ancestors().take_while(|path| path.starts_with(root));
        let places: Vec<&Path> = between.chain(whole.parent()).collect();
        let workbook = params.workbook.clone().or_else(|| find_workbook(&places, self.workbook_word));
        let workbook = workbook.ok_or_else(|| wrong_root(&folder, self.expected))?;
        let mut index = DatasetIndex::new(self.layout, folder);
        let mut clip_folders = self.clip_folders(&mut index)?;
        let mut seen = BTreeSet::new();
        for row in annotations::read_workbook(&workbook)? {
            let id = format!("{}/{}/{}", self.dataset, self.subject(&row.subject), row.filename);
            let key = (last_number(&row.subject), clip_key(&row.filename));
            if !seen.insert(key.clone()) {
                index.skip(id, &workbook, format!("row {} repeats a clip", row.row));
                continue;
            }
            match clip_folders.remove(&key) {
                None => index.skip(id, &workbook, format!("row {} names a clip without a folder", row.row)),
                Some(path) => self.add_clip(&mut index, &id, path, &row, params),
            }
        }
        for path in clip_folders.into_values() {
            index.warnings.push(format!("{} is not in the workbook", path.display()));
        }
        index.sort();
        Ok(index)
    }

    fn holds_subjects(&self, folder: &Path) -> bool {
        let has_clip = |subject: &PathBuf| {
            folders(subject).unwrap_or_default().iter().any(|c| (self.is_clip)(&name_of(c)))
        };
        folders(folder).unwrap_or_default().iter().any(|f| self.is_subject(&name_of(f)) && has_clip(f))
    }

    fn is_subject(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let digits = name.strip_prefix(self.prefix).unwrap_or_default();
        !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit())
    }

    /// Folders of frames by subject number and [`clip_key`]; further folders of the same clip are skipped.
    fn clip_folders(&self, index: &mut DatasetIndex) -> Result<ClipFolders, DataError> {
        let mut found = ClipFolders::new();
        for subject in folders(&index.root)? {
            let name = name_of(&subject);
            for clip in if self.is_subject(&name) { folders(&subject)? } else { Vec::new() } {
                match found.entry((last_number(&name), clip_key(&name_of(&clip)))) {
                    Entry::Vacant(place) => {
                        place.insert(clip);
                    }
                    Entry::Occupied(first) => {
                        let id = format!("{}/{}/{}", self.dataset, self.subject(&name), name_of(&clip));
                        index.skip(id, clip, format!("the same clip as {}", first.get().display()));
                    }
                }
            }
        }
        Ok(found)
    }

    /// One spelling per subject, whatever zeros a table or folder gives it.
    fn subject(&self, cell: &str) -> String {
        last_number(cell)
            .map_or_else(|| cell.to_owned(), |n| format!("{}{n:0width$}", self.prefix, width = self.digits))
    }

    fn add_clip(
        &self,
        index: &mut DatasetIndex,
        id: &str,
        path: PathBuf,
        row: &Annotation,
        params: &AnnotationParams,
    ) {
        match self.clip(index, id, &path, row, params) {
            Ok(clip) => index.clips.push(clip),
            Err(reason) => index.skip(id.to_owned(), path, reason),
        }
    }

    /// The clip, or the reason why it cannot be used.
    fn clip(
        &self,
        index: &mut DatasetIndex,
        id: &str,
        path: &Path,
        row: &Annotation,
        params: &AnnotationParams,
    ) -> Result<ClipRecord, String> {
        let range = params.cells(row).read(path).map_err(|reason| format!("row {}: {reason}", row.row))?;
        index.warnings.extend(range.warnings.iter().map(|warning| format!("{id}: {warning}")));
        Ok(ClipRecord {
            dataset: self.dataset.clone(),
            subject: self.subject(&row.subject),
            clip: row.filename.clone(),
            label: row.emotion.to_lowercase(),
            frames: range.frames,
            onset: range.onset,
            apex: range.apex,
            offset: range.offset,
            bits: None,
            fps: self.dataset.fps().unwrap_or(200.0),
        })
    }
}

impl AnnotationParams {
    /// The numbers of a row, those that are corrected in place of what is written.
    pub(crate) fn cells<'a>(&self, row: &'a Annotation) -> RangeCells<'a> {
        let cell =
            |column, text: &'a str| self.erratum(row, column).map_or(Cell::Written(text), Cell::Corrected);
        RangeCells {
            onset: cell(FrameColumn::Onset, &row.onset),
            apex: cell(FrameColumn::Apex, &row.apex),
            offset: cell(FrameColumn::Offset, &row.offset),
        }
    }
}
