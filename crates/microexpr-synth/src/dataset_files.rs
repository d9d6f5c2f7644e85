use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::annotation_file::write_annotations;
use crate::dataset::{Progress, for_each_clip};
use crate::frame_file::write_frame;
use crate::layout::Place;
use crate::truth_files::{GeneratedClip, write_landmarks, write_truth};
use crate::{Layout, SynthClip, SynthError, SynthParams};

/// Generates a dataset and writes it below `root`, which must be empty or not exist yet.
///
/// Every clip folder holds its frames, from onset to offset, and `landmarks.csv`: OpenFace's column names `frame` (from
/// 1), `x_0` … `x_67`, `y_0` … `y_67`; pixels, `(0, 0)` the centre of the first one. SAMM's and CASME II's workbooks name
/// onset, apex, offset, action units and emotion of every clip. `root/truth.json` maps every clip's name to its
/// [`GeneratedClip`]; it is written last, so a root without it is an unfinished one. Every file is whole or absent, and the
/// same settings write the same bytes. Returns what `truth.json` holds. `progress` is called after every clip.
///
/// SMIC's frames are lossless (grey BMP); SAMM's (grey) and CASME II's (colour) are JPEG of quality 98, within 6 grey
/// levels of what was rendered.
///
/// # Errors
///
/// [`SynthError::NotEmpty`] before anything is written; [`SynthError::Setting`] for settings out of range or a frame rate
/// other than [`Layout::fps`], [`SynthError::FaceOutsideFrame`]; [`SynthError::ReadFolder`], [`SynthError::Encode`],
/// [`SynthError::Workbook`], [`SynthError::Json`] and [`SynthError::Core`] (which names the file) for what the system
/// refuses.
pub fn write_dataset(
    params: &SynthParams,
    layout: Layout,
    root: impl AsRef<Path>,
    progress: impl Fn(Progress) + Sync,
) -> Result<BTreeMap<String, GeneratedClip>, SynthError> {
    let root = root.as_ref();
    layout.check(params)?;
    require_empty(root)?;
    let clips = for_each_clip(params, progress, |clip, nth| {
        let place = layout.place(params, &clip.truth, nth);
        write_clip(layout, root, &place, &clip)?;
        let record = GeneratedClip::new(layout, &place, &clip);
        Ok((place, record))
    })?;
    write_annotations(layout, root, &clips)?;
    let records: BTreeMap<String, GeneratedClip> =
        clips.into_iter().map(|(place, r)| (place.name, r)).collect();
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

fn write_clip(layout: Layout, root: &Path, place: &Place, clip: &SynthClip) -> Result<(), SynthError> {
    let folder = root.join(&place.folder);
    for (index, frame) in clip.frames.outer_iter().enumerate() {
        write_frame(layout, &folder.join(layout.frame_name(place, index)), frame)?;
    }
    write_landmarks(&folder.join("landmarks.csv"), &clip.truth.landmarks)
}
