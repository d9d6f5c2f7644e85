//! SMIC-HS, SAMM and CASME II joined, and MEGC 2019's list of their clips.
#![cfg(feature = "xlsx")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use microexpr_data::{
    ClipRecord, CompositeList, CompositeParams, DataError, Dataset, DatasetIndex, LabelScheme, Layout,
    read_composite,
};
use tempfile::TempDir;

fn frames(folder: PathBuf, numbers: std::ops::Range<u64>, name: impl Fn(u64) -> String) {
    fs::create_dir_all(&folder).unwrap();
    for number in numbers {
        fs::write(folder.join(name(number)), "").unwrap();
    }
}

/// Three clips of CASME II, two of SAMM, three of SMIC with two cameras.
fn tree() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let books = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/openpyxl");
    let at = |path: &str| root.path().join(path);
    for clip in ["s3/micro/negative/s3_ne_01", "s3/micro/surprise/s3_sur_02", "s11/micro/positive/s11_po_01"]
    {
        frames(at("SMIC/SMIC_all_raw/HS").join(clip), 1..4, |n| format!("image{n:06}.bmp"));
    }
    frames(at("SMIC/SMIC_all_raw/NIR/s3/micro/negative/s3_ne_01"), 1..4, |n| format!("image{n:06}.bmp"));
    frames(at("SAMM/SAMM/006/006_1_2"), 1..10, |n| format!("006_{n:05}.jpg"));
    frames(at("SAMM/SAMM/007/007_3_1"), 8..13, |n| format!("007_{n:05}.jpg"));
    fs::copy(books.join("samm.xlsx"), at("SAMM/SAMM_Micro_FACS_Codes_v2.xlsx")).unwrap();
    for (clip, last) in [("sub01/EP02_01f", 90), ("sub02/EP01_11f", 60), ("sub26/EP18_50", 4)] {
        frames(at("CASME2/CASME2_RAW_selected").join(clip), 1..last, |n| format!("img{n}.jpg"));
    }
    fs::copy(books.join("casme2.xlsx"), at("CASME2/CASME2-coding-20140508.xlsx")).unwrap();
    root
}

fn ids(index: &DatasetIndex) -> Vec<String> {
    index.clips.iter().map(ClipRecord::id).collect()
}

#[test]
fn three_datasets_under_one_root_are_joined() {
    let root = tree();
    let index = Layout::Composite.read(root.path()).unwrap();
    assert_eq!((index.layout, index.root.as_path()), (Layout::Composite, root.path()));
    let expected = [
        "smic/s03/s3_ne_01",
        "smic/s03/s3_sur_02",
        "smic/s11/s11_po_01",
        "samm/006/006_1_2",
        "samm/007/007_3_1",
        "casme2/sub01/EP02_01f",
        "casme2/sub02/EP01_11f",
        "casme2/sub26/EP18_50",
    ];
    assert_eq!(ids(&index), expected);
    // Fear of CASME II belongs to no class.
    assert_eq!(index.class_counts(LabelScheme::ThreeClasses), [3, 3, 1]);
    assert_eq!(
        index.protocol_note(LabelScheme::ThreeClasses).unwrap(),
        "3/3/1 clips of 6 subjects, the published protocol has 250/109/83 clips of 68 subjects"
    );
    assert_eq!((index.clips.len(), index.subjects().len()), (8, 7));
    // What the readers found wrong is still told.
    assert!(index.skipped.iter().any(|s| s.id == "samm/006/006_1_3"));
    assert!(index.warnings.iter().any(|w| w.starts_with("casme2/sub02/EP01_11f: apex is \"/\"")));
}

#[test]
fn each_dataset_may_have_a_root_of_its_own() {
    let (root, other) = (tree(), tempfile::tempdir().unwrap());
    fs::rename(root.path().join("SAMM"), other.path().join("SAMM")).unwrap();
    let error = read_composite(root.path(), &CompositeParams::default()).unwrap_err();
    assert!(error.to_string().contains("expected SAMM's folders"), "{error}");
    let params = CompositeParams { samm: Some(other.path().join("SAMM")), ..CompositeParams::default() };
    assert_eq!(read_composite(root.path(), &params).unwrap().clips.len(), 8);
}

#[test]
fn a_list_selects_and_labels_whatever_its_spelling() {
    let root = tree();
    fs::write(root.path().join("notes.csv"), "a,b\n1,2\n").unwrap();
    fs::write(
        root.path().join("composite.csv"),
        "smic,s03,s03_ne_1,0\nSMIC-HS,3,S3_sur_02,2\nsamm,6,006_1_2,0\ncasme2,sub02,ep01_11F,2\n\
         samm,006,006_1_3,2\ncasme2,sub09,EP05_02,negative\nsamm,6,6_1_2,0\n",
    )
    .unwrap();
    let index = Layout::Composite.read(root.path()).unwrap();
    let expected = ["smic/s03/s3_ne_01", "smic/s03/s3_sur_02", "samm/006/006_1_2", "casme2/sub02/EP01_11f"];
    assert_eq!(ids(&index), expected);
    let labels: Vec<&str> = index.clips.iter().map(|clip| clip.label.as_str()).collect();
    assert_eq!(labels, ["negative", "surprise", "negative", "surprise"]);
    // 006_1_3 is in SAMM's workbook without a folder: its reader's reason stands, and only once.
    let reasons = |id: &str| {
        let of_id = index.skipped.iter().filter(|s| s.id.ends_with(id));
        of_id.map(|s| s.reason.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(reasons("EP05_02"), ["line 6 names a clip that is not there"]);
    assert_eq!(reasons("006_1_3"), ["row 16 names a clip without a folder"]);
    let warned =
        |text: &str| assert!(index.warnings.iter().any(|w| w.contains(text)), "{:?}", index.warnings);
    warned("casme2/sub02/EP01_11f: labelled repression, but surprise in line 4 of ");
    warned("1 clips of smic are not in the list");
    warned("2 clips of casme2 are not in the list");
    warned("composite.csv: line 7 repeats a clip");
}

#[test]
fn a_list_may_have_a_header_and_more_columns_but_no_other_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.csv");
    let read = |text: &str| {
        fs::write(&path, text).unwrap();
        CompositeList::read(&path)
    };
    assert_eq!(read("dataset,sub,filename,label\nsmic,s01,s01_ne_01,0,extra\n").unwrap().len(), 1);
    assert_eq!(read("\u{feff}smic,s01,s01_ne_01,0\n").unwrap().len(), 1);
    assert!(read("").unwrap().is_empty());
    for row in ["smic,s01,s01_ne_01,3", "smic,s01,s01_ne_01", "smic,s01,,0", "smic,s01,s01_ne_01,angry"] {
        let error = read(&format!("smic,s01,s01_ne_01,0\n{row}\n")).unwrap_err();
        assert!(matches!(&error, DataError::CompositeRow { line: 2, found, .. } if found == row), "{error}");
    }
    let error = CompositeList::read(folder.path().join("nowhere.csv")).unwrap_err();
    assert!(matches!(error, DataError::ReadCsv { .. }));
    let params =
        CompositeParams { list: Some(folder.path().join("nowhere.csv")), ..CompositeParams::default() };
    assert!(matches!(read_composite(tree().path(), &params), Err(DataError::ReadCsv { .. })));
}

#[test]
fn a_clip_of_two_parts_is_used_once() {
    let root = tree();
    let part = || Layout::Smic.read(root.path().join("SMIC")).unwrap();
    let index = DatasetIndex::join("", [part(), part()]);
    assert_eq!((index.clips.len(), index.skipped.len()), (3, 3));
    assert_eq!(index.skipped[0].reason, "another dataset of the composite has the same clip");
    assert!(index.clips.iter().all(|clip| clip.dataset == Dataset::Smic));
}
