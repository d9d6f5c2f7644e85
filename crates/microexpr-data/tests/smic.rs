//! SMIC's folders, whole and damaged.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use microexpr_data::{
    DataError, Dataset, DatasetIndex, LabelScheme, Layout, SmicCamera, SmicParams, read_smic,
};
use tempfile::TempDir;

/// A clip folder with frames of no content: reading an index opens no file.
fn clip(root: &Path, folder: &str, frames: &[&str]) {
    let folder = root.join(folder);
    fs::create_dir_all(&folder).unwrap();
    for frame in frames {
        fs::write(folder.join(frame), "").unwrap();
    }
}

const RAW: [&str; 2] = ["image000009.bmp", "image000010.bmp"];

fn raw_tree() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for folder in
        ["s2/micro/negative/s2_ne_01", "s2/micro/surprise/s2_sur_01", "s11/micro/positive/s11_po_02"]
    {
        clip(root.path(), &format!("SMIC_all_raw/HS/{folder}"), &RAW);
    }
    clip(root.path(), "SMIC_all_raw/HS/s2/non_micro/s2_ne_09", &RAW);
    clip(root.path(), "SMIC_all_raw/VIS/s2/micro/negative/s2_ne_01", &RAW);
    clip(root.path(), "SMIC_all_raw/NIR/s2/micro/negative/s2_ne_01", &RAW);
    root
}

fn read(root: &Path) -> DatasetIndex {
    read_smic(root, &SmicParams::default()).unwrap()
}

fn ids(index: &DatasetIndex) -> Vec<String> {
    index.clips.iter().map(microexpr_data::ClipRecord::id).collect()
}

#[test]
fn raw_clips_are_found_from_the_root_and_from_one_level_above_or_below() {
    let root = raw_tree();
    for start in ["", "SMIC_all_raw", "SMIC_all_raw/HS"] {
        let index = read(&root.path().join(start));
        assert_eq!(ids(&index), ["smic/s02/s2_ne_01", "smic/s02/s2_sur_01", "smic/s11/s11_po_02"], "{start}");
        assert!(index.root.ends_with("HS") && index.layout == Layout::Smic);
        assert!(index.skipped.is_empty() && index.warnings.is_empty());
        assert_eq!(index.class_counts(LabelScheme::ThreeClasses), [1, 1, 1]);
        let clip = &index.clips[0];
        assert_eq!((clip.dataset.clone(), clip.fps, clip.label.as_str()), (Dataset::Smic, 100.0, "negative"));
        assert_eq!((clip.onset, clip.apex, clip.offset), (None, None, None));
        assert!(clip.frames[0].ends_with("s2_ne_01/image000009.bmp") && clip.frames.len() == 2);
        assert_eq!(clip.sequence().unwrap().len(), 2);
    }
}

#[test]
fn cameras_are_kept_apart() {
    let root = raw_tree();
    for (camera, count, fps) in
        [(SmicCamera::Hs, 3, 100.0), (SmicCamera::Vis, 1, 25.0), (SmicCamera::Nir, 1, 25.0)]
    {
        let index = read_smic(root.path(), &SmicParams { camera: Some(camera) }).unwrap();
        assert_eq!((index.clips.len(), index.clips[0].fps), (count, fps));
    }
    // A root below the cameras names its camera itself.
    assert_eq!(read(&root.path().join("SMIC_all_raw/NIR")).clips[0].fps, 25.0);
}

#[test]
fn cropped_padded_and_smic_e_names_are_read() {
    let cropped = tempfile::tempdir().unwrap();
    clip(cropped.path(), "SMIC_all_cropped/HS/s01/micro/negative/s01_ne_01", &["reg_image000001.bmp"]);
    assert_eq!(ids(&read(cropped.path())), ["smic/s01/s01_ne_01"]);

    let extended = tempfile::tempdir().unwrap();
    clip(extended.path(), "SMIC-E_raw image/HS_long/SMIC-HS-E/s03/s3_sur_01", &["image000100.jpg"]);
    // Public copies spell the folder with either sign.
    let underscores = tempfile::tempdir().unwrap();
    clip(underscores.path(), "HS_long/SMIC_HS_E/s03/s3_ne_03", &["image000100.jpg"]);
    assert_eq!(ids(&read(underscores.path())), ["smic/s03/s3_ne_03"]);
    clip(extended.path(), "SMIC-E_raw image/VIS_long/SMIC-VIS-E/s03/s3_sur_01", &["image000100.jpg"]);
    for start in ["", "SMIC-E_raw image", "SMIC-E_raw image/HS_long", "SMIC-E_raw image/HS_long/SMIC-HS-E"] {
        let index = read(&extended.path().join(start));
        assert_eq!(
            (ids(&index), index.clips[0].fps),
            (vec!["smic/s03/s3_sur_01".to_owned()], 100.0),
            "{start}"
        );
        assert_eq!(index.clips[0].label, "surprise");
    }
}

#[test]
fn an_empty_clip_folder_and_odd_names_are_listed_with_their_reason() {
    let root = raw_tree();
    let hs = root.path().join("SMIC_all_raw/HS");
    clip(&hs, "s18/micro/surprise/s18_sur_03", &[]);
    clip(&hs, "s2/micro/negative/s3_ne_01", &RAW);
    clip(&hs, "s2/micro/negative/s02_ne_1", &RAW);
    clip(&hs, "s2/micro/negative/blink", &RAW);
    clip(&hs, "s2/micro/negative/s2_po_07", &RAW);
    let index = read(root.path());
    let skipped: Vec<(&str, &str)> =
        index.skipped.iter().map(|s| (s.id.as_str(), s.reason.as_str())).collect();
    let reason =
        |id: &str| skipped.iter().find(|s| s.0 == id).unwrap_or_else(|| panic!("{id} {skipped:?}")).1;
    assert_eq!(skipped.len(), 4);
    assert!(reason("smic/s18/s18_sur_03").contains("no image files"));
    assert_eq!(reason("smic/s02/s3_ne_01"), "its name says subject 3, its folder subject 2");
    assert!(reason("smic/s02/s2_ne_01").starts_with("the same clip as "));
    assert!(reason("smic/s02/blink").starts_with("has frames, but its name is not like s1_ne_01"));
    assert_eq!(index.warnings, ["smic/s02/s2_po_07 lies in the folder negative, its name says positive"]);
    assert_eq!(index.clips.len(), 4);
}

#[test]
fn two_copies_are_named_and_one_can_be_chosen() {
    let root = raw_tree();
    clip(root.path(), "SMIC_all_cropped/HS/s2/micro/negative/s2_ne_01", &["reg_image000001.bmp"]);
    let error = read_smic(root.path(), &SmicParams::default()).unwrap_err();
    assert!(matches!(error, DataError::SeveralRoots { .. }));
    assert!(
        error.to_string().contains("SMIC_all_cropped/HS, ") && error.to_string().contains("SMIC_all_raw/HS")
    );
    assert_eq!(read(&root.path().join("SMIC_all_cropped")).clips.len(), 1);
}

#[test]
fn a_wrong_root_says_what_was_expected_what_was_found_and_where() {
    let root = tempfile::tempdir().unwrap();
    let message = |path: &Path| read_smic(path, &SmicParams::default()).unwrap_err().to_string();
    let text = message(root.path());
    assert!(text.starts_with(&format!("{}: expected SMIC's folders", root.path().display())), "{text}");
    assert!(
        text.contains("SMIC_all_raw/HS/s1/micro/negative/s1_ne_01")
            && text.ends_with("found an empty folder")
    );
    assert!(message(&root.path().join("nowhere")).ends_with("found nothing"));
    for name in ["a", "b", "holiday.jpg"] {
        fs::write(root.path().join(name), "").unwrap();
    }
    assert!(message(root.path()).ends_with("found a folder with a, b, holiday.jpg"));
    assert!(message(&root.path().join("a")).ends_with("found a file"));
}

#[test]
fn counts_other_than_the_protocols_are_a_note() {
    let index = read(raw_tree().path());
    assert_eq!(
        index.protocol_note(LabelScheme::ThreeClasses).unwrap(),
        "1/1/1 clips of 2 subjects, the published protocol has 70/51/43 clips of 16 subjects"
    );
    assert_eq!(index.protocol_note(LabelScheme::FiveClasses), None);
    assert_eq!(index.subjects(), ["smic/s02", "smic/s11"]);
}

#[test]
fn slow_cameras_are_compared_by_their_number_of_clips() {
    let index = read(&raw_tree().path().join("SMIC_all_raw/VIS"));
    let note = index.protocol_note(LabelScheme::ThreeClasses).unwrap();
    assert_eq!(note, "1 clips, SMIC's VIS and NIR have 71 each");
    let root = tempfile::tempdir().unwrap();
    for n in 1..=71 {
        clip(root.path(), &format!("SMIC_all_raw/NIR/s11/micro/negative/s11_ne_{n:02}"), &RAW[..1]);
    }
    assert_eq!(read(root.path()).protocol_note(LabelScheme::ThreeClasses), None);
}

#[test]
fn frames_with_other_files_between_them_are_ordered_by_number_and_repeats_are_skipped() {
    let root = tempfile::tempdir().unwrap();
    let frames = ["image10.bmp", "image9.bmp", "Image000008.bmp", "Thumbs.db", "notes.txt", ".hidden.bmp"];
    clip(root.path(), "SMIC_all_raw/HS/s1/micro/negative/s1_ne_01", &frames);
    clip(root.path(), "SMIC_all_raw/HS/s1/micro/negative/s1_ne_02", &["image1.bmp", "reg_image1.bmp"]);
    let index = read(root.path());
    let names: Vec<_> = index.clips[0].frames.iter().map(|p| p.file_name().unwrap()).collect();
    assert_eq!(names, ["Image000008.bmp", "image9.bmp", "image10.bmp"]);
    assert_eq!(index.clips.len(), 1);
    assert!(index.skipped[0].reason.starts_with("image1.bmp and reg_image1.bmp in "));
}

#[test]
fn an_index_survives_json() {
    let index = read(raw_tree().path());
    let text = serde_json::to_string(&index).unwrap();
    assert_eq!(serde_json::from_str::<DatasetIndex>(&text).unwrap(), index);
}

#[cfg(unix)]
#[test]
fn a_subject_whose_name_is_no_text_is_warned_of() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let root = raw_tree();
    let odd = root.path().join("SMIC_all_raw/HS").join(OsStr::from_bytes(b"s1\xff"));
    fs::create_dir_all(odd.join("micro/negative/s1_ne_01")).unwrap();
    fs::write(odd.join("micro/negative/s1_ne_01/image1.bmp"), "").unwrap();
    let index = read(root.path());
    assert_eq!(index.clips.len(), 3);
    assert!(index.warnings.iter().any(|w| w.contains("not UTF-8")), "{:?}", index.warnings);
}
