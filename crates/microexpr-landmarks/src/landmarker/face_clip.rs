use microexpr_core::{Clip, CoreError, ImageSequence, Point, grey_from_image};
use ndarray::{Array2, Array3, Axis, s};

use super::FaceLandmarker;
use crate::parallel::map_in_parallel;
use crate::{FaceBox, LandmarkError, choose_face, grey_as_dlib};

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
    /// Those of [`choose_face`] and of [`ImageSequence::to_clip`].
    pub fn read(&self, sequence: &ImageSequence, fps: f64) -> Result<FaceClip, LandmarkError> {
        let first = sequence.image(0)?;
        let face = match choose_face(self.detector.as_ref(), &grey_as_dlib(&first), self.params.face) {
            Err(none @ LandmarkError::NoFace { .. }) => self.face_of_later_frame(sequence)?.ok_or(none)?,
            chosen => chosen?,
        };
        let first = grey_from_image(&first);
        let Some(window) = Window::around(&face, first.dim()) else {
            return Err(LandmarkError::NoFace { width: first.ncols() as u32, height: first.nrows() as u32 });
        };
        let mut frames = Array3::zeros((sequence.len(), window.height, window.width));
        frames.index_axis_mut(Axis(0), 0).assign(&window.of(&first));
        let later = map_in_parallel(sequence.len() - 1, |i| {
            let frame = sequence.grey(i + 1)?;
            if frame.dim() != first.dim() {
                let path = sequence.paths()[i + 1].clone();
                let (expected, found) = (first.dim(), frame.dim());
                return Err(CoreError::FrameSize { path, expected, found });
            }
            Ok(window.of(&frame))
        });
        for (index, frame) in later.into_iter().enumerate() {
            frames.index_axis_mut(Axis(0), index + 1).assign(&frame?);
        }
        let (x, y) = (window.left as f64, window.top as f64);
        let face = FaceBox::new(face.left() - x, face.top() - y, face.right() - x, face.bottom() - y)?;
        Ok(FaceClip { clip: Clip::new(frames, fps)?, face, origin: [x, y] })
    }

    fn face_of_later_frame(&self, sequence: &ImageSequence) -> Result<Option<FaceBox>, LandmarkError> {
        for index in std::iter::successors(Some(1), |i| Some(2 * i)).take_while(|i| *i < sequence.len()) {
            let image = grey_as_dlib(&sequence.image(index)?);
            match choose_face(self.detector.as_ref(), &image, self.params.face) {
                Err(LandmarkError::NoFace { .. }) => {}
                found => return found.map(Some),
            }
        }
        Ok(None)
    }
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

    fn of(&self, image: &Array2<f32>) -> Array2<f32> {
        let (rows, cols) = (self.top..self.top + self.height, self.left..self.left + self.width);
        image.slice(s![rows, cols]).to_owned()
    }
}
