//! What a dataset on disk holds.

use std::collections::BTreeSet;
use std::path::PathBuf;

use microexpr_core::{CoreError, ImageSequence, SampleBits, natural_order};
use serde::{Deserialize, Serialize};

use crate::folder_search::unreadable_names;
use crate::{Dataset, LabelScheme, Layout, frame_number};

/// Frames per second of SMIC's high-speed camera.
const SMIC_HS_FPS: f64 = 100.0;
/// Clips of SMIC's VIS and of its NIR camera.
const SMIC_SLOW_CLIPS: usize = 71;

/// One clip of a dataset: where its frames lie and what it shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClipRecord {
    /// The dataset.
    pub dataset: Dataset,
    /// The subject, in one spelling per dataset (`s01`, `006`, `sub01`).
    pub subject: String,
    /// Name of the clip, as its folder is called.
    pub clip: String,
    /// Emotion or class, as the dataset calls it.
    pub label: String,
    /// Image files from onset to offset in playing order, at least one; of a clip in a video the names of its frames
    /// (`clip.avi/12` for the twelfth), or the video alone for all of them.
    pub frames: Vec<PathBuf>,
    /// Number of the frame in which the expression begins, if annotated.
    pub onset: Option<u64>,
    /// Number of the frame in which the expression is strongest, if annotated.
    pub apex: Option<u64>,
    /// Number of the frame in which the expression ends, if annotated.
    pub offset: Option<u64>,
    /// Depth of the camera where the frames' 16 bits hold fewer; they are then brought to the full range.
    #[serde(default)]
    pub bits: Option<SampleBits>,
    /// Frames per second.
    pub fps: f64,
}

impl ClipRecord {
    /// `dataset/subject/clip`, unique within an index.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}/{}/{}", self.dataset, self.subject, self.clip)
    }

    /// `dataset/subject`: who must not be on both sides of a split, also when datasets are joined.
    #[must_use]
    pub fn subject_id(&self) -> String {
        format!("{}/{}", self.dataset, self.subject)
    }

    /// Position of the apex in [`ClipRecord::frames`], if it is annotated and its file is there.
    #[must_use]
    pub fn apex_index(&self) -> Option<usize> {
        let apex = self.apex?;
        self.frames.iter().position(|path| frame_number(path) == Some(apex))
    }

    /// The frames, ready to be decoded.
    ///
    /// # Errors
    ///
    /// [`CoreError::NoImages`] if there are no frames.
    pub fn sequence(&self) -> Result<ImageSequence, CoreError> {
        let sequence = ImageSequence::from_paths(self.frames.clone())?;
        Ok(match self.bits {
            Some(bits) => sequence.with_bits(bits),
            None => sequence,
        })
    }
}

/// A clip that is listed somewhere, but cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedClip {
    /// `dataset/subject/clip`, as far as known.
    pub id: String,
    /// The folder or the table that names it.
    pub path: PathBuf,
    /// Why it is left out.
    pub reason: String,
}

/// The clips found under a root.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DatasetIndex {
    /// The layout that was read.
    pub layout: Layout,
    /// The folder (or manifest file) that holds the clips, which may lie above or below the root given.
    pub root: PathBuf,
    /// The usable clips, in natural order of dataset, subject and clip.
    pub clips: Vec<ClipRecord>,
    /// The clips left out.
    pub skipped: Vec<SkippedClip>,
    /// What looks wrong, but does not make a clip unusable.
    pub warnings: Vec<String>,
}

impl DatasetIndex {
    pub(crate) fn new(layout: Layout, root: PathBuf) -> Self {
        let warnings = unreadable_names(&root);
        Self { layout, root, clips: Vec::new(), skipped: Vec::new(), warnings }
    }

    pub(crate) fn skip(&mut self, id: String, path: impl Into<PathBuf>, reason: impl Into<String>) {
        self.skipped.push(SkippedClip { id, path: path.into(), reason: reason.into() });
    }

    pub(crate) fn sort(&mut self) {
        self.clips.sort_by(|a, b| {
            a.dataset
                .cmp(&b.dataset)
                .then_with(|| natural_order(&a.subject, &b.subject))
                .then_with(|| natural_order(&a.clip, &b.clip))
        });
    }

    /// Every clip that an evaluation under `scheme` leaves out, and why: the unusable ones, and those whose label is none of its
    /// classes.
    #[must_use]
    pub fn left_out(&self, scheme: LabelScheme) -> Vec<SkippedClip> {
        let classes = scheme.classes().join(", ");
        let without_class = self.clips.iter().filter(|clip| scheme.class_of(clip).is_none()).map(|clip| {
            let path = clip.frames.first().and_then(|frame| frame.parent()).map(PathBuf::from);
            let reason = match clip.label.trim() {
                "" => "it has no label".to_owned(),
                label => format!("its label {label:?} is none of the classes {classes}"),
            };
            SkippedClip { id: clip.id(), path: path.unwrap_or_default(), reason }
        });
        self.skipped.iter().cloned().chain(without_class).collect()
    }

    /// The subjects, `dataset/subject`, in natural order without repeats.
    #[must_use]
    pub fn subjects(&self) -> Vec<String> {
        let mut subjects: Vec<String> = self.clips.iter().map(ClipRecord::subject_id).collect();
        subjects.sort_by(|a, b| natural_order(a, b));
        subjects.dedup();
        subjects
    }

    /// Clips of each class; clips whose label is no class are not counted.
    #[must_use]
    pub fn class_counts(&self, scheme: LabelScheme) -> Vec<usize> {
        let mut counts = vec![0; scheme.classes().len()];
        for class in self.clips.iter().filter_map(|clip| scheme.class_of(clip)) {
            counts[class] += 1;
        }
        counts
    }

    /// How the classes and subjects differ from the published protocol's; `None` if they agree or there is
    /// none. Of SMIC's slow cameras only the number of clips is compared.
    #[must_use]
    pub fn protocol_note(&self, scheme: LabelScheme) -> Option<String> {
        let protocol = scheme.protocol_counts(self.layout)?;
        let counts = self.class_counts(scheme);
        if self.layout == Layout::Smic && self.clips.iter().any(|clip| clip.fps < SMIC_HS_FPS) {
            let found: usize = counts.iter().sum();
            return (found != SMIC_SLOW_CLIPS)
                .then(|| format!("{found} clips, SMIC's VIS and NIR have {SMIC_SLOW_CLIPS} each"));
        }
        let labelled = self.clips.iter().filter(|clip| scheme.class_of(clip).is_some());
        let subjects: BTreeSet<String> = labelled.map(ClipRecord::subject_id).collect();
        (counts != protocol.clips || subjects.len() != protocol.subjects).then(|| {
            format!(
                "{} of {} subjects, the published protocol has {} of {} subjects",
                slashed(&counts),
                subjects.len(),
                slashed(protocol.clips),
                protocol.subjects
            )
        })
    }
}

fn slashed(counts: &[usize]) -> String {
    let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
    format!("{} clips", counts.join("/"))
}
