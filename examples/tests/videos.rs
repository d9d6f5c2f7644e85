//! Wherever a folder of frames will do, a video will, and so will a pipe.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use image::{GrayImage, Luma};

const FRAMES: u8 = 6;

/// Where cargo puts the examples that it builds with this test.
fn example(name: &str) -> PathBuf {
    let deps = std::env::current_exe().unwrap();
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    deps.parent().unwrap().parent().unwrap().join("examples").join(file)
}

fn frame(number: u8) -> GrayImage {
    GrayImage::from_fn(24, 16, |x, y| Luma([(9 * x as u8) ^ (5 * y as u8).wrapping_add(3 * number)]))
}

/// The frames as grey Y4M of 50 frames per second.
fn y4m() -> Vec<u8> {
    let mut bytes = b"YUV4MPEG2 W24 H16 F50:1 Ip Cmono\n".to_vec();
    for number in 0..FRAMES {
        bytes.extend(b"FRAME\n");
        bytes.extend(frame(number).as_raw());
    }
    bytes
}

fn magnify(input: &Path, more: &[&str], out: &Path, piped: &[u8]) -> Output {
    let mut command = Command::new(example("magnify"));
    command.arg("--input").arg(input).args(more).arg("--out").arg(out);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = command.spawn().unwrap();
    // A program that refuses its options reads nothing.
    let _ = program.stdin.take().unwrap().write_all(piped);
    program.wait_with_output().unwrap()
}

fn pictures(folder: &Path) -> Vec<Vec<u8>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

#[test]
fn a_folder_a_video_and_a_pipe_are_magnified_alike() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    fs::create_dir(at("frames")).unwrap();
    for number in 0..FRAMES {
        frame(number).save(at("frames").join(format!("img{number}.png"))).unwrap();
    }
    fs::write(at("video.y4m"), y4m()).unwrap();
    for (input, more, out, piped) in [
        (at("frames"), &["--fps", "50"][..], "of-folder", vec![]),
        (at("video.y4m"), &[], "of-video", vec![]),
        ("-".into(), &[], "of-pipe", y4m()),
    ] {
        let run = magnify(&input, more, &at(out), &piped);
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    }
    let expected = pictures(&at("of-folder"));
    assert_eq!(expected.len(), usize::from(FRAMES));
    assert_eq!(pictures(&at("of-video")), expected);
    assert_eq!(pictures(&at("of-pipe")), expected);
    assert!(at("of-pipe").join("00001.png").is_file());
}

#[test]
fn a_video_that_cannot_be_read_is_one_line_with_the_cure() {
    let root = tempfile::tempdir().unwrap();
    let video = root.path().join("talk.mkv");
    fs::write(&video, [0x1a, 0x45, 0xdf, 0xa3, 0x9f, 0x42, 0x86, 0x81]).unwrap();
    let run = magnify(&video, &[], &root.path().join("out"), &[]);
    let said = String::from_utf8(run.stderr).unwrap();
    assert_eq!((run.status.code(), said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("Matroska") && said.contains("talk.mkv -f yuv4mpegpipe -"), "{said}");
}
