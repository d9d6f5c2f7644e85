//! Frames equal those that ffmpeg decodes (`data/generate.sh`).
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use image::DynamicImage;
use microexpr_video::{Levels, Resampled, Video, VideoParams};
use sha2::{Digest, Sha256};

const STORED: VideoParams = VideoParams { levels: Levels::Stored };

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn frames(name: &str, params: VideoParams) -> Vec<DynamicImage> {
    Video::open_with(data(name), params).unwrap().collect::<Result<_, _>>().unwrap()
}

/// SHA-256 of every frame; 16-bit samples are little-endian in ffmpeg's output.
fn hashes(frames: &[DynamicImage]) -> Vec<String> {
    let hash = |frame: &DynamicImage| match frame {
        DynamicImage::ImageLuma16(grey) => {
            Sha256::digest(grey.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>())
        }
        frame => Sha256::digest(frame.as_bytes()),
    };
    frames.iter().map(|frame| hash(frame).iter().map(|byte| format!("{byte:02x}")).collect()).collect()
}

fn golden(name: &str) -> Vec<String> {
    std::fs::read_to_string(data(name)).unwrap().lines().map(str::to_owned).collect()
}

fn equals(video: &str, hashed: &str) {
    let found = hashes(&frames(video, STORED));
    let expected = golden(hashed);
    assert_eq!(found.len(), expected.len(), "{video}");
    let differing: Vec<usize> = (0..found.len()).filter(|i| found[*i] != expected[*i]).collect();
    assert!(differing.is_empty(), "{video}: frames {differing:?} differ");
}

#[test]
fn h264_is_decoded_bit_for_bit() {
    for name in ["high.mp4", "odd.mp4", "baseline.mov", "intra.mp4", "full_range.mp4"] {
        equals(name, &format!("{}.luma.txt", name.split('.').next().unwrap()));
    }
}

#[test]
fn pictures_are_turned_and_cropped_as_the_file_says() {
    for name in ["turned90", "turned180", "turned270", "cropped"] {
        equals(&format!("{name}.mp4"), &format!("{name}.luma.txt"));
    }
    let turned = &frames("turned90.mp4", STORED)[0];
    assert_eq!((turned.width(), turned.height()), (74, 94));
}

#[test]
fn the_edit_list_decides_which_frames_are_shown() {
    equals("cut.mp4", "cut.luma.txt");
}

#[test]
fn a_missing_frame_is_filled_by_the_one_before_it() {
    let video = Video::open_with(data("dropped.mp4"), STORED).unwrap();
    assert_eq!(video.resampled(), Resampled { repeated: 1, left_out: 0 });
    assert_eq!((video.fps(), video.frame_count()), (Some(25.0), Some(24)));
    let mut expected = golden("dropped.luma.txt");
    expected.insert(9, expected[8].clone());
    assert_eq!(hashes(&frames("dropped.mp4", STORED)), expected);
}

#[test]
fn raw_frames_are_what_they_are() {
    for name in ["gray", "yuv420p", "yuyv422", "uyvy422"] {
        equals(&format!("raw_{name}.avi"), &format!("raw_{name}.luma.txt"));
    }
    for name in ["bgr24", "bgra"] {
        equals(&format!("raw_{name}.avi"), &format!("raw_{name}.rgb.txt"));
    }
    for name in ["yuv420p", "yuv444p", "yuv422p10le", "gray"] {
        equals(&format!("{name}.y4m"), &format!("{name}.luma.txt"));
    }
}

/// Decoders of JPEG may round the inverse transform differently.
#[test]
fn motion_jpeg_is_within_one_level() {
    let expected = std::fs::read(data("mjpeg.luma")).unwrap();
    for name in ["mjpeg.avi", "mjpeg.mov"] {
        let frames = frames(name, STORED);
        assert_eq!(frames.len(), 4);
        let found = frames.iter().flat_map(|frame| frame.as_bytes().iter());
        let furthest = found.zip(&expected).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        assert!(furthest <= 1, "{name}: {furthest} levels");
        assert_eq!(frames.iter().map(|frame| frame.as_bytes().len()).sum::<usize>(), expected.len());
    }
}
