//! A CSV list of clips.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use microexpr_data::{
    DataError, Dataset, FrameProblem, LabelScheme, check_frames, frame_gaps, read_manifest,
};
use tempfile::TempDir;

/// A 24-bit BMP of one colour.
fn bmp(width: u32, height: u32) -> Vec<u8> {
    let pixels = (3 * width).next_multiple_of(4) * height;
    let mut file = b"BM".to_vec();
    for word in [54 + pixels, 0, 54, 40, width, height, 0x18_0001, 0, pixels, 2835, 2835, 0, 0] {
        file.extend(word.to_le_bytes());
    }
    file.resize(54 + pixels as usize, 128);
    file
}

fn tree(list: &str) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("clips/a");
    fs::create_dir_all(&folder).unwrap();
    for number in 1..8 {
        fs::write(folder.join(format!("f{number}.bmp")), bmp(6, 4)).unwrap();
    }
    fs::create_dir_all(root.path().join("empty")).unwrap();
    fs::write(root.path().join("manifest.csv"), list).unwrap();
    root
}

#[test]
fn clips_are_read_from_the_list_or_its_folder() {
    let root = tree(
        "dataset,subject,clip,path,label,onset,apex,offset,fps\n\
         mine,p10,c1,clips/a,Positive,2,4,6,50\n\
         mine,p9,c1,clips/a,surprise,,,,30\n\
         CASME II,x,c2,clips/a,disgust,,,,\n",
    );
    for path in [root.path().to_owned(), root.path().join("manifest.csv")] {
        let index = read_manifest(path).unwrap();
        let ids: Vec<String> = index.clips.iter().map(microexpr_data::ClipRecord::id).collect();
        assert_eq!(ids, ["casme2/x/c2", "mine/p9/c1", "mine/p10/c1"]);
        assert_eq!(index.subjects(), ["casme2/x", "mine/p9", "mine/p10"]);
        let clip = &index.clips[2];
        assert_eq!(
            (clip.dataset.clone(), clip.fps, clip.frames.len()),
            (Dataset::Other("mine".into()), 50.0, 5)
        );
        assert_eq!(
            (clip.onset, clip.apex, clip.offset, clip.apex_index()),
            (Some(2), Some(4), Some(6), Some(2))
        );
        assert_eq!((index.clips[0].fps, index.clips[1].frames.len()), (200.0, 7));
        assert_eq!(index.class_counts(LabelScheme::ThreeClasses), [1, 1, 1]);
        assert!(index.skipped.is_empty());
    }
}

#[test]
fn rows_that_cannot_be_used_are_listed_with_their_line() {
    let root = tree(
        "dataset,subject,clip,path,label,onset,fps\n\
         mine,p,c1,clips/a,positive,2,50\n\
         mine,p,c1,clips/a,positive,2,50\n\
         mine,p,c2,clips/b,positive,,50\n\
         mine,p,c3,empty,positive,,50\n\
         mine,p,c4,clips/a,positive,two,50\n\
         mine,p,c5,clips/a,positive,9,50\n\
         mine,p,c6,clips/a,positive,,\n\
         mine,p,c7,clips/a\n",
    );
    let index = read_manifest(root.path()).unwrap();
    assert_eq!(index.clips.len(), 1);
    let reasons: Vec<&str> = index.skipped.iter().map(|s| s.reason.as_str()).collect();
    let expected = [
        "line 3 repeats a clip",
        "cannot be read as a folder",
        "no image files",
        "line 6: onset is \"two\", expected a frame number",
        "expected frames from 9 on; found 1 to 7",
        "line 8: fps is missing or no positive number",
        "line 9: fps is missing or no positive number",
    ];
    assert_eq!(reasons.len(), expected.len(), "{reasons:?}");
    assert!(reasons.iter().zip(expected).all(|(found, part)| found.contains(part)), "{reasons:?}");
}

#[test]
fn a_missing_column_and_a_missing_list_are_errors() {
    let root = tree("dataset,subject,clip,folder,label\n");
    let error = read_manifest(root.path()).unwrap_err().to_string();
    assert!(
        error.ends_with("manifest.csv: expected a column path; found dataset, subject, clip, folder, label"),
        "{error}"
    );
    let error = read_manifest(root.path().join("clips")).unwrap_err();
    assert!(
        matches!(&error, DataError::WrongRoot { .. }) && error.to_string().ends_with("found a folder with a")
    );
}

/// A dataset's other readers refuse it, too: which of the two was recorded, nobody knows.
#[test]
fn a_frame_in_two_files_is_refused() {
    let root = tree("dataset,subject,clip,path,label,fps\nmine,p,c,clips/a,positive,50\n");
    for name in ["f03.bmp", "f3.png"] {
        fs::write(root.path().join("clips/a").join(name), bmp(6, 4)).unwrap();
        let index = read_manifest(root.path()).unwrap();
        assert!(index.clips.is_empty());
        let reason = &index.skipped[0].reason;
        assert!(reason.contains("line 2: ") && reason.contains("the same frame twice"), "{reason}");
        fs::remove_file(root.path().join("clips/a").join(name)).unwrap();
    }
}

/// Labels as the tables of these datasets spell them (docs/datasets.md names the sources), and the class sets made for them.
#[test]
fn every_datasets_own_spellings_are_read_from_a_list() {
    let tables: [(&str, LabelScheme, &[&str], &[usize]); 4] = [
        (
            "MMEW",
            LabelScheme::Casme3Seven,
            &["happiness", "surprise", "anger", "disgust", "fear", "sadness", "others"],
            &[1; 7],
        ),
        (
            "DFME",
            LabelScheme::DfmeSeven,
            &["Happiness", "Anger", "Contempt", "Disgust", "Fear", "Sadness", "Surprise"],
            &[1; 7],
        ),
        (
            "4DME",
            LabelScheme::FourDmeFive,
            &["Positive", "Negative", "Surprise", "Repression", "Others"],
            &[1; 5],
        ),
        (
            "CAS(ME)^2",
            LabelScheme::Casme3Four,
            &["positive", "negative", "surprise", "others", "happiness", "sadness"],
            &[2, 2, 1, 1],
        ),
    ];
    for (dataset, scheme, labels, expected) in tables {
        let row = |(n, label): (usize, &&str)| format!("{dataset},p{n},c,clips/a,{label},30\n");
        let rows: String = labels.iter().enumerate().map(row).collect();
        let index =
            read_manifest(tree(&format!("dataset,subject,clip,path,label,fps\n{rows}")).path()).unwrap();
        assert_eq!(index.class_counts(scheme), expected, "{dataset}");
        assert!(index.skipped.is_empty(), "{dataset}");
    }
}

/// As a workbook's: an apex that is none is a warning, a whole number is one however it is written.
#[test]
fn numbers_are_taken_as_workbooks_give_them() {
    let root = tree(
        "dataset,subject,clip,path,label,onset,apex,offset,fps\n\
         mine,p,slash,clips/a,positive,2,/,6,50\n\
         mine,p,floats,clips/a,positive,2.0,4.0,6.0,50\n\
         mine,p,outside,clips/a,positive,4,2,6,50\n\
         mine,p,few,clips/a,positive,0,0,3,50\n\
         mine,p,backwards,clips/a,positive,6,4,2,50\n",
    );
    let index = read_manifest(root.path()).unwrap();
    let clip = |name: &str| index.clips.iter().find(|clip| clip.clip == name).unwrap();
    assert_eq!((clip("slash").apex, clip("slash").frames.len()), (None, 5));
    assert_eq!(
        (clip("floats").onset, clip("floats").apex, clip("floats").offset),
        (Some(2), Some(4), Some(6))
    );
    assert_eq!((clip("outside").apex, clip("few").frames.len()), (None, 3));
    let warnings = [
        "mine/p/slash: apex is \"/\", expected a frame from 2 to 6",
        "mine/p/outside: apex is \"2\", expected a frame from 4 to 6",
        "mine/p/few: 3 of the 4 frames 0 to 3 are there",
        "mine/p/few: the apex, frame 0, is not there",
    ];
    assert_eq!(index.warnings, warnings);
    assert_eq!(index.skipped[0].reason, "line 6: onset 6 lies after offset 2");
}

#[test]
fn lists_of_any_spreadsheet_are_read() {
    let text = "dataset;subject;clip;path;label;onset;fps\r\nmine;p;c;clips/a;positive;2;29,97\r\n";
    let root = tree(text);
    let read = || read_manifest(root.path()).unwrap();
    let fps = |index: &microexpr_data::DatasetIndex| index.clips[0].fps;
    assert_eq!((fps(&read()), read().clips[0].onset), (29.97, Some(2)));
    let write = |bytes: Vec<u8>| fs::write(root.path().join("manifest.csv"), bytes).unwrap();
    write(text.replace(';', "\t").into());
    assert_eq!(fps(&read()), 29.97);
    write([0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect());
    assert_eq!(fps(&read()), 29.97);
    write(text.replace(';', ",").replace("29,97", "\"29,97\"").into());
    assert_eq!(fps(&read()), 29.97);
    // Unquoted, the comma makes two cells of one.
    write(text.replace(';', ",").into());
    let reason = read().skipped[0].reason.clone();
    assert!(reason.starts_with("line 2: 8 cells under 7 columns") && reason.contains("quotes"), "{reason}");
    write(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    let error = read_manifest(root.path()).unwrap_err().to_string();
    assert!(error.ends_with("save it as \"CSV UTF-8\""), "{error}");
}

/// Lines are counted as an editor does, whatever ends them.
#[test]
fn lines_are_counted_right_with_every_line_end() {
    for end in ["\n", "\r\n", "\r"] {
        let rows = [
            "dataset,subject,clip,path,label,fps",
            "mine,p,a,clips/a,positive,50",
            "",
            "mine,p,b,no,positive,50",
        ];
        let index = read_manifest(tree(&rows.join(end)).path()).unwrap();
        assert!(index.skipped[0].reason.starts_with("line 4: "), "{end:?} {}", index.skipped[0].reason);
    }
}

#[test]
fn gaps_unreadable_files_and_odd_sizes_are_found() {
    let root = tree("dataset,subject,clip,path,label,fps\nmine,p,c,clips/a,positive,50\n");
    let folder: &Path = &root.path().join("clips/a");
    let clip = || read_manifest(root.path()).unwrap().clips.remove(0);
    assert!(check_frames(&clip()).is_empty());
    fs::remove_file(folder.join("f3.bmp")).unwrap();
    fs::remove_file(folder.join("f4.bmp")).unwrap();
    fs::write(folder.join("f5.bmp"), bmp(6, 5)).unwrap();
    fs::write(folder.join("f6.bmp"), "not an image").unwrap();
    assert!(matches!(frame_gaps(&clip())[..], [FrameProblem::Gap { after: 2, before: 5 }]));
    let problems = check_frames(&clip());
    assert!(matches!(
        &problems[..],
        [
            FrameProblem::Gap { .. },
            FrameProblem::Size { expected: (6, 4), found: (6, 5), .. },
            FrameProblem::Unreadable { .. }
        ]
    ));
    let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(text[0], "no frames between 2 and 5");
    assert!(text[1].ends_with("f5.bmp: frame is 6x5 pixels, but the first one is 6x4"));
    assert!(text[2].contains("f6.bmp: cannot be decoded as an image: "));
}

#[test]
fn a_path_may_be_a_video() {
    let root = tree(
        "dataset,subject,clip,path,label,onset,apex,offset,fps\n\
         mine,p,part,long.AVI,positive,31,33,34,30\n\
         mine,p,whole,clip5.mp4,surprise,,5,,30\n\
         mine,p,half,long.AVI,positive,31,,,30\n\
         mine,p,zero,long.AVI,positive,0,,9,30\n\
         mine,p,vast,long.AVI,positive,1,,9999999999999,30\n\
         mine,p,none,missing.avi,positive,,,,30\n",
    );
    for video in ["long.AVI", "clip5.mp4"] {
        fs::write(root.path().join(video), "not looked at").unwrap();
    }
    let index = read_manifest(root.path()).unwrap();
    let frames = |clip: usize| -> Vec<_> {
        let below = |path: &std::path::PathBuf| path.strip_prefix(root.path()).unwrap().to_owned();
        index.clips[clip].frames.iter().map(below).collect()
    };
    let part: Vec<_> = (31..=34).map(|n| Path::new("long.AVI").join(n.to_string())).collect();
    assert_eq!(frames(0), part);
    assert_eq!((index.clips[0].apex, index.clips[0].apex_index()), (Some(33), Some(2)));
    assert_eq!((frames(1), index.clips[1].apex), (vec!["clip5.mp4".into()], Some(5)));
    let reasons: Vec<&str> = index.skipped.iter().map(|clip| clip.reason.as_str()).collect();
    for (reason, part) in
        reasons.iter().zip(["both onset and offset", "is 1", "more than 1000000", "missing.avi"])
    {
        assert!(reason.contains(part), "{reasons:?}");
    }
    assert!(frame_gaps(&index.clips[0]).is_empty() && reasons.len() == 4);
    assert!(index.warnings.is_empty(), "{:?}", index.warnings);
}
