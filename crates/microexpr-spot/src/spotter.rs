use std::collections::VecDeque;

use microexpr_core::Point;

use crate::candidates::Stretch;
use crate::head_motion::HeadMotion;
use crate::motion_track::MotionTrack;
use crate::{FaceRegion, FaceRegions, RegionMotion, SpotError, SpotParams, SpottedExpression};

/// Seconds between two looks at what was seen.
const HOP_S: f64 = 0.5;

/// Finds expressions in the motion of a face's regions, while it is being recorded.
///
/// An expression departs from where the face was before and comes back: at reach `w` region `r` departs by
/// `D_r(t) = d_r(t) − (d_r(t−w) + d_r(t+w))/2`, `d` being its displacement less the head's affine motion; at short reaches it
/// counts as far as it exceeds [`SpotParams::times_usual`] times its median. Where the root mean square of the
/// strongest four exceeds a threshold that grows with `w`, the motion of all regions along `D(t)` has its apex nearby; its ends lie twice as far from
/// it as the frames of half its height. The strongest departure over all reaches goes first and keeps its frames.
///
/// # Example
///
/// ```
/// use microexpr_core::{LandmarkScheme, Landmarks};
/// use microexpr_spot::{ExpressionKind, FacePart, FaceRegions, RegionMotion, SpotParams, Spotter};
///
/// # let points = (0..68).map(|i| match i {
/// #     36..42 => [100.0 + f64::from(i % 3), 100.0], 42..48 => [180.0 + f64::from(i % 3), 100.0],
/// #     17..27 => [95.0 + 10.0 * f64::from(i - 17), 80.0], 27..36 => [140.0 + f64::from(i % 5), 100.0 + 6.0 * f64::from(i - 27)],
/// #     _ => [140.0 + 25.0 * f64::from(i).cos(), 170.0 + 12.0 * f64::from(i).sin()],
/// # });
/// let landmarks = Landmarks::new(LandmarkScheme::Ibug68, points.collect())?;
/// let regions = FaceRegions::of_landmarks(&landmarks)?;
/// let mut spotter = Spotter::new(&regions, 100.0, SpotParams::default())?;
/// let mut found = Vec::new();
/// for frame in 0..500 {
///     // The brows rise for 0.4 s, by a hundredth of the inter-ocular distance.
///     let phase = ((f64::from(frame) - 200.0) / 40.0).clamp(0.0, 1.0);
///     let up = 0.01 * (0.5 - 0.5 * (std::f64::consts::TAU * phase).cos());
///     let of = |part| if part == FacePart::Brows { [0.0, -up] } else { [0.0; 2] };
///     let displacements = regions.regions().iter().map(|region| of(region.part)).collect();
///     found.extend(spotter.push(&RegionMotion { displacements })?);
/// }
/// found.extend(spotter.finish());
/// assert_eq!((found.len(), found[0].kind), (1, ExpressionKind::Micro));
/// assert!(found[0].apex.abs_diff(220) <= 2 && found[0].interval.onset.abs_diff(200) <= 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Spotter {
    params: SpotParams,
    fps: f64,
    regions: Vec<FaceRegion>,
    head: HeadMotion,
    seen: VecDeque<Vec<Point>>,
    /// Frame number of the first of `seen`.
    first: usize,
    /// Frames before this one were told.
    told: usize,
    next: usize,
}

impl Spotter {
    /// Starts on a face.
    ///
    /// # Errors
    ///
    /// [`SpotError::Setting`]; recordings of fewer than 10 frames per second are refused.
    pub fn new(regions: &FaceRegions, fps: f64, params: SpotParams) -> Result<Self, SpotError> {
        params.check(fps)?;
        Ok(Self {
            params,
            fps,
            regions: regions.regions().to_vec(),
            head: HeadMotion::new(regions),
            seen: VecDeque::new(),
            first: 0,
            told: 0,
            next: 0,
        })
    }

    /// Takes the motion of the next frame; gives the expressions that are sure by now: those that ended [`SpotParams::delay_s`] and half a
    /// second ago, or earlier.
    ///
    /// # Errors
    ///
    /// [`SpotError::RegionCount`].
    pub fn push(&mut self, motion: &RegionMotion) -> Result<Vec<SpottedExpression>, SpotError> {
        let (expected, found) = (self.regions.len(), motion.displacements.len());
        if found != expected {
            return Err(SpotError::RegionCount { expected, found });
        }
        self.seen.push_back(self.head.removed(&motion.displacements));
        self.next += 1;
        if !self.next.is_multiple_of(self.frames(HOP_S)) {
            return Ok(Vec::new());
        }
        let sure = self.next.saturating_sub(self.frames(self.params.delay_s));
        let found = self.tell(sure);
        self.forget();
        Ok(found)
    }

    /// The face was lost: gives what was seen until then, and starts anew. `frames` are without a face.
    ///
    /// The regions' displacements start from any zero afterwards, but the regions must be the same ones.
    pub fn skip(&mut self, frames: usize) -> Vec<SpottedExpression> {
        let found = self.tell(self.next);
        self.seen.clear();
        self.next += frames;
        (self.first, self.told) = (self.next, self.next);
        found
    }

    /// The recording is over: gives the rest.
    #[must_use]
    pub fn finish(mut self) -> Vec<SpottedExpression> {
        self.tell(self.next)
    }

    fn frames(&self, seconds: f64) -> usize {
        ((seconds * self.fps).round() as usize).max(1)
    }

    /// Expressions that were not told yet and end before frame `sure`.
    fn tell(&mut self, sure: usize) -> Vec<SpottedExpression> {
        if self.seen.len() < self.frames(self.params.shortest_s) {
            return Vec::new();
        }
        let track = MotionTrack::smoothed(self.seen.iter(), self.params.smoothing_s * self.fps);
        let mut found = Stretch::new(track, &self.regions, self.fps, &self.params).expressions();
        for expression in &mut found {
            expression.interval.onset += self.first;
            expression.interval.offset += self.first;
            expression.apex += self.first;
        }
        found.retain(|expression| expression.apex >= self.told && expression.interval.offset < sure);
        if let Some(last) = found.iter().map(|expression| expression.interval.offset + 1).max() {
            self.told = last;
        }
        found
    }

    /// Keeps what an expression that is not told yet may need: its own length, and a reach before and after.
    fn forget(&mut self) {
        let seconds =
            self.params.delay_s + self.params.longest_s + 2.0 * self.params.longest_reach_s() + 2.0 * HOP_S;
        let keep = self.frames(seconds);
        let surplus = self.seen.len().saturating_sub(keep);
        self.seen.drain(..surplus);
        self.first += surplus;
    }
}
