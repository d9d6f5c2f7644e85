use image::{ImageBuffer, Pixel};
use microexpr_core::Point;

use super::tensor::{Shape, Tensor};
use crate::FaceBox;

/// A square part of an image, turned so that the face in it is upright.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FaceCrop {
    middle: Point,
    side_px: f64,
    /// Unit vector of the crop's rows in the image.
    along: Point,
}

/// Side of the crop over that of the box of the points, as the network was trained.
///
/// Source: MediaPipe, `face_landmark_landmarks_to_roi.pbtxt`.
const POINTS_SCALE: f64 = 1.5;
/// The outer corners of the eyes: the crop is turned until they are level.
const EYE_CORNERS: [usize; 2] = [33, 263];
/// Side of the crop around the points that are found over that of the box, as dlib's detector gives it, that they are found in: median
/// over 67 faces of dlib's example photographs (quartiles 1.62 and 1.75). The middles are the same.
const BOX_SCALE: f64 = 1.68;

impl FaceCrop {
    /// The upright crop about a box as dlib's detector gives it.
    pub(super) fn around_box(face: &FaceBox) -> Self {
        let side_px = BOX_SCALE * face.width().max(face.height());
        let middle = [f64::midpoint(face.left(), face.right()), f64::midpoint(face.top(), face.bottom())];
        Self { middle, side_px, along: [1.0, 0.0] }
    }

    /// The crop about the points of a face; `None` if they are no face.
    pub(super) fn around_points(points: &[[f64; 3]]) -> Option<Self> {
        let [left, right] = EYE_CORNERS.map(|i| points[i]);
        let (dx, dy) = (right[0] - left[0], right[1] - left[1]);
        let along = [dx / dx.hypot(dy), dy / dx.hypot(dy)];
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for p in points {
            let upright = [along[0] * p[0] + along[1] * p[1], along[0] * p[1] - along[1] * p[0]];
            for axis in [0, 1] {
                (low[axis], high[axis]) = (low[axis].min(upright[axis]), high[axis].max(upright[axis]));
            }
        }
        let [x, y] = [0, 1].map(|axis| f64::midpoint(low[axis], high[axis]));
        let side_px = POINTS_SCALE * (high[0] - low[0]).max(high[1] - low[1]);
        let middle = [along[0] * x - along[1] * y, along[1] * x + along[0] * y];
        (side_px.is_finite() && side_px > 0.0).then_some(Self { middle, side_px, along })
    }

    /// The upright box of the face that the crop is about.
    pub(super) fn face(&self) -> FaceBox {
        FaceBox::square(self.middle, self.side_px / BOX_SCALE)
    }

    /// What the network sees: red, green and blue in `0..=1`, sampled at the middles of its pixels; beyond the image's border its last
    /// pixels go on, and an image without pixels is black.
    pub(super) fn sample<P: Pixel<Subpixel = u8>>(
        &self,
        image: &ImageBuffer<P, Vec<u8>>,
        shape: Shape,
    ) -> Tensor {
        let mut tensor = Tensor::zeros_in(shape, Vec::new());
        if image.is_empty() {
            return tensor;
        }
        // Of a crop of more pixels than the network sees several are averaged for each of its own.
        let fine = if self.side_px > 1.5 * shape.width as f64 { 2 } else { 1 };
        let weight = 1.0 / ((fine * fine) as f32 * f32::from(u8::MAX));
        for (row, pixels) in tensor.values.as_chunks_mut::<3>().0.chunks_mut(shape.width).enumerate() {
            for (i, j) in (0..fine).flat_map(|i| (0..fine).map(move |j| (i, j))) {
                let at = |place: usize, part: usize| place as f64 + (part as f64 + 0.5) / fine as f64;
                for (column, pixel) in pixels.iter_mut().enumerate() {
                    let colour = colour_at(image, self.in_image([at(column, j), at(row, i)], shape.width));
                    pixel.iter_mut().zip(colour).for_each(|(sum, value)| *sum += weight * value);
                }
            }
        }
        tensor
    }

    /// A point that the network found, with its depth, in pixels of the image.
    pub(super) fn point(&self, found: [f32; 3], width: usize) -> [f64; 3] {
        let [x, y, z] = found.map(f64::from);
        // The network counts from the middle of its first pixel.
        let [image_x, image_y] = self.in_image([x + 0.5, y + 0.5], width);
        [image_x, image_y, z / width as f64 * self.side_px]
    }

    /// From distances to the edges of a crop of `width` pixels to pixels of the image.
    fn in_image(&self, [x, y]: Point, width: usize) -> Point {
        let scale = self.side_px / width as f64;
        let (x, y) = (scale * x - self.side_px / 2.0, scale * y - self.side_px / 2.0);
        let [cos, sin] = self.along;
        [self.middle[0] + cos * x - sin * y, self.middle[1] + sin * x + cos * y]
    }
}

/// What lies between the pixels of an image, interpolated bilinearly: red, green and blue.
fn colour_at<P: Pixel<Subpixel = u8>>(image: &ImageBuffer<P, Vec<u8>>, [x, y]: Point) -> [f32; 3] {
    let (width, channels) = (image.width() as usize, usize::from(P::CHANNEL_COUNT));
    let (right, bottom) = (image.width() - 1, image.height() - 1);
    let (x, y) = (x.clamp(0.0, f64::from(right)), y.clamp(0.0, f64::from(bottom)));
    let (column, row) = (x as u32, y as u32);
    let (u, v) = ((x - f64::from(column)) as f32, (y - f64::from(row)) as f32);
    let [left, right] = [column, (column + 1).min(right)].map(|column| column as usize * channels);
    let [upper, lower] = [row, (row + 1).min(bottom)].map(|row| row as usize * width * channels);
    let pixels = image.as_raw();
    let channel = |c: usize| {
        let at = |row: usize, column: usize| f32::from(pixels[row + column + c]);
        let above = at(upper, left) + u * (at(upper, right) - at(upper, left));
        let below = at(lower, left) + u * (at(lower, right) - at(lower, left));
        above + v * (below - above)
    };
    // Grey images have one channel, for red, green and blue alike.
    if channels < 3 { [channel(0); 3] } else { [channel(0), channel(1), channel(2)] }
}
