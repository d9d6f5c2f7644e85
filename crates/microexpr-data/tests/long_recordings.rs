//! Workbooks of SAMM Long Videos and CAS(ME)², made here in the shape of the published ones.
#![cfg(feature = "xlsx")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use microexpr_data::{AnnotatedKind, DataError, read_long_annotations};
use rust_xlsxwriter::{Workbook, Worksheet};
use tempfile::TempDir;

fn fill(sheet: &mut Worksheet, first_row: u32, rows: &[&[&str]]) {
    for (row, cells) in (first_row..).zip(rows) {
        for (column, cell) in (0_u16..).zip(*cells) {
            match cell.parse::<f64>() {
                // Leading zeros are text in both workbooks.
                Ok(number) if !cell.starts_with('0') || *cell == "0" => {
                    sheet.write(row, column, number).unwrap()
                }
                _ => sheet.write(row, column, *cell).unwrap(),
            };
        }
    }
}

/// Ten rows stand above the first expression: notes, and the header as the last of them.
fn samm_long_videos(folder: &Path) -> PathBuf {
    let header = [
        "Subject",
        "Filename",
        "Inducement Code",
        "Onset",
        "Apex",
        "Offset",
        "Duration",
        "Type",
        "Action Units",
        "Notes",
    ];
    let rows: [&[&str]; 5] = [
        &["006", "006_1_1", "1", "65", "78", "102", "38", "Micro - 1/2", "4", ""],
        &["006", "006_1_2", "1", "300", "410", "560", "261", "Macro", "AU6 + AU12", "smile"],
        &["006", "006_2_3", "2", "40", "0", "60", "21", "Micro - 1/2", "L14", ""],
        &["007", "007_7_1", "7", "90", "95", "80", "-9", "Macro", "1", "ends before it begins"],
        &["007", "007_7_2", "7", "x", "95", "180", "", "Macro", "1", ""],
    ];
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    fill(sheet, 0, &[&["SAMM Long Videos"], &["Micro means 1/2 s or less"]]);
    fill(sheet, 9, &[&header]);
    fill(sheet, 10, &rows);
    let path = folder.join("SAMM_LongVideos_V2_Release.xlsx");
    book.save(&path).unwrap();
    path
}

fn casme_squared(folder: &Path) -> PathBuf {
    let rows: [&[&str]; 5] = [
        &["1", "disgust1_1", "557", "572", "595", "4+7", "negative", "macro-expression", "disgust"],
        &["1", "anger1_2", "10", "14", "0", "12", "positive", "micro-expression", "happiness"],
        &["22", "happy5_1", "30", "0", "60", "12", "positive", "macro-expression", "happiness"],
        &["9", "happy5_1", "30", "40", "60", "12", "positive", "macro-expression", "happiness"],
        &["1", "sad1_1", "30", "40", "60", "12", "negative", "macro-expression", "sadness"],
    ];
    let mut book = Workbook::new();
    fill(book.add_worksheet().set_name("CASFEcode_final").unwrap(), 0, &rows);
    let subjects: [&[&str]; 2] = [&["15", "s15", "1"], &["40", "s40", "22"]];
    fill(book.add_worksheet().set_name("naming rule1").unwrap(), 0, &subjects);
    let videos: [&[&str]; 3] = [&["0101", "disgust1"], &["401", "anger1"], &["0505", "happy5"]];
    fill(book.add_worksheet().set_name("naming rule2").unwrap(), 0, &videos);
    let path = folder.join("CAS(ME)^2code_final.xlsx");
    book.save(&path).unwrap();
    path
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn samm_long_videos_are_read_below_their_notes() {
    let folder = folder();
    let found = read_long_annotations(samm_long_videos(folder.path())).unwrap();
    let told: Vec<_> = found
        .expressions
        .iter()
        .map(|e| (e.subject.as_str(), e.recording.as_str(), e.kind, e.onset, e.apex, e.offset))
        .collect();
    assert_eq!(
        told,
        [
            ("006", "006_1", AnnotatedKind::Micro, 65, Some(78), 102),
            ("006", "006_1", AnnotatedKind::Macro, 300, Some(410), 560),
            ("006", "006_2", AnnotatedKind::Micro, 40, None, 60),
        ]
    );
    assert_eq!(found.expressions[1].action_units, "AU6 + AU12");
    let reasons: Vec<&str> = found.skipped.iter().map(|row| row.reason.as_str()).collect();
    assert_eq!(
        reasons,
        ["row 14: onset 90 lies after offset 80", "row 15: onset is \"x\", expected a frame from 1"]
    );
}

#[test]
fn casme_squared_names_its_subjects_and_videos_in_further_sheets() {
    let folder = folder();
    let found = read_long_annotations(casme_squared(folder.path())).unwrap();
    let told: Vec<_> = found
        .expressions
        .iter()
        .map(|e| {
            (e.subject.as_str(), e.recording.as_str(), e.kind, e.onset, e.apex, e.offset, e.emotion.as_str())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("s15", "15_0101", AnnotatedKind::Macro, 557, Some(572), 595, "negative"),
            // No offset: the apex is the last frame.
            ("s15", "15_0401", AnnotatedKind::Micro, 10, Some(14), 14, "positive"),
            ("s40", "40_0505", AnnotatedKind::Macro, 30, None, 60, "positive"),
        ]
    );
    let reasons: Vec<&str> = found.skipped.iter().map(|row| row.reason.as_str()).collect();
    assert_eq!(reasons, ["row 4: sheet 2 has no subject \"9\"", "row 5: sheet 3 has no video \"sad1\""]);
}

#[test]
fn a_recording_is_known_by_its_name_and_by_what_follows_it() {
    let folder = folder();
    let casme = read_long_annotations(casme_squared(folder.path())).unwrap().expressions;
    assert!(casme[0].is_in("15_0101disgustingteeth") && casme[0].is_in("15_0101"));
    assert!(!casme[0].is_in("15_01011") && !casme[0].is_in("16_0101disgustingteeth"));
    let samm = read_long_annotations(samm_long_videos(folder.path())).unwrap().expressions;
    assert!(samm[0].is_in("006_1") && !samm[0].is_in("006_10") && !samm[0].is_in("006_1_2"));
}

#[test]
fn another_workbook_is_refused() {
    let folder = folder();
    let path = folder.path().join("other.xlsx");
    let mut book = Workbook::new();
    fill(book.add_worksheet(), 0, &[&["Subject", "Filename"], &["006", "006_1_1"]]);
    book.save(&path).unwrap();
    let error = read_long_annotations(&path).unwrap_err();
    assert!(matches!(error, DataError::NotLongRecordings { .. }), "{error}");
}
