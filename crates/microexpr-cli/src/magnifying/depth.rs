//! Frames of 8 and of 16 bits: magnified and written as they are.

use std::error::Error;
use std::path::Path;

use image::{DynamicImage, ImageBuffer};
use microexpr::core::CoreError;
use microexpr::magnify::{ColorModel, FrameLayout, Sample};

/// A pixel type with its images.
pub(crate) trait Depth: Sample + PartialEq {
    fn values(image: DynamicImage, color: ColorModel) -> Vec<Self>;
    fn picture(values: Vec<Self>, layout: FrameLayout) -> Option<DynamicImage>;
}

impl Depth for u8 {
    fn values(image: DynamicImage, color: ColorModel) -> Vec<Self> {
        match color {
            ColorModel::Grey => image.into_luma8().into_raw(),
            ColorModel::Rgb => image.into_rgb8().into_raw(),
        }
    }

    fn picture(values: Vec<Self>, layout: FrameLayout) -> Option<DynamicImage> {
        let (width, height) = (layout.width as u32, layout.height as u32);
        match layout.color {
            ColorModel::Grey => ImageBuffer::from_raw(width, height, values).map(DynamicImage::ImageLuma8),
            ColorModel::Rgb => ImageBuffer::from_raw(width, height, values).map(DynamicImage::ImageRgb8),
        }
    }
}

impl Depth for u16 {
    fn values(image: DynamicImage, color: ColorModel) -> Vec<Self> {
        match color {
            ColorModel::Grey => image.into_luma16().into_raw(),
            ColorModel::Rgb => image.into_rgb16().into_raw(),
        }
    }

    fn picture(values: Vec<Self>, layout: FrameLayout) -> Option<DynamicImage> {
        let (width, height) = (layout.width as u32, layout.height as u32);
        match layout.color {
            ColorModel::Grey => ImageBuffer::from_raw(width, height, values).map(DynamicImage::ImageLuma16),
            ColorModel::Rgb => ImageBuffer::from_raw(width, height, values).map(DynamicImage::ImageRgb16),
        }
    }
}

/// Whether an image has more than 8 bits per value.
pub(crate) fn is_deep(image: &DynamicImage) -> bool {
    image.color().bytes_per_pixel() > image.color().channel_count()
}

/// Colour if the image is in colour.
pub(crate) fn layout_of(image: &DynamicImage) -> FrameLayout {
    let (height, width) = (image.height() as usize, image.width() as usize);
    let color = image.color().has_color();
    if color { FrameLayout::rgb(height, width) } else { FrameLayout::grey(height, width) }
}

/// The values of one frame, which must be of the first one's kind: what it has more would be lost.
pub(crate) fn values_of<P: Depth>(
    image: DynamicImage,
    path: &Path,
    layout: FrameLayout,
) -> Result<Vec<P>, Box<dyn Error>> {
    let found = layout_of(&image);
    let (expected, size) = ((layout.height, layout.width), (found.height, found.width));
    if expected != size {
        return Err(CoreError::FrameSize { path: path.to_owned(), expected, found: size }.into());
    }
    let kept = |image: &DynamicImage| {
        is_deep(image) == (size_of::<P>() > 1)
            && (layout.color == ColorModel::Rgb || found.color == ColorModel::Grey)
    };
    if !kept(&image) {
        return Err(format!("{}: another depth or colour than the first frame's", path.display()).into());
    }
    Ok(P::values(image, layout.color))
}
