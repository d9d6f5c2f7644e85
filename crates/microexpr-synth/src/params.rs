use microexpr_core::OutOfRange;
use serde::{Deserialize, Serialize};

use crate::Acting;
use crate::acting::LARGEST_PEAK;

/// Most persons, and most clips of a person: larger numbers are slips.
const MOST_OF_A_KIND: usize = 10_000;
/// Longest side of a frame in pixels.
const LONGEST_SIDE_PX: usize = 1 << 14;
/// Most pixels of a clip, which is rendered in memory: 4 GiB.
const MOST_PIXELS: usize = 1 << 32;

/// Settings of a generated dataset.
///
/// The defaults are calibrated on what is published of real micro-expressions, so that a recogniser's figures mean something:
/// see [`Spontaneous`](crate::Spontaneous). [`SynthParams::prototypical`] is the recipe for classes that do not overlap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SynthParams {
    /// Every random choice follows from it.
    pub seed: u64,
    /// Number of persons, at most 10,000.
    pub subjects: usize,
    /// Clips of every person, at most 10,000.
    pub clips_per_subject: usize,
    /// Frame width in pixels, at most 16,384.
    pub width_px: usize,
    /// Frame height in pixels, at most 16,384.
    pub height_px: usize,
    /// Distance between the centres of the eyes in pixels.
    pub inter_ocular_px: f64,
    /// Frames per second.
    pub fps: f64,
    /// Fewest and most frames of a clip, of at most 2³² pixels in all.
    pub frames: [usize; 2],
    /// Which action units an expression shows, how strongly and how fast.
    pub acting: Acting,
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

/// What a recording holds besides the expression. All of it is independent of the class. Lengths in pixels are meant for eyes
/// 78 px apart.
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
    /// Greatest relative change of the head's size, as it nears the camera and goes back while the clip runs.
    pub sway_zoom: f64,
    /// Slow deformation unrelated to the class: how far the landmark that moves most drifts, in pixels.
    pub drift_px: f64,
    /// Share of the clips with a blink, which closes the eyes in 80 ms and opens them in 100, `0..=1`.
    pub blink_share: f64,
    /// Greatest motion of lids that flutter without closing, in pixels.
    pub flutter_px: f64,
    /// Share of the clips with such a flutter, `0..=1`.
    pub flutter_share: f64,
    /// Relative change of brightness by the lamp, 2 to 20 times a second.
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
            acting: Acting::default(),
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
            sway_zoom: 0.004,
            drift_px: 0.35,
            blink_share: 0.15,
            flutter_px: 0.0,
            flutter_share: 0.0,
            flicker: 0.004,
            noise_levels: 2.5,
        }
    }
}

impl Nuisance {
    /// Lids that flutter in every other clip but close in none, and a lamp and a sensor worse than the default: what goes with
    /// [`SynthParams::prototypical`].
    #[must_use]
    pub fn fluttering() -> Self {
        Self {
            sway_zoom: 0.0,
            blink_share: 0.0,
            flutter_px: 0.6,
            flutter_share: 0.5,
            flicker: 0.015,
            noise_levels: 4.0,
            ..Self::default()
        }
    }

    /// A perfect recording of a perfectly still head: only the expression moves.
    #[must_use]
    pub fn none() -> Self {
        Self {
            pose_px: 0.0,
            pose_deg: 0.0,
            sway_px: 0.0,
            sway_deg: 0.0,
            sway_zoom: 0.0,
            drift_px: 0.0,
            blink_share: 0.0,
            flutter_px: 0.0,
            flutter_share: 0.0,
            flicker: 0.0,
            noise_levels: 0.0,
        }
    }

    fn validate(&self) -> Result<(), OutOfRange> {
        for (setting, px) in [("nuisance.pose_px", self.pose_px), ("nuisance.sway_px", self.sway_px)] {
            OutOfRange::unless_within(0.0..=1000.0, setting, "between 0 and 1000", px)?;
        }
        for (setting, deg) in [("nuisance.pose_deg", self.pose_deg), ("nuisance.sway_deg", self.sway_deg)] {
            OutOfRange::unless_within(0.0..=45.0, setting, "in 0..=45 degrees", deg)?;
        }
        OutOfRange::unless_within(0.0..=0.2, "nuisance.sway_zoom", "in 0..=0.2", self.sway_zoom)?;
        for (setting, share) in [
            ("nuisance.blink_share", self.blink_share),
            ("nuisance.flutter_share", self.flutter_share),
            ("nuisance.flicker", self.flicker),
        ] {
            OutOfRange::unless_within(0.0..=1.0, setting, "in 0..=1", share)?;
        }
        OutOfRange::unless_within(0.0..=255.0, "nuisance.noise_levels", "in 0..=255", self.noise_levels)
    }
}

impl ClassShares {
    /// The shares in the order of [`Expression::ALL`](crate::Expression::ALL).
    #[must_use]
    pub fn in_order(self) -> [f64; 3] {
        [self.negative, self.positive, self.surprise]
    }

    fn validate(self) -> Result<(), OutOfRange> {
        for share in self.in_order() {
            OutOfRange::unless_within(0.0..=1e6, "shares", "zero or positive, and finite", share)?;
        }
        let sum = self.in_order().iter().sum();
        OutOfRange::unless_within(f64::MIN_POSITIVE..=f64::MAX, "shares", "positive in sum", sum)
    }
}

impl SynthParams {
    /// Classes that do not overlap: the prototypes of [`Expression::recipes`](crate::Expression::recipes), 0.12 to 0.4 px large,
    /// in a worse recording. For tests of whether anything is learned, not for what it says about recognition.
    #[must_use]
    pub fn prototypical() -> Self {
        Self {
            acting: Acting::Prototypical { peak_px: [0.12, 0.4] },
            nuisance: Nuisance::fluttering(),
            ..Self::default()
        }
    }

    /// Checks every setting.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] naming the first one out of range.
    pub fn validate(&self) -> Result<(), OutOfRange> {
        for (setting, count) in [("subjects", self.subjects), ("clips_per_subject", self.clips_per_subject)] {
            OutOfRange::unless_within(1..=MOST_OF_A_KIND, setting, "1 to 10000", count)?;
        }
        for (setting, side) in [("width_px", self.width_px), ("height_px", self.height_px)] {
            OutOfRange::unless_within(1..=LONGEST_SIDE_PX, setting, "1 to 16384", side)?;
        }
        let eyes = "at least 8 and finite";
        OutOfRange::unless_within(8.0..=f64::MAX, "inter_ocular_px", eyes, self.inter_ocular_px)?;
        OutOfRange::unless_within(f64::MIN_POSITIVE..=f64::MAX, "fps", "positive and finite", self.fps)?;
        OutOfRange::unless_within(0.0..=3.0, "texture", "in 0..=3", self.texture)?;
        self.validate_frames()?;
        self.validate_motion()?;
        self.nuisance.validate()?;
        self.shares.validate()
    }

    fn validate_frames(&self) -> Result<(), OutOfRange> {
        let [fewest, most] = self.frames;
        let bounds = "a minimum of at least 2 and a maximum";
        OutOfRange::unless(2 <= fewest && fewest <= most, "frames", bounds, format!("{:?}", self.frames))?;
        let pixels = (self.width_px * self.height_px).saturating_mul(most);
        let few = "so few that a clip has at most 2^32 pixels";
        OutOfRange::unless(pixels <= MOST_PIXELS, "frames", few, format!("{:?}", self.frames))
    }

    fn validate_motion(&self) -> Result<(), OutOfRange> {
        self.acting.validate(self.inter_ocular_px)?;
        let limit = LARGEST_PEAK * self.inter_ocular_px;
        for (setting, px) in
            [("nuisance.drift_px", self.nuisance.drift_px), ("nuisance.flutter_px", self.nuisance.flutter_px)]
        {
            OutOfRange::unless_within(0.0..=limit, setting, "between 0 and 5 % of inter_ocular_px", px)?;
        }
        Ok(())
    }
}
