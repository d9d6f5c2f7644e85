//! Where magnified frames go.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Cursor, Seek};
use std::path::{Path, PathBuf};

use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, DynamicImage, Frame, ImageFormat, RgbaImage};
use microexpr::core::atomic_file;
use microexpr::magnify::FrameLayout;

use super::depth::Depth;
use super::options::Options;
use super::source::Source;
use crate::shared;
use crate::shared::outputs::absolute;

const GIF: &str = "side_by_side.gif";

/// A folder of magnified frames in the making.
pub(crate) struct Output {
    folder: PathBuf,
    layout: FrameLayout,
    progress: indicatif::ProgressBar,
    gif: Option<Gif>,
}

/// On disk while it grows: a long recording's does not fit memory.
struct Gif {
    file: File,
    encoder: GifEncoder<BufWriter<File>>,
    delay: Delay,
}

impl Output {
    pub(crate) fn new(
        arguments: &Options,
        layout: FrameLayout,
        source: &Source,
    ) -> Result<Self, Box<dyn Error>> {
        atomic_file::check_folder(&arguments.out)?;
        Ok(Self {
            folder: arguments.out.clone(),
            layout,
            progress: shared::progress_bar(source.len().unwrap_or_default() as u64, "magnifying"),
            gif: arguments.gif.then(|| Gif::new(source.fps())).transpose()?,
        })
    }

    pub(crate) fn write<P: Depth>(
        &mut self,
        source_path: &Path,
        source: Vec<P>,
        frame: Vec<P>,
    ) -> Result<(), Box<dyn Error>> {
        let picture = |values| P::picture(values, self.layout).ok_or("a frame is smaller than its size says");
        let frame = picture(frame)?;
        let mut png = Cursor::new(Vec::new());
        frame.write_to(&mut png, ImageFormat::Png)?;
        atomic_file::write(self.folder.join(result_name(source_path)), png.get_ref())?;
        if let Some(gif) = &mut self.gif {
            let pair = side_by_side(&picture(source)?, &frame);
            gif.encoder.encode_frame(Frame::from_parts(pair, 0, 0, gif.delay))?;
        }
        self.progress.inc(1);
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<(), Box<dyn Error>> {
        if let Some(Gif { mut file, encoder, .. }) = self.gif {
            drop(encoder);
            file.rewind()?;
            let copy = |to: &mut BufWriter<&mut File>| std::io::copy(&mut file, to).map(drop);
            atomic_file::write_with(self.folder.join(GIF), copy)?;
        }
        Ok(())
    }
}

impl Gif {
    fn new(fps: f64) -> Result<Self, Box<dyn Error>> {
        let file = tempfile::tempfile()?;
        let mut encoder = GifEncoder::new_with_speed(BufWriter::new(file.try_clone()?), 10);
        encoder.set_repeat(Repeat::Infinite)?;
        let milliseconds = (1000.0 / fps).round().max(20.0) as u32;
        Ok(Self { file, encoder, delay: Delay::from_numer_denom_ms(milliseconds, 1) })
    }
}

/// The input's name with the extension `png`.
fn result_name(source: &Path) -> PathBuf {
    Path::new(source.file_stem().unwrap_or_default()).with_added_extension("png")
}

/// Nothing that is read may be overwritten, no two frames may be written to one file, and no frames of an earlier run may stay among
/// the new ones; how many frames a pipe will give nobody knows, so that there must be none at all.
pub(crate) fn check(arguments: &Options, source: &Source) -> Result<(), String> {
    if absolute(&arguments.clip.input) == absolute(&arguments.out) {
        return Err("--out must differ from --input: the frames would be overwritten".into());
    }
    let mut sources = HashMap::new();
    for path in source.names().unwrap_or_default() {
        let name = result_name(&path);
        if let Some(other) = sources.insert(name.clone(), path.clone()) {
            let (other, path, name) = (other.display(), path.display(), name.display());
            return Err(format!(
                "{other} and {path} would both be written as {name}: rename or remove one of them"
            ));
        }
    }
    let gif = arguments.gif.then(|| PathBuf::from(GIF));
    let written: HashSet<PathBuf> = sources.into_keys().chain(gif).collect();
    let Ok(there) = std::fs::read_dir(&arguments.out) else { return Ok(()) };
    let names = there.flatten().map(|entry| PathBuf::from(entry.file_name()));
    let is_picture = |name: &PathBuf| ImageFormat::from_path(name).is_ok();
    let mut left_over: Vec<PathBuf> =
        names.filter(|name| is_picture(name) && !written.contains(name)).collect();
    left_over.sort();
    match left_over.first() {
        None => Ok(()),
        Some(first) => Err(format!(
            "{} holds {} pictures that this run does not write, {} first: they would be taken for its result; empty the \
             folder, or name another --out",
            arguments.out.display(),
            left_over.len(),
            first.display()
        )),
    }
}

fn side_by_side(left: &DynamicImage, right: &DynamicImage) -> RgbaImage {
    let mut pair = RgbaImage::new(2 * left.width(), left.height());
    image::imageops::replace(&mut pair, &left.to_rgba8(), 0, 0);
    image::imageops::replace(&mut pair, &right.to_rgba8(), i64::from(left.width()), 0);
    pair
}
