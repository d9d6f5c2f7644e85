//! Landmark files as other programs write them: which row is which frame, and whose face.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use image::{GrayImage, Luma};
use microexpr_landmarks::{ClipLandmarks, FolderFrames, LandmarkError, LandmarkFile};
use tempfile::TempDir;

/// A row of OpenFace: frame, face, confidence, success, and where the face's corner lies.
type Row = (u64, u64, f64, u64, f64);

/// OpenFace's table, columns with their blanks; a face of 80 × 60 pixels whose corner tells the frame.
fn open_face(rows: &[Row]) -> String {
    let names = |axis: char| (0..68).map(move |i| format!(", {axis}_{i}"));
    let mut text = "frame, face_id, timestamp, confidence, success".to_owned();
    text.extend(names('x').chain(names('y')));
    for (frame, face, confidence, success, corner) in rows {
        let _ = write!(text, "\n{frame}, {face}, 0.005, {confidence}, {success}");
        for point in 0..136 {
            let value = if *success == 0 { 0.0 } else { corner + f64::from(point % 17) * 5.0 };
            let _ = write!(text, ", {value:.1}");
        }
    }
    text + "\n"
}

/// Rows of one face, all seen; frame `first + t` has its corner at `t`.
fn rows(count: u64, first: u64) -> Vec<Row> {
    (0..count).map(|t| (t + first, 0, 0.98, 1, t as f64)).collect()
}

fn folder(names: impl IntoIterator<Item = String>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        GrayImage::from_pixel(8, 8, Luma([9])).save(folder.path().join(name)).unwrap();
    }
    folder
}

fn images(numbers: std::ops::Range<u64>) -> TempDir {
    folder(numbers.map(|n| format!("img{n}.png")))
}

fn read(folder: &Path, name: &str, text: &str, clip: &[&str]) -> Result<ClipLandmarks, LandmarkError> {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    let frames: Vec<PathBuf> = clip.iter().map(|name| folder.join(name)).collect();
    LandmarkFile::read(path)?.of_clip(&frames, &FolderFrames::of(folder)?, (200, 100))
}

/// The corner of the face in every frame of the clip.
fn corners(found: &ClipLandmarks) -> Vec<Option<f64>> {
    found.points.iter().map(|points| Some(points.as_ref()?.points()[0][0])).collect()
}

/// OpenFace counts a video's frames from 1, others from 0; decoded frames are named by their numbers, padded or not.
#[test]
fn rows_of_a_video_are_counted_from_one_or_from_zero() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clip.csv");
    for first in [1, 0] {
        fs::write(&path, open_face(&rows(12, first))).unwrap();
        let file = LandmarkFile::read(&path).unwrap();
        for names in [["3", "10", "11"], ["00003", "00010", "00011"]] {
            let clip: Vec<PathBuf> =
                names.iter().map(|name| folder.path().join("clip.avi").join(name)).collect();
            let found = file.of_clip(&clip, &FolderFrames::of_video(&clip, &file), (200, 100)).unwrap();
            assert_eq!(corners(&found), [Some(2.0), Some(9.0), Some(10.0)], "counted from {first}");
            assert!(found.notes.is_empty(), "{:?}", found.notes);
        }
    }
}

#[test]
fn rows_are_matched_by_number_whatever_they_count_from() {
    // 12 files in the folder, numbered 105 to 116; the clip is 5 of them.
    let folder = images(105..117);
    let clip = ["img107.png", "img108.png", "img109.png"];
    for first in [1, 0, 105] {
        let found = read(folder.path(), "l.csv", &open_face(&rows(12, first)), &clip).unwrap();
        assert_eq!(corners(&found), [Some(2.0), Some(3.0), Some(4.0)], "counted from {first}");
        assert!(found.notes.is_empty(), "{:?}", found.notes);
    }
    // The first and the last frame lost altogether, and rows of frames that are not there.
    for (kept, extra) in [(1..11, 0), (0..12, 5)] {
        let mut table = rows(12 + extra, 1);
        table.retain(|row| row.4 >= 12.0 || kept.contains(&(row.4 as u64)));
        let found = read(folder.path(), "l.csv", &open_face(&table), &clip).unwrap();
        assert_eq!(corners(&found), [Some(2.0), Some(3.0), Some(4.0)]);
    }
}

#[test]
fn frames_without_a_face_have_no_points_and_are_counted() {
    let folder = images(1..6);
    let clip = ["img1.png", "img2.png", "img3.png", "img4.png", "img5.png"];
    let mut table = rows(5, 1);
    (table[0].3, table[0].2) = (0, 0.0);
    table.remove(3);
    let found = read(folder.path(), "l.csv", &open_face(&table), &clip).unwrap();
    assert_eq!(corners(&found), [None, Some(1.0), Some(2.0), None, Some(4.0)]);
    assert!(
        found.notes[0].ends_with("l.csv: no points in 2 of 5 frames: they are followed or filled"),
        "{:?}",
        found.notes
    );
    table.iter_mut().for_each(|row| row.3 = 0);
    let error = read(folder.path(), "l.csv", &open_face(&table), &clip).unwrap_err().to_string();
    assert!(error.contains("l.csv") && error.contains("no face in any of its 4 frames"), "{error}");
}

#[test]
fn one_of_several_faces_is_taken_and_said() {
    let folder = images(1..4);
    let clip = ["img1.png", "img2.png", "img3.png"];
    let both = |sure: [f64; 2]| {
        let faces = |row: Row| [(row.0, 0, sure[0], 1, row.4), (row.0, 1, sure[1], 1, row.4 + 100.0)];
        rows(3, 1).into_iter().flat_map(faces).collect::<Vec<Row>>()
    };
    let found = read(folder.path(), "l.csv", &open_face(&both([0.98, 0.6])), &clip).unwrap();
    assert_eq!(corners(&found), [Some(0.0), Some(1.0), Some(2.0)]);
    assert!(found.notes[0].ends_with("up to 2 faces in a frame: face_id 0 is taken"), "{:?}", found.notes);
    let found = read(folder.path(), "l.csv", &open_face(&both([0.6, 0.98])), &clip).unwrap();
    assert_eq!(corners(&found), [Some(100.0), Some(101.0), Some(102.0)]);
    // Without names, and in another order in the second frame: the same face all the time.
    let mut table = both([0.9, 0.9]);
    table.swap(2, 3);
    let text = open_face(&table).replace(" face_id", " other");
    let found = read(folder.path(), "l.csv", &text, &clip).unwrap();
    assert_eq!(corners(&found), [Some(0.0), Some(1.0), Some(2.0)]);
}

/// OpenFace sorts the files of a folder by name: `img1`, `img10`, `img2`.
/// Source: OpenFace, lib/local/Utilities/src/SequenceCapture.cpp, OpenImageSequence.
#[test]
fn rows_in_the_order_of_names_are_recognised_by_the_motion() {
    let folder = images(1..13);
    let mut by_name: Vec<u64> = (1..13).collect();
    by_name.sort_by_key(ToString::to_string);
    let table: Vec<Row> =
        by_name.iter().zip(1..).map(|(frame, row)| (row, 0, 0.98, 1, *frame as f64 * 3.0)).collect();
    let found =
        read(folder.path(), "l.csv", &open_face(&table), &["img1.png", "img2.png", "img10.png"]).unwrap();
    assert_eq!(corners(&found), [Some(3.0), Some(6.0), Some(30.0)]);
    assert!(found.notes[0].contains("places from 1 by name"), "{:?}", found.notes);
}

#[test]
fn a_file_of_other_frames_is_an_error_that_says_so() {
    let folder = images(1..4);
    let error =
        read(folder.path(), "l.csv", &open_face(&rows(3, 900)), &["img1.png"]).unwrap_err().to_string();
    assert!(
        error.contains("l.csv") && error.contains("none of its rows, frames 900 to 902, belongs to the clip"),
        "{error}"
    );
}

#[test]
fn lines_are_right_with_every_line_end() {
    let folder = images(1..4);
    let text =
        open_face(&rows(3, 1)).replacen("\n3, 0, 0.005, 0.98, 1, 2.0", "\n3, 0, 0.005, 0.98, 1, here", 1);
    for end in ["\n", "\r\n", "\r"] {
        let error =
            read(folder.path(), "l.csv", &text.replace('\n', end), &["img1.png"]).unwrap_err().to_string();
        assert!(error.contains("line 4: expected a number in column x_0, found \"here\""), "{end:?} {error}");
        // Blank lines count, wherever they stand.
        let spaced = text.replacen("\n3, 0,", "\n\n\n3, 0,", 1).replacen('\n', "\n\n", 1).replace('\n', end);
        let error = read(folder.path(), "l.csv", &spaced, &["img1.png"]).unwrap_err().to_string();
        assert!(error.contains("line 7: expected a number"), "{end:?} {error}");
    }
}

/// 68 points of one face as JSON.
fn points(corner: f64, shape: impl Fn(f64, f64) -> String) -> String {
    let list: Vec<String> = (0..68).map(|i| shape(corner + f64::from(i), f64::from(i))).collect();
    format!("[{}]", list.join(","))
}

/// A frame of 67 points among whole ones, on a line of its own; brackets in names are no brackets.
#[test]
fn an_error_in_json_names_frame_and_line() {
    let folder = images(1..4);
    let face = |points: usize| format!("[{}]", vec!["[1, 2]"; points].join(", "));
    let frames = format!("[\n  {},\n\n  null,\n  {}\n]", face(68), face(67));
    for (text, line) in
        [(frames.clone(), 5), (format!("{{\n\"a [\\\"{{\": [[1],\n[2]], \"frames\":\n{frames}}}"), 8)]
    {
        let error = read(folder.path(), "l.json", &text, &["img1.png"]).unwrap_err().to_string();
        assert!(error.contains(&format!("line {line}")) && error.contains("frame 3"), "{error}");
    }
}

#[test]
fn json_of_our_own_programs_and_of_lists_is_read() {
    let folder = images(1..4);
    let clip = ["img1.png", "img2.png", "img3.png"];
    let pair = |corner| points(corner, |x, y| format!("[{x},{y}]"));
    let object = |corner| points(corner, |x, y| format!("{{\"x\":{x},\"y\":{y},\"z\":0.5}}"));
    let all = [Some(7.0), None, Some(9.0)];
    for text in [
        format!("{{\"frames\":[{},null,{}]}}", pair(7.0), pair(9.0)),
        format!("[{},[],{}]", object(7.0), object(9.0)),
        format!(
            "[{{\"faces\":[{{\"box\":[0,0,9,9],\"points\":{}}}]}},{{\"faces\":[]}},{{\"faces\":[{{\"points\":{}}}]}}]",
            pair(7.0),
            pair(9.0)
        ),
        format!(
            "[{{\"frame\":3,\"landmarks\":{}}},{{\"frame\":1,\"landmarks\":{}}}]",
            pair(9.0),
            object(7.0)
        ),
    ] {
        assert_eq!(corners(&read(folder.path(), "l.json", &text, &clip).unwrap()), all, "{text}");
    }
    // What `landmarks IMAGE` writes of the first frame.
    let text = format!("{{\"faces\":[{{\"box\":[0,0,9,9],\"points\":{}}}]}}", pair(7.0));
    assert_eq!(corners(&read(folder.path(), "l.json", &text, &clip).unwrap()), [Some(7.0), None, None]);
    for wrong in ["3", "{\"faces\":[{\"box\":[1,2,3,4]}]}", "[\"a\"]"] {
        let error = read(folder.path(), "l.json", wrong, &clip).unwrap_err().to_string();
        assert!(error.contains("l.json") && error.contains("expected {\"frames\""), "{error}");
    }
}

/// Shares of the image's width and height, from its edge: `x · width − ½` in pixel centres.
#[cfg(feature = "face-mesh")]
#[test]
fn mediapipes_meshes_are_brought_to_the_68_points_in_pixels() {
    let folder = images(1..3);
    let mesh = |shift: f64| {
        let list: Vec<String> = (0..478)
            .map(|i| {
                format!(
                    "{{\"x\":{},\"y\":{},\"z\":0.0}}",
                    0.25 + shift + f64::from(i) / 4000.0,
                    f64::from(i) / 1000.0
                )
            })
            .collect();
        format!("[{}]", list.join(","))
    };
    let of_tasks = format!("[{{\"face_landmarks\":[{}]}},{{\"face_landmarks\":[]}}]", mesh(0.0));
    let legacy = format!(
        "[{{\"multi_face_landmarks\":[{{\"landmark\":{}}}]}},{{\"multi_face_landmarks\":null}}]",
        mesh(0.0)
    );
    for text in [of_tasks, legacy] {
        let found = read(folder.path(), "l.json", &text, &["img1.png", "img2.png"]).unwrap();
        let points = found.points[0].as_ref().unwrap().points();
        // Point 8, the chin, is the mesh's 152; of 200 × 100 pixels.
        let expected = [(0.25 + 152.0 / 4000.0) * 200.0 - 0.5, 0.152 * 100.0 - 0.5];
        assert!(
            (points[8][0] - expected[0]).abs() < 1e-9 && (points[8][1] - expected[1]).abs() < 1e-9,
            "{:?}",
            points[8]
        );
        assert!(found.points[1].is_none());
    }
}

/// py-feat's Fex: frames from 0, no face as empty cells, one row for each face.
#[test]
fn tables_of_py_feat_are_read() {
    let folder = images(1..4);
    let mut text = open_face(&rows(3, 0)).replace(" confidence", " FaceScore").replace(" success", " AU01");
    text = text.replace("\n1, 0, 0.005, 0.98, 1,", "\n1, 0, 0.005, , ,");
    let lost: Vec<String> = text
        .lines()
        .map(|line| match line.starts_with("1,") {
            true => format!("1, 0, 0.005, , {}", ",".repeat(136)),
            false => line.to_owned(),
        })
        .collect();
    let found =
        read(folder.path(), "l.csv", &lost.join("\n"), &["img1.png", "img2.png", "img3.png"]).unwrap();
    assert_eq!(corners(&found), [Some(0.0), None, Some(2.0)]);
}
