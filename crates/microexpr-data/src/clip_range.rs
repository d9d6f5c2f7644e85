//! Which frames of a folder are a clip: one rule for workbooks and lists.

use std::path::{Path, PathBuf};

use crate::clip_frames::clip_frames;
use crate::delimited::frame_cell;
use crate::frame_number;
use crate::video_clip::{frames_of_video, is_video_file};

/// A frame number in a table.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell<'a> {
    /// The table does not give it.
    Absent,
    /// What is written there.
    Written(&'a str),
    /// What a correction says; `None`: not annotated.
    Corrected(Option<u64>),
}

/// The numbers that a table gives of a clip.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RangeCells<'a> {
    pub(crate) onset: Cell<'a>,
    pub(crate) apex: Cell<'a>,
    pub(crate) offset: Cell<'a>,
}

/// The frames of a clip.
#[derive(Debug)]
pub(crate) struct ClipRange {
    pub(crate) frames: Vec<PathBuf>,
    pub(crate) onset: Option<u64>,
    pub(crate) apex: Option<u64>,
    pub(crate) offset: Option<u64>,
    /// What looks wrong, but does not make the clip unusable.
    pub(crate) warnings: Vec<String>,
}

impl Cell<'_> {
    fn number(self, name: &str) -> Result<Option<u64>, String> {
        match self {
            Self::Absent => Ok(None),
            Self::Corrected(number) => Ok(number),
            Self::Written(text) => {
                let number = frame_cell(text).map(Some);
                number.ok_or_else(|| format!("{name} is {text:?}, expected a frame number"))
            }
        }
    }
}

impl RangeCells<'_> {
    /// The frames of a folder from onset to offset (all if the table gives neither), or the reason why there are none.
    pub(crate) fn read(self, folder: &Path) -> Result<ClipRange, String> {
        let (onset, offset) = (self.onset.number("onset")?, self.offset.number("offset")?);
        if let (Some(onset), Some(offset)) = (onset, offset)
            && onset > offset
        {
            return Err(format!("onset {onset} lies after offset {offset}"));
        }
        if is_video_file(folder) {
            return self.of_video(folder, onset, offset);
        }
        let all = clip_frames(folder)?;
        let frames = between(&all, onset, offset);
        if frames.is_empty() {
            let expected = wanted(onset, offset);
            return Err(format!("expected {expected}; found {}", range_of(&all)));
        }
        let mut range = ClipRange { frames, onset, apex: None, offset, warnings: Vec::new() };
        range.take_apex(self.apex);
        range.warn_of_missing_frames();
        Ok(range)
    }

    /// The frames of a video; whether it has them shows when they are decoded.
    fn of_video(self, video: &Path, onset: Option<u64>, offset: Option<u64>) -> Result<ClipRange, String> {
        let frames = frames_of_video(video, onset, offset)?;
        let mut range = ClipRange { frames, onset, apex: None, offset, warnings: Vec::new() };
        match onset {
            Some(_) => range.take_apex(self.apex),
            None => range.apex = self.apex.number("apex")?,
        }
        Ok(range)
    }
}

impl ClipRange {
    /// The apex if it is a number inside the clip; anything else is a warning, unless a correction says so.
    fn take_apex(&mut self, cell: Cell<'_>) {
        let numbers = || self.frames.iter().filter_map(|path| frame_number(path));
        let first = self.onset.or_else(|| numbers().min()).unwrap_or(0);
        let last = self.offset.or_else(|| numbers().max()).unwrap_or(u64::MAX);
        self.apex = cell.number("apex").ok().flatten().filter(|apex| (first..=last).contains(apex));
        if let (None, Cell::Written(text)) = (self.apex, cell) {
            self.warnings.push(format!("apex is {text:?}, expected a frame from {first} to {last}"));
        }
    }

    fn warn_of_missing_frames(&mut self) {
        if let (Some(onset), Some(offset)) = (self.onset, self.offset) {
            let (found, expected) = (self.frames.len() as u64, offset - onset + 1);
            if found < expected {
                self.warnings.push(format!("{found} of the {expected} frames {onset} to {offset} are there"));
            }
        }
        let is_there = |apex| self.frames.iter().any(|path| frame_number(path) == Some(apex));
        if let Some(apex) = self.apex.filter(|apex| !is_there(*apex)) {
            self.warnings.push(format!("the apex, frame {apex}, is not there"));
        }
    }
}

fn between(all: &[PathBuf], onset: Option<u64>, offset: Option<u64>) -> Vec<PathBuf> {
    if onset.is_none() && offset.is_none() {
        return all.to_vec();
    }
    let (first, last) = (onset.unwrap_or(0), offset.unwrap_or(u64::MAX));
    let in_clip = |path: &&PathBuf| frame_number(path).is_some_and(|n| (first..=last).contains(&n));
    all.iter().filter(in_clip).cloned().collect()
}

fn wanted(onset: Option<u64>, offset: Option<u64>) -> String {
    match (onset, offset) {
        (Some(onset), Some(offset)) => format!("frames {onset} to {offset}"),
        (Some(onset), None) => format!("frames from {onset} on"),
        (_, offset) => format!("frames up to {}", offset.unwrap_or(u64::MAX)),
    }
}

/// The numbers of files, in words.
fn range_of(all: &[PathBuf]) -> String {
    let numbers = || all.iter().filter_map(|path| frame_number(path));
    let range = numbers().min().zip(numbers().max());
    range.map_or("files without numbers".to_owned(), |(first, last)| format!("{first} to {last}"))
}
