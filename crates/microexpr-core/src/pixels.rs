//! Images as arrays and arrays as images.

use image::{GrayImage, RgbImage};
use ndarray::{ArrayView2, ArrayView3};

use crate::CoreError;

/// The pixels `[row, col]` of a grey image, without a copy.
///
/// # Example
///
/// ```
/// use image::{GrayImage, Luma};
/// use microexpr_core::{image_from_luma_pixels, luma_pixels};
///
/// let image = GrayImage::from_fn(4, 3, |x, y| Luma([(10 * y + x) as u8]));
/// let pixels = luma_pixels(&image);
/// assert_eq!((pixels.dim(), pixels[[2, 3]]), ((3, 4), 23));
/// assert_eq!(image_from_luma_pixels(pixels), image);
/// ```
#[must_use]
#[expect(clippy::missing_panics_doc, reason = "an image holds width × height values at least")]
pub fn luma_pixels(image: &GrayImage) -> ArrayView2<'_, u8> {
    let shape = (image.height() as usize, image.width() as usize);
    // What an image was made of may be longer than it.
    ArrayView2::from_shape(shape, &image.as_raw()[..shape.0 * shape.1]).expect("width × height values")
}

/// The pixels `[row, col, channel]` of a colour image, without a copy.
#[must_use]
#[expect(clippy::missing_panics_doc, reason = "an image holds width × height × 3 values at least")]
pub fn rgb_pixels(image: &RgbImage) -> ArrayView3<'_, u8> {
    let shape = (image.height() as usize, image.width() as usize, 3);
    ArrayView3::from_shape(shape, &image.as_raw()[..3 * shape.0 * shape.1])
        .expect("width × height × 3 values")
}

/// A grey image of pixels `[row, col]`, of any memory layout.
///
/// # Panics
///
/// For 2³² rows or columns.
#[must_use]
pub fn image_from_luma_pixels(pixels: ArrayView2<'_, u8>) -> GrayImage {
    let [height, width] = [pixels.nrows(), pixels.ncols()].map(side);
    GrayImage::from_raw(width, height, pixels.iter().copied().collect())
        .expect("an array holds rows × columns values")
}

/// A colour image of pixels `[row, col, channel]`, of any memory layout.
///
/// # Errors
///
/// [`CoreError::Channels`] unless there are three.
///
/// # Panics
///
/// For 2³² rows or columns.
pub fn image_from_rgb_pixels(pixels: ArrayView3<'_, u8>) -> Result<RgbImage, CoreError> {
    let (height, width, channels) = pixels.dim();
    RgbImage::from_raw(side(width), side(height), pixels.iter().copied().collect())
        .filter(|_| channels == 3)
        .ok_or(CoreError::Channels { expected: 3, found: channels })
}

fn side(pixels: usize) -> u32 {
    u32::try_from(pixels).expect("fewer than 2³² rows and columns")
}

/// A grey image of values `[row, col]` in `0..=1`, rounded to the nearest of 256 levels; values beyond are black or white.
///
/// [`grey_from_image`](crate::grey_from_image) is the way back.
///
/// # Panics
///
/// For 2³² rows or columns.
#[must_use]
pub fn image_from_grey(grey: ArrayView2<'_, f32>) -> GrayImage {
    image_from_luma_pixels(grey.mapv(|value| (255.0 * value).round() as u8).view())
}
