use std::sync::atomic::{AtomicBool, Ordering};

use image::DynamicImage;
use microexpr_core::{Clip, CoreError, ImageSequence, Point, grey_window_from_image};
use ndarray::Array3;

use super::FaceLandmarker;
use crate::parallel::{both_in_parallel, fill_frames};
use crate::{FaceBox, LandmarkError, grey_as_dlib};

/// A clip read around its face: what lies far from the face was never kept in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct FaceClip {
    /// The frames, cropped to the face's surroundings.
    pub clip: Clip,
    /// The face's box in the first frame (or the first frame in which it was found), in pixels of `clip`.
    pub face: FaceBox,
    /// Where the first pixel of `clip` lies in the files' images.
    pub origin: Point,
}

impl FaceLandmarker {
    /// Reads a clip around the chosen face of its first frame: the box grown to twice its size, within the image. Memory
    /// grows with the face, not with the camera.
    ///
    /// Where the detector finds no face in the first frame, later ones are asked (the 2nd, 3rd, 5th, 9th, …), and the face's
    /// box is taken over from there: in a micro-expression's time a head hardly moves.
    ///
    /// # Errors
    ///
    /// Those of [`choose_face`](crate::choose_face) and of [`ImageSequence::to_clip`].
    pub fn read(&self, sequence: &ImageSequence, fps: f64) -> Result<FaceClip, LandmarkError> {
        let first = sequence.image(0)?;
        let chosen = AtomicBool::new(false);
        let (face, ahead) = both_in_parallel(
            || {
                let face = self.chosen_box(&grey_as_dlib(&first));
                chosen.store(true, Ordering::Relaxed);
                face
            },
            || decoded_ahead(sequence, &chosen),
        );
        let face = match face {
            Err(none @ LandmarkError::NoFace { .. }) => self.face_of_later_frame(sequence)?.ok_or(none)?,
            chosen => chosen?,
        };
        let expected = size_of(&first);
        let Some(window) = Window::around(&face, expected) else {
            return Err(LandmarkError::NoFace { width: first.width(), height: first.height() });
        };
        let mut frames = Array3::zeros((sequence.len(), window.height, window.width));
        fill_frames(&mut frames, |index, frame| {
            let decoded;
            let image = match index.checked_sub(1).map(|later| ahead.get(later)) {
                None => &first,
                Some(Some(image)) => image,
                Some(None) => {
                    decoded = sequence.image(index)?;
                    &decoded
                }
            };
            if size_of(image) != expected {
                let path = sequence.paths()[index].clone();
                return Err(CoreError::FrameSize { path, expected, found: size_of(image) });
            }
            grey_window_from_image(image, (window.top, window.left), frame);
            Ok(())
        })?;
        let (x, y) = (window.left as f64, window.top as f64);
        let face = FaceBox::new(face.left() - x, face.top() - y, face.right() - x, face.bottom() - y)?;
        Ok(FaceClip { clip: Clip::new(frames, fps)?, face, origin: [x, y] })
    }

    fn face_of_later_frame(&self, sequence: &ImageSequence) -> Result<Option<FaceBox>, LandmarkError> {
        for index in std::iter::successors(Some(1), |i| Some(2 * i)).take_while(|i| *i < sequence.len()) {
            let image = grey_as_dlib(&sequence.image(index)?);
            match self.chosen_box(&image) {
                Err(LandmarkError::NoFace { .. }) => {}
                found => return found.map(Some),
            }
        }
        Ok(None)
    }
}

/// Memory of whole frames that are decoded while the face is looked for, in bytes.
const DECODED_AHEAD: usize = 16 << 20;

/// The frames from the second one on, decoded until the face is `chosen`; fewer if they are large or cannot be decoded.
fn decoded_ahead(sequence: &ImageSequence, chosen: &AtomicBool) -> Vec<DynamicImage> {
    let mut images = Vec::new();
    let mut bytes = 0;
    while bytes < DECODED_AHEAD && images.len() + 1 < sequence.len() && !chosen.load(Ordering::Relaxed) {
        let Ok(image) = sequence.image(images.len() + 1) else { break };
        bytes += image.as_bytes().len();
        images.push(image);
    }
    images
}

/// Height and width.
fn size_of(image: &DynamicImage) -> (usize, usize) {
    (image.height() as usize, image.width() as usize)
}

/// The part of an image that is kept.
struct Window {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

impl Window {
    /// Twice the box, within an image of `(height, width)`; `None` if the box lies outside.
    fn around(face: &FaceBox, (height, width): (usize, usize)) -> Option<Self> {
        let wide = face.adjusted(0.0, 0.0, 2.0);
        let (left, top) = (wide.left().max(0.0) as usize, wide.top().max(0.0) as usize);
        let right = (wide.right().max(-1.0) + 1.0).min(width as f64) as usize;
        let bottom = (wide.bottom().max(-1.0) + 1.0).min(height as f64) as usize;
        (left < right && top < bottom).then(|| Self { left, top, width: right - left, height: bottom - top })
    }
}
