//! Grey values: of decoded images, and their range.

use image::DynamicImage;
use ndarray::{Array2, ArrayViewMut2};

use crate::vectorized;

/// How far outside `0..=1` a grey value may lie: resampling by cubics overshoots an edge by up to a quarter of its height, sums
/// of changes that are not clamped by more; bytes taken for grey values lie far beyond.
const OVERSHOOT: f32 = 1.0;

/// Index of the first value that is NaN, infinite or outside `0..=1` by more than 1: then the image is not grey in `0..=1`,
/// but most likely in `0..=255`. `None` if all can be used.
///
/// # Example
///
/// ```
/// use microexpr_core::first_unusable_grey;
///
/// assert_eq!(first_unusable_grey(&[0.0, 0.5, 1.2]), None);
/// assert_eq!(first_unusable_grey(&[0.0, 0.5, 128.0, f32::NAN]), Some(2));
/// ```
#[must_use]
pub fn first_unusable_grey(values: &[f32]) -> Option<usize> {
    if all_usable(values) { None } else { values.iter().position(|value| !is_usable(*value)) }
}

vectorized! {
    fn all_usable(values: &[f32]) -> bool {
        values.iter().fold(true, |all, value| all & is_usable(*value))
    }
}

/// False for NaN, too.
#[inline(always)]
fn is_usable(value: f32) -> bool {
    (value - 0.5).abs() <= 0.5 + OVERSHOOT
}

/// Grey `[row, col]` in `0..=1`: the stored value of grey images, else `0.299 R + 0.587 G + 0.114 B` (BT.601).
///
/// Equal channels give exactly the value a grey file would give. Values of 16 bits keep their full depth.
#[must_use]
pub fn grey_from_image(image: &DynamicImage) -> Array2<f32> {
    let mut grey = Array2::zeros((image.height() as usize, image.width() as usize));
    grey_window_from_image(image, (0, 0), grey.view_mut());
    grey
}

/// The part of [`grey_from_image`] whose first pixel is in row `top` and column `left`, as large as `out`.
///
/// # Panics
///
/// If the part does not lie within the image.
pub fn grey_window_from_image(
    image: &DynamicImage,
    (top, left): (usize, usize),
    mut out: ArrayViewMut2<'_, f32>,
) {
    let (size, (height, width)) = ((image.height() as usize, image.width() as usize), out.dim());
    assert!(top + height <= size.0 && left + width <= size.1, "the window lies within the image");
    let place = Placement { width: size.1, top, left };
    match image {
        DynamicImage::ImageLuma8(grey) => {
            place.fill(grey.as_raw(), 1, &mut out, |v: &[u8]| f32::from(v[0]) / 255.0);
        }
        DynamicImage::ImageLuma16(grey) => {
            place.fill(grey.as_raw(), 1, &mut out, |v: &[u16]| f32::from(v[0]) / 65535.0);
        }
        DynamicImage::ImageRgb8(rgb) => place.fill(rgb.as_raw(), 3, &mut out, luma),
        DynamicImage::ImageRgb16(rgb) => place.fill(rgb.as_raw(), 3, &mut out, deep_luma),
        DynamicImage::ImageRgb32F(rgb) => place.fill(rgb.as_raw(), 3, &mut out, luma_of),
        DynamicImage::ImageLumaA16(_) | DynamicImage::ImageRgba16(_) => {
            place.fill(image.to_rgb16().as_raw(), 3, &mut out, deep_luma);
        }
        DynamicImage::ImageRgba32F(_) => place.fill(image.to_rgb32f().as_raw(), 3, &mut out, luma_of),
        _ => place.fill(image.to_rgb8().as_raw(), 3, &mut out, luma),
    }
}

/// Where a window begins in an image of `width` pixels per row.
struct Placement {
    width: usize,
    top: usize,
    left: usize,
}

impl Placement {
    #[inline(always)]
    fn fill<P>(
        &self,
        values: &[P],
        channels: usize,
        out: &mut ArrayViewMut2<'_, f32>,
        grey: impl Fn(&[P]) -> f32,
    ) {
        let width = out.ncols();
        for (row, mut line) in out.outer_iter_mut().enumerate() {
            let first = ((self.top + row) * self.width + self.left) * channels;
            let pixels = values[first..first + width * channels].chunks_exact(channels);
            line.iter_mut().zip(pixels).for_each(|(out, pixel)| *out = grey(pixel));
        }
    }
}

/// `level / 255` of every level: to look it up takes less time than to divide.
static LEVELS: [f32; 256] = {
    let mut levels = [0.0; 256];
    let mut level = 0;
    while level < 256 {
        levels[level] = level as f32 / 255.0;
        level += 1;
    }
    levels
};

#[inline(always)]
fn luma(pixel: &[u8]) -> f32 {
    let [r, g, b] = [pixel[0], pixel[1], pixel[2]];
    if r == g && g == b {
        return LEVELS[usize::from(r)];
    }
    (0.299 * f32::from(r) + 0.587 * f32::from(g) + 0.114 * f32::from(b)) / 255.0
}

#[inline(always)]
fn deep_luma(pixel: &[u16]) -> f32 {
    luma_of(&[pixel[0], pixel[1], pixel[2]].map(|value| f32::from(value) / 65535.0))
}

#[inline(always)]
fn luma_of(pixel: &[f32]) -> f32 {
    let [r, g, b] = [pixel[0], pixel[1], pixel[2]];
    if r == g && g == b { r } else { 0.299 * r + 0.587 * g + 0.114 * b }
}
