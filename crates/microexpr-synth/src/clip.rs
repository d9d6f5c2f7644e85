use microexpr_core::{Clip, Landmarks, Point};
use ndarray::{Array2, Array3, ArrayViewMut2};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::performance::{Performance, difference};
use crate::subject::{Subject, stream};
use crate::{ActionUnitSet, Expression, SynthError, SynthParams};

/// A generated clip and its ground truth.
#[derive(Debug, Clone, PartialEq)]
pub struct SynthClip {
    /// Grey frames `[frame, row, col]`.
    pub frames: Array3<u8>,
    /// Frames per second.
    pub fps: f64,
    /// What happens in them.
    pub truth: ClipTruth,
}

/// What truly happens in a clip.
#[derive(Debug, Clone, PartialEq)]
pub struct ClipTruth {
    /// Number of the person, from 1.
    pub subject: usize,
    /// Number of the clip among the person's, from 1.
    pub number: usize,
    /// The class.
    pub expression: Expression,
    /// The action units at work.
    pub action_units: ActionUnitSet,
    /// Index of the frame in which they are strongest, from 0.
    pub apex: usize,
    /// The 68 points of every frame in pixels, with all motion: expression, blink, drift and head.
    ///
    /// They are the exact images of the neutral face's points under the warp the frames are rendered with (an upper lid's
    /// points come down with it in a blink): solved in
    /// double precision to 1e-12 px; the renderer itself works in single precision, within 1e-5 px.
    pub landmarks: Vec<Landmarks>,
    /// How far the action units alone move every point at the apex, in the upright head's frame, pixels.
    pub expression_motion: Vec<[f64; 2]>,
}

impl ClipTruth {
    /// How far the landmark that moves most is moved by the action units at the apex, in pixels.
    #[must_use]
    pub fn peak_px(&self) -> f64 {
        self.expression_motion.iter().map(|[x, y]| x.hypot(*y)).fold(0.0, f64::max)
    }

    /// How far every point moves from the first frame to the apex, in pixels.
    #[must_use]
    pub fn total_motion(&self) -> Vec<[f64; 2]> {
        let (first, apex) = (&self.landmarks[0], &self.landmarks[self.apex]);
        apex.points().iter().zip(first.points()).map(|(a, b)| difference(*a, *b)).collect()
    }
}

impl SynthClip {
    /// Renders clip `number` (from 1) of a person.
    ///
    /// Pixel `y` of frame `t` is `brightness(t)·S(lid_t⁻¹(z − d_t(z))) + noise` with `z = pose_t⁻¹(y)`, `d_t` the sum of all
    /// deformations, `lid_t` the blink and `S` the neutral face as a cubic spline, rounded to 8 bits. The same `params`, person and number
    /// always give the same clip. The person must come from the same `params`.
    ///
    /// # Errors
    ///
    /// [`SynthError::Setting`] for settings out of range.
    pub fn render(
        params: &SynthParams,
        subject: &Subject,
        number: usize,
        expression: Expression,
    ) -> Result<Self, SynthError> {
        params.validate()?;
        let mut rng = stream(params.seed, subject.number(), number);
        let performance = Performance::draw(params, subject, number, expression, &mut rng);
        let (height, width) = subject.portrait().dim();
        let mut frames = Array3::zeros((performance.frames, height, width));
        let mut fields = [Array2::zeros((height, width)), Array2::zeros((height, width))];
        for (index, frame) in frames.outer_iter_mut().enumerate() {
            render_frame(subject, &performance, index, &mut fields, frame, &mut |value| {
                add_noise(value, params.nuisance.noise_levels, &mut rng)
            });
        }
        let truth = truth(&performance, subject, number, expression)?;
        Ok(Self { frames, fps: params.fps, truth })
    }

    /// The frames as a clip with values in `0..=1`.
    ///
    /// # Errors
    ///
    /// [`SynthError::Core`] if the frames were changed to an empty array or the rate to one that is not positive.
    pub fn to_clip(&self) -> Result<Clip, SynthError> {
        Ok(Clip::new(self.frames.mapv(|p| f32::from(p) / 255.0), self.fps)?)
    }
}

fn truth(
    performance: &Performance,
    subject: &Subject,
    number: usize,
    expression: Expression,
) -> Result<ClipTruth, SynthError> {
    let neutral = subject.landmarks();
    let seen = |frame: usize| neutral.map(|p: &Point| performance.seen(*p, frame));
    Ok(ClipTruth {
        subject: subject.number(),
        number,
        expression,
        action_units: performance.action_units.clone(),
        apex: performance.apex(),
        landmarks: (0..performance.frames).map(seen).collect::<Result<_, _>>()?,
        expression_motion: performance.expression_motion(neutral),
    })
}

/// Fills one frame; `sense` turns a brightness in grey levels into what the sensor reads.
fn render_frame(
    subject: &Subject,
    performance: &Performance,
    index: usize,
    fields: &mut [Array2<f32>; 2],
    mut pixels: ArrayViewMut2<'_, u8>,
    sense: &mut impl FnMut(f32) -> f32,
) {
    let (pose, levels) = (performance.pose(index), 255.0 * performance.brightness(index) as f32);
    fields.iter_mut().for_each(|field| field.fill(0.0));
    for (deformation, gain) in performance.deformations(index) {
        deformation.add_to(fields, gain, &pose);
    }
    let closure = performance.closure(index);
    let lids = (closure > 0.0).then(|| performance.eyelids());
    // The pose is affine: positions advance by the same step from column to column.
    let origin = pose.to_face([0.0, 0.0]);
    let right = difference(pose.to_face([1.0, 0.0]), origin);
    let rows = fields[0].outer_iter().zip(fields[1].outer_iter());
    for (row, (mut line, (dx, dy))) in pixels.outer_iter_mut().zip(rows).enumerate() {
        let start = pose.to_face([0.0, row as f64]);
        for (col, pixel) in line.iter_mut().enumerate() {
            let x = start[0] + col as f64 * right[0] - f64::from(dx[col]);
            let y = start[1] + col as f64 * right[1] - f64::from(dy[col]);
            let [x, y] = lids.map_or([x, y], |lids| lids.source([x, y], closure));
            // The cast saturates and cuts, so this rounds to the nearest level of 0..=255.
            *pixel = (sense(levels * subject.surface().at(x, y)) + 0.5) as u8;
        }
    }
}

fn add_noise(value: f32, deviation: f64, rng: &mut ChaCha8Rng) -> f32 {
    if deviation == 0.0 {
        return value;
    }
    value + deviation as f32 * rng.sample::<f32, _>(StandardNormal)
}
