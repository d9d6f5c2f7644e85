//! SAMM and CASME II: folders and workbooks, whole and damaged; `data/openpyxl/generate.py` wrote the
//! workbooks.
#![cfg(feature = "xlsx")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use microexpr_data::{
    AnnotationParams, DataError, DatasetIndex, Erratum, FrameColumn, FrameProblem, LabelScheme, Layout,
    check_frames, frame_gaps, read_casme2, read_samm,
};
use tempfile::TempDir;

fn workbook(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/openpyxl").join(name)
}

fn frames(folder: &Path, numbers: impl IntoIterator<Item = u64>, name: impl Fn(u64) -> String) {
    fs::create_dir_all(folder).unwrap();
    for number in numbers {
        fs::write(folder.join(name(number)), "").unwrap();
    }
}

fn samm_tree(book: &str) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let samm = root.path().join("SAMM");
    frames(&samm.join("006/006_1_2"), 1..10, |n| format!("006_{n:05}.jpg"));
    // Without padding, and not all frames of the clip.
    frames(&samm.join("007/007_3_1"), [8, 9, 10, 12], |n| format!("007_{n}.jpg"));
    for clip in ["007_3_2", "007_3_3", "007_3_4"] {
        frames(&samm.join("007").join(clip), 1..4, |n| format!("007_{n}.jpg"));
    }
    frames(&samm.join("028/028_4_1"), 1..5, |n| format!("028_{n:05}.jpg"));
    frames(&samm.join("028/028_9_9"), 1..5, |n| format!("028_{n:05}.jpg"));
    fs::copy(workbook(book), samm.join("SAMM_Micro_FACS_Codes_v2.xlsx")).unwrap();
    root
}

fn read(root: &Path) -> DatasetIndex {
    Layout::Samm.read(root).unwrap()
}

#[test]
fn samm_clips_run_from_onset_to_offset() {
    let root = samm_tree("samm.xlsx");
    for start in ["", "SAMM"] {
        let index = read(&root.path().join(start));
        let ids: Vec<String> = index.clips.iter().map(microexpr_data::ClipRecord::id).collect();
        assert_eq!(ids, ["samm/006/006_1_2", "samm/007/007_3_1", "samm/028/028_4_1"]);
        let clip = &index.clips[0];
        assert_eq!((clip.onset, clip.apex, clip.offset, clip.fps), (Some(3), Some(5), Some(7), 200.0));
        assert_eq!((clip.label.as_str(), clip.frames.len(), clip.apex_index()), ("anger", 5, Some(2)));
        assert!(clip.frames[0].ends_with("006_00003.jpg"));
    }
}

#[test]
fn unpadded_samm_frames_are_ordered_by_their_last_number() {
    let index = read(samm_tree("samm.xlsx").path());
    let names: Vec<_> =
        index.clips[1].frames.iter().map(|p| p.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["007_10.jpg", "007_12.jpg"]);
}

#[test]
fn damaged_samm_rows_are_skipped_or_warned_about() {
    let index = read(samm_tree("samm.xlsx").path());
    let skipped: Vec<(&str, &str)> =
        index.skipped.iter().map(|s| (s.id.as_str(), s.reason.as_str())).collect();
    assert_eq!(
        skipped,
        [
            ("samm/006/006_1_3", "row 16 names a clip without a folder"),
            ("samm/007/007_3_2", "row 19: onset is \"later\", expected a frame number"),
            ("samm/007/007_3_3", "row 20: onset 9 lies after offset 2"),
            ("samm/006/006_1_2", "row 21 repeats a clip"),
            ("samm/007/007_3_4", "row 22: expected frames 100 to 102; found 1 to 3"),
        ]
    );
    assert_eq!(index.warnings.len(), 3);
    assert_eq!(index.warnings[0], "samm/007/007_3_1: apex is \"99\", expected a frame from 10 to 12");
    assert_eq!(index.warnings[1], "samm/007/007_3_1: 2 of the 3 frames 10 to 12 are there");
    assert!(index.warnings[2].ends_with("028_9_9 is not in the workbook"));
    // The known erratum needs no warning.
    assert_eq!(index.clips[2].apex, None);
}

#[test]
fn errata_correct_single_cells() {
    let root = samm_tree("samm.xlsx");
    let erratum = |clip: &str, column, frame| Erratum { subject: None, clip: clip.into(), column, frame };
    let errata = vec![
        erratum("007_3_1", FrameColumn::Apex, Some(11)),
        erratum("007_3_2", FrameColumn::Onset, Some(2)),
        erratum("006_1_2", FrameColumn::Offset, Some(9)),
    ];
    let index = read_samm(root.path(), &AnnotationParams { errata, workbook: None }).unwrap();
    let clip = |name: &str| index.clips.iter().find(|c| c.clip == name).unwrap();
    assert_eq!(
        (clip("007_3_1").apex, clip("007_3_2").onset, clip("006_1_2").frames.len()),
        (Some(11), Some(2), 7)
    );
    assert!(index.warnings.iter().any(|w| w.starts_with("samm/028/028_4_1: apex is \"500\"")));
}

#[test]
fn errata_are_tables_and_may_name_a_subject() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("errata.csv");
    let read = |text: &str| {
        fs::write(&path, text).unwrap();
        Erratum::read(&path)
    };
    let expected =
        |subject, frame| Erratum { subject, clip: "007_3_1".into(), column: FrameColumn::Apex, frame };
    assert_eq!(read("clip,column,frame\n007_3_1, apex, 11\n").unwrap(), [expected(None, Some(11))]);
    let table = "subject,clip,column,frame\n6,007_3_1,apex,10\n7,007_3_1,apex,11\n,007_3_1,apex,\n";
    let errata = read(table).unwrap();
    assert_eq!(errata, [expected(Some(6), Some(10)), expected(Some(7), Some(11)), expected(None, None)]);
    let root = samm_tree("samm.xlsx");
    let apex = |errata: &[Erratum]| {
        let index = read_samm(root.path(), &AnnotationParams { errata: errata.to_vec(), workbook: None });
        index.unwrap().clips[1].apex
    };
    assert_eq!((apex(&errata[..2]), apex(&errata)), (Some(11), None));
    let error = read("clip,column,frame\n007_3_1,peak,11\n").unwrap_err();
    assert!(error.to_string().ends_with("errata.csv: cannot be read as CSV"), "{error}");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("line: 2") && cause.contains("peak"), "{cause}");
    assert_eq!(Erratum::samm().len(), 2);
    assert_eq!(AnnotationParams::samm().errata, Erratum::samm());
}

#[test]
fn one_clip_in_two_folders_and_one_frame_in_two_files_are_skipped() {
    let root = samm_tree("samm.xlsx");
    let samm = root.path().join("SAMM");
    frames(&samm.join("6/6_1_2"), 1..10, |n| format!("006_{n:05}.jpg"));
    frames(&samm.join("007/007_3_1"), 10..12, |n| format!("reg_007_{n}.jpg"));
    let index = read(root.path());
    let reason = |id: &str| &index.skipped.iter().find(|s| s.id == id).unwrap().reason;
    assert!(reason("samm/006/6_1_2").starts_with("the same clip as "), "{:?}", index.skipped);
    assert!(reason("samm/007/007_3_1").starts_with("row 17: 007_10.jpg and reg_007_10.jpg in "));
    assert!(
        reason("samm/007/007_3_1").ends_with("the same frame twice: keep one kind of files in the folder")
    );
}

#[test]
fn unpadded_folders_and_an_apex_whose_file_is_missing_are_found() {
    let root = samm_tree("samm.xlsx");
    let samm = root.path().join("SAMM");
    fs::rename(samm.join("006"), samm.join("6")).unwrap();
    fs::rename(samm.join("6/006_1_2"), samm.join("6/6_1_2")).unwrap();
    fs::remove_file(samm.join("6/6_1_2/006_00005.jpg")).unwrap();
    let index = read(root.path());
    let clip = &index.clips[0];
    assert_eq!((clip.id().as_str(), clip.apex, clip.apex_index()), ("samm/006/006_1_2", Some(5), None));
    assert!(index.warnings.iter().any(|w| w == "samm/006/006_1_2: the apex, frame 5, is not there"));
    assert!(matches!(frame_gaps(clip)[..], [FrameProblem::Gap { after: 4, before: 6 }]));
}

#[test]
fn files_that_are_no_images_are_passed_over_or_named() {
    let root = samm_tree("samm.xlsx");
    let clip = root.path().join("SAMM/006/006_1_2");
    fs::write(clip.join("Thumbs.db"), "").unwrap();
    fs::write(clip.join("landmarks.csv"), "frame,x_0\n").unwrap();
    fs::write(clip.join("006_00004.jpg"), "a page of text").unwrap();
    let index = read(root.path());
    assert_eq!(index.clips[0].frames.len(), 5);
    let problems: Vec<String> = check_frames(&index.clips[0]).iter().map(ToString::to_string).collect();
    assert!(
        problems.iter().any(|p| p.contains("006_00004.jpg: cannot be decoded as an image: ")),
        "{problems:?}"
    );
}

#[test]
fn the_header_may_stand_on_any_row_of_any_sheet() {
    let index = read(samm_tree("samm_header_on_row_3_of_sheet_2.xlsx").path());
    assert_eq!(index.clips, {
        let mut usual = read(samm_tree("samm.xlsx").path()).clips;
        for (clip, other) in usual.iter_mut().zip(&index.clips) {
            clip.frames.clone_from(&other.frames);
        }
        usual
    });
    assert_eq!(index.skipped[0].reason, "row 5 names a clip without a folder");
}

#[test]
fn damaged_workbooks_are_named() {
    let error = |book| read_samm(samm_tree(book).path(), &AnnotationParams::samm()).unwrap_err();
    let text = error("samm_renamed_column.xlsx").to_string();
    assert!(
        text.contains(
            "SAMM_Micro_FACS_Codes_v2.xlsx: expected a column Onset Frame; found Subject, Filename"
        ),
        "{text}"
    );
    assert!(matches!(error("no_header.xlsx"), DataError::NoHeader { .. }));
    assert!(matches!(error("generate.py"), DataError::ReadWorkbook { .. }));
    let root = samm_tree("samm.xlsx");
    fs::remove_file(root.path().join("SAMM/SAMM_Micro_FACS_Codes_v2.xlsx")).unwrap();
    let error = read_samm(root.path(), &AnnotationParams::samm()).unwrap_err().to_string();
    assert!(
        error.contains("its workbook SAMM_Micro_FACS_Codes_v2.xlsx")
            && error.contains("found a folder with 006, 007, 028")
    );
    let elsewhere = AnnotationParams { workbook: Some(workbook("samm.xlsx")), ..AnnotationParams::samm() };
    assert_eq!(read_samm(root.path(), &elsewhere).unwrap().clips.len(), 3);
}

#[test]
fn two_copies_of_samm_are_named() {
    let root = samm_tree("samm.xlsx");
    frames(&root.path().join("SAMM_CROP/006/006_1_2"), 1..10, |n| format!("006_{n:05}.jpg"));
    let error = read_samm(root.path(), &AnnotationParams::samm()).unwrap_err();
    assert!(matches!(error, DataError::SeveralRoots { .. }));
    // The copy without a workbook of its own uses the one in the folder above.
    fs::rename(root.path().join("SAMM/SAMM_Micro_FACS_Codes_v2.xlsx"), root.path().join("SAMM_Micro.xlsx"))
        .unwrap();
    assert_eq!(read(&root.path().join("SAMM_CROP")).clips.len(), 1);
}

#[test]
fn casme2_clips_are_read_with_numeric_subjects_and_an_apex_that_is_text() {
    let root = tempfile::tempdir().unwrap();
    let raw = root.path().join("CASME2_RAW_selected");
    frames(&raw.join("sub01/EP02_01f"), 40..90, |n| format!("img{n}.jpg"));
    frames(&raw.join("sub02/EP01_11f"), 1..60, |n| format!("reg_img{n}.jpg"));
    frames(&raw.join("sub26/EP18_50"), 1..4, |n| format!("img{n}.jpg"));
    fs::copy(workbook("casme2.xlsx"), root.path().join("CASME2-coding-20140508.xlsx")).unwrap();
    for start in ["", "CASME2_RAW_selected"] {
        let index = read_casme2(root.path().join(start), &AnnotationParams::default()).unwrap();
        let ids: Vec<String> = index.clips.iter().map(microexpr_data::ClipRecord::id).collect();
        assert_eq!(ids, ["casme2/sub01/EP02_01f", "casme2/sub02/EP01_11f", "casme2/sub26/EP18_50"]);
        assert_eq!((index.clips[0].frames.len(), index.clips[0].apex_index()), (41, Some(13)));
        assert_eq!((index.clips[1].frames.len(), index.clips[1].apex), (3, None));
        assert_eq!(index.warnings, ["casme2/sub02/EP01_11f: apex is \"/\", expected a frame from 46 to 48"]);
        // Happiness, repression; fear belongs to no class of CASME II.
        assert_eq!(index.class_counts(LabelScheme::ThreeClasses), [1, 1, 0]);
    }
}

#[test]
fn wrong_roots_are_named() {
    let root = tempfile::tempdir().unwrap();
    for layout in [Layout::Samm, Layout::Casme2, Layout::Manifest] {
        let error = layout.read(root.path()).unwrap_err();
        assert!(
            matches!(error, DataError::WrongRoot { .. })
                && error.to_string().ends_with("found an empty folder")
        );
    }
}

#[test]
fn cells_without_a_value_leave_a_clip_out_by_name() {
    let root = tempfile::tempdir().unwrap();
    let clips = ["006_1_2", "006_1_3", "006_1_4", "006_1_5"];
    for clip in clips {
        frames(&root.path().join("006").join(clip), 1..10, |n| format!("006_{n:05}.jpg"));
    }
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let header = ["Subject", "Filename", "Onset Frame", "Apex Frame", "Offset Frame", "Estimated Emotion"];
    for (column, name) in header.iter().enumerate() {
        sheet.write(0, column as u16, *name).unwrap();
    }
    // To a reader a formula that nobody has computed is an empty cell.
    let not_available = rust_xlsxwriter::Formula::new("=NA()").set_result("#N/A");
    for (row, clip) in (1..).zip(clips) {
        for (column, frame) in [(2, 2.0), (3, 4.0), (4, 6.0)] {
            sheet.write(row, column, frame).unwrap();
        }
        if row < 4 {
            sheet.write(row, 0, "006").unwrap();
            sheet.write(row, 1, clip).unwrap();
        }
    }
    sheet.write(1, 5, "Anger").unwrap();
    sheet.write(3, 5, not_available).unwrap();
    book.save(root.path().join("SAMM_Micro_FACS_Codes_v2.xlsx")).unwrap();

    let index = read(root.path());
    let left_out = index.left_out(LabelScheme::ThreeClasses);
    let reason = |name: &str| left_out.iter().find(|s| s.id.ends_with(name)).map(|s| s.reason.clone());
    assert_eq!(index.class_counts(LabelScheme::ThreeClasses), [1, 0, 0]);
    assert_eq!(reason("006_1_3").as_deref(), Some("it has no label"));
    assert!(reason("006_1_4").unwrap().to_lowercase().contains("n/a"), "{left_out:?}");
    assert!(left_out.iter().any(|s| s.reason.contains("row 5")), "{left_out:?}");
    assert!(index.warnings.iter().any(|w| w.contains("006_1_5") && w.contains("not in the workbook")));
}
