//! Frame rates, levels, memory, and errors that fit on a line and name the cure.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufReader, Cursor};
use std::path::{Path, PathBuf};

use image::DynamicImage;
use microexpr_core::{FrameSource, ImageSequence, grey_from_image};
use microexpr_video::{
    Compression, Levels, MOST_CLIP_BYTES, Video, VideoError, VideoParams, decode_videos, is_video,
};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn pipe(bytes: &[u8]) -> Result<Video, VideoError> {
    Video::from_y4m(Cursor::new(bytes.to_vec()), "-", VideoParams::default())
}

fn y4m(header: &str, frames: &[&[u8]]) -> Vec<u8> {
    let mut bytes = format!("YUV4MPEG2 {header}\n").into_bytes();
    for frame in frames {
        bytes.extend(b"FRAME\n");
        bytes.extend(*frame);
    }
    bytes
}

/// What a program would print.
fn message(error: &VideoError) -> String {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    format!("{error}{}", cause.unwrap_or_default())
}

#[test]
fn rate_length_and_compression_are_known_before_the_first_frame() {
    let between = Compression::BetweenFrames;
    for (name, fps, count, compression) in [
        ("high.mp4", 25.0, 24, between),
        ("odd.mp4", 30_000.0 / 1001.0, 12, between),
        ("intra.mp4", 30_000.0 / 1001.0, 12, Compression::WithinFrames),
        ("mjpeg.avi", 50.0, 4, Compression::WithinFrames),
        ("mjpeg.mov", 50.0, 4, Compression::WithinFrames),
        ("raw_gray.avi", 50.0, 3, Compression::None),
    ] {
        let video = Video::open(data(name)).unwrap();
        assert!((video.fps().unwrap() / fps - 1.0).abs() < 1e-9, "{name}: {:?}", video.fps());
        assert_eq!((video.frame_count(), video.compression()), (Some(count), compression), "{name}");
    }
    assert_eq!(Video::open(data("gray.y4m")).unwrap().fps(), Some(50.0));
}

#[test]
fn limited_range_is_stretched_without_rounding_and_full_range_is_left() {
    let first = |name: &str, levels| {
        let frame = Video::open_with(data(name), VideoParams { levels }).unwrap().next().unwrap().unwrap();
        assert_eq!(
            matches!(frame, DynamicImage::ImageLuma8(_)),
            levels == Levels::Stored || name == "full_range.mp4"
        );
        frame
    };
    let stored = first("odd.mp4", Levels::Stored).to_luma8();
    let grey = grey_from_image(&first("odd.mp4", Levels::Expanded));
    for (y, grey) in stored.iter().zip(&grey) {
        let exact = ((f32::from(*y) - 16.0) / 219.0).clamp(0.0, 1.0);
        assert!((grey - exact).abs() < 1e-5, "{y}: {grey} instead of {exact}");
    }
    assert_eq!(first("full_range.mp4", Levels::Stored), first("full_range.mp4", Levels::Expanded));
    // The same scene in either range has the same grey, but for rounding and coding noise.
    let full = grey_from_image(&first("full_range.mp4", Levels::Expanded));
    let difference = (&full - &grey).mapv(f32::abs).mean().unwrap();
    assert!(difference < 0.02, "mean difference {difference}");
}

/// BT.709 is said in `full_range.mp4`, nothing in the others: luma is luma.
#[test]
fn the_matrix_is_not_applied_to_luma() {
    let y4m = y4m("W2 H1 F25:1 C444 XCOLORRANGE=FULL", &[&[10, 200, 0, 255, 255, 0]]);
    let frame = pipe(&y4m).unwrap().next().unwrap().unwrap();
    assert_eq!(frame.as_bytes(), [10, 200]);
}

#[test]
fn a_pipe_gives_its_frames_until_it_ends() {
    let bytes = y4m("W4 H2 F25:1 C420jpeg", &[&[16; 12], &[235; 12]]);
    let mut source: Box<dyn FrameSource> = Box::new(pipe(&bytes).unwrap());
    assert_eq!((source.fps(), source.frame_count()), (Some(25.0), None));
    let mut next = || source.next_frame().unwrap().map(|frame| grey_from_image(&frame)[[0, 0]]);
    assert_eq!([next(), next(), next(), next()], [Some(0.0), Some(1.0), None, None]);
    let cut = pipe(&bytes[..bytes.len() - 1]).unwrap().last().unwrap().unwrap_err();
    assert!(message(&cut).contains("it ends within frame 2"), "{}", message(&cut));
    assert_eq!(pipe(&y4m("W4 H2 F0:0", &[])).unwrap().fps(), None);
    assert!(pipe(b"").is_err() && pipe(b"RIFF").is_err());
}

#[test]
fn a_short_video_is_a_sequence_and_a_long_one_is_refused() {
    let sequence = Video::open(data("raw_gray.avi")).unwrap().into_sequence(3 * 18 * 13).unwrap();
    assert_eq!(sequence.len(), 3);
    assert!(sequence.paths()[2].ends_with("raw_gray.avi/00003"));
    let error = Video::open(data("raw_gray.avi")).unwrap().into_sequence(3 * 18 * 13 - 1).unwrap_err();
    assert!(matches!(error, VideoError::TooLong { .. }) && message(&error).contains("ffmpeg -ss"), "{error}");
    let empty = pipe(&y4m("W4 H2 F25:1", &[])).unwrap().into_sequence(1000).unwrap_err();
    assert!(message(&empty).contains("no frames"), "{}", message(&empty));
}

#[test]
fn what_is_not_read_is_named_with_the_command_that_helps() {
    for (name, what) in [
        ("chroma444.mp4", "H.264 with 4:4:4 chroma"),
        ("bits10.mp4", "H.264 of 10 bits"),
        ("mpeg4.mp4", "MPEG-4 Part 2"),
        ("fragmented.mp4", "a fragmented MP4"),
        ("variable.mp4", "the frame rate varies"),
        ("generate.sh", "no MP4, MOV, AVI or Y4M"),
    ] {
        let error = Video::open(data(name)).unwrap_err();
        let text = message(&error);
        assert!(text.contains(what), "{text}");
        assert!(text.contains("ffmpeg -i ") && text.contains("-f yuv4mpegpipe -"), "{text}");
        assert!(!text.contains('\n') && text.contains(name), "{text}");
    }
    let missing = Video::open(data("nothing.mp4")).unwrap_err();
    assert!(matches!(missing, VideoError::Read { .. }), "{missing}");
}

/// Cameras leave the usual Huffman tables out of Motion JPEG.
#[test]
fn motion_jpeg_without_huffman_tables_is_read() {
    let file = std::fs::read(data("mjpeg.avi")).unwrap();
    let expected: Vec<_> = Video::open(data("mjpeg.avi")).unwrap().map(Result::unwrap).collect();
    // The tables become a comment of the same length, so that nothing else moves.
    let at = (0..file.len() - 1).filter(|at| file[*at..].starts_with(&[0xff, 0xc4]));
    let mut without = file.clone();
    let mut tables = 0;
    for at in at {
        without[at + 1] = 0xfe;
        tables += 1;
    }
    assert!(tables >= 4, "the file is to have tables");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("camera.avi");
    std::fs::write(&path, without).unwrap();
    let found: Vec<_> = Video::open(&path).unwrap().map(Result::unwrap).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_video_is_recognised_by_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd.avi");
    std::fs::copy(data("odd.mp4"), &path).unwrap();
    assert_eq!(Video::open(&path).unwrap().count(), 12);
    let bytes = std::fs::read(data("gray.y4m")).unwrap();
    let piped = Video::from_y4m(BufReader::new(Cursor::new(bytes)), "-", VideoParams::default()).unwrap();
    assert_eq!(piped.count(), 3);
}

#[test]
fn frames_of_a_video_are_named_by_their_number() {
    let all = Video::open(data("high.mp4")).unwrap().into_sequence(MOST_CLIP_BYTES).unwrap();
    let named = |numbers: &[&str]| {
        let paths = numbers.iter().map(|number| data("high.mp4").join(number)).collect();
        decode_videos(&ImageSequence::from_paths(paths).unwrap(), MOST_CLIP_BYTES)
    };
    let part = named(&["3", "4", "00024"]).unwrap();
    for (index, frame) in [2, 3, 23].into_iter().enumerate() {
        assert_eq!(part.image(index).unwrap(), all.image(frame).unwrap());
    }
    let whole = ImageSequence::from_paths(vec![data("high.mp4")]).unwrap();
    assert_eq!(decode_videos(&whole, MOST_CLIP_BYTES).unwrap(), all);
    for wrong in [&["25"][..], &["0"], &["2", "1"], &["x"]] {
        assert!(matches!(named(wrong), Err(VideoError::NoSuchFrame { .. })), "{wrong:?}");
    }
    let pictures = ImageSequence::from_paths(vec![data("a.png"), data("b.png")]).unwrap();
    assert_eq!(decode_videos(&pictures, 0).unwrap(), pictures);
    assert!(is_video(data("odd.mp4")) && is_video(data("mjpeg.avi")) && is_video(data("gray.y4m")));
    assert!(!is_video(data("generate.sh")) && !is_video(data("nothing")) && !is_video(data("")));
}

/// A camera that never ends.
struct Endless {
    frame: Vec<u8>,
    at: usize,
}

impl std::io::Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        for byte in buffer.iter_mut() {
            *byte = self.frame[self.at];
            self.at = (self.at + 1) % self.frame.len();
        }
        Ok(buffer.len())
    }
}

#[test]
fn a_pipe_that_never_ends_gives_frame_after_frame() {
    let camera = Endless { frame: [b"FRAME\n".as_slice(), &[77; 96]].concat(), at: 0 };
    let header = Cursor::new(b"YUV4MPEG2 W8 H8 F25:1 C420jpeg XCOLORRANGE=FULL\n".to_vec());
    let pipe = BufReader::new(std::io::Read::chain(header, camera));
    let mut video = Video::from_y4m(pipe, "-", VideoParams::default()).unwrap();
    let frame = video.by_ref().nth(9_999).unwrap().unwrap();
    assert_eq!(frame.as_bytes(), [77; 64]);
}
