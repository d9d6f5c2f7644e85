//! Faces that fill the picture: a window that slides within the picture cannot hold them.

use image::GrayImage;

use super::shrunk::shrunk;
use super::{SeetaFace, WINDOW_PX};
use crate::{Detection, FaceBox, LandmarkError};

/// How much larger than a face's box the detector's view of it is; a view that the picture holds needs no border.
const VIEW: f64 = 1.15;
/// Boxes that share this much of the smaller one are of one face.
const SAME_FACE: f64 = 0.5;

impl SeetaFace {
    /// Large faces that reach the picture's border, found with [`border`](super::SeetaFaceParams::border) around it: the picture's last
    /// pixels, going on.
    pub(super) fn detect_at_border(&self, image: &GrayImage) -> Result<Vec<Detection>, LandmarkError> {
        let border = self.params.border;
        let side = image.width().min(image.height());
        if border == 0.0 || side < 2 {
            return Ok(Vec::new());
        }
        // As small as a face of 3/8 of the picture allows: smaller ones need no border, or stick out so far that they are no face to find.
        let shrink = (f64::from(side) * (1.0 + 2.0 * border) / f64::from(4 * WINDOW_PX)).max(1.0);
        let [width, height] =
            [image.width(), image.height()].map(|l| ((f64::from(l) / shrink).round() as u32).max(1));
        let small = shrunk(image, width, height);
        let border_px = (border * f64::from(width.min(height))).round() as u32;
        let found = self.detect_in(&with_border(&small, border_px));
        let shift = f64::from(border_px);
        let mut faces = Vec::new();
        for Detection { face, score } in found {
            let face = super::enlarged(&face.moved([-shift, -shift])?, image, &small)?;
            if sticks_out(&face.adjusted(0.0, 0.0, VIEW), image) && middle_within(&face, image) {
                faces.push(Detection { face, score });
            }
        }
        Ok(faces)
    }
}

/// The faces found with and without a border, each once: of one face the border's box counts, which saw all of it.
pub(super) fn merged(mut found: Vec<Detection>, at_border: Vec<Detection>) -> Vec<Detection> {
    found.retain(|d| at_border.iter().all(|b| shared(&d.face, &b.face) < SAME_FACE));
    found.extend(at_border);
    found
}

/// The picture with a border on all sides that repeats its last pixels.
fn with_border(image: &GrayImage, border: u32) -> GrayImage {
    let (width, height) = image.dimensions();
    let inside = |position: u32, length: u32| position.saturating_sub(border).min(length - 1);
    GrayImage::from_fn(width + 2 * border, height + 2 * border, |x, y| {
        *image.get_pixel(inside(x, width), inside(y, height))
    })
}

fn sticks_out(face: &FaceBox, image: &GrayImage) -> bool {
    let (right, bottom) = (f64::from(image.width()) - 1.0, f64::from(image.height()) - 1.0);
    face.left() < 0.0 || face.top() < 0.0 || face.right() > right || face.bottom() > bottom
}

fn middle_within(face: &FaceBox, image: &GrayImage) -> bool {
    let (x, y) = (f64::midpoint(face.left(), face.right()), f64::midpoint(face.top(), face.bottom()));
    (0.0..f64::from(image.width())).contains(&x) && (0.0..f64::from(image.height())).contains(&y)
}

/// Shared area of two boxes over the area of the smaller one.
fn shared(a: &FaceBox, b: &FaceBox) -> f64 {
    let union = a.intersection_over_union(b);
    // From s / (a + b − s) back to s.
    union * (a.area() + b.area()) / (1.0 + union) / a.area().min(b.area())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detection(left: f64, side: f64, score: f64) -> Detection {
        Detection { face: FaceBox::new(left, 0.0, left + side, side).expect("a box"), score }
    }

    #[test]
    fn a_border_repeats_the_last_pixels() {
        let image = GrayImage::from_raw(2, 1, vec![10, 20]).expect("two pixels");
        let found = with_border(&image, 1);
        assert_eq!(found.into_raw(), [10, 10, 20, 20].repeat(3));
    }

    #[test]
    fn of_one_face_the_box_that_saw_all_of_it_counts() {
        let (part, whole, other) =
            (detection(20.0, 40.0, 9.0), detection(0.0, 100.0, 3.0), detection(200.0, 50.0, 5.0));
        assert_eq!(merged(vec![part, other], vec![whole]), [other, whole]);
        assert_eq!(merged(vec![part, other], Vec::new()), [part, other]);
    }
}
