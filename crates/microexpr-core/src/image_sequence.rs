use std::cmp::Ordering;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::error::DecodingError;
use image::{DynamicImage, ImageError, ImageFormat};
use ndarray::{Array2, Array3, ArrayViewMut2, Axis};

use crate::{Clip, CoreError};

const EXTENSIONS: [&str; 4] = ["png", "jpg", "jpeg", "bmp"];

/// The image files of a folder in natural order (`img9` before `img10`); frames are decoded when asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageSequence {
    paths: Vec<PathBuf>,
}

impl ImageSequence {
    /// Lists the image files (`.png`, `.jpg`, `.jpeg`, `.bmp`) directly inside `folder`.
    ///
    /// # Errors
    ///
    /// [`CoreError::ReadFolder`] if the folder is missing or unreadable, [`CoreError::NoImages`] if it holds none.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, CoreError> {
        let folder = folder.as_ref();
        let read = |source| CoreError::ReadFolder { path: folder.to_owned(), source };
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(read)? {
            let path = entry.map_err(read)?.path();
            if has_image_extension(&path) && !is_hidden(&path) && path.is_file() {
                paths.push(path);
            }
        }
        if paths.is_empty() {
            return Err(CoreError::NoImages { path: folder.to_owned() });
        }
        paths.sort_by(|a, b| natural_order(&file_name(a), &file_name(b)));
        Ok(Self { paths })
    }

    /// Takes files in the given order.
    ///
    /// # Errors
    ///
    /// [`CoreError::NoImages`] if there are none.
    pub fn from_paths(paths: Vec<PathBuf>) -> Result<Self, CoreError> {
        if paths.is_empty() {
            return Err(CoreError::NoImages { path: PathBuf::new() });
        }
        Ok(Self { paths })
    }

    /// Number of frames, at least one.
    #[expect(clippy::len_without_is_empty, reason = "a sequence is never empty")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.paths.len()
    }

    /// The files in playing order.
    #[must_use]
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// Decodes one frame as it is stored.
    ///
    /// # Errors
    ///
    /// [`CoreError::DecodeImage`] naming the file, also if it is cut off.
    ///
    /// # Panics
    ///
    /// If `index` is not below [`ImageSequence::len`].
    pub fn image(&self, index: usize) -> Result<DynamicImage, CoreError> {
        let path = &self.paths[index];
        let decode = |source| CoreError::DecodeImage { path: path.clone(), source };
        let file = std::fs::read(path).map_err(|e| decode(ImageError::IoError(e)))?;
        let reader = image::ImageReader::new(Cursor::new(&file))
            .with_guessed_format()
            .map_err(|e| decode(ImageError::IoError(e)))?;
        if reader.format() == Some(ImageFormat::Jpeg) && !jpeg_is_whole(&file) {
            let cut_off =
                DecodingError::new(ImageFormat::Jpeg.into(), "the file ends before the picture does");
            return Err(decode(ImageError::Decoding(cut_off)));
        }
        reader.decode().map_err(decode)
    }

    /// Decodes one frame to grey, `[row, col]` in `0..=1` (see [`grey_from_image`]).
    ///
    /// # Errors
    ///
    /// [`CoreError::DecodeImage`] naming the file.
    ///
    /// # Panics
    ///
    /// If `index` is not below [`ImageSequence::len`].
    pub fn grey(&self, index: usize) -> Result<Array2<f32>, CoreError> {
        self.image(index).map(|i| grey_from_image(&i))
    }

    /// Decodes all frames to one grey clip.
    ///
    /// # Errors
    ///
    /// [`CoreError::DecodeImage`], [`CoreError::FrameSize`] for a frame unlike the first one, [`CoreError::FrameRate`].
    pub fn to_clip(&self, fps: f64) -> Result<Clip, CoreError> {
        let first = self.grey(0)?;
        let expected = first.dim();
        let mut frames = Array3::zeros((self.len(), expected.0, expected.1));
        frames.index_axis_mut(Axis(0), 0).assign(&first);
        for index in 1..self.len() {
            let frame = self.grey(index)?;
            if frame.dim() != expected {
                let path = self.paths[index].clone();
                return Err(CoreError::FrameSize { path, expected, found: frame.dim() });
            }
            frames.index_axis_mut(Axis(0), index).assign(&frame);
        }
        Clip::new(frames, fps)
    }
}

/// Grey `[row, col]` in `0..=1`: the stored value of grey images, else `0.299 R + 0.587 G + 0.114 B` (BT.601).
///
/// Equal channels give exactly the value a grey file would give.
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

/// Whether the end marker follows the last scan. The decoder fills what a cut-off file lacks with grey, which would be
/// taken for motion.
fn jpeg_is_whole(file: &[u8]) -> bool {
    let last = |marker: u8| file.windows(2).rposition(|pair| pair == [0xff, marker]);
    last(0xd9) > last(0xda)
}

fn has_image_extension(path: &Path) -> bool {
    path.extension()
        .and_then(|e| e.to_str())
        .is_some_and(|e| EXTENSIONS.contains(&e.to_ascii_lowercase().as_str()))
}

fn is_hidden(path: &Path) -> bool {
    file_name(path).starts_with('.')
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Digit runs compare as numbers, everything else as text.
fn natural_order(a: &str, b: &str) -> Ordering {
    let (mut x, mut y) = (a.as_bytes(), b.as_bytes());
    while let (Some(p), Some(q)) = (x.first(), y.first()) {
        let step = if p.is_ascii_digit() && q.is_ascii_digit() {
            let (m, n) = (digit_run(x), digit_run(y));
            let (s, t) = (strip_zeros(&x[..m]), strip_zeros(&y[..n]));
            let order = s.len().cmp(&t.len()).then_with(|| s.cmp(t));
            (x, y) = (&x[m..], &y[n..]);
            order
        } else {
            let order = p.cmp(q);
            (x, y) = (&x[1..], &y[1..]);
            order
        };
        if step != Ordering::Equal {
            return step;
        }
    }
    x.len().cmp(&y.len()).then_with(|| a.cmp(b))
}

fn digit_run(text: &[u8]) -> usize {
    text.iter().take_while(|c| c.is_ascii_digit()).count()
}

fn strip_zeros(digits: &[u8]) -> &[u8] {
    &digits[digits.iter().take_while(|c| **c == b'0').count()..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sort_by_value_with_or_without_padding() {
        let mut names = vec!["img10.bmp", "img9.bmp", "img0011.bmp", "a.bmp", "img1.bmp"];
        names.sort_by(|a, b| natural_order(a, b));
        assert_eq!(names, ["a.bmp", "img1.bmp", "img9.bmp", "img10.bmp", "img0011.bmp"]);
    }
}
