use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::{DynamicImage, ImageError};
use ndarray::{Array2, Array3, Axis};

use crate::image_file::{decode, decode_part};
use crate::sample_bits::DepthMismatch;
use crate::{Clip, CoreError, ImagePart, SampleBits, grey_from_image, is_hidden, natural_order};

const EXTENSIONS: [&str; 8] = ["png", "jpg", "jpeg", "bmp", "tif", "tiff", "pgm", "ppm"];

/// The image files of a folder in natural order (`img9` before `img10`), decoded when asked for; or frames that are decoded
/// already, such as those of a short video.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageSequence {
    paths: Vec<PathBuf>,
    content: Content,
    bits: Option<SampleBits>,
}

/// Where the frames are.
#[derive(Debug, Clone, PartialEq)]
enum Content {
    /// In their files.
    OnDisk,
    /// In files that were read ahead.
    Files(Arc<[Vec<u8>]>),
    /// In memory, decoded.
    Images(Arc<[DynamicImage]>),
}

impl ImageSequence {
    /// Lists the image files (`.png`, `.jpg`, `.jpeg`, `.bmp`, `.tif`, `.tiff`, `.pgm`, `.ppm`) directly inside `folder`, hidden
    /// ones left out.
    ///
    /// # Errors
    ///
    /// [`CoreError::ReadFolder`] if the folder is missing or unreadable, [`CoreError::NoImages`] if it holds none,
    /// [`CoreError::FrameTwice`] if a frame lies there in two formats.
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
        refuse_two_formats(&paths)?;
        Ok(Self { paths, content: Content::OnDisk, bits: None })
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
        Ok(Self { paths, content: Content::OnDisk, bits: None })
    }

    /// Takes decoded frames in the given order, each with the path by which messages name it (`clip.mp4/00012`).
    ///
    /// # Errors
    ///
    /// [`CoreError::NoImages`] if there are none.
    pub fn from_images(images: impl IntoIterator<Item = (PathBuf, DynamicImage)>) -> Result<Self, CoreError> {
        let (paths, images): (Vec<_>, Vec<_>) = images.into_iter().unzip();
        Ok(Self { content: Content::Images(images.into()), ..Self::from_paths(paths)? })
    }

    /// The same sequence, its 16-bit values taken for `bits` bits and brought to the full range.
    #[must_use]
    pub fn with_bits(self, bits: SampleBits) -> Self {
        Self { bits: Some(bits), ..self }
    }

    /// The depth that was told by [`ImageSequence::with_bits`].
    #[must_use]
    pub fn bits(&self) -> Option<SampleBits> {
        self.bits
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

    /// The same sequence with its files read, so that whatever is done with it touches the disk no more; as it is if they hold
    /// more than `most_bytes` together.
    ///
    /// # Errors
    ///
    /// [`CoreError::DecodeImage`] naming a file that cannot be read.
    pub fn in_memory(&self, most_bytes: u64) -> Result<Self, CoreError> {
        let size = |path: &PathBuf| std::fs::metadata(path).map_or(0, |file| file.len());
        if self.content != Content::OnDisk || self.paths.iter().map(size).sum::<u64>() > most_bytes {
            return Ok(self.clone());
        }
        let files = (0..self.len()).map(|index| self.bytes(index).map(Cow::into_owned));
        Ok(Self { content: Content::Files(files.collect::<Result<_, _>>()?), ..self.clone() })
    }

    /// The file of one frame, whole; of a decoded frame its pixels.
    ///
    /// # Errors
    ///
    /// [`CoreError::DecodeImage`] naming the file.
    ///
    /// # Panics
    ///
    /// If `index` is not below [`ImageSequence::len`].
    pub fn bytes(&self, index: usize) -> Result<Cow<'_, [u8]>, CoreError> {
        let path = &self.paths[index];
        let failed = |e| CoreError::DecodeImage { path: path.clone(), source: ImageError::IoError(e) };
        match &self.content {
            Content::OnDisk => std::fs::read(path).map(Cow::Owned).map_err(failed),
            Content::Files(files) => Ok(Cow::Borrowed(&files[index])),
            Content::Images(images) => Ok(Cow::Borrowed(images[index].as_bytes())),
        }
    }

    /// Decodes one frame at the depth it is stored with, and turns it upright as its orientation tag says.
    ///
    /// # Errors
    ///
    /// [`CoreError::DecodeImage`] naming the file, also if it is cut off; [`CoreError::Depth`] if it has not the depth told.
    ///
    /// # Panics
    ///
    /// If `index` is not below [`ImageSequence::len`].
    pub fn image(&self, index: usize) -> Result<DynamicImage, CoreError> {
        let path = &self.paths[index];
        let mut image = match &self.content {
            Content::Images(images) => images[index].clone(),
            _ => {
                let failed = |source| CoreError::DecodeImage { path: path.clone(), source };
                decode(&self.bytes(index)?).map_err(failed)?
            }
        };
        if let Some(bits) = self.bits {
            bits.fill_range(&mut image).map_err(|mismatch| depth_error(path, bits, &mismatch))?;
        }
        Ok(image)
    }

    /// A part of [`ImageSequence::image`] of a frame that should have the size `(height, width)`. Where the format allows it, no more than
    /// the part is decoded.
    ///
    /// # Errors
    ///
    /// As [`ImageSequence::image`], and [`CoreError::FrameSize`] for a frame of another size.
    ///
    /// # Panics
    ///
    /// If `index` is not below [`ImageSequence::len`], or the part does not lie within the size.
    pub fn image_part(
        &self,
        index: usize,
        expected: (usize, usize),
        part: ImagePart,
    ) -> Result<DynamicImage, CoreError> {
        assert!(part.is_within(expected), "the part lies within the frame");
        let decoded_ahead = matches!(self.content, Content::Images(_));
        if self.bits.is_none()
            && !decoded_ahead
            && let Some(image) = decode_part(&self.bytes(index)?, expected, part)
        {
            return Ok(image);
        }
        let image = self.image(index)?;
        let found = (image.height() as usize, image.width() as usize);
        if found != expected {
            return Err(CoreError::FrameSize { path: self.paths[index].clone(), expected, found });
        }
        let [left, top, width, height] =
            [part.left, part.top, part.width, part.height].map(|length| length as u32);
        Ok(image.crop_imm(left, top, width, height))
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

    /// Whether every frame equals the first one: nothing moves. Decodes up to the first frame that differs.
    ///
    /// # Errors
    ///
    /// [`CoreError::DecodeImage`] naming a file.
    pub fn is_still(&self) -> Result<bool, CoreError> {
        let first = self.image(0)?;
        for index in 1..self.len() {
            if self.image(index)? != first {
                return Ok(false);
            }
        }
        Ok(true)
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

fn depth_error(path: &Path, expected: SampleBits, mismatch: &DepthMismatch) -> CoreError {
    let found = match mismatch {
        DepthMismatch::NotSixteenBits => "an image of another kind".to_owned(),
        DepthMismatch::TooBright { found } => format!("the value {found}"),
    };
    CoreError::Depth { path: path.to_owned(), expected, found }
}

/// No two files may show one frame, as `a.jpg` and `a.png` do.
fn refuse_two_formats(paths: &[PathBuf]) -> Result<(), CoreError> {
    let mut seen = HashMap::new();
    for path in paths {
        if let Some(first) = seen.insert(path.file_stem(), path) {
            return Err(CoreError::FrameTwice { first: first.clone(), second: path.clone() });
        }
    }
    Ok(())
}

fn has_image_extension(path: &Path) -> bool {
    path.extension()
        .and_then(|e| e.to_str())
        .is_some_and(|e| EXTENSIONS.contains(&e.to_ascii_lowercase().as_str()))
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}
