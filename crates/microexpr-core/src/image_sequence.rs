use std::borrow::Cow;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::error::DecodingError;
use image::{DynamicImage, ImageError, ImageFormat};
use ndarray::{Array2, Array3, Axis};

use crate::{Clip, CoreError, grey_from_image, natural_order};

const EXTENSIONS: [&str; 4] = ["png", "jpg", "jpeg", "bmp"];

/// The image files of a folder in natural order (`img9` before `img10`), decoded when asked for; or frames that are decoded
/// already, such as those of a short video.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageSequence {
    paths: Vec<PathBuf>,
    content: Content,
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
        Ok(Self { paths, content: Content::OnDisk })
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
        Ok(Self { paths, content: Content::OnDisk })
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
        if let Content::Images(images) = &self.content {
            return Ok(images[index].clone());
        }
        let path = &self.paths[index];
        let decode = |source| CoreError::DecodeImage { path: path.clone(), source };
        let file = self.bytes(index)?;
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
