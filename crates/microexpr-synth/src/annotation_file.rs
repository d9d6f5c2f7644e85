//! The workbooks in which SAMM and CASME II describe every clip.

use std::path::Path;

use microexpr_core::atomic_file;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};

use crate::emotion::objective_class;
use crate::layout::Place;
use crate::truth_files::GeneratedClip;
use crate::{Layout, SynthError};

/// Row of SAMM's header, from 0: it stands on row 14.
const SAMM_HEADER_ROW: u32 = 13;
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

/// Writes all rows of a sheet.
type Fill = fn(&mut Worksheet, &[(Place, GeneratedClip)]) -> Result<(), XlsxError>;

/// Writes the layout's workbook, if it has one. `clips` are in the order of its rows.
pub(crate) fn write_annotations(
    layout: Layout,
    root: &Path,
    clips: &[(Place, GeneratedClip)],
) -> Result<(), SynthError> {
    let (path, fill): (_, Fill) = match layout {
        Layout::Smic => return Ok(()),
        Layout::Samm => (root.join("SAMM/SAMM_Micro_FACS_Codes_v2.xlsx"), fill_samm),
        Layout::Casme2 => (root.join("CASME2-coding-20140508.xlsx"), fill_casme2),
    };
    let file = workbook(|sheet| fill(sheet, clips));
    let file =
        file.map_err(|source| SynthError::Workbook { path: path.clone(), source: Box::new(source) })?;
    Ok(atomic_file::write(&path, &file)?)
}

/// A workbook of one sheet. Its date is fixed: the same clips give the same bytes.
fn workbook(fill: impl Fn(&mut Worksheet) -> Result<(), XlsxError>) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    book.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?));
    fill(book.add_worksheet())?;
    book.save_to_buffer()
}

fn fill_samm(sheet: &mut Worksheet, clips: &[(Place, GeneratedClip)]) -> Result<(), XlsxError> {
    sheet.write(0, 0, "Generated micro-expressions, annotated as SAMM's are")?;
    sheet.write(2, 0, "Frames: numbers in the file names; 200 frames per second")?;
    sheet.write(4, 0, "Objective Classes: I to VII as 1 to 7")?;
    sheet.write_row(SAMM_HEADER_ROW, 0, SAMM_COLUMNS)?;
    for (row, (place, clip)) in (SAMM_HEADER_ROW + 1..).zip(clips) {
        let [onset, apex, offset] = clip.frame_numbers().map(|n| n as f64);
        sheet.write(row, 0, &place.subject)?.write(row, 1, &place.name)?.write(row, 2, clip.number as f64)?;
        sheet.write(row, 3, onset)?.write(row, 4, apex)?.write(row, 5, offset)?;
        sheet.write(row, 6, clip.frames as f64)?.write(row, 7, "Micro - 1/2")?;
        sheet.write(row, 8, clip.action_units.to_string())?.write(row, 9, &clip.emotion)?;
        sheet.write(row, 10, objective_class(&clip.emotion))?;
    }
    Ok(())
}

fn fill_casme2(sheet: &mut Worksheet, clips: &[(Place, GeneratedClip)]) -> Result<(), XlsxError> {
    sheet.write_row(0, 0, CASME2_COLUMNS)?;
    for (row, (place, clip)) in (1..).zip(clips) {
        let [onset, apex, offset] = clip.frame_numbers().map(|n| n as f64);
        sheet.write(row, 0, clip.subject as f64)?.write(row, 1, &place.name)?;
        sheet.write(row, 3, onset)?.write(row, 4, apex)?.write(row, 5, offset)?;
        sheet.write(row, 7, clip.action_units.to_string())?.write(row, 8, &clip.emotion)?;
    }
    Ok(())
}
