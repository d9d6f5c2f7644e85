//! Lists of flow maps, over pictures made from analytic flow fields, one kind of field per class.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::PathBuf;

use microexpr_core::FlowField;
use microexpr_data::{DataError, Dataset, FlowMapRecord, read_flow_maps};
use microexpr_flow::{FlowMap, read_flow_map, write_flow_map};
use ndarray::Array2;
use tempfile::TempDir;

/// Brows lowered and drawn together, mouth corners up and apart, brows raised.
fn expression(class: usize) -> FlowField {
    let side = 56;
    let component = |axis: usize| {
        Array2::from_shape_fn((side, side), |(row, col)| {
            let (x, y) = (2.0 * col as f32 / 55.0 - 1.0, row as f32 / 55.0);
            let bump = |a: f32, b: f32| (-((x.abs() - a).powi(2) + (y - b).powi(2)) / 0.02).exp();
            let (place, [outward, down]) = match class {
                0 => (bump(0.4, 0.15), [-0.5, 0.6]),
                1 => (bump(0.45, 0.75), [0.5, -0.6]),
                _ => (bump(0.5, 0.15), [0.0, -1.0]),
            };
            place * if axis == 0 { outward * x.signum() } else { down }
        })
    };
    FlowField::new(component(0), component(1)).unwrap()
}

/// Pictures of `names` of the class given, in a folder `maps`, and the list.
fn tree(pictures: &[(&str, usize)], list: &str) -> (TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("maps");
    fs::create_dir(&root).unwrap();
    for (name, class) in pictures {
        let map = FlowMap::from_flow(&expression(*class), FlowMap::SIZE).unwrap();
        write_flow_map(root.join(name), &map).unwrap();
    }
    fs::write(folder.path().join("list.csv"), list).unwrap();
    let list = folder.path().join("list.csv");
    (folder, root, list)
}

const PICTURES: [(&str, usize); 4] =
    [("006_006_1_2 .png", 0), ("s3_s3_po_11.png", 1), ("sub11_EP15_04f .PNG", 2), ("s10_s10_sur_1 .png", 2)];
const LIST: &str = "dataset,sub,filename_o,label,apex,imagename\n\
    smic,s10,s10_sur_1,2,,x.jpg\n\
    samm,006,006_1_2,0,17,y.jpg\n\
    casme2,sub11,EP15_04f,2,,\n\
    smic,s3,s3_po_11,1,,\n";

#[test]
fn every_row_finds_its_picture_in_natural_order() {
    let (_folder, root, list) = tree(&PICTURES, LIST);
    let index = read_flow_maps(&root, &list).unwrap();
    let ids: Vec<String> = index.maps.iter().map(FlowMapRecord::id).collect();
    assert_eq!(ids, ["smic/s3/s3_po_11", "smic/s10/s10_sur_1", "samm/006/006_1_2", "casme2/sub11/EP15_04f"]);
    let classes: Vec<usize> = index.maps.iter().map(|map| map.class).collect();
    assert_eq!(classes, [1, 2, 0, 2]);
    assert_eq!(
        (index.maps[2].dataset.clone(), index.maps[2].subject_id()),
        (Dataset::Samm, "samm/006".into())
    );
    assert!(index.skipped.is_empty() && index.unlisted.is_empty());
    assert_eq!((index.root, index.list), (root, list));
    for map in &index.maps {
        let expected = FlowMap::from_flow(&expression(map.class), FlowMap::SIZE).unwrap();
        assert_eq!(read_flow_map(&map.path).unwrap(), expected, "{}", map.id());
    }
}

#[test]
fn columns_may_stand_in_any_order_and_labels_be_words() {
    let list = "\u{feff}LABEL,filename_o,apex,sub,dataset\nPositive, s3_po_11 ,4, s3 ,SMIC\n";
    let (_folder, root, list) = tree(&PICTURES, list);
    let index = read_flow_maps(root, list).unwrap();
    assert_eq!(
        (index.maps.len(), index.maps[0].class, index.maps[0].id().as_str()),
        (1, 1, "smic/s3/s3_po_11")
    );
    let unlisted: Vec<_> = index.unlisted.iter().map(|path| path.file_name().unwrap()).collect();
    assert_eq!(unlisted, ["006_006_1_2 .png", "s10_s10_sur_1 .png", "sub11_EP15_04f .PNG"]);
}

#[test]
fn rows_that_cannot_be_used_are_listed_with_line_and_reason() {
    let list = format!(
        "{LIST}smic,s3,s3_po_11,1,,\nsamm,007,007_1_1,0,,\nsmic,s4,s4_ne_1,3,,\nsmic,s4,s4_ne_2,anger,,\nsmic,,s5,0,,\nsmic\n"
    );
    let (_folder, root, list) = tree(&PICTURES, &list);
    let index = read_flow_maps(root, &list).unwrap();
    assert_eq!(index.maps.len(), 4);
    let skipped: Vec<_> = index.skipped.iter().map(|s| (s.id.as_str(), s.reason.as_str())).collect();
    let expected = [
        ("smic/s3/s3_po_11", "line 6: repeats a clip"),
        ("samm/007/007_1_1", "line 7: no picture 007_007_1_1.png"),
        ("smic/s4/s4_ne_1", "line 8: label is \"3\", expected 0, 1 or 2 (negative, positive, surprise)"),
        ("smic/s4/s4_ne_2", "line 9: label is \"anger\", expected 0, 1 or 2 (negative, positive, surprise)"),
        ("smic//s5", "line 10: sub is empty"),
        ("smic//", "line 11: sub is empty"),
    ];
    assert_eq!(skipped, expected);
    assert!(index.skipped.iter().all(|s| s.path == list));
}

#[test]
fn wrong_folders_and_lists_are_named() {
    let (folder, root, list) = tree(&PICTURES, LIST);
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let text = read_flow_maps(&empty, &list).unwrap_err().to_string();
    assert!(text.contains("empty: expected a folder with the pictures SUBJECT_CLIP.png"), "{text}");
    let none = read_flow_maps(folder.path().join("none"), &list);
    assert!(matches!(none, Err(DataError::ReadFolder { .. })));
    assert!(matches!(read_flow_maps(&root, folder.path().join("none.csv")), Err(DataError::ReadCsv { .. })));
    let other = folder.path().join("other.csv");
    fs::write(&other, "dataset,subject,label\nsmic,s3,1\n").unwrap();
    let text = read_flow_maps(&root, &other).unwrap_err().to_string();
    assert!(text.ends_with("other.csv: expected a column sub; found dataset, subject, label"), "{text}");
}
