//! Any other data: a CSV list of clips.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use microexpr_core::ImageSequence;

use crate::folder_search::wrong_root;
use crate::{ClipRecord, DataError, Dataset, DatasetIndex, Layout, frame_number};

const FILE_NAME: &str = "manifest.csv";
const EXPECTED: &str = "a CSV file with the header dataset,subject,clip,path,label[,onset,apex,offset,fps], \
                        or a folder with manifest.csv";

/// Reads a CSV list of clips: `dataset,subject,clip,path,label[,onset,apex,offset,fps]`, one row per clip.
///
/// `path` is a folder of frames, relative to the list. With onset and offset only the frames numbered so
/// belong to the clip; without, all. `fps` may be left out for SMIC, SAMM and CASME II. `root` is the list or
/// a folder with `manifest.csv`. A row that cannot be used becomes a skipped clip.
///
/// # Errors
///
/// [`DataError::WrongRoot`], [`DataError::ReadCsv`], [`DataError::MissingColumn`].
pub fn read_manifest(root: impl AsRef<Path>) -> Result<DatasetIndex, DataError> {
    let root = root.as_ref();
    let file = if root.is_dir() { root.join(FILE_NAME) } else { root.to_owned() };
    if !file.is_file() {
        return Err(wrong_root(root, EXPECTED));
    }
    let read = |source| DataError::ReadCsv { path: file.clone(), source };
    let mut csv =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_path(&file).map_err(read)?;
    let columns = Columns::of(&file, csv.headers().map_err(read)?)?;
    let folder = file.parent().unwrap_or(Path::new(""));
    let mut index = DatasetIndex::new(Layout::Manifest, file.clone());
    let mut seen = BTreeSet::new();
    for row in csv.records() {
        let row = row.map_err(read)?;
        let line = row.position().map_or(0, csv::Position::line);
        let id = columns.id(&row);
        if !seen.insert(id.clone()) {
            index.skip(id, &file, format!("line {line} repeats a clip"));
            continue;
        }
        match columns.clip(&row, folder) {
            Ok(clip) => index.clips.push(clip),
            Err(reason) => index.skip(id, &file, format!("line {line}: {reason}")),
        }
    }
    index.sort();
    Ok(index)
}

struct Columns {
    dataset: usize,
    subject: usize,
    clip: usize,
    path: usize,
    label: usize,
    onset: Option<usize>,
    apex: Option<usize>,
    offset: Option<usize>,
    fps: Option<usize>,
}

impl Columns {
    fn of(file: &Path, header: &csv::StringRecord) -> Result<Self, DataError> {
        let optional = |name: &str| {
            header.iter().position(|h| h.trim_start_matches('\u{feff}').eq_ignore_ascii_case(name))
        };
        let needed = |expected: &'static str| {
            let found = || header.iter().collect::<Vec<_>>().join(", ");
            optional(expected).ok_or_else(|| DataError::MissingColumn {
                path: file.to_owned(),
                expected,
                found: found(),
            })
        };
        Ok(Self {
            dataset: needed("dataset")?,
            subject: needed("subject")?,
            clip: needed("clip")?,
            path: needed("path")?,
            label: needed("label")?,
            onset: optional("onset"),
            apex: optional("apex"),
            offset: optional("offset"),
            fps: optional("fps"),
        })
    }

    fn id(&self, row: &csv::StringRecord) -> String {
        let cell = |column| row.get(column).unwrap_or_default();
        format!("{}/{}/{}", Dataset::from_name(cell(self.dataset)), cell(self.subject), cell(self.clip))
    }

    /// The clip of a row, or the reason why it cannot be used.
    fn clip(&self, row: &csv::StringRecord, folder: &Path) -> Result<ClipRecord, String> {
        let cell = |column: usize, name: &str| {
            row.get(column).filter(|c| !c.is_empty()).ok_or_else(|| format!("{name} is empty"))
        };
        let dataset = Dataset::from_name(cell(self.dataset, "dataset")?);
        let fps = match self.fps.and_then(|column| row.get(column)).filter(|c| !c.is_empty()) {
            Some(text) => text.parse().ok().filter(|fps: &f64| fps.is_finite() && *fps > 0.0),
            None => dataset.fps(),
        };
        let fps = fps.ok_or("fps is missing or no positive number")?;
        let (onset, offset) = (number(row, self.onset, "onset")?, number(row, self.offset, "offset")?);
        let in_clip = |path: &PathBuf| {
            let inside = |n: u64| onset.is_none_or(|on| on <= n) && offset.is_none_or(|off| n <= off);
            (onset.is_none() && offset.is_none()) || frame_number(path).is_some_and(inside)
        };
        let path = folder.join(cell(self.path, "path")?);
        let sequence = ImageSequence::open(&path).map_err(|error| error.to_string())?;
        let frames: Vec<PathBuf> = sequence.paths().iter().filter(|p| in_clip(p)).cloned().collect();
        if frames.is_empty() {
            return Err(format!("{}: no frame lies between onset and offset", path.display()));
        }
        Ok(ClipRecord {
            dataset,
            subject: cell(self.subject, "subject")?.to_owned(),
            clip: cell(self.clip, "clip")?.to_owned(),
            label: cell(self.label, "label")?.to_owned(),
            frames,
            onset,
            apex: number(row, self.apex, "apex")?,
            offset,
            fps,
        })
    }
}

fn number(row: &csv::StringRecord, column: Option<usize>, name: &str) -> Result<Option<u64>, String> {
    match column.and_then(|c| row.get(c)).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => {
            text.parse().map(Some).map_err(|_| format!("{name} is {text:?}, expected a frame number"))
        }
    }
}
