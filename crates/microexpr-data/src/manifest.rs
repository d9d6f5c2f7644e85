//! Any other data: a CSV list of clips.

use std::collections::BTreeSet;
use std::path::Path;

use crate::clip_range::{Cell, RangeCells};
use crate::folder_search::wrong_root;
use crate::{ClipRecord, DataError, Dataset, DatasetIndex, Layout, delimited};

const FILE_NAME: &str = "manifest.csv";
const EXPECTED: &str = "a CSV file with the header dataset,subject,clip,path,label[,onset,apex,offset,fps], \
                        or a folder with manifest.csv";

/// Reads a CSV list of clips: `dataset,subject,clip,path,label[,onset,apex,offset,fps]`, one row per clip.
///
/// `path` is a folder of frames or a video, relative to the list. With onset and offset only the frames numbered so
/// belong to the clip (those of a video count from 1); without, all. `fps` may be left out for the datasets of [`Dataset::fps`]. `root` is the list or
/// a folder with `manifest.csv`. Semicolons and tabs separate, too, UTF-16 is read, and numbers may be written `9.0` or, in
/// quotes or beside semicolons, `29,97`. A row that cannot be used becomes a skipped clip; what workbooks are warned of, as an
/// apex outside its clip, lists are, too.
///
/// # Errors
///
/// [`DataError::WrongRoot`], [`DataError::ReadCsv`], [`DataError::Encoding`], [`DataError::MissingColumn`].
pub fn read_manifest(root: impl AsRef<Path>) -> Result<DatasetIndex, DataError> {
    let root = root.as_ref();
    let file = if root.is_dir() { root.join(FILE_NAME) } else { root.to_owned() };
    if !file.is_file() {
        return Err(wrong_root(root, EXPECTED));
    }
    let mut rows = delimited::rows(&file)?.into_iter();
    let columns = Columns::of(&file, &rows.next().map(|(_, header)| header).unwrap_or_default())?;
    let folder = file.parent().unwrap_or(Path::new(""));
    let mut index = DatasetIndex::new(Layout::Manifest, file.clone());
    let mut seen = BTreeSet::new();
    for (line, row) in rows {
        let id = columns.id(&row);
        if !seen.insert(id.clone()) {
            index.skip(id, &file, format!("line {line} repeats a clip"));
            continue;
        }
        match columns.clip(&row, folder) {
            Ok((clip, warnings)) => {
                index.clips.push(clip);
                index.warnings.extend(warnings.iter().map(|warning| format!("{id}: {warning}")));
            }
            Err(reason) => index.skip(id, &file, format!("line {line}: {reason}")),
        }
    }
    index.sort();
    Ok(index)
}

struct Columns {
    /// How many columns the heading has.
    count: usize,
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
        let optional = |name: &str| header.iter().position(|h| h.eq_ignore_ascii_case(name));
        let needed = |expected: &'static str| {
            let found = || header.iter().collect::<Vec<_>>().join(", ");
            optional(expected).ok_or_else(|| DataError::MissingColumn {
                path: file.to_owned(),
                expected,
                found: found(),
            })
        };
        Ok(Self {
            count: header.len(),
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

    /// The clip of a row and what looks wrong with it, or the reason why it cannot be used.
    fn clip(&self, row: &csv::StringRecord, folder: &Path) -> Result<(ClipRecord, Vec<String>), String> {
        if row.len() > self.count {
            return Err(format!(
                "{} cells under {} columns: a comma within a cell needs quotes around the cell",
                row.len(),
                self.count
            ));
        }
        let cell = |column: usize, name: &str| {
            row.get(column).filter(|c| !c.is_empty()).ok_or_else(|| format!("{name} is empty"))
        };
        let optional =
            |column: Option<usize>| column.and_then(|c| row.get(c)).filter(|text| !text.is_empty());
        let dataset = Dataset::from_name(cell(self.dataset, "dataset")?);
        let fps = optional(self.fps).map_or(dataset.fps(), delimited::number).filter(|fps| *fps > 0.0);
        let fps = fps.ok_or("fps is missing or no positive number")?;
        let number = |column| optional(column).map_or(Cell::Absent, Cell::Written);
        let cells =
            RangeCells { onset: number(self.onset), apex: number(self.apex), offset: number(self.offset) };
        let range = cells.read(&folder.join(cell(self.path, "path")?))?;
        let clip = ClipRecord {
            dataset,
            subject: cell(self.subject, "subject")?.to_owned(),
            clip: cell(self.clip, "clip")?.to_owned(),
            label: cell(self.label, "label")?.to_owned(),
            frames: range.frames,
            onset: range.onset,
            apex: range.apex,
            offset: range.offset,
            bits: None,
            fps,
        };
        Ok((clip, range.warnings))
    }
}
