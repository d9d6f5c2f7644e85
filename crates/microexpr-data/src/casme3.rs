//! CAS(ME)³, part A: whole recordings or the micro-expressions cut out of them, and a workbook with several rows per recording.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::annotations::{Annotation, find_workbook, read_workbook};
use crate::folder_search::{find_one, folders, name_of, wrong_root};
use crate::names::last_number;
use crate::{AnnotationParams, ClipRecord, DataError, Dataset, DatasetIndex, Layout};

/// From the folder that holds all parts down to the one that holds the subjects.
const SEARCH_DEPTH: usize = 5;
const FPS: f64 = 30.0;
const EXPECTED: &str = "CAS(ME)³'s folders spNO.1/a/color or spNO.1_a_355 and its workbook \
                        cas(me)3_part_A_ME_label_JpgIndex_*.xlsx, or the folder above";

/// Folders of frames: a recording's by `spno.1/a`, a cut clip's by `spno.1_a_355`.
type Folders = BTreeMap<String, PathBuf>;

/// Lists CAS(ME)³'s micro-expressions of part A: `spNO.1/a/color/355.jpg` (recordings) or `spNO.1_a_355/355.jpg` (clips, named after
/// their onset), and `cas(me)3_part_A_ME_label_JpgIndex_*.xlsx` with the columns Subject, Filename, Onset, Apex, Offset and
/// emotion. A clip is called after its recording and onset (`a_355`); letter case does not matter.
///
/// `root` may be the folder of the subjects or up to five above it. The workbook lies in one of these folders, or in one called
/// annotation beside them.
///
/// Source: the authors' description, github.com/jingtingEmmaLi/CAS-ME-3; layouts as github.com/tvaranka/meb reads them.
///
/// # Errors
///
/// As [`read_samm`](crate::read_samm).
pub fn read_casme3(root: impl AsRef<Path>, params: &AnnotationParams) -> Result<DatasetIndex, DataError> {
    let root = root.as_ref();
    let folder = find_one(root, SEARCH_DEPTH, EXPECTED, &holds_subjects)?;
    let workbook = params.workbook.clone().or_else(|| workbook_near(&folder, root));
    let workbook = workbook.ok_or_else(|| wrong_root(&folder, EXPECTED))?;
    let recordings = recordings(&folder)?;
    let mut index = DatasetIndex::new(Layout::Casme3, folder);
    let mut seen = BTreeSet::new();
    for row in read_workbook(&workbook)? {
        let subject = subject(&row.subject);
        let clip = format!("{}_{}", row.filename.to_lowercase(), row.onset);
        let id = format!("{}/{subject}/{clip}", Dataset::Casme3);
        if !seen.insert(id.clone()) {
            index.skip(id, &workbook, format!("row {} repeats a clip", row.row));
            continue;
        }
        match recording_of(&recordings, &row) {
            None => index.skip(id, &workbook, format!("row {} names a clip without a folder", row.row)),
            Some(path) => match params.cells(&row).read(path) {
                Err(reason) => index.skip(id, path, format!("row {}: {reason}", row.row)),
                Ok(range) => {
                    index.warnings.extend(range.warnings.iter().map(|warning| format!("{id}: {warning}")));
                    index.clips.push(ClipRecord {
                        dataset: Dataset::Casme3,
                        subject,
                        clip,
                        label: row.emotion.to_lowercase(),
                        frames: range.frames,
                        onset: range.onset,
                        apex: range.apex,
                        offset: range.offset,
                        bits: None,
                        fps: FPS,
                    });
                }
            },
        }
    }
    index.sort();
    Ok(index)
}

/// `spNO.1`, however the table or a folder spells it.
fn subject(cell: &str) -> String {
    last_number(cell).map_or_else(|| cell.to_owned(), |number| format!("spNO.{number}"))
}

fn is_subject(name: &str) -> bool {
    let number = name.to_ascii_lowercase();
    let number = number.strip_prefix("spno.").unwrap_or_default();
    !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit())
}

/// `spNO.1_a_355`.
fn is_cut_clip(name: &str) -> bool {
    let mut words = name.split('_');
    let (subject, recording, onset) = (words.next(), words.next(), words.next());
    subject.is_some_and(is_subject)
        && recording.is_some()
        && onset.is_some_and(|onset| onset.parse::<u64>().is_ok())
        && words.next().is_none()
}

/// Pictures of depth lie beside those of colour under the same names.
fn holds_subjects(folder: &Path) -> bool {
    let is_recordings = |path: &PathBuf| {
        is_subject(&name_of(path)) && folders(path).is_ok_and(|recordings| !recordings.is_empty())
    };
    let is_one = |path: &PathBuf| is_cut_clip(&name_of(path)) || is_recordings(path);
    name_of(folder) != "depth" && folders(folder).unwrap_or_default().iter().any(is_one)
}

fn workbook_near(folder: &Path, root: &Path) -> Option<PathBuf> {
    let whole = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let between = folder.ancestors().take_while(|path| path.starts_with(root)).map(Path::to_owned);
    let places: Vec<PathBuf> = between.chain(whole.parent().map(Path::to_owned)).collect();
    let annotations = places.iter().flat_map(|place| folders(place).unwrap_or_default());
    let annotations = annotations.filter(|path| name_of(path).to_lowercase().contains("annotation"));
    let all: Vec<PathBuf> = places.iter().cloned().chain(annotations).collect();
    find_workbook(&all.iter().map(PathBuf::as_path).collect::<Vec<_>>(), "label")
}

fn recordings(root: &Path) -> Result<Folders, DataError> {
    let mut found = Folders::new();
    for path in folders(root)? {
        let name = name_of(&path).to_lowercase();
        if is_cut_clip(&name) {
            found.insert(name, path);
        } else if is_subject(&name) {
            for recording in folders(&path)? {
                let color = recording.join("color");
                let key = format!("{name}/{}", name_of(&recording).to_lowercase());
                found.insert(key, if color.is_dir() { color } else { recording });
            }
        }
    }
    Ok(found)
}

fn recording_of<'a>(recordings: &'a Folders, row: &Annotation) -> Option<&'a PathBuf> {
    let (subject, recording) = (subject(&row.subject).to_lowercase(), row.filename.to_lowercase());
    let cut = recordings.get(&format!("{subject}_{recording}_{}", row.onset));
    cut.or_else(|| recordings.get(&format!("{subject}/{recording}")))
}
