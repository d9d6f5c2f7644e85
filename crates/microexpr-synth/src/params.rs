use serde::{Deserialize, Serialize};

use crate::SynthError;

/// Settings of a generated dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SynthParams {
    /// Every random choice follows from it.
    pub seed: u64,
    /// Number of persons.
    pub subjects: usize,
    /// Clips of every person.
    pub clips_per_subject: usize,
    /// Frame width in pixels.
    pub width_px: usize,
    /// Frame height in pixels.
    pub height_px: usize,
    /// Distance between the centres of the eyes in pixels.
    pub inter_ocular_px: f64,
    /// Frames per second.
    pub fps: f64,
    /// Fewest and most frames of a clip.
    pub frames: [usize; 2],
    /// Least and greatest motion of the landmark that moves most at the apex, in pixels.
    pub amplitude_px: [f64; 2],
    /// Strength of the skin's texture; 0 is a mannequin.
    pub texture: f64,
    /// How the clips are shared among the classes.
    pub shares: ClassShares,
    /// What spoils the recording.
    pub nuisance: Nuisance,
}

/// Relative frequency of the classes; only ratios count.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClassShares {
    /// Share of negative expressions.
    pub negative: f64,
    /// Share of positive expressions.
    pub positive: f64,
    /// Share of surprise.
    pub surprise: f64,
}

/// What a recording holds besides the expression. All of it is independent of the class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Nuisance {
    /// How far the head may start from its place, in pixels, in each direction.
    pub pose_px: f64,
    /// How far the head may be turned in the image plane, in degrees.
    pub pose_deg: f64,
    /// Greatest shift of the head while the clip runs, in pixels, in each direction.
    pub sway_px: f64,
    /// Greatest turn of the head in the image plane while the clip runs, in degrees.
    pub sway_deg: f64,
    /// Slow deformation unrelated to the class: how far the landmark that moves most drifts, in pixels.
    pub drift_px: f64,
    /// Greatest lid motion of a (partial) blink, in pixels.
    pub blink_px: f64,
    /// Share of the clips with a blink, `0..=1`.
    pub blink_share: f64,
    /// Relative change of brightness by the lamp.
    pub flicker: f64,
    /// Standard deviation of the sensor's noise, in grey levels of 255.
    pub noise_levels: f64,
}

impl Default for SynthParams {
    /// Six persons with six clips each in SMIC-HS's format: 100 frames per second, 26 to 45 frames.
    fn default() -> Self {
        Self {
            seed: 0,
            subjects: 6,
            clips_per_subject: 6,
            width_px: 320,
            height_px: 320,
            inter_ocular_px: 78.0,
            fps: 100.0,
            frames: [26, 45],
            amplitude_px: [0.12, 0.4],
            texture: 1.0,
            shares: ClassShares::default(),
            nuisance: Nuisance::default(),
        }
    }
}

impl Default for ClassShares {
    /// SMIC-HS's 70 : 51 : 43.
    fn default() -> Self {
        Self { negative: 0.43, positive: 0.31, surprise: 0.26 }
    }
}

impl Default for Nuisance {
    fn default() -> Self {
        Self {
            pose_px: 4.0,
            pose_deg: 2.0,
            sway_px: 2.0,
            sway_deg: 0.5,
            drift_px: 0.35,
            blink_px: 0.6,
            blink_share: 0.5,
            flicker: 0.015,
            noise_levels: 4.0,
        }
    }
}

impl Nuisance {
    /// A perfect recording of a perfectly still head: only the expression moves.
    #[must_use]
    pub fn none() -> Self {
        Self {
            pose_px: 0.0,
            pose_deg: 0.0,
            sway_px: 0.0,
            sway_deg: 0.0,
            drift_px: 0.0,
            blink_px: 0.0,
            blink_share: 0.0,
            flicker: 0.0,
            noise_levels: 0.0,
        }
    }
}

impl ClassShares {
    /// The shares in the order of [`Expression::ALL`](crate::Expression::ALL).
    #[must_use]
    pub fn in_order(self) -> [f64; 3] {
        [self.negative, self.positive, self.surprise]
    }
}

impl SynthParams {
    /// Checks every setting.
    ///
    /// # Errors
    ///
    /// [`SynthError::Setting`] naming the first one out of range.
    pub fn validate(&self) -> Result<(), SynthError> {
        let n = &self.nuisance;
        at_least_one("subjects", self.subjects)?;
        at_least_one("clips_per_subject", self.clips_per_subject)?;
        within("inter_ocular_px", self.inter_ocular_px, "at least 8 and finite", 8.0..=f64::MAX)?;
        within("fps", self.fps, "positive and finite", f64::MIN_POSITIVE..=f64::MAX)?;
        within("texture", self.texture, "in 0..=3", 0.0..=3.0)?;
        // Larger motion would fold the skin (the field's slope nears 1) and the inverse warp would not be unique.
        let limit = 0.05 * self.inter_ocular_px;
        for (name, value) in [
            ("amplitude_px", self.amplitude_px[0]),
            ("amplitude_px", self.amplitude_px[1]),
            ("nuisance.drift_px", n.drift_px),
            ("nuisance.blink_px", n.blink_px),
        ] {
            within(name, value, "between 0 and 5 % of inter_ocular_px", 0.0..=limit)?;
        }
        if self.amplitude_px[0] > self.amplitude_px[1] {
            return Err(setting(
                "amplitude_px",
                "a minimum and a maximum",
                format!("{:?}", self.amplitude_px),
            ));
        }
        if self.frames[0] < 2 || self.frames[0] > self.frames[1] {
            return Err(setting(
                "frames",
                "a minimum of at least 2 and a maximum",
                format!("{:?}", self.frames),
            ));
        }
        for (name, value) in [("nuisance.pose_px", n.pose_px), ("nuisance.sway_px", n.sway_px)] {
            within(name, value, "between 0 and 1000", 0.0..=1000.0)?;
        }
        for (name, value) in [("nuisance.pose_deg", n.pose_deg), ("nuisance.sway_deg", n.sway_deg)] {
            within(name, value, "in 0..=45 degrees", 0.0..=45.0)?;
        }
        within("nuisance.blink_share", n.blink_share, "in 0..=1", 0.0..=1.0)?;
        within("nuisance.flicker", n.flicker, "in 0..=1", 0.0..=1.0)?;
        within("nuisance.noise_levels", n.noise_levels, "in 0..=255", 0.0..=255.0)?;
        let shares = self.shares.in_order();
        shares.iter().try_for_each(|s| within("shares", *s, "zero or positive, and finite", 0.0..=1e6))?;
        within("shares", shares.iter().sum(), "positive in sum", f64::MIN_POSITIVE..=f64::MAX)
    }
}

fn at_least_one(name: &'static str, value: usize) -> Result<(), SynthError> {
    if value == 0 { Err(setting(name, "at least 1", value.to_string())) } else { Ok(()) }
}

fn within(
    name: &'static str,
    value: f64,
    expected: &'static str,
    range: std::ops::RangeInclusive<f64>,
) -> Result<(), SynthError> {
    if range.contains(&value) { Ok(()) } else { Err(setting(name, expected, value.to_string())) }
}

fn setting(name: &'static str, expected: &'static str, found: String) -> SynthError {
    SynthError::Setting { name, expected, found }
}
