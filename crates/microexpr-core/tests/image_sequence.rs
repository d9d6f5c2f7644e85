//! Folders of frames: order, decoding, and errors that name the file.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use image::{GrayImage, Luma, Rgb, RgbImage};
use microexpr_core::{CoreError, ImageSequence};

fn write_grey(path: &Path, width: u32, height: u32, value: u8) {
    GrayImage::from_pixel(width, height, Luma([value])).save(path).unwrap();
}

#[test]
fn frames_come_in_natural_order_and_other_files_are_ignored() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value) in [("img10.bmp", 30), ("img9.bmp", 20), ("img1.bmp", 10)] {
        write_grey(&folder.path().join(name), 4, 3, value);
    }
    fs::write(folder.path().join("landmarks.csv"), "frame").unwrap();
    fs::write(folder.path().join(".hidden.bmp"), "not an image").unwrap();
    let clip = ImageSequence::open(folder.path()).unwrap().to_clip(100.0).unwrap();
    assert_eq!((clip.len(), clip.height(), clip.width()), (3, 3, 4));
    let levels: Vec<f32> = (0..3).map(|i| clip.frame(i)[[0, 0]] * 255.0).collect();
    assert_eq!(levels, [10.0, 20.0, 30.0]);
}

#[test]
fn colour_files_with_equal_channels_give_the_grey_value() {
    let folder = tempfile::tempdir().unwrap();
    RgbImage::from_pixel(2, 2, Rgb([77, 77, 77])).save(folder.path().join("a.png")).unwrap();
    let clip = ImageSequence::open(folder.path()).unwrap().to_clip(25.0).unwrap();
    assert_eq!(clip.frame(0)[[1, 1]], 77.0 / 255.0);
}

#[test]
fn a_missing_folder_an_empty_one_and_a_bad_rate_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let missing = ImageSequence::open(folder.path().join("nothing")).unwrap_err();
    assert!(missing.to_string().contains("nothing"), "{missing}");
    assert!(matches!(ImageSequence::open(folder.path()), Err(CoreError::NoImages { .. })));
    write_grey(&folder.path().join("a.png"), 2, 2, 0);
    let sequence = ImageSequence::open(folder.path()).unwrap();
    assert!(matches!(sequence.to_clip(0.0), Err(CoreError::FrameRate { .. })));
}

#[test]
fn a_file_that_is_cut_off_is_named_in_every_format() {
    for name in ["a.bmp", "a.png", "a.jpg", "a.jpeg"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        GrayImage::from_fn(40, 40, |x, y| Luma([(x * 37 + y * y * 11) as u8])).save(&path).unwrap();
        let bytes = fs::read(&path).unwrap();
        for share in [0.0, 0.05, 0.5, 0.95] {
            fs::write(&path, &bytes[..(share * bytes.len() as f64) as usize]).unwrap();
            let error = ImageSequence::open(folder.path()).unwrap().to_clip(100.0).unwrap_err();
            assert!(
                matches!(&error, CoreError::DecodeImage { path: p, .. } if *p == path),
                "{share} {error}"
            );
        }
        fs::write(&path, &bytes).unwrap();
        assert!(ImageSequence::open(folder.path()).unwrap().to_clip(100.0).is_ok());
    }
}

#[test]
fn a_frame_of_another_size_is_named_with_both_sizes() {
    let folder = tempfile::tempdir().unwrap();
    write_grey(&folder.path().join("a1.png"), 4, 3, 0);
    write_grey(&folder.path().join("a2.png"), 5, 3, 0);
    let error = ImageSequence::open(folder.path()).unwrap().to_clip(100.0).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("a2.png") && text.contains("5x3") && text.contains("4x3"), "{text}");
}

#[test]
fn a_clip_in_which_nothing_changes_is_still() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a1.png", "a2.png", "a3.png"] {
        write_grey(&folder.path().join(name), 4, 3, 9);
    }
    assert!(ImageSequence::open(folder.path()).unwrap().is_still().unwrap());
    write_grey(&folder.path().join("a3.png"), 4, 3, 8);
    assert!(!ImageSequence::open(folder.path()).unwrap().is_still().unwrap());
}
