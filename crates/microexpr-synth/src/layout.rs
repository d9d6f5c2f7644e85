use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Cursor};
use std::path::Path;

use image::{ExtendedColorType, ImageEncoder, codecs::bmp::BmpEncoder};
use microexpr_core::atomic_file;
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::dataset::{Progress, for_each_clip};
use crate::truth_files::{ClipRecord, write_landmarks, write_truth};
use crate::{Expression, SynthClip, SynthError, SynthParams};

/// Whose folders and file names a generated dataset imitates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Layout {
    /// SMIC's raw high-speed part: `SMIC_all_raw/HS/s1/micro/negative/s1_ne_01/image000001.bmp`.
    Smic,
}

impl Layout {
    /// A clip's name and its folder below the root; `nth` counts the subject's clips of the class, from 1.
    fn place(self, subject: usize, class: Expression, nth: usize) -> (String, String) {
        match self {
            Self::Smic => {
                let short = match class {
                    Expression::Negative => "ne",
                    Expression::Positive => "po",
                    Expression::Surprise => "sur",
                };
                let name = format!("s{subject}_{short}_{nth:02}");
                let folder = format!("SMIC_all_raw/HS/s{subject}/micro/{}/{name}", class.name());
                (name, folder)
            }
        }
    }
}

/// Generates a dataset and writes it below `root`, which must be empty or not exist yet.
///
/// Every clip folder holds its frames and `landmarks.csv`: OpenFace's column names `frame` (from 1), `x_0` … `x_67`,
/// `y_0` … `y_67`; pixels, `(0, 0)` the centre of the first one. `root/truth.json` maps every clip's name to its
/// [`ClipRecord`]; it is written last, so a root without it is an unfinished one. Every file is whole or absent.
/// Returns what `truth.json` holds. `progress` is called after every clip.
///
/// # Errors
///
/// [`SynthError::NotEmpty`] before anything is written; [`SynthError::Setting`] and [`SynthError::FaceOutsideFrame`] for
/// settings out of range; [`SynthError::ReadFolder`], [`SynthError::Encode`], [`SynthError::Json`] and
/// [`SynthError::Core`] (which names the file) for what the system refuses.
pub fn write_dataset(
    params: &SynthParams,
    layout: Layout,
    root: impl AsRef<Path>,
    progress: impl Fn(Progress) + Sync,
) -> Result<BTreeMap<String, ClipRecord>, SynthError> {
    let root = root.as_ref();
    require_empty(root)?;
    let records = for_each_clip(params, progress, |clip, nth| {
        let (name, folder) = layout.place(clip.truth.subject, clip.truth.expression, nth);
        write_clip(&root.join(&folder), &clip)?;
        Ok((name, ClipRecord::new(&clip.truth, clip.fps, folder)))
    })?;
    let records: BTreeMap<String, ClipRecord> = records.into_iter().collect();
    write_truth(&root.join("truth.json"), &records)?;
    Ok(records)
}

fn require_empty(root: &Path) -> Result<(), SynthError> {
    let unreadable = |source| SynthError::ReadFolder { path: root.to_owned(), source };
    match fs::read_dir(root) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(unreadable(e)),
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(Ok(_)) => Err(SynthError::NotEmpty { path: root.to_owned() }),
            Some(Err(e)) => Err(unreadable(e)),
        },
    }
}

fn write_clip(folder: &Path, clip: &SynthClip) -> Result<(), SynthError> {
    for (index, frame) in clip.frames.outer_iter().enumerate() {
        write_bmp(&folder.join(format!("image{:06}.bmp", index + 1)), frame)?;
    }
    write_landmarks(&folder.join("landmarks.csv"), &clip.truth.landmarks)
}

fn write_bmp(path: &Path, frame: ArrayView2<'_, u8>) -> Result<(), SynthError> {
    let (height, width) = frame.dim();
    let pixels: Vec<u8> = frame.iter().copied().collect();
    let mut file = Cursor::new(Vec::with_capacity(pixels.len() + 2048));
    BmpEncoder::new(&mut file)
        .write_image(&pixels, width as u32, height as u32, ExtendedColorType::L8)
        .map_err(|source| SynthError::Encode { path: path.to_owned(), source })?;
    Ok(atomic_file::write(path, file.get_ref())?)
}
