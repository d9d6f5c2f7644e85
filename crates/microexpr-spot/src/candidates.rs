//! Expressions of a stretch of frames, the strongest first.

use microexpr_core::Point;

use crate::blinks::{blinks, is_near, near};
use crate::motion_track::MotionTrack;
use crate::{ExpressionKind, FaceRegion, Interval, SpotParams, SpottedExpression};

/// Half the time over which the places before and after are averaged.
const AROUND_S: f64 = 0.04;
/// The search for an expression's ends goes this many reaches away from its apex.
const SEARCH: f64 = 1.3;

/// How strongly the face moves at one reach.
pub(crate) struct Strengths {
    reach: usize,
    threshold: f64,
    /// Of every frame, in inter-ocular distances.
    values: Vec<f64>,
}

/// A stretch of frames that expressions are looked for in.
pub(crate) struct Stretch<'a> {
    track: MotionTrack,
    /// The same, averaged: places before and after.
    around: MotionTrack,
    hidden: Vec<bool>,
    regions: &'a [FaceRegion],
    fps: f64,
    params: &'a SpotParams,
}

impl<'a> Stretch<'a> {
    pub(crate) fn new(
        track: MotionTrack,
        regions: &'a [FaceRegion],
        fps: f64,
        params: &'a SpotParams,
    ) -> Self {
        let hidden = blinks(&track, regions, fps);
        let around = track.averaged(frames_in(AROUND_S, fps));
        Self { track, around, hidden, regions, fps, params }
    }

    /// Takes the strongest departure, looks for its ends, and goes on with the strongest that is left.
    pub(crate) fn expressions(&self) -> Vec<SpottedExpression> {
        let mut strengths: Vec<Strengths> =
            self.params.reaches_s.iter().map(|reach_s| self.strengths(*reach_s)).collect();
        let mut found: Vec<SpottedExpression> = Vec::new();
        while let Some((scale, frame)) = strongest(&strengths) {
            let reach = strengths[scale].reach;
            if let Some(expression) = self.expression(&strengths[scale], frame)
                && !found.iter().any(|other| hides(&other.interval, &expression.interval))
            {
                let Interval { onset, offset } = expression.interval;
                strengths.iter_mut().for_each(|scale| scale.values[onset..=offset].fill(0.0));
                found.push(expression);
            }
            let last = (frame + reach / 3).min(self.track.frames - 1);
            strengths[scale].values[frame.saturating_sub(reach / 3)..=last].fill(0.0);
        }
        found.sort_by_key(|expression| expression.interval.onset);
        found
    }

    fn strengths(&self, reach_s: f64) -> Strengths {
        let reach = frames_in(reach_s, self.fps);
        let departures = self.track.departures(&self.around, reach);
        let blink = near(&self.hidden, reach);
        // At long reaches a macro-expression would make itself usual.
        let times = if reach_s <= self.params.longest_micro_s { self.params.times_usual } else { 0.0 };
        let usual: Vec<f64> =
            (0..self.regions.len()).map(|region| usual_square(&departures, region, times)).collect();
        let mut squares = Vec::with_capacity(self.regions.len());
        let mut strength = |frame: usize| {
            squares.clear();
            let seen =
                (0..self.regions.len()).filter(|region| self.regions[*region].trust.holds(blink[frame]));
            squares
                .extend(seen.map(|region| (square(departures.at(frame, region)) - usual[region]).max(0.0)));
            squares.sort_unstable_by(|a, b| b.total_cmp(a));
            let count = self.params.strongest_regions.min(squares.len()).max(1);
            (squares.iter().take(count).sum::<f64>() / count as f64).sqrt()
        };
        let values = (0..self.track.frames).map(&mut strength).collect();
        Strengths { reach, threshold: self.params.threshold_at(reach_s), values }
    }

    /// The expression around a frame of strong departure, if it has two ends and is neither too short nor too weak.
    fn expression(&self, scale: &Strengths, frame: usize) -> Option<SpottedExpression> {
        let curve = self.curve(frame, scale.reach);
        let nearby = frame.saturating_sub((scale.reach / 3).max(1))
            ..=(frame + (scale.reach / 3).max(1)).min(curve.len() - 1);
        let apex = nearby.max_by(|a, b| curve[*a].total_cmp(&curve[*b]).then(b.cmp(a)))?;
        let search = (SEARCH * scale.reach as f64) as usize;
        let before = apex.saturating_sub(search)..=apex;
        let after = apex..=(apex + search).min(curve.len() - 1);
        let rising = before.clone().rev().find(|at| curve[*at] <= half_height(&curve, apex, before.clone()));
        let falling = after.clone().find(|at| curve[*at] <= half_height(&curve, apex, after.clone()));
        // Half the height is reached half-way, be the motion even or smooth at its ends.
        let rise = 2 * (apex - rising.unwrap_or(*before.start()));
        let fall = 2 * (falling.unwrap_or(*after.end()) - apex);
        let interval =
            Interval { onset: apex.saturating_sub(rise), offset: (apex + fall).min(curve.len() - 1) };
        let strength = scale.values[frame];
        let seconds = (interval.offset - interval.onset) as f64 / self.fps;
        let kind = match seconds <= self.params.longest_micro_s {
            true => ExpressionKind::Micro,
            false => ExpressionKind::Macro,
        };
        let strong_enough = kind == ExpressionKind::Micro || strength > self.params.macro_threshold;
        let possible = (self.params.shortest_s..=self.params.longest_s).contains(&seconds);
        (possible && strong_enough).then(|| SpottedExpression {
            kind,
            interval,
            apex,
            strength,
            score: strength / scale.threshold,
        })
    }

    /// How far every frame has gone along the motion of `frame` against what lies a reach before and after.
    fn curve(&self, frame: usize, reach: usize) -> Vec<f64> {
        let blink = is_near(&self.hidden, frame, reach);
        let departures = |region: usize| {
            let (before, after) =
                (self.around.at(frame.saturating_sub(reach), region), self.around.at(frame + reach, region));
            let at = self.track.at(frame, region);
            [0, 1].map(|axis| at[axis] - f64::midpoint(before[axis], after[axis]))
        };
        let seen: Vec<(usize, Point)> = (0..self.regions.len())
            .filter(|region| self.regions[*region].trust.holds(blink))
            .map(|region| (region, departures(region)))
            .collect();
        let length = seen.iter().map(|(_, by)| square(*by)).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
        let along = |at: usize| {
            let part = |(region, by): &(usize, Point)| {
                let motion = self.track.at(at, *region);
                motion[0] * by[0] + motion[1] * by[1]
            };
            seen.iter().map(part).sum::<f64>() / length
        };
        (0..self.track.frames).map(along).collect()
    }
}

fn frames_in(seconds: f64, fps: f64) -> usize {
    ((seconds * fps).round() as usize).max(1)
}

fn square(by: Point) -> f64 {
    by[0] * by[0] + by[1] * by[1]
}

/// What a region departs by without any reason, squared: its median departure `times`; large where a region has little texture.
fn usual_square(departures: &MotionTrack, region: usize, times: f64) -> f64 {
    let mut squares: Vec<f64> =
        (0..departures.frames).map(|frame| square(departures.at(frame, region))).collect();
    let middle = squares.len() / 2;
    let (_, median, _) = squares.select_nth_unstable_by(middle, f64::total_cmp);
    times * times * *median
}

/// Half-way between the apex and the lowest place on one side of it.
fn half_height(curve: &[f64], apex: usize, side: std::ops::RangeInclusive<usize>) -> f64 {
    f64::midpoint(curve[apex], curve[side].iter().copied().fold(f64::INFINITY, f64::min))
}

/// Whether an expression covers too much of another interval for both to be one's own.
fn hides(taken: &Interval, other: &Interval) -> bool {
    const MOST_SHARED: f64 = 0.3;
    taken.shared(other) as f64 > MOST_SHARED * other.frames() as f64
}

/// Scale and frame of the strongest departure above its threshold.
fn strongest(strengths: &[Strengths]) -> Option<(usize, usize)> {
    let of_scale = |(scale, strengths): (usize, &Strengths)| {
        let best = (0..strengths.values.len())
            .max_by(|a, b| strengths.values[*a].total_cmp(&strengths.values[*b]).then(b.cmp(a)))?;
        Some((strengths.values[best] / strengths.threshold, scale, best))
    };
    let best = strengths
        .iter()
        .enumerate()
        .filter_map(of_scale)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    best.filter(|(score, ..)| *score >= 1.0).map(|(_, scale, frame)| (scale, frame))
}
