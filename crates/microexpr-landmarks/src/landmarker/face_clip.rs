use std::sync::atomic::{AtomicBool, Ordering};

use image::DynamicImage;
use microexpr_core::{CompactClip, CoreError, ImagePart, ImageSequence, Point, grey_levels};

use super::{FaceLandmarker, FaceLandmarks};
use crate::detector::choose_face;
use crate::parallel::{both_in_parallel, for_each_in_parallel};
use crate::{FaceBox, FaceChoice, LandmarkError, grey_as_dlib};

/// A clip read around its face: what lies far from the face was never kept in memory, and where the format allows it not even decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct FaceClip {
    /// The frames, cropped to the face's surroundings.
    pub clip: CompactClip,
    /// The face's box in the first frame (or the first frame in which it was found), in pixels of `clip`.
    pub face: FaceBox,
    /// The points of that face in the first frame, in pixels of `clip`; `None` where it was only found later, or has none.
    pub found: Option<FaceLandmarks>,
    /// Where the first pixel of `clip` lies in the files' images.
    pub origin: Point,
}

/// Side of what is read around a face's box, over the box's: the aligned face takes 1.2, the rest is for the head's motion.
const SURROUNDINGS: f64 = 1.6;

impl FaceLandmarker {
    /// Reads a clip around the chosen face of its first frame: the box grown to 1.6 times its size, within the image. Memory
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
        let image = grey_as_dlib(&first);
        let chosen = AtomicBool::new(false);
        let (face, ahead) = both_in_parallel(
            || {
                let face = choose_face(self.detector.as_ref(), &image, self.params.face);
                chosen.store(true, Ordering::Relaxed);
                face
            },
            || decoded_ahead(sequence, size_of(&first), &chosen),
        );
        let frames = Frames { sequence, fps, first: &first, ahead: &ahead };
        let refused = match face {
            Ok(face) => {
                let (found, clip) =
                    both_in_parallel(|| self.points_in(&image, &face), || frames.around(&face));
                match found {
                    Ok(found) => return clip?.with_points(found),
                    Err(_) => clip,
                }
            }
            Err(none) => Err(none),
        };
        if self.params.face == FaceChoice::Largest
            && let Some(whole) = self.whole_image(&image)
        {
            return frames.around(&whole.face)?.with_points(whole);
        }
        match refused {
            Err(none @ LandmarkError::NoFace { .. }) => {
                frames.around(&self.face_of_later_frame(sequence)?.ok_or(none)?)
            }
            clip => clip,
        }
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
fn decoded_ahead(sequence: &ImageSequence, size: (usize, usize), chosen: &AtomicBool) -> Vec<DynamicImage> {
    let whole = ImagePart { top: 0, left: 0, height: size.0, width: size.1 };
    let mut images = Vec::new();
    let mut bytes = 0;
    while bytes < DECODED_AHEAD && images.len() + 1 < sequence.len() && !chosen.load(Ordering::Relaxed) {
        let Ok(image) = sequence.image_part(images.len() + 1, size, whole) else { break };
        bytes += image.as_bytes().len();
        images.push(image);
    }
    images
}

/// Height and width.
fn size_of(image: &DynamicImage) -> (usize, usize) {
    (image.height() as usize, image.width() as usize)
}

/// The frames of a sequence, some of them decoded already.
struct Frames<'a> {
    sequence: &'a ImageSequence,
    fps: f64,
    first: &'a DynamicImage,
    /// From the second one on.
    ahead: &'a [DynamicImage],
}

impl Frames<'_> {
    /// The frames about a face.
    fn around(&self, face: &FaceBox) -> Result<FaceClip, LandmarkError> {
        let expected = size_of(self.first);
        let Some(part) = surroundings(face, expected) else {
            return Err(LandmarkError::NoFace { width: self.first.width(), height: self.first.height() });
        };
        let mut clip = CompactClip::new(self.sequence.len(), (part.height, part.width), self.fps)?;
        for_each_in_parallel(clip.frames_mut(), |index, levels| {
            grey_levels(&self.part(index, part)?, levels);
            Ok::<_, CoreError>(())
        })?;
        let origin = [part.left as f64, part.top as f64];
        let face = face.moved([-origin[0], -origin[1]])?;
        Ok(FaceClip { clip, face, found: None, origin })
    }

    fn part(&self, index: usize, part: ImagePart) -> Result<DynamicImage, CoreError> {
        let expected = size_of(self.first);
        let decoded = match index.checked_sub(1) {
            None => Some(self.first),
            Some(later) => self.ahead.get(later),
        };
        match decoded {
            Some(image) if size_of(image) == expected => {
                let [left, top, width, height] =
                    [part.left, part.top, part.width, part.height].map(|length| length as u32);
                Ok(image.crop_imm(left, top, width, height))
            }
            _ => self.sequence.image_part(index, expected, part),
        }
    }
}

impl FaceClip {
    /// With the points of its face, given in pixels of the files' images.
    fn with_points(self, found: FaceLandmarks) -> Result<Self, LandmarkError> {
        let back = self.origin.map(|v| -v);
        let landmarks = found.landmarks.map(|p| [p[0] + back[0], p[1] + back[1]])?;
        let face = found.face.moved(back)?;
        Ok(Self { found: Some(FaceLandmarks { face, landmarks, ..found }), ..self })
    }
}

/// The box grown to its surroundings, within an image of `(height, width)`; `None` if it lies outside.
fn surroundings(face: &FaceBox, (height, width): (usize, usize)) -> Option<ImagePart> {
    let wide = face.adjusted(0.0, 0.0, SURROUNDINGS);
    let (left, top) = (wide.left().max(0.0) as usize, wide.top().max(0.0) as usize);
    let right = (wide.right().max(-1.0) + 1.0).min(width as f64) as usize;
    let bottom = (wide.bottom().max(-1.0) + 1.0).min(height as f64) as usize;
    (left < right && top < bottom).then(|| ImagePart { top, left, height: bottom - top, width: right - left })
}
