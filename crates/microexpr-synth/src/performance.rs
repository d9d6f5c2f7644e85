//! One clip's choreography: what moves how far when.

use microexpr_core::{Landmarks, Point};
use rand::Rng;
use rand_distr::StandardNormal;

use crate::action_unit::contraction;
use crate::deformation::{Bump, Deformation};
use crate::pose::Pose;
use crate::subject::{Subject, centre};
use crate::time_course::{Blinking, Drifting, Expressing, Flicker, sway};
use crate::{ActionUnit, Expression, SynthParams};

/// Bumps of the slow unrelated deformation, and their radius in inter-ocular distances.
const DRIFT_BUMPS: usize = 10;
const DRIFT_RADIUS: f64 = 0.5;

/// Everything that happens in a clip except the sensor's noise.
#[derive(Debug, Clone)]
pub(crate) struct Performance {
    pub(crate) frames: usize,
    pub(crate) action_units: Vec<ActionUnit>,
    expression: (Deformation, Expressing),
    blink: (Deformation, Blinking),
    drift: (Deformation, Drifting),
    poses: Vec<Pose>,
    flicker: Flicker,
}

impl Performance {
    pub(crate) fn draw(
        params: &SynthParams,
        subject: &Subject,
        expression: Expression,
        rng: &mut impl Rng,
    ) -> Self {
        let n = &params.nuisance;
        let (points, unit) = (subject.landmarks().points(), params.inter_ocular_px);
        let frames = rng.random_range(params.frames[0]..=params.frames[1]);
        let recipes = expression.recipes();
        let action_units = recipes[rng.random_range(0..recipes.len())].to_vec();
        let peak = rng.random_range(params.amplitude_px[0]..=params.amplitude_px[1]);
        let expression = contraction(&action_units, points, unit, peak, rng);
        let lids =
            n.blink_px * rng.random_range(0.3..1.0) * f64::from(u8::from(rng.random_bool(n.blink_share)));
        let blink = contraction(&[ActionUnit::Blink], points, unit, lids, rng);
        let drift = drift(points, unit, n.drift_px, rng);
        Self {
            frames,
            action_units,
            expression: (expression, Expressing::draw(frames, rng)),
            blink: (blink, Blinking::draw(frames, rng)),
            drift: (drift, Drifting::draw(frames, rng)),
            poses: poses(params, frames, rng),
            flicker: Flicker::draw(n.flicker, rng),
        }
    }

    /// Index of the frame in which the expression is strongest, from 0.
    pub(crate) fn apex(&self) -> usize {
        self.expression.1.apex()
    }

    pub(crate) fn pose(&self, frame: usize) -> Pose {
        self.poses[frame]
    }

    pub(crate) fn brightness(&self, frame: usize) -> f64 {
        self.flicker.gain(frame)
    }

    /// The deformations of a frame and their gains.
    pub(crate) fn deformations(&self, frame: usize) -> [(&Deformation, f64); 3] {
        [
            (&self.expression.0, self.expression.1.gain(frame)),
            (&self.blink.0, self.blink.1.gain(frame)),
            (&self.drift.0, self.drift.1.gain(frame)),
        ]
    }

    /// Where a point of the neutral face is seen in a frame.
    pub(crate) fn seen(&self, neutral: Point, frame: usize) -> Point {
        self.pose(frame).to_frame(displaced(neutral, &self.deformations(frame)))
    }

    /// How far the action units alone move every point at the apex, in the face's own frame.
    pub(crate) fn expression_motion(&self, neutral: &Landmarks) -> Vec<[f64; 2]> {
        let alone = [(&self.expression.0, 1.0)];
        neutral.points().iter().map(|p| difference(displaced(*p, &alone), *p)).collect()
    }
}

pub(crate) fn difference(a: Point, b: Point) -> [f64; 2] {
    [a[0] - b[0], a[1] - b[1]]
}

/// The point `z` at which the neutral point `p` is seen: the solution of `z − d(z) = p`.
///
/// Iterating `z = p + d(z)` converges because `d` is a contraction (settings keep its slope below 1).
fn displaced(p: Point, deformations: &[(&Deformation, f64)]) -> Point {
    let mut z = p;
    for _ in 0..100 {
        let next = deformations.iter().fold(p, |sum, (field, gain)| {
            let [dx, dy] = field.at(z);
            [sum[0] + gain * dx, sum[1] + gain * dy]
        });
        let step = (next[0] - z[0]).abs().max((next[1] - z[1]).abs());
        z = next;
        if step < 1e-12 {
            break;
        }
    }
    z
}

fn drift(points: &[Point], unit: f64, peak_px: f64, rng: &mut impl Rng) -> Deformation {
    let bumps = (0..DRIFT_BUMPS).map(|_| {
        let near = points[rng.random_range(0..points.len())];
        let push = [rng.sample(StandardNormal), rng.sample(StandardNormal)];
        Bump { centre: near, sigma_px: DRIFT_RADIUS * unit, push }
    });
    Deformation::new(bumps.collect()).with_peak_at(points, peak_px)
}

fn poses(params: &SynthParams, frames: usize, rng: &mut impl Rng) -> Vec<Pose> {
    let n = &params.nuisance;
    let mut either_way = |reach: f64| rng.random_range(-reach..=reach);
    let start = [either_way(n.pose_px), either_way(n.pose_px)];
    let tilt = either_way(n.pose_deg).to_radians();
    let [x, y, turn] = std::array::from_fn(|_| sway(frames, params.fps, rng));
    (0..frames)
        .map(|f| Pose {
            centre: centre(params),
            angle: tilt + n.sway_deg.to_radians() * turn[f],
            shift: [start[0] + n.sway_px * x[f], start[1] + n.sway_px * y[f]],
        })
        .collect()
}
