//! SMIC: the folder is the clip, its name holds the label.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use microexpr_core::ImageSequence;
use serde::{Deserialize, Serialize};

use crate::clip_frames::clip_frames;
use crate::dataset::alphanumeric;
use crate::folder_search::{find, folders, name_of, several, wrong_root};
use crate::{ClipRecord, DataError, Dataset, DatasetIndex, Layout};

/// From two folders above `SMIC_all_raw` (or `SMIC-E_raw image`) down to the one that holds the subjects.
const SEARCH_DEPTH: usize = 4;
/// From a subject's folder down to its clips: `micro/negative/clip`.
const CLIP_DEPTH: usize = 3;
const EXPECTED: &str = "SMIC's folders SMIC_all_raw/HS/s1/micro/negative/s1_ne_01 (raw or cropped) or \
                        HS_long/SMIC-HS-E/s03/s3_sur_01 (SMIC-E), or the folder above or below";

/// Numbers of the subjects that SMIC's high-speed camera recorded: 1 to 20 without 7, 10, 16 and 17.
pub const SMIC_HS_SUBJECTS: [u32; 16] = [1, 2, 3, 4, 5, 6, 8, 9, 11, 12, 13, 14, 15, 18, 19, 20];

/// Which of SMIC's cameras.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SmicCamera {
    /// High speed, 100 frames per second, 164 clips.
    Hs,
    /// Visible light, 25 frames per second, 71 clips.
    Vis,
    /// Near infrared, 25 frames per second, 71 clips.
    Nir,
}

impl SmicCamera {
    fn fps(self) -> f64 {
        match self {
            Self::Hs => 100.0,
            Self::Vis | Self::Nir => 25.0,
        }
    }

    /// The camera that a folder is named after: `HS`, `HS_long`, `SMIC-NIR-E`.
    fn of_folder(name: &str) -> Option<Self> {
        name.split(|c: char| !c.is_alphanumeric()).find_map(|word| match word.to_ascii_uppercase().as_str() {
            "HS" => Some(Self::Hs),
            "VIS" => Some(Self::Vis),
            "NIR" => Some(Self::Nir),
            _ => None,
        })
    }
}

/// Settings of [`read_smic`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SmicParams {
    /// The camera; by default the only one under the root, or the high-speed camera if there are several.
    pub camera: Option<SmicCamera>,
}

/// Lists SMIC's micro-expression clips: raw, cropped or SMIC-E, padded (`s01`) or not (`s1`).
///
/// `root` may be the folder of the cameras, the one above it or one below it. Non-micro clips are passed
/// over. The label comes from the clip's name (`ne`, `po`, `sur`). SMIC annotates no apex.
///
/// # Errors
///
/// [`DataError::WrongRoot`] if no clip is found, [`DataError::SeveralRoots`] if a camera exists twice (raw
/// and cropped), [`DataError::ReadFolder`].
pub fn read_smic(root: impl AsRef<Path>, params: &SmicParams) -> Result<DatasetIndex, DataError> {
    let root = root.as_ref();
    let (folder, camera) = camera_folder(root, params)?;
    let mut reader = Reader {
        index: DatasetIndex::new(Layout::Smic, folder.clone()),
        seen: BTreeMap::new(),
        fps: camera.unwrap_or(SmicCamera::Hs).fps(),
    };
    for subject in folders(&folder)? {
        if let Some(number) = subject_number(&name_of(&subject)) {
            reader.read_folder(&subject, number, CLIP_DEPTH)?;
        }
    }
    reader.index.sort();
    Ok(reader.index)
}

/// The folder with the subjects of the wanted camera.
fn camera_folder(root: &Path, params: &SmicParams) -> Result<(PathBuf, Option<SmicCamera>), DataError> {
    let whole = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
    let with_camera = |path: PathBuf| {
        let names = path.ancestors().take(SEARCH_DEPTH).map(name_of);
        let camera = names.into_iter().find_map(|name| SmicCamera::of_folder(&name));
        (path, camera)
    };
    let mut found: Vec<_> =
        find(&whole, SEARCH_DEPTH, &holds_subjects).into_iter().map(with_camera).collect();
    if let Some(wanted) = params.camera.or((found.len() > 1).then_some(SmicCamera::Hs)) {
        found.retain(|(_, camera)| camera.is_none_or(|c| c == wanted));
    }
    if found.len() > 1 {
        return Err(several(root, &found.into_iter().map(|(path, _)| path).collect::<Vec<_>>()));
    }
    found.pop().ok_or_else(|| wrong_root(root, EXPECTED))
}

fn holds_subjects(folder: &Path) -> bool {
    let is_clip = |path: &Path| ClipName::parse(&name_of(path)).is_some();
    let holds_clips = |subject: &PathBuf| {
        subject_number(&name_of(subject)).is_some() && !find(subject, CLIP_DEPTH, &is_clip).is_empty()
    };
    folders(folder).unwrap_or_default().iter().any(holds_clips)
}

/// `s1`, `s01`, `S01` are subject 1.
fn subject_number(name: &str) -> Option<u32> {
    let digits = name.strip_prefix(['s', 'S'])?;
    digits.bytes().all(|c| c.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// What a clip's name says: `s1_ne_01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct ClipName {
    subject: u32,
    label: &'static str,
    number: u32,
}

impl ClipName {
    fn parse(name: &str) -> Option<Self> {
        let mut words = name.split(['_', '-', ' ']);
        let (subject, label, number) = (words.next()?, words.next()?, words.next()?);
        let label = label_of(label)?;
        let whole = words.next().is_none();
        whole
            .then(|| Some(Self { subject: subject_number(subject)?, label, number: number.parse().ok()? }))?
    }
}

fn label_of(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        "ne" | "neg" | "negative" => Some("negative"),
        "po" | "pos" | "positive" => Some("positive"),
        "su" | "sur" | "surprise" => Some("surprise"),
        _ => None,
    }
}

struct Reader {
    index: DatasetIndex,
    seen: BTreeMap<ClipName, PathBuf>,
    fps: f64,
}

impl Reader {
    fn read_folder(&mut self, folder: &Path, subject: u32, depth: usize) -> Result<(), DataError> {
        for path in folders(folder)? {
            let name = name_of(&path);
            if let Some(clip) = ClipName::parse(&name) {
                self.read_clip(path, clip, subject);
            } else if !alphanumeric(&name).starts_with("nonmicro") {
                if depth > 1 {
                    self.read_folder(&path, subject, depth - 1)?;
                }
                if ImageSequence::open(&path).is_ok() {
                    let reason = "has frames, but its name is not like s1_ne_01, s1_po_01 or s1_sur_01";
                    self.index.skip(format!("smic/s{subject:02}/{name}"), path, reason);
                }
            }
        }
        Ok(())
    }

    fn read_clip(&mut self, path: PathBuf, clip: ClipName, subject: u32) {
        let name = name_of(&path);
        let id = format!("smic/s{subject:02}/{name}");
        if let Some(folder) =
            path.parent().map(name_of).filter(|f| label_of(f).is_some_and(|l| l != clip.label))
        {
            self.index
                .warnings
                .push(format!("{id} lies in the folder {folder}, its name says {}", clip.label));
        }
        if clip.subject != subject {
            let reason = format!("its name says subject {}, its folder subject {subject}", clip.subject);
            return self.index.skip(id, path, reason);
        }
        if let Some(first) = self.seen.insert(clip, path.clone()) {
            let reason = format!("the same clip as {}", first.display());
            self.seen.insert(clip, first);
            return self.index.skip(id, path, reason);
        }
        match clip_frames(&path) {
            Err(reason) => self.index.skip(id, path, reason),
            Ok(frames) => self.index.clips.push(ClipRecord {
                dataset: Dataset::Smic,
                subject: format!("s{subject:02}"),
                clip: name,
                label: clip.label.to_owned(),
                frames,
                onset: None,
                apex: None,
                offset: None,
                bits: None,
                fps: self.fps,
            }),
        }
    }
}
