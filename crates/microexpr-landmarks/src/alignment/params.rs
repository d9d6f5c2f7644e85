use microexpr_core::OutOfRange;
use serde::{Deserialize, Serialize};

use super::Brightness;
use crate::MotionModel;

/// Settings of [`FaceAligner`](crate::FaceAligner).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AlignParams {
    /// What is undone: nothing, translation with rotation and scale, or any linear change.
    pub motion: MotionModel,
    /// What the head's motion is measured on.
    pub evidence: AlignEvidence,
    /// Points of the 68 that expressions move least: nose bridge, nostrils, inner eye corners.
    pub stable_points: Vec<usize>,
    /// How texture is compared, if `evidence` asks for it.
    pub texture: TextureParams,
    /// What of the face is kept.
    pub crop: CropParams,
    /// What becomes of brightness that changes from frame to frame.
    pub brightness: Brightness,
}

impl Default for AlignParams {
    fn default() -> Self {
        Self {
            motion: MotionModel::Similarity,
            evidence: AlignEvidence::Texture,
            stable_points: (27..=35).chain([39, 42]).collect(),
            texture: TextureParams::default(),
            crop: CropParams::default(),
            brightness: Brightness::default(),
        }
    }
}

/// What the head's motion is measured on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlignEvidence {
    /// The tracked stable points alone, by a robust fit.
    #[serde(alias = "StablePoints")]
    StablePoints,
    /// The grey values of the whole face, starting from the stable points: parts that move by themselves during the clip
    /// lose their weight. About three times as exact, and slower.
    #[default]
    #[serde(alias = "Texture")]
    Texture,
}

/// Settings of the comparison of grey values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TextureParams {
    /// Side of the blocks that are weighed as wholes, in inter-ocular distances.
    pub block_iod: f64,
    /// Standard deviation of the blur before comparing, in pixels.
    pub blur_px: f32,
    /// Faces are halved until their inter-ocular distance is below this, in pixels.
    pub max_iod_px: f64,
    /// Blocks nearer than this to points of brows, eyes and mouth are left out, in inter-ocular distances.
    pub expressive_margin_iod: f64,
    /// Own motion of a block up to which it counts as stable whatever the others do, in pixels.
    pub stable_px: f64,
    /// Rounds of registering all frames and weighing the blocks anew.
    pub rounds: usize,
    /// Newton steps per frame and round.
    pub max_iterations: usize,
    /// A frame is registered when the steps to come are expected to move no point of the face by more than this.
    pub epsilon_px: f64,
}

impl Default for TextureParams {
    fn default() -> Self {
        Self {
            block_iod: 0.2,
            blur_px: 1.0,
            max_iod_px: 100.0,
            expressive_margin_iod: 0.2,
            stable_px: 0.01,
            rounds: 2,
            max_iterations: 20,
            epsilon_px: 2e-4,
        }
    }
}

/// What of the face is kept: a square on the first frame's eye line, scaled to `size_px`.
///
/// With the default values the square holds the face from ear to ear, the forehead above the brows, and the chin's upper
/// half; the paper's 51 points have a margin around them. Beyond the frame its border pixels repeat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CropParams {
    /// Width and height of the result in pixels.
    pub size_px: usize,
    /// Side of the square in inter-ocular distances.
    pub side_iod: f64,
    /// How far its centre lies below the middle of the eyes, in inter-ocular distances.
    pub centre_below_eyes_iod: f64,
}

impl Default for CropParams {
    fn default() -> Self {
        Self { size_px: 254, side_iod: 2.7, centre_below_eyes_iod: 0.3 }
    }
}

impl AlignParams {
    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        let Self { crop, texture, stable_points, .. } = self;
        OutOfRange::unless((2..=8192).contains(&crop.size_px), "size_px", "2 to 8192", crop.size_px)?;
        let side = crop.side_iod;
        OutOfRange::unless(side > 0.0 && side <= 100.0, "side_iod", "more than 0 and at most 100", side)?;
        let below = crop.centre_below_eyes_iod;
        let within = (-100.0..=100.0).contains(&below);
        OutOfRange::unless(within, "centre_below_eyes_iod", "-100 to 100", below)?;
        let three = stable_points.len() >= 3 && stable_points.iter().all(|i| *i <= 67);
        let numbers = "three or more numbers from 0 to 67";
        OutOfRange::unless(three, "stable_points", numbers, format!("{stable_points:?}"))?;
        for (setting, found, range, expected) in [
            ("block_iod", texture.block_iod, 0.02..=2.0, "0.02 to 2"),
            ("blur_px", f64::from(texture.blur_px), 0.0..=20.0, "0 to 20"),
            ("max_iod_px", texture.max_iod_px, 10.0..=1e6, "10 to 1e6"),
            ("epsilon_px", texture.epsilon_px, 1e-9..=1.0, "1e-9 to 1"),
        ] {
            OutOfRange::unless(range.contains(&found), setting, expected, found)?;
        }
        Ok(())
    }
}
