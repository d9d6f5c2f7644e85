//! The tables in which SAMM and CASME II describe every clip.

use std::path::Path;

use crate::emotion::objective_class;
use crate::layout::Place;
use crate::table_file::{Cell, write_table};
use crate::truth_files::GeneratedClip;
use crate::{Layout, SynthError};

/// Row of SAMM's header, from 0: it stands on row 14.
const SAMM_HEADER_ROW: usize = 13;
const SAMM_COLUMNS: [&str; 12] = [
    "Subject",
    "Filename",
    "Inducement Code",
    "Onset Frame",
    "Apex Frame",
    "Offset Frame",
    "Duration",
    "Micro",
    "Action Units",
    "Estimated Emotion",
    "Objective Classes",
    "Notes",
];
/// Two columns have no name.
const CASME2_COLUMNS: [&str; 9] = [
    "Subject",
    "Filename",
    "",
    "OnsetFrame",
    "ApexFrame",
    "OffsetFrame",
    "",
    "Action Units",
    "Estimated Emotion",
];

/// Writes the layout's table, if it has one. `clips` are in the order of its rows.
pub(crate) fn write_annotations(
    layout: Layout,
    root: &Path,
    clips: &[(Place, GeneratedClip)],
) -> Result<(), SynthError> {
    match layout {
        Layout::Smic => Ok(()),
        Layout::Samm => write_table(&root.join("SAMM/SAMM_Micro_FACS_Codes_v2"), &samm_rows(clips)),
        Layout::Casme2 => write_table(&root.join("CASME2-coding-20140508"), &casme2_rows(clips)),
    }
}

fn samm_rows(clips: &[(Place, GeneratedClip)]) -> Vec<Vec<Cell>> {
    let mut rows = vec![Vec::new(); SAMM_HEADER_ROW];
    rows[0] = vec!["Generated micro-expressions, annotated as SAMM's are".into()];
    rows[2] = vec!["Frames: numbers in the file names; 200 frames per second".into()];
    rows[4] = vec!["Objective Classes: I to VII as 1 to 7".into()];
    rows.push(SAMM_COLUMNS.map(Cell::from).into());
    rows.extend(clips.iter().map(|(place, clip)| {
        let [onset, apex, offset] = clip.frame_numbers().map(|n| Cell::Number(n as f64));
        vec![
            place.subject.as_str().into(),
            place.name.as_str().into(),
            Cell::Number(clip.number as f64),
            onset,
            apex,
            offset,
            Cell::Number(clip.frames as f64),
            "Micro - 1/2".into(),
            clip.action_units.to_string().as_str().into(),
            clip.emotion.as_str().into(),
            Cell::Number(f64::from(objective_class(&clip.emotion))),
        ]
    }));
    rows
}

fn casme2_rows(clips: &[(Place, GeneratedClip)]) -> Vec<Vec<Cell>> {
    let rows = clips.iter().map(|(place, clip)| {
        let [onset, apex, offset] = clip.frame_numbers().map(|n| Cell::Number(n as f64));
        vec![
            Cell::Number(clip.subject as f64),
            place.name.as_str().into(),
            Cell::Empty,
            onset,
            apex,
            offset,
            Cell::Empty,
            clip.action_units.to_string().as_str().into(),
            clip.emotion.as_str().into(),
        ]
    });
    std::iter::once(CASME2_COLUMNS.map(Cell::from).into()).chain(rows).collect()
}
