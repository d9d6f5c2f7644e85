//! CASME's and CAS(ME)³'s layouts and tables, tables as text, and tables that claim to be enormous.
#![cfg(feature = "xlsx")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use microexpr_data::{AnnotationParams, DatasetIndex, LabelScheme, Layout, read_casme2};
use rust_xlsxwriter::Workbook;
use tempfile::TempDir;

fn frames(folder: &Path, numbers: impl IntoIterator<Item = u64>, prefix: &str) {
    fs::create_dir_all(folder).unwrap();
    for number in numbers {
        fs::write(folder.join(format!("{prefix}{number}.jpg")), "").unwrap();
    }
}

fn workbook(path: &Path, rows: &[&[&str]]) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            match cell.parse::<f64>() {
                Ok(number) => sheet.write(row as u32, column as u16, number).unwrap(),
                Err(_) => sheet.write(row as u32, column as u16, *cell).unwrap(),
            };
        }
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    book.save(path).unwrap();
}

fn ids(index: &DatasetIndex) -> Vec<String> {
    index.clips.iter().map(microexpr_data::ClipRecord::id).collect()
}

const CASME3: &[&[&str]] = &[
    &["Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Objective class", "emotion"],
    &["spNO.1", "a", "3", "5", "7", "4", "4", "disgust"],
    &["spNO.1", "a", "12", "13", "15", "12", "1", "happy"],
    &["spNO.10", "B", "2", "9", "4", "1+2", "2", "sad"],
    &["spNO.2", "c", "1", "2", "3", "", "7", "others"],
];

#[test]
fn casme3_recordings_hold_several_clips() {
    let root = tempfile::tempdir().unwrap();
    let part = root.path().join("part_A");
    workbook(&part.join("annotation/cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx"), CASME3);
    let data = part.join("data/part_A_split/part_A");
    frames(&data.join("spNO.1/a/color"), 0..20, "");
    frames(&data.join("spNO.1/a/depth"), 0..20, "");
    frames(&data.join("spNo.10/b/color"), 1..5, "");
    for start in [root.path(), &part, &data.parent().unwrap().join("part_A")] {
        let params = AnnotationParams {
            workbook: Some(part.join("annotation/cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx")),
            ..AnnotationParams::default()
        };
        let index = if start.ends_with("part_A_split/part_A") {
            microexpr_data::read_casme3(start, &params).unwrap()
        } else {
            Layout::Casme3.read(start).unwrap()
        };
        assert_eq!(ids(&index), ["casme3/spNO.1/a_3", "casme3/spNO.1/a_12", "casme3/spNO.10/b_2"]);
        let clip = &index.clips[1];
        assert_eq!(
            (clip.onset, clip.apex, clip.offset, clip.frames.len()),
            (Some(12), Some(13), Some(15), 4)
        );
        assert_eq!((clip.label.as_str(), clip.fps), ("happy", 30.0));
        assert!(clip.frames[0].ends_with("color/12.jpg"));
        assert_eq!(index.class_counts(LabelScheme::Casme3Four), [2, 1, 0, 0]);
        assert_eq!(index.warnings, ["casme3/spNO.10/b_2: apex is \"9\", expected a frame from 2 to 4"]);
        assert!(index.skipped[0].reason.contains("row 5 names a clip without a folder"));
    }
}

#[test]
fn casme3_clips_cut_out_of_their_recordings_are_found_by_their_onset() {
    let root = tempfile::tempdir().unwrap();
    workbook(&root.path().join("PartA_annotation/cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx"), CASME3);
    let clips = root.path().join("Part_A_ME_clip");
    for kind in ["frame", "depth"] {
        frames(&clips.join(kind).join("spNo.1_a_3"), 3..8, "");
        frames(&clips.join(kind).join("spNo.1_a_12"), 12..16, "");
    }
    let index = Layout::Casme3.read(root.path()).unwrap();
    assert_eq!(ids(&index), ["casme3/spNO.1/a_3", "casme3/spNO.1/a_12"]);
    assert!(index.clips[0].frames[0].ends_with("frame/spNo.1_a_3/3.jpg"));
    assert_eq!(index.skipped.len(), 2);
}

const CASME: &[&[&str]] = &[
    &["Subject", "Filename", "", "OnsetF", "ApexF1", "ApexF2", "OffsetF", "", "AU", "Emotion"],
    &["1", "EP01_5", "", "2", "3", "", "6", "", "4", "tense"],
    &["1", "EP03_1", "", "1", "2", "", "4", "", "12", "happiness"],
];

#[test]
fn casmes_own_column_names_are_known() {
    let root = tempfile::tempdir().unwrap();
    workbook(&root.path().join("CASME.xlsx"), CASME);
    let raw = root.path().join("CASME_raw_selected/sub01");
    frames(&raw.join("EP01_5"), 1..9, "EP01_5-");
    frames(&raw.join("EP03_1"), 1..9, "EP03_1-");
    let index = Layout::Casme.read(root.path()).unwrap();
    assert_eq!(ids(&index), ["casme/sub01/EP01_5", "casme/sub01/EP03_1"]);
    assert_eq!((index.clips[0].apex, index.clips[0].frames.len(), index.clips[0].fps), (Some(3), 5, 60.0));
    let left_out = index.left_out(LabelScheme::ThreeClasses);
    assert_eq!(left_out.len(), 1);
    assert!(left_out[0].reason.contains("\"tense\""), "{}", left_out[0].reason);
}

fn casme2_tree() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    frames(&root.path().join("CASME2_RAW_selected/sub01/EP02_01f"), 40..60, "img");
    root
}

/// The same table saved as text is the same table, whichever of a spreadsheet's text formats it is.
#[test]
fn a_workbook_may_be_text() {
    let text = "note\n\nSubject;Filename;OnsetFrame;ApexFrame;OffsetFrame;Estimated Emotion\n1;EP02_01f;46;49;55;Happiness\n";
    let utf16 = [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    for bytes in [text.replace(';', ",").into_bytes(), text.replace('\n', "\r\n").into_bytes(), utf16] {
        let root = casme2_tree();
        // Not a table of clips, though it is one of text.
        fs::write(root.path().join("results.csv"), "a,b\n").unwrap();
        fs::write(root.path().join("CASME2-coding-20140508.csv"), &bytes).unwrap();
        let index = Layout::Casme2.read(root.path()).unwrap();
        assert_eq!(
            (ids(&index), index.clips[0].frames.len()),
            (vec!["casme2/sub01/EP02_01f".to_owned()], 10)
        );
    }
}

#[test]
fn wrong_rows_of_a_text_table_are_named_by_their_line() {
    let root = casme2_tree();
    let text = "Subject,Filename,OnsetFrame,ApexFrame,OffsetFrame,Estimated Emotion\r\n1,EP02_01f,x,49,55,Happiness\r\n";
    fs::write(root.path().join("coding.csv"), text).unwrap();
    let index = Layout::Casme2.read(root.path()).unwrap();
    assert!(index.skipped[0].reason.contains("row 2: onset is \"x\""), "{}", index.skipped[0].reason);
}

/// A table over all of it would take 17 billion cells.
#[test]
fn one_stray_cell_in_the_last_corner_takes_no_room() {
    let root = casme2_tree();
    let path: PathBuf = root.path().join("CASME2-coding.xlsx");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let header = ["Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Estimated Emotion"];
    header.iter().enumerate().for_each(|(column, name)| {
        sheet.write(0, column as u16, *name).unwrap();
    });
    for (column, cell) in ["1", "EP02_01f", "46", "49", "55", "disgust"].iter().enumerate() {
        sheet.write(1, column as u16, *cell).unwrap();
    }
    sheet.write(1_048_575, 16_383, "stray").unwrap();
    book.save(&path).unwrap();
    let index = read_casme2(root.path(), &AnnotationParams::default()).unwrap();
    assert_eq!(index.clips.len(), 1);
}

/// A workbook of Excel 97, [MS-XLS] 2.4: the beginning and end of its parts, the sheet's place, cells of text.
fn old_workbook(path: &Path, cells: &[(u16, u16, &str)]) {
    let record =
        |kind: u16, data: &[u8]| [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat();
    let begin = |part: u16| record(0x0809, &[0x0600, part, 0, 0, 0, 0, 0, 0].map(u16::to_le_bytes).concat());
    let end = record(0x000a, &[]);
    let sheet_name = [&[0, 0, 5, 0][..], b"Codes"].concat();
    let globals = begin(5).len() + 4 + 4 + sheet_name.len() + end.len();
    let place = [&(globals as u32).to_le_bytes()[..], &sheet_name].concat();
    let label = |(row, column, text): &(u16, u16, &str)| {
        let numbers = [*row, *column, 0, text.len() as u16].map(u16::to_le_bytes).concat();
        record(0x0204, &[&numbers[..], &[0], text.as_bytes()].concat())
    };
    let cells = cells.iter().map(label).collect::<Vec<_>>().concat();
    let book = [begin(5), record(0x0085, &place), end.clone(), begin(0x10), cells, end].concat();
    let mut container = cfb::create(path).unwrap();
    std::io::Write::write_all(&mut container.create_stream("/Workbook").unwrap(), &book).unwrap();
    container.flush().unwrap();
}

/// calamine would make a table of 16 million empty cells, 400 MB, of these twelve.
#[test]
fn a_stray_cell_in_an_old_workbook_is_refused_before_room_is_made_for_it() {
    let root = casme2_tree();
    let path = root.path().join("CASME2-coding.xls");
    let header = ["Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Estimated Emotion"];
    let row = ["1", "EP02_01f", "46", "49", "55", "disgust"];
    let mut cells: Vec<_> = [header, row]
        .iter()
        .zip(0..)
        .flat_map(|(texts, row)| texts.iter().zip(0..).map(move |(text, column)| (row, column, *text)))
        .collect();
    old_workbook(&path, &cells);
    assert_eq!(read_casme2(root.path(), &AnnotationParams::default()).unwrap().clips.len(), 1);
    cells.push((65_535, 255, "stray"));
    old_workbook(&path, &cells);
    let error = read_casme2(root.path(), &AnnotationParams::default()).unwrap_err();
    let reason = std::error::Error::source(&error).unwrap().to_string();
    assert!(reason.contains("65536 rows and 256 columns") && reason.contains("delete the cell"), "{reason}");
    fs::write(&path, "no workbook").unwrap();
    let error = read_casme2(root.path(), &AnnotationParams::default()).unwrap_err().to_string();
    assert!(error.contains("CASME2-coding.xls"), "{error}");
}

#[test]
fn a_table_in_another_format_is_refused_with_the_cure() {
    let root = casme2_tree();
    let path = root.path().join("coding.ods");
    fs::write(&path, "").unwrap();
    let params = AnnotationParams { workbook: Some(path), ..AnnotationParams::default() };
    let error = read_casme2(root.path(), &params).unwrap_err().to_string();
    assert!(error.contains("coding.ods") && error.contains("save it as"), "{error}");
}

#[test]
fn folders_that_a_mac_adds_to_archives_do_not_exist() {
    let root = casme2_tree();
    let text = "Subject,Filename,OnsetFrame,ApexFrame,OffsetFrame,Estimated Emotion\n1,EP02_01f,46,49,55,Happiness\n";
    fs::write(root.path().join("coding.csv"), text).unwrap();
    for folder in ["__MACOSX/CASME2_RAW_selected/sub01/EP02_01f", ".Trash/CASME2_RAW_selected/sub01/EP02_01f"]
    {
        frames(&root.path().join(folder), 46..50, "._img");
    }
    let index = Layout::Casme2.read(root.path()).unwrap();
    assert_eq!((index.clips.len(), index.skipped.len()), (1, 0));
}
