use std::ops::Range;

use image::DynamicImage;

use crate::{Clip, CoreError, GreyFrames, vectorized};

/// A grey clip in 16 bits per value: half the memory of a [`Clip`], exact for frames of 8 and 16 bits.
///
/// # Example
///
/// ```
/// use microexpr_core::{CompactClip, GreyFrames};
///
/// let frame = image::GrayImage::from_fn(4, 3, |x, y| image::Luma([(50 * x + y) as u8]));
/// let mut clip = CompactClip::new(2, (3, 4), 100.0)?;
/// clip.frames_mut().for_each(|values| microexpr_core::grey_levels(&frame.clone().into(), values));
/// assert_eq!(clip.whole(1)[[2, 3]], 152.0 / 255.0);
/// # Ok::<(), microexpr_core::CoreError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CompactClip {
    /// Row by row, frame by frame; 65,535 is white.
    levels: Vec<u16>,
    dim: (usize, usize, usize),
    fps: f64,
}

impl CompactClip {
    /// Black frames of `(height, width)`.
    ///
    /// # Errors
    ///
    /// [`CoreError::EmptyClip`] and [`CoreError::FrameRate`].
    pub fn new(count: usize, (height, width): (usize, usize), fps: f64) -> Result<Self, CoreError> {
        if count * height * width == 0 {
            return Err(CoreError::EmptyClip { frames: count, height, width });
        }
        if !(fps.is_finite() && fps > 0.0) {
            return Err(CoreError::FrameRate { fps });
        }
        Ok(Self { levels: vec![0; count * height * width], dim: (count, height, width), fps })
    }

    /// The values of every frame, row by row.
    pub fn frames_mut(&mut self) -> impl ExactSizeIterator<Item = &mut [u16]> {
        self.levels.chunks_exact_mut(self.dim.1 * self.dim.2)
    }

    /// The same clip as `f32`.
    #[must_use]
    pub fn to_clip(&self) -> Clip {
        let values = self.levels.iter().map(|level| f32::from(*level) / WHITE).collect();
        let frames = ndarray::Array3::from_shape_vec(self.dim, values).expect("a value for every pixel");
        Clip::new(frames, self.fps).expect("checked when this clip was made")
    }
}

impl GreyFrames for CompactClip {
    fn dim(&self) -> (usize, usize, usize) {
        self.dim
    }

    fn fps(&self) -> f64 {
        self.fps
    }

    fn copy_row(&self, frame: usize, row: usize, columns: Range<usize>, out: &mut [f32]) {
        let (_, height, width) = self.dim;
        assert!(row < height, "row {row} of {height}");
        from_levels(&self.levels[(frame * height + row) * width..][..width][columns], out);
    }
}

const WHITE: f32 = 65535.0;

vectorized! {
    fn from_levels(levels: &[u16], out: &mut [f32]) {
        assert_eq!(levels.len(), out.len(), "as many values as columns");
        out.iter_mut().zip(levels).for_each(|(out, level)| *out = f32::from(*level) / WHITE);
    }
}

/// What [`grey_from_image`](crate::grey_from_image) gives, row by row in whole numbers up to 65,535: exact for grey values of 8 and
/// 16 bits, rounded for colours.
///
/// # Panics
///
/// If `out` has not a value for every pixel.
pub fn grey_levels(image: &DynamicImage, out: &mut [u16]) {
    assert_eq!(out.len(), image.width() as usize * image.height() as usize, "a value for every pixel");
    match image {
        DynamicImage::ImageLuma8(grey) => {
            out.iter_mut().zip(grey.as_raw()).for_each(|(out, level)| *out = 257 * u16::from(*level));
        }
        DynamicImage::ImageLuma16(grey) => out.copy_from_slice(grey.as_raw()),
        DynamicImage::ImageRgb8(rgb) => levels_of_colours(rgb.as_raw(), out),
        _ => {
            let grey = crate::grey_from_image(image);
            out.iter_mut()
                .zip(&grey)
                .for_each(|(out, value)| *out = (value.clamp(0.0, 1.0) * WHITE).round() as u16);
        }
    }
}

vectorized! {
    /// `257 · (0.299 R + 0.587 G + 0.114 B)`, rounded: exact where all three are alike.
    fn levels_of_colours(rgb: &[u8], out: &mut [u16]) {
        for (out, [r, g, b]) in out.iter_mut().zip(rgb.as_chunks().0) {
            let [r, g, b] = [*r, *g, *b].map(|value| i32::from(value) as f32);
            *out = (257.0 * 0.299 * r + 257.0 * 0.587 * g + 257.0 * 0.114 * b + 0.5) as i32 as u16;
        }
    }
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, ImageBuffer, Luma, Rgb, RgbImage};
    use ndarray::Array2;

    use super::*;
    use crate::grey_from_image;

    fn read(image: &DynamicImage) -> Array2<f32> {
        let (height, width) = (image.height() as usize, image.width() as usize);
        let mut clip = CompactClip::new(1, (height, width), 100.0).expect("a frame");
        clip.frames_mut().for_each(|frame| grey_levels(image, frame));
        assert_eq!(clip.to_clip().frame(0), clip.whole(0));
        clip.whole(0)
    }

    #[test]
    fn grey_frames_come_back_to_the_last_bit() {
        let bytes = GrayImage::from_fn(16, 16, |x, y| Luma([(16 * y + x) as u8]));
        let alike = RgbImage::from_fn(16, 16, |x, y| Rgb([(16 * y + x) as u8; 3]));
        let deep = ImageBuffer::from_fn(256, 256, |x, y| Luma([(256 * y + x) as u16]));
        for image in [bytes.into(), alike.into(), DynamicImage::ImageLuma16(deep)] {
            assert_eq!(read(&image), grey_from_image(&image));
        }
    }

    #[test]
    fn colours_are_rounded_to_a_65535th() {
        let rgb = RgbImage::from_fn(64, 64, |x, y| Rgb([(x * 4) as u8, (y * 3) as u8, (x * y) as u8]));
        let image = DynamicImage::ImageRgb8(rgb);
        let difference = read(&image) - grey_from_image(&image);
        assert!(difference.iter().all(|d| d.abs() < 0.51 / WHITE));
    }

    #[test]
    fn a_part_is_cut_out_of_the_whole() {
        let part = crate::ImagePart { top: 1, left: 2, height: 3, width: 4 };
        let mut clip = CompactClip::new(2, (5, 7), 100.0).expect("frames");
        for (frame, values) in clip.frames_mut().enumerate() {
            values.iter_mut().enumerate().for_each(|(i, value)| *value = (1000 * frame + i * i) as u16);
        }
        let expected = clip.whole(1).slice(ndarray::s![1..4, 2..6]).to_owned();
        assert_eq!(clip.part(1, part), expected);
        assert_eq!(clip.to_clip().part(1, part), expected);
    }
}
