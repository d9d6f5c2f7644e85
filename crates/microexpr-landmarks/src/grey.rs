use image::{DynamicImage, GrayImage, Luma};
use ndarray::ArrayView2;

/// 8-bit grey as dlib makes it from colour: `(R + G + B) / 3`, truncated; 8-bit grey images stay as they are.
///
/// Landmarks from any other grey (BT.601 luma, say) differ by fractions of a pixel from dlib's on a colour image.
#[must_use]
pub fn grey_as_dlib(image: &DynamicImage) -> GrayImage {
    if let DynamicImage::ImageLuma8(grey) = image {
        return grey.clone();
    }
    let rgb = image.to_rgb8();
    GrayImage::from_fn(rgb.width(), rgb.height(), |x, y| {
        let sum: u32 = rgb.get_pixel(x, y).0.iter().map(|c| u32::from(*c)).sum();
        Luma([(sum / 3) as u8])
    })
}

/// 8-bit grey of a clip's frame `[row, col]` in `0..=1`, rounded; exact for frames read from 8-bit grey files.
#[must_use]
pub fn grey_from_frame(frame: ArrayView2<'_, f32>) -> GrayImage {
    GrayImage::from_fn(frame.ncols() as u32, frame.nrows() as u32, |x, y| {
        Luma([(frame[[y as usize, x as usize]] * 255.0).round().clamp(0.0, 255.0) as u8])
    })
}
