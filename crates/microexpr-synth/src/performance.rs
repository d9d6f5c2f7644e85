//! One clip's choreography: what moves how far when.

use microexpr_core::{Landmarks, Point};
use rand::Rng;
use rand_distr::StandardNormal;

use crate::deformation::{Bump, Deformation, displaced};
use crate::eyelids::Eyelids;
use crate::pose::Pose;
use crate::pull::contraction;
use crate::subject::{Subject, centre};
use crate::time_course::{Blinking, Drifting, Expressing, Flicker, Fluttering, sway};
use crate::{ActionUnit, ActionUnitSet, Expression, SynthParams};

/// Bumps of the slow unrelated deformation, and their radius in inter-ocular distances.
const DRIFT_BUMPS: usize = 10;
const DRIFT_RADIUS: f64 = 0.5;

/// Everything that happens in a clip except the sensor's noise.
#[derive(Debug, Clone)]
pub(crate) struct Performance {
    pub(crate) frames: usize,
    pub(crate) action_units: ActionUnitSet,
    expression: (Deformation, Expressing),
    flutter: (Deformation, Fluttering),
    drift: (Deformation, Drifting),
    poses: Vec<Pose>,
    flicker: Flicker,
    eyelids: Eyelids,
    blink: Option<Blinking>,
}

impl Performance {
    pub(crate) fn draw(
        params: &SynthParams,
        subject: &Subject,
        number: usize,
        expression: Expression,
        rng: &mut impl Rng,
    ) -> Self {
        let n = &params.nuisance;
        let (points, unit) = (subject.landmarks().points(), params.inter_ocular_px);
        let frames = rng.random_range(params.frames[0]..=params.frames[1]);
        let (action_units, expression) = params.acting.draw(params, subject, number, expression, rng);
        let lids =
            n.flutter_px * rng.random_range(0.3..1.0) * f64::from(u8::from(rng.random_bool(n.flutter_share)));
        let flutter = contraction(&[ActionUnit::Blink], points, unit, lids, rng);
        let drift = drift(points, unit, n.drift_px, rng);
        Self {
            frames,
            action_units,
            expression: (expression, params.acting.course(frames, params.fps, rng)),
            flutter: (flutter, Fluttering::draw(frames, rng)),
            drift: (drift, Drifting::draw(frames, rng)),
            poses: poses(params, frames, rng),
            flicker: Flicker::draw(n.flicker, params.fps, rng),
            eyelids: Eyelids::new(points, unit),
            blink: blink(params, frames, rng),
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

    pub(crate) fn eyelids(&self) -> &Eyelids {
        &self.eyelids
    }

    /// How far a blink has closed the eyes in a frame, `0..=1`.
    pub(crate) fn closure(&self, frame: usize) -> f64 {
        self.blink.map_or(0.0, |blink| blink.closure(frame))
    }

    /// The deformations of a frame and their gains.
    pub(crate) fn deformations(&self, frame: usize) -> [(&Deformation, f64); 3] {
        [
            (&self.expression.0, self.expression.1.gain(frame)),
            (&self.flutter.0, self.flutter.1.gain(frame)),
            (&self.drift.0, self.drift.1.gain(frame)),
        ]
    }

    /// Where a point of the neutral face is seen in a frame.
    pub(crate) fn seen(&self, neutral: Point, frame: usize) -> Point {
        let blinked = self.eyelids.closed(neutral, self.closure(frame));
        self.pose(frame).to_frame(displaced(blinked, &self.deformations(frame)))
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
    // Drawn only where it shows: settings without it give the clips that they gave before it was there.
    let nearing = if n.sway_zoom > 0.0 { sway(frames, params.fps, rng) } else { vec![0.0; frames] };
    (0..frames)
        .map(|f| Pose {
            centre: centre(params),
            angle: tilt + n.sway_deg.to_radians() * turn[f],
            shift: [start[0] + n.sway_px * x[f], start[1] + n.sway_px * y[f]],
            zoom: 1.0 + n.sway_zoom * nearing[f],
        })
        .collect()
}

fn blink(params: &SynthParams, frames: usize, rng: &mut impl Rng) -> Option<Blinking> {
    let share = params.nuisance.blink_share;
    // No draw without blinks, for the same reason.
    (share > 0.0 && rng.random_bool(share)).then(|| Blinking::draw(frames, params.fps, rng))
}
