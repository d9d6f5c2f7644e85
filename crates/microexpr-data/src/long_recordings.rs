//! The workbooks of SAMM Long Videos and CAS(ME)²: micro- and macro-expressions of whole recordings.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::dataset::alphanumeric;
use crate::delimited::frame_cell;
use crate::names::last_number;
use crate::workbook::{Sheet, read_sheets};
use crate::{DataError, SkippedClip};

/// Whether a workbook calls an expression micro or macro.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnnotatedKind {
    /// `Micro - 1/2`, `micro-expression`.
    Micro,
    /// `Macro`, `macro-expression`.
    Macro,
}

impl AnnotatedKind {
    fn of_cell(cell: &str) -> Option<Self> {
        let word = cell.trim().to_ascii_lowercase();
        match word.get(..5)? {
            "micro" => Some(Self::Micro),
            "macro" => Some(Self::Macro),
            _ => None,
        }
    }
}

/// An expression of a long recording, as a workbook annotates it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnotatedExpression {
    /// The subject (`006`, `s15`).
    pub subject: String,
    /// What the recording's folder or video is called, or begins with (`006_1`, `15_0101`).
    pub recording: String,
    /// Micro or macro.
    pub kind: AnnotatedKind,
    /// First frame, counted from 1 as the frames' files are.
    pub onset: u64,
    /// Frame of the strongest motion, if it is annotated within onset and offset.
    pub apex: Option<u64>,
    /// Last frame; the apex where no offset is annotated.
    pub offset: u64,
    /// Action units as they are written.
    pub action_units: String,
    /// Emotion; SAMM Long Videos has none.
    pub emotion: String,
}

impl AnnotatedExpression {
    /// Whether a folder or a video (without its extension) of this name is the recording: CAS(ME)²'s are called after what was shown,
    /// too (`15_0101disgustingteeth`).
    #[must_use]
    pub fn is_in(&self, name: &str) -> bool {
        let goes_on = |c: char| c.is_ascii_digit() || c == '_';
        name.strip_prefix(&self.recording).is_some_and(|rest| !rest.starts_with(goes_on))
    }
}

/// The expressions of a workbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LongAnnotations {
    /// The usable rows, in the workbook's order.
    pub expressions: Vec<AnnotatedExpression>,
    /// The rows left out.
    pub skipped: Vec<SkippedClip>,
}

/// Reads the workbook of SAMM Long Videos (`SAMM_LongVideos_V2_Release.xlsx`) or of CAS(ME)² (`CAS(ME)^2code_final.xlsx`); which of
/// them it is shows in the place of its kinds.
///
/// - SAMM Long Videos: notes, then rows of Subject, Filename (`006_1_2` is the second expression of recording `006_1`), Inducement
///   Code, Onset, Apex, Offset, Duration, Type (`Micro - 1/2`, `Macro`), Action Units, Notes.
/// - CAS(ME)²: rows of subject, video (`anger1_1` is the first expression of `anger1`), onset, apex, offset, action units, emotion, type
///   (`micro-expression`), self-report, without a header. The second sheet says which folder a subject has (third column to second),
///   the third which number a video has (second column to first): subject 1 and `disgust1` are recording `15_0101`. Where the offset
///   is 0 the expression ends with its apex.
///
/// Source: C. H. Yap, C. Kendrick, M. H. Yap, "SAMM Long Videos", FG 2020; F. Qu et al., "CAS(ME)²", IEEE TAFFC 2018; columns and sheets
/// as the loaders of github.com/genbing99/SoftNet-SpotME and of MEGC 2020's baseline
/// (github.com/HeyingGithub/Baseline-project-for-MEGC2020_spotting) read them.
///
/// # Errors
///
/// [`DataError::ReadWorkbook`], [`DataError::NotLongRecordings`].
pub fn read_long_annotations(workbook: impl AsRef<Path>) -> Result<LongAnnotations, DataError> {
    let path = workbook.as_ref();
    let sheets = read_sheets(path)?;
    let Some(first) = sheets.first() else {
        return Err(DataError::NotLongRecordings { path: path.to_owned() });
    };
    let mut found = LongAnnotations { expressions: Vec::new(), skipped: Vec::new() };
    let naming = sheets.get(1).zip(sheets.get(2)).map(|(subjects, videos)| Naming::new(subjects, videos));
    for (row, cells) in first {
        let Some(kind) = cells.get(&TYPE).and_then(|cell| AnnotatedKind::of_cell(cell)) else { continue };
        let line = Line { cells, kind };
        let expression = match (&naming, line.has_samm_name()) {
            (_, true) => line.of_samm(),
            (Some(naming), false) => line.of_casme_squared(naming),
            (None, false) => Err("its recording is not named as SAMM's (006_1_2)".to_owned()),
        };
        match expression {
            Ok(expression) => found.expressions.push(expression),
            Err(reason) => found.skipped.push(SkippedClip {
                id: format!("{} {}", line.cell(0), line.cell(1)),
                path: path.to_owned(),
                reason: format!("row {}: {reason}", row + 1),
            }),
        }
    }
    match found.expressions.is_empty() && found.skipped.is_empty() {
        true => Err(DataError::NotLongRecordings { path: path.to_owned() }),
        false => Ok(found),
    }
}

/// Both workbooks tell the kind in their eighth column.
const TYPE: usize = 7;

/// A row that tells an expression.
struct Line<'a> {
    cells: &'a BTreeMap<usize, String>,
    kind: AnnotatedKind,
}

impl Line<'_> {
    fn cell(&self, column: usize) -> &str {
        self.cells.get(&column).map_or("", |cell| cell.trim())
    }

    /// `006_1_2`.
    fn has_samm_name(&self) -> bool {
        let words: Vec<&str> = self.cell(1).split('_').collect();
        words.len() == 3 && words.iter().all(|word| last_number(word).is_some())
    }

    fn of_samm(&self) -> Result<AnnotatedExpression, String> {
        let name = self.cell(1);
        let recording = name.rsplit_once('_').map_or(name, |(recording, _)| recording);
        let subject = recording.split('_').next().unwrap_or_default();
        self.expression([3, 4, 5], [8, usize::MAX], subject.to_owned(), recording.to_owned())
    }

    fn of_casme_squared(&self, naming: &Naming) -> Result<AnnotatedExpression, String> {
        let subject = naming.subjects.get(&alphanumeric(self.cell(0)));
        let subject = subject.ok_or_else(|| format!("sheet 2 has no subject {:?}", self.cell(0)))?;
        let video = self.cell(1).split('_').next().unwrap_or_default();
        let number = naming.videos.get(&alphanumeric(video));
        let number = number.ok_or_else(|| format!("sheet 3 has no video {video:?}"))?;
        let recording = format!("{}_{number}", subject.trim_start_matches(['s', 'S']));
        self.expression([2, 3, 4], [5, 6], subject.clone(), recording)
    }

    fn expression(
        &self,
        [onset, apex, offset]: [usize; 3],
        [action_units, emotion]: [usize; 2],
        subject: String,
        recording: String,
    ) -> Result<AnnotatedExpression, String> {
        let frame = |column: usize| frame_cell(self.cell(column)).filter(|frame| *frame > 0);
        let refused =
            |name: &str, column| format!("{name} is {:?}, expected a frame from 1", self.cell(column));
        let first = frame(onset).ok_or_else(|| refused("onset", onset))?;
        let last = frame(offset).or_else(|| frame(apex)).ok_or_else(|| refused("offset", offset))?;
        if last < first {
            return Err(format!("onset {first} lies after offset {last}"));
        }
        Ok(AnnotatedExpression {
            subject,
            recording,
            kind: self.kind,
            onset: first,
            apex: frame(apex).filter(|apex| (first..=last).contains(apex)),
            offset: last,
            action_units: self.cell(action_units).to_owned(),
            emotion: self.cell(emotion).to_owned(),
        })
    }
}

/// What CAS(ME)²'s further sheets call its subjects and videos.
struct Naming {
    /// Folder by the number in the first sheet.
    subjects: BTreeMap<String, String>,
    /// Number of four digits by the name in the first sheet.
    videos: BTreeMap<String, String>,
}

impl Naming {
    fn new(subjects: &Sheet, videos: &Sheet) -> Self {
        let pair = |cells: &BTreeMap<usize, String>, from: usize, to: usize| {
            Some((alphanumeric(cells.get(&from)?), cells.get(&to)?.trim().to_owned()))
        };
        let four_digits = |(name, number): (String, String)| {
            (name, frame_cell(&number).map_or(number, |number| format!("{number:04}")))
        };
        Self {
            subjects: subjects.values().filter_map(|cells| pair(cells, 2, 1)).collect(),
            videos: videos.values().filter_map(|cells| pair(cells, 1, 0)).map(four_digits).collect(),
        }
    }
}
