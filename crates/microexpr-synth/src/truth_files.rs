//! The ground truth on disk.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use microexpr_core::{Landmarks, Point, atomic_file};
use serde::{Deserialize, Serialize};

use crate::emotion::emotion;
use crate::layout::Place;
use crate::{ActionUnitSet, Expression, Layout, SynthClip, SynthError};

/// What `truth.json` says of one clip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GeneratedClip {
    /// Number of the person, from 1.
    pub subject: usize,
    /// Number of the clip among the person's, from 1.
    #[serde(default)]
    pub number: usize,
    /// The class.
    pub class: Expression,
    /// The emotion as the dataset's annotation file calls it (SMIC, which has none: the class).
    #[serde(default)]
    pub emotion: String,
    /// The action units: numbers, or texts such as `"L14"` where one side moves.
    pub action_units: ActionUnitSet,
    /// Index of the apex frame, from 0.
    pub apex: usize,
    /// How far the landmark that moves most is moved by the action units at the apex, in pixels.
    #[serde(default)]
    pub peak_px: f64,
    /// Number of frames.
    pub frames: usize,
    /// Number in the first frame's file name: that of frame i is `first_frame + i`.
    #[serde(default)]
    pub first_frame: u64,
    /// Frames per second.
    pub fps: f64,
    /// Folder of the clip below the dataset's root, with `/` between its parts.
    pub path: String,
    /// The 68 points of the first frame, in pixels.
    pub landmarks_frame0: Vec<Point>,
    /// How far they have moved at the apex.
    pub motion_at_apex: MotionAtApex,
}

/// Motion of the 68 points at the apex, `[right, down]` in pixels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MotionAtApex {
    /// By the action units alone, in the upright head's frame.
    pub action_units: Vec<[f64; 2]>,
    /// By everything, from the first frame.
    pub total: Vec<[f64; 2]>,
}

impl GeneratedClip {
    pub(crate) fn new(layout: Layout, place: &Place, clip: &SynthClip) -> Self {
        let truth = &clip.truth;
        Self {
            subject: truth.subject,
            number: truth.number,
            class: truth.expression,
            emotion: emotion(layout, truth.expression, &truth.action_units).to_owned(),
            action_units: truth.action_units.clone(),
            apex: truth.apex,
            peak_px: micro(truth.peak_px()),
            frames: truth.landmarks.len(),
            first_frame: place.first_frame,
            fps: clip.fps,
            path: place.folder.clone(),
            landmarks_frame0: rounded(truth.landmarks[0].points()),
            motion_at_apex: MotionAtApex {
                action_units: rounded(&truth.expression_motion),
                total: rounded(&truth.total_motion()),
            },
        }
    }

    /// Numbers of the onset, apex and offset frame in their file names.
    #[must_use]
    pub fn frame_numbers(&self) -> [u64; 3] {
        let last = self.frames.saturating_sub(1);
        [0, self.apex, last].map(|index| self.first_frame + index as u64)
    }
}

/// To 1e-6 px: a tenth of the renderer's own precision.
fn rounded(vectors: &[[f64; 2]]) -> Vec<[f64; 2]> {
    vectors.iter().map(|v| v.map(micro)).collect()
}

fn micro(px: f64) -> f64 {
    (1e6 * px).round() / 1e6
}

/// Writes `landmarks.csv` with OpenFace's column names: `frame` (from 1), `x_0` … `x_67`, `y_0` … `y_67`, in pixels to
/// 1e-6.
pub(crate) fn write_landmarks(path: &Path, frames: &[Landmarks]) -> Result<(), SynthError> {
    let points = frames.first().map_or(0, |f| f.points().len());
    let columns = |name: &str| (0..points).map(|i| format!(",{name}_{i}")).collect::<String>();
    let numbers =
        |points: &[Point], axis: usize| points.iter().map(|p| format!(",{:.6}", p[axis])).collect::<String>();
    Ok(atomic_file::write_with(path, |file| {
        writeln!(file, "frame{}{}", columns("x"), columns("y"))?;
        for (index, landmarks) in frames.iter().enumerate() {
            let points = landmarks.points();
            writeln!(file, "{}{}{}", index + 1, numbers(points, 0), numbers(points, 1))?;
        }
        Ok(())
    })?)
}

/// Writes `truth.json`: a map from clip name to [`GeneratedClip`].
pub(crate) fn write_truth(path: &Path, records: &BTreeMap<String, GeneratedClip>) -> Result<(), SynthError> {
    let text =
        serde_json::to_vec(records).map_err(|source| SynthError::Json { path: path.to_owned(), source })?;
    Ok(atomic_file::write(path, &text)?)
}
