//! The 51 points, landmark files, pictures.

mod face;

use face::face_points;
use microexpr_core::{LandmarkScheme, Landmarks};
use microexpr_landmarks::{
    FaceBox, Paper51Params, PictureParams, draw_landmarks, paper51, read_landmarks, write_landmarks,
};

#[test]
fn the_51_points_are_37_of_the_68_and_14_derived_ones() {
    let all = face_points();
    let nodes = paper51(&all, (260, 280), &Paper51Params::default()).expect("51 points");
    assert_eq!(nodes.scheme(), LandmarkScheme::Paper51);
    let (p, q) = (all.points(), nodes.points());
    assert_eq!((q[0], q[12], q[22], q[34], q[36]), (p[36], p[17], p[48], p[31], p[35]));
    // Eyes 70 px apart on a level line: the forehead is 24.5 px above the brows.
    assert!(
        (0..10).all(|i| (q[37 + i][0] - p[17 + i][0]).abs() < 1e-9
            && (p[17 + i][1] - q[37 + i][1] - 24.5).abs() < 1e-9)
    );
    assert_eq!(q[47], [(p[31][0] + p[48][0]) / 2.0, (p[31][1] + p[48][1]) / 2.0]);
    assert_eq!(q[50], [(p[55][0] + p[9][0]) / 2.0, (p[55][1] + p[9][1]) / 2.0]);
}

#[test]
fn the_forehead_is_away_from_the_mouth_however_the_face_lies() {
    let upside_down = face_points().map(|p| [280.0 - p[0], 260.0 - p[1]]).expect("finite");
    let nodes = paper51(&upside_down, (260, 280), &Paper51Params::default()).expect("51 points");
    assert!((nodes.points()[37][1] - upside_down.points()[17][1] - 24.5).abs() < 1e-9);
}

#[test]
fn the_51_points_stay_within_the_image() {
    let high = face_points().map(|p| [p[0] - 100.0, p[1] - 80.0]).expect("finite");
    let nodes = paper51(&high, (100, 90), &Paper51Params::default()).expect("51 points");
    assert!(nodes.points().iter().all(|p| (0.0..=89.0).contains(&p[0]) && (0.0..=99.0).contains(&p[1])));
}

#[test]
fn settings_that_do_not_make_51_points_are_refused() {
    let kept = (0..36).collect();
    let message = paper51(&face_points(), (260, 280), &Paper51Params { kept, ..Default::default() });
    assert!(message.expect_err("50 points").to_string().contains("51 points"));
    let custom = Landmarks::new(LandmarkScheme::Custom, vec![[0.0, 0.0]]).expect("a point");
    assert!(
        paper51(&custom, (10, 10), &Paper51Params::default())
            .expect_err("1 point")
            .to_string()
            .contains("68-point")
    );
}

#[test]
fn landmark_files_give_back_what_was_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let frames = [face_points(), face_points().map(|p| [p[0] + 1.0 / 3.0, p[1] - 1e-7]).expect("finite")];
    for name in ["points.csv", "points.json"] {
        let path = folder.path().join(name);
        write_landmarks(&path, &frames).expect("written");
        for (read, written) in read_landmarks(&path).expect("read").iter().zip(&frames) {
            // serde_json may read the last bit of a number differently.
            let pairs = read.points().iter().flatten().zip(written.points().iter().flatten());
            assert!(
                pairs.clone().count() == 136 && pairs.clone().all(|(a, b)| (a - b).abs() < 1e-12 * b.abs()),
                "{name}"
            );
        }
    }
}

/// A table with OpenFace's header, spaces and extra columns.
fn open_face_table(rows: usize) -> String {
    let header: String =
        (0..68).map(|i| format!(", x_{i}")).chain((0..68).map(|i| format!(", y_{i}"))).collect();
    let row = |t: usize| {
        let values: String = (0..136).map(|i| format!(", {i}.5")).collect();
        format!("{}, 0, 0.98{values}\n", t + 1)
    };
    format!("frame, face_id, confidence{header}\n{}", (0..rows).map(row).collect::<String>())
}

#[test]
fn tables_of_openface_are_read_with_their_spaces_and_extra_columns() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.csv");
    std::fs::write(&path, open_face_table(3)).expect("written");
    let frames = read_landmarks(&path).expect("read");
    assert_eq!(frames.len(), 3);
    assert_eq!(frames[2].points()[67], [67.5, 135.5]);
}

#[test]
fn errors_of_landmark_files_name_file_line_and_fault() {
    let folder = tempfile::tempdir().expect("a folder");
    let table = open_face_table(2);
    let cases = [
        ("missing.csv", table.replace(" x_7,", " z_7,"), "line 1: expected a column x_7"),
        (
            "word.csv",
            table.replacen("1, 0, 0.98, 0.5", "1, 0, 0.98, here", 1),
            "line 2: expected a number in column x_0",
        ),
        ("gap.csv", table.replace("\n2,", "\n5,"), "line 3: expected frame 2, found frame 5"),
        ("nan.csv", table.replacen("0.98, 0.5", "0.98, NaN", 1), "line 2: landmark 0 is not finite"),
        ("short.csv", table.replace(", 135.5", ""), "line 2: "),
        ("none.csv", open_face_table(0), "expected at least one frame"),
        (
            "few.json",
            "{\"frames\":[[[1,2]]]}".to_owned(),
            "frame 1: the 68-point scheme has 68 points, found 1",
        ),
        ("broken.json", "{\"frames\":\n[[[1,2]".to_owned(), "line 2: "),
    ];
    for (name, text, expected) in cases {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        let message = read_landmarks(&path).expect_err(name).to_string();
        assert!(message.contains(name) && message.contains(expected), "{message}");
    }
}

#[test]
fn pictures_show_points_and_numbers_and_survive_points_outside() {
    let mut picture = image::RgbImage::new(60, 40);
    let points = vec![[20.0, 10.0], [1e6, -1e6], [-3.0, 20.0]];
    let landmarks = Landmarks::new(LandmarkScheme::Custom, points).expect("points");
    let face = FaceBox::new(-5.0, 5.0, 30.0, 80.0).expect("a box");
    let params = PictureParams { radius_px: 2, ..PictureParams::default() };
    draw_landmarks(&mut picture, &landmarks, Some(&face), &params);
    assert_eq!(picture.get_pixel(20, 10).0, params.point_rgb);
    assert_eq!(picture.get_pixel(15, 5).0, params.box_rgb);
    // The zero beside the first point: three dots wide, its middle dark.
    assert_eq!(picture.get_pixel(23, 10).0, params.number_rgb);
    assert_eq!(picture.get_pixel(24, 11).0, [0, 0, 0]);
}
