use microexpr_core::Point;
use serde::{Deserialize, Serialize};

use crate::LandmarkError;

/// Where a face is: pixel positions of its box's edges, all inclusive as in dlib (a box of one pixel has `left == right`
/// in dlib and is refused here). The box may stick out of the image.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "[f64; 4]", into = "[f64; 4]")]
pub struct FaceBox {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

/// No image is that large; beyond it sub-pixel positions lose their meaning.
const LIMIT_PX: f64 = 1e7;

impl FaceBox {
    /// Takes the four edges in pixels.
    ///
    /// # Errors
    ///
    /// [`LandmarkError::FaceBox`] unless `left < right`, `top < bottom` and all are finite and below ten million.
    pub fn new(left: f64, top: f64, right: f64, bottom: f64) -> Result<Self, LandmarkError> {
        let small = [left, top, right, bottom].iter().all(|v| v.abs() <= LIMIT_PX);
        if !(small && left < right && top < bottom) {
            return Err(LandmarkError::FaceBox { left, top, right, bottom });
        }
        Ok(Self { left, top, right, bottom })
    }

    /// The whole of an image of `width` by `height` pixels: for sets that are already cropped to the face.
    ///
    /// # Errors
    ///
    /// [`LandmarkError::FaceBox`] if the image is thinner than two pixels.
    pub fn whole_frame(width: u32, height: u32) -> Result<Self, LandmarkError> {
        Self::new(0.0, 0.0, f64::from(width) - 1.0, f64::from(height) - 1.0)
    }

    /// Left edge in pixels.
    #[must_use]
    pub fn left(&self) -> f64 {
        self.left
    }

    /// Top edge in pixels.
    #[must_use]
    pub fn top(&self) -> f64 {
        self.top
    }

    /// Right edge in pixels.
    #[must_use]
    pub fn right(&self) -> f64 {
        self.right
    }

    /// Bottom edge in pixels.
    #[must_use]
    pub fn bottom(&self) -> f64 {
        self.bottom
    }

    /// Distance of the left from the right edge in pixels.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Distance of the top from the bottom edge in pixels.
    #[must_use]
    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// Width times height.
    #[must_use]
    pub fn area(&self) -> f64 {
        self.width() * self.height()
    }

    /// Shared area over joint area of two boxes, `0..=1`.
    #[must_use]
    pub fn intersection_over_union(&self, other: &Self) -> f64 {
        let width = self.right.min(other.right) - self.left.max(other.left);
        let height = self.bottom.min(other.bottom) - self.top.max(other.top);
        let shared = width.max(0.0) * height.max(0.0);
        shared / (self.area() + other.area() - shared)
    }

    /// The square about `middle`; its side must be above zero.
    pub(crate) fn square([x, y]: Point, side_px: f64) -> Self {
        let half = side_px / 2.0;
        Self { left: x - half, top: y - half, right: x + half, bottom: y + half }
    }

    /// The box, moved by so many pixels.
    pub(crate) fn moved(&self, [x, y]: Point) -> Result<Self, LandmarkError> {
        Self::new(self.left + x, self.top + y, self.right + x, self.bottom + y)
    }

    /// The box moved by `(dx, dy)` and grown by `scale` about its centre; `dx` and `dy` are shares of its width and
    /// height.
    pub(crate) fn adjusted(&self, dx: f64, dy: f64, scale: f64) -> Self {
        let (half_width, half_height) = (scale * self.width() / 2.0, scale * self.height() / 2.0);
        let x = f64::midpoint(self.left, self.right) + dx * self.width();
        let y = f64::midpoint(self.top, self.bottom) + dy * self.height();
        Self { left: x - half_width, top: y - half_height, right: x + half_width, bottom: y + half_height }
    }
}

impl TryFrom<[f64; 4]> for FaceBox {
    type Error = LandmarkError;

    fn try_from([left, top, right, bottom]: [f64; 4]) -> Result<Self, LandmarkError> {
        Self::new(left, top, right, bottom)
    }
}

impl From<FaceBox> for [f64; 4] {
    fn from(b: FaceBox) -> Self {
        [b.left, b.top, b.right, b.bottom]
    }
}
