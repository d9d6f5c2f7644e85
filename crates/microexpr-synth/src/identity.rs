//! What makes one generated person differ from the next.

use microexpr_core::Point;
use rand::Rng;
use rand_distr::StandardNormal;

use crate::template::MEAN_FACE;

/// Scatter of single points about the proportions, in inter-ocular distances.
const ASYMMETRY: f64 = 0.006;

/// Proportions: factors on the mean face, or shifts in inter-ocular distances.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Proportions {
    face_width: f64,
    jaw_width: f64,
    chin_length: f64,
    brow_shift: f64,
    brow_arch: f64,
    eye_opening: f64,
    nose_width: f64,
    nose_length: f64,
    mouth_width: f64,
    lip_fullness: f64,
}

/// Everything that is painted but moves no landmark. Reflectances are in `0..=1`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Appearance {
    pub(crate) skin: f32,
    pub(crate) hair: f32,
    pub(crate) iris: f32,
    pub(crate) lips: f32,
    pub(crate) background: f32,
    pub(crate) clothes: f32,
    /// Hairline above the eyes, in inter-ocular distances.
    pub(crate) hairline: f64,
    /// How far down the hair falls at the sides, in inter-ocular distances below the eyes.
    pub(crate) hair_length: f64,
    /// Hair beside the skull, in inter-ocular distances.
    pub(crate) hair_volume: f64,
    pub(crate) brow_thickness: f64,
    pub(crate) brow_strength: f32,
    pub(crate) freckles: usize,
    pub(crate) folds: f32,
    pub(crate) stubble: f32,
    /// Unit vector towards the lamp: right, down, towards the camera.
    pub(crate) light: [f32; 3],
    pub(crate) ambient: f32,
}

impl Proportions {
    pub(crate) fn draw(rng: &mut impl Rng) -> Self {
        Self {
            face_width: rng.random_range(0.93..1.07),
            jaw_width: rng.random_range(0.88..1.10),
            chin_length: rng.random_range(0.93..1.06),
            brow_shift: rng.random_range(-0.05..0.05),
            brow_arch: rng.random_range(0.6..1.4),
            eye_opening: rng.random_range(0.85..1.25),
            nose_width: rng.random_range(0.85..1.18),
            nose_length: rng.random_range(0.92..1.08),
            mouth_width: rng.random_range(0.88..1.14),
            lip_fullness: rng.random_range(0.75..1.25),
        }
    }

    /// The 68 points in inter-ocular distances from the middle between the eyes, whose centres stay `(±0.5, 0)`.
    pub(crate) fn points(&self, rng: &mut impl Rng) -> [Point; 68] {
        std::array::from_fn(|i| {
            let [x, y] = self.place(i, MEAN_FACE[i]);
            let scatter = if (36..48).contains(&i) { 0.0 } else { ASYMMETRY };
            let (dx, dy): (f64, f64) = (rng.sample(StandardNormal), rng.sample(StandardNormal));
            [x + scatter * dx, y + scatter * dy]
        })
    }

    fn place(&self, index: usize, [x, y]: Point) -> Point {
        let mouth_shift = 0.73 * (self.nose_length - 1.0);
        match index {
            0..17 => {
                let low = (y / 1.3).clamp(0.0, 1.0);
                [x * self.face_width * (1.0 + low * (self.jaw_width - 1.0)), y * self.chin_length]
            }
            17..27 => [x, -0.27 + (y + 0.27) * self.brow_arch + self.brow_shift],
            27..31 => [x, y * self.nose_length],
            31..36 => [x * self.nose_width, y * self.nose_length],
            36..48 => [x, y * self.eye_opening],
            48..60 => [x * self.mouth_width, 1.1 + (y - 1.1) * self.lip_fullness + mouth_shift],
            _ => [x * self.mouth_width, y + mouth_shift],
        }
    }
}

impl Appearance {
    pub(crate) fn draw(rng: &mut impl Rng) -> Self {
        let skin = rng.random_range(0.48..0.80);
        let (azimuth, height) = (rng.random_range(-0.7f32..0.7), rng.random_range(0.15f32..0.7));
        Self {
            skin,
            hair: rng.random_range(0.05..0.30),
            iris: rng.random_range(0.08..0.28),
            lips: skin * rng.random_range(0.58..0.75),
            background: rng.random_range(0.25..0.75),
            clothes: rng.random_range(0.08..0.6),
            hairline: rng.random_range(0.82..1.05),
            hair_length: if rng.random_bool(0.5) {
                rng.random_range(0.05..0.3)
            } else {
                rng.random_range(1.3..2.2)
            },
            hair_volume: rng.random_range(0.10..0.26),
            brow_thickness: rng.random_range(0.07..0.12),
            brow_strength: rng.random_range(0.55..0.9),
            freckles: rng.random_range(20..140),
            folds: rng.random_range(0.05..0.22),
            stubble: if rng.random_bool(0.35) { rng.random_range(0.05..0.25) } else { 0.0 },
            light: [azimuth.sin() * height.cos(), -height.sin(), azimuth.cos() * height.cos()],
            ambient: rng.random_range(0.25..0.42),
        }
    }
}
