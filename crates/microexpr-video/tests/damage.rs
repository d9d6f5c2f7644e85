//! Damaged files give frames or an error on one line, never a panic.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use microexpr_video::{Video, VideoError};
use proptest::prelude::*;
use proptest::sample::Index;

const FILES: [&str; 9] = [
    "high.mp4",
    "odd.mp4",
    "baseline.mov",
    "cut.mp4",
    "mjpeg.avi",
    "mjpeg.mov",
    "raw_yuyv422.avi",
    "raw_bgr24.avi",
    "yuv422p10le.y4m",
];

fn content(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)).unwrap()
}

/// Reads a file to its end: how many frames it gives, and its error.
fn read(bytes: &[u8]) -> (usize, Option<VideoError>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged");
    std::fs::write(&path, bytes).unwrap();
    let video = match Video::open(&path) {
        Ok(video) => video,
        Err(error) => return (0, Some(error)),
    };
    let (mut frames, mut errors) = (0, Vec::new());
    for frame in video {
        match frame {
            Ok(_) => frames += 1,
            Err(error) => errors.push(error),
        }
    }
    assert!(errors.len() <= 1, "nothing follows an error");
    (frames, errors.pop())
}

fn check(bytes: &[u8]) {
    if let (_, Some(error)) = read(bytes) {
        let text = error.to_string();
        assert!(!text.contains('\n') && !text.is_empty() && text.len() < 600, "{text}");
    }
}

#[test]
fn a_file_that_is_cut_off_is_an_error() {
    for name in FILES {
        let whole = content(name);
        let (frames, error) = read(&whole);
        assert!(error.is_none() && frames > 0, "{name}: {error:?}");
        for share in [0.0, 0.2, 0.5, 0.9, 0.99] {
            let (some, error) = read(&whole[..(share * whole.len() as f64) as usize]);
            // What the end of the file holds beside frames may be missing.
            assert!(
                error.is_some() || some == frames,
                "{name}, {share}: {some} of {frames} frames and no error"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_truncation_is_survived(file in 0..FILES.len(), at in any::<Index>()) {
        let whole = content(FILES[file]);
        check(&whole[..at.index(whole.len())]);
    }

    #[test]
    fn any_changed_bytes_are_survived(
        file in 0..FILES.len(),
        changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = content(FILES[file]);
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        check(&bytes);
    }

    /// Most bytes are coded pictures; the headers get their share here.
    #[test]
    fn any_changed_header_is_survived(
        file in 0..FILES.len(),
        changes in prop::collection::vec((0_usize..1000, 0_u8..32), 1..4),
    ) {
        let mut bytes = content(FILES[file]);
        let is_movie = FILES[file].ends_with("mp4") || FILES[file] == "mjpeg.mov";
        let start = if is_movie { bytes.len().saturating_sub(1000) } else { 0 };
        for (at, bit) in changes {
            let at = (start + at).min(bytes.len() - 1);
            bytes[at] ^= 1 << (bit % 8);
        }
        check(&bytes);
    }
}
