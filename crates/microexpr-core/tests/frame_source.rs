//! Frames one after the other, and frames that are in memory already.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;

use image::{DynamicImage, GrayImage, Luma};
use microexpr_core::{CoreError, FrameSource, ImageSequence, SequenceFrames};

fn grey(width: u32, value: u8) -> DynamicImage {
    GrayImage::from_pixel(width, 3, Luma([value])).into()
}

fn decoded(images: Vec<DynamicImage>) -> Result<ImageSequence, CoreError> {
    let named = images.into_iter().enumerate();
    ImageSequence::from_images(named.map(|(i, image)| (PathBuf::from(format!("clip.avi/{i:05}")), image)))
}

#[test]
fn a_folder_gives_its_frames_in_order_and_then_no_more() {
    let folder = tempfile::tempdir().unwrap();
    for value in [2, 10, 1] {
        grey(4, value).save(folder.path().join(format!("img{value}.png"))).unwrap();
    }
    let mut frames = SequenceFrames::from(ImageSequence::open(folder.path()).unwrap());
    assert_eq!((frames.frame_count(), frames.fps()), (Some(3), None));
    for value in [1, 2, 10] {
        assert_eq!(frames.next_frame().unwrap(), Some(grey(4, value)));
    }
    assert_eq!(frames.next_frame().unwrap(), None);
    assert_eq!(frames.next_frame().unwrap(), None);
}

#[test]
fn a_frame_of_another_size_is_an_error_and_the_end() {
    let sequence = decoded(vec![grey(4, 1), grey(5, 2), grey(4, 3)]).unwrap();
    let mut frames: Box<dyn FrameSource> = Box::new(SequenceFrames::from(sequence));
    assert!(frames.next_frame().unwrap().is_some());
    let error = frames.next_frame().unwrap_err();
    assert!(matches!(error, CoreError::FrameSize { expected: (3, 4), found: (3, 5), .. }), "{error}");
    assert_eq!(frames.next_frame().unwrap(), None);
}

#[test]
fn decoded_frames_are_a_sequence_like_any_other() {
    let sequence = decoded(vec![grey(4, 51), grey(4, 102)]).unwrap();
    let clip = sequence.to_clip(25.0).unwrap();
    assert_eq!((clip.frame(0)[[0, 0]], clip.frame(1)[[2, 3]]), (0.2, 0.4));
    assert_eq!(&*sequence.bytes(1).unwrap(), [102; 12]);
    assert_eq!(sequence.in_memory(0).unwrap(), sequence);
    assert!(matches!(decoded(vec![]), Err(CoreError::NoImages { .. })));
}
