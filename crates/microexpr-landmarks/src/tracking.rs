use microexpr_core::{GreyFrames, LandmarkScheme, Landmarks, Point};
use microexpr_flow::{Consistency, FlowError, FramePyramid, LucasKanade, LucasKanadeParams, PreparedPoints};
use serde::{Deserialize, Serialize};

use crate::LandmarkError;
use crate::eyes::refuse_coinciding;
use crate::parallel::{both_in_parallel, map_in_parallel, threads};
use crate::plane_map::{MotionModel, PlaneMap, distance, fit_robust, median};

/// Settings of [`track`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrackParams {
    /// The point tracker, with its forward-backward check.
    pub lucas_kanade: LucasKanadeParams,
    /// A point whose motion differs by more than this from its neighbours' (after removing the head's), in face sizes
    /// (root of the area that the points span), counts as lost.
    pub max_deviation: f64,
    /// How many reliable neighbours a lost point is repaired from.
    pub neighbours: usize,
    /// Share of the points that must be followed; below it the track is lost.
    pub min_tracked: f64,
}

impl Default for TrackParams {
    fn default() -> Self {
        // On clips made of photographs (inter-ocular distance 78 px, noise of four grey levels) a window of 29x29 errs a sixth
        // less than one of 21x21, though it sees more of the motion around.
        let lucas_kanade = LucasKanadeParams {
            window_radius_px: 14,
            consistency: Consistency::ForwardBackward { max_error_px: 0.5 },
            ..LucasKanadeParams::default()
        };
        Self { lucas_kanade, max_deviation: 0.05, neighbours: 6, min_tracked: 0.5 }
    }
}

impl TrackParams {
    /// The same on frames halved once, to a fiftieth of a pixel of theirs: a fraction of the time, for points that only have to
    /// be near, such as those that an alignment by grey values starts from.
    #[must_use]
    pub fn rough(&self) -> Self {
        let fine = &self.lucas_kanade;
        let consistency = match fine.consistency {
            Consistency::Unchecked => Consistency::Unchecked,
            Consistency::ForwardBackward { max_error_px } => {
                Consistency::ForwardBackward { max_error_px: 2.0 * max_error_px }
            }
        };
        let lucas_kanade = LucasKanadeParams {
            window_radius_px: fine.window_radius_px.div_ceil(2),
            max_level: fine.max_level.max(1),
            finest_level: fine.finest_level + 1,
            epsilon_px: fine.epsilon_px.max(0.02),
            consistency,
            ..fine.clone()
        };
        Self { lucas_kanade, ..self.clone() }
    }
}

/// Follows the points of the first frame through a clip: one set per frame, the first as given.
///
/// Every frame is compared with the first one, so errors do not add up; the search starts where the previous frame ended.
/// A point that fails the tracker's checks, or moves unlike its neighbours, is put where its neighbours' motion carries it.
///
/// # Errors
///
/// [`LandmarkError::TrackLost`] naming the frame if fewer than `min_tracked` of the points can be followed,
/// [`LandmarkError::PointsCoincide`] if all lie in one place.
pub fn track(
    clip: &dyn GreyFrames,
    first: &Landmarks,
    params: &TrackParams,
) -> Result<Vec<Landmarks>, LandmarkError> {
    let run = track_from(clip, 0, first, params)?;
    match run.lost {
        Some(lost) => Err(lost),
        None => Ok(run.points),
    }
}

/// Points of consecutive frames, and why they end if they end before the clip.
pub(crate) struct TrackRun {
    pub(crate) points: Vec<Landmarks>,
    pub(crate) lost: Option<LandmarkError>,
}

/// Follows the points of frame `start` until the clip ends or the track is lost.
pub(crate) fn track_from(
    clip: &dyn GreyFrames,
    start: usize,
    first: &Landmarks,
    params: &TrackParams,
) -> Result<TrackRun, LandmarkError> {
    refuse_coinciding(first.points(), start)?;
    let preparer = LucasKanade::new(params.lucas_kanade.clone());
    let prepare = |first: usize| {
        let count = clip.dim().0.saturating_sub(first).min(threads());
        map_in_parallel(count, |i| preparer.prepare(clip.whole(first + i).view()))
    };
    let mut track = Track::new(clip, start, first, params)?;
    // Each frame's search starts where the one before ended; the pyramids of as many frames as there are threads are made at the
    // same time.
    let mut images = prepare(start + 1);
    let mut frame = start + 1;
    let mut lost = None;
    while lost.is_none() && !images.is_empty() {
        let next = frame + images.len();
        let (followed, later) = both_in_parallel(|| track.follow_all(images, frame), || prepare(next));
        lost = followed?;
        (images, frame) = (later, next);
    }
    Ok(TrackRun { points: track.points, lost })
}

/// The points of a start frame on their way through a clip.
struct Track<'a> {
    tracker: LucasKanade,
    template: FramePyramid,
    windows: PreparedPoints,
    neighbourhood: Neighbourhood<'a>,
    scheme: LandmarkScheme,
    positions: Vec<Point>,
    points: Vec<Landmarks>,
}

impl<'a> Track<'a> {
    fn new(
        clip: &dyn GreyFrames,
        start: usize,
        first: &'a Landmarks,
        params: &TrackParams,
    ) -> Result<Self, LandmarkError> {
        let tracker = LucasKanade::new(params.lucas_kanade.clone());
        let template = tracker.prepare(clip.whole(start).view())?;
        let origin = first.points();
        let windows = tracker.prepare_points(&template, origin)?;
        let neighbourhood = Neighbourhood::new(origin, params);
        let (positions, points) = (origin.to_vec(), vec![first.clone()]);
        Ok(Self { tracker, template, windows, neighbourhood, scheme: first.scheme(), positions, points })
    }

    /// Follows the points through consecutive images from frame `first` on, or says why they are lost.
    fn follow_all(
        &mut self,
        images: Vec<Result<FramePyramid, FlowError>>,
        first: usize,
    ) -> Result<Option<LandmarkError>, LandmarkError> {
        for (i, image) in images.into_iter().enumerate() {
            if let Some(lost) = self.follow(first + i, &image?)? {
                return Ok(Some(lost));
            }
        }
        Ok(None)
    }

    /// Finds the points in one image, or says why they are lost.
    fn follow(&mut self, frame: usize, image: &FramePyramid) -> Result<Option<LandmarkError>, LandmarkError> {
        let found =
            self.tracker.track_prepared(&self.template, image, &self.windows, Some(&self.positions))?;
        let tracked: Vec<bool> = found.iter().map(|f| f.is_tracked()).collect();
        self.positions = found.iter().map(|f| f.position).collect();
        if let Err(lost) = self.neighbourhood.repair(&mut self.positions, tracked, frame) {
            return Ok(Some(lost));
        }
        self.points.push(Landmarks::new(self.scheme, self.positions.clone())?);
        Ok(None)
    }
}

/// The points of the first frame, and who is near whom.
struct Neighbourhood<'a> {
    origin: &'a [Point],
    /// Every other point, nearest first.
    nearest: Vec<Vec<usize>>,
    max_deviation_px: f64,
    neighbours: usize,
    least: usize,
}

impl<'a> Neighbourhood<'a> {
    fn new(origin: &'a [Point], params: &TrackParams) -> Self {
        let nearest = (0..origin.len()).map(|i| by_distance(origin, i)).collect();
        let least = (params.min_tracked.clamp(0.0, 1.0) * origin.len() as f64).ceil() as usize;
        let max_deviation_px = params.max_deviation * face_size_px(origin);
        Self { origin, nearest, max_deviation_px, neighbours: params.neighbours.max(1), least: least.max(2) }
    }

    /// Replaces lost points and outliers.
    fn repair(
        &self,
        positions: &mut [Point],
        mut reliable: Vec<bool>,
        frame: usize,
    ) -> Result<(), LandmarkError> {
        let head = self.head_motion(positions, &reliable, frame)?;
        let residual: Vec<Point> =
            self.origin.iter().zip(&*positions).map(|(o, p)| minus(*p, head.apply(*o))).collect();
        let outliers: Vec<usize> = (0..reliable.len())
            .filter(|i| reliable[*i] && self.deviation(*i, &residual, &reliable) > self.max_deviation_px)
            .collect();
        outliers.iter().for_each(|i| reliable[*i] = false);
        let head = self.head_motion(positions, &reliable, frame)?;
        for lost in (0..reliable.len()).filter(|i| !reliable[*i]) {
            let own = head.apply(self.origin[lost]);
            let carried = self.carried(lost, positions, &reliable, &head);
            positions[lost] = [own[0] + carried[0], own[1] + carried[1]];
        }
        Ok(())
    }

    fn head_motion(
        &self,
        positions: &[Point],
        reliable: &[bool],
        frame: usize,
    ) -> Result<PlaneMap, LandmarkError> {
        let keep = |points: &[Point]| -> Vec<Point> {
            points.iter().zip(reliable).filter(|(_, r)| **r).map(|(p, _)| *p).collect()
        };
        let (from, to) = (keep(self.origin), keep(positions));
        let lost = LandmarkError::TrackLost { frame, tracked: from.len(), points: positions.len() };
        if from.len() < self.least {
            return Err(lost);
        }
        fit_robust(&from, &to, MotionModel::Similarity).ok_or(lost)
    }

    fn reliable_near<'s>(&'s self, index: usize, reliable: &'s [bool]) -> impl Iterator<Item = usize> + 's {
        self.nearest[index].iter().copied().filter(|j| reliable[*j]).take(self.neighbours)
    }

    /// Distance of a point's own motion from the median of its neighbours'.
    fn deviation(&self, index: usize, residual: &[Point], reliable: &[bool]) -> f64 {
        let middle = [0, 1]
            .map(|axis| median(self.reliable_near(index, reliable).map(|j| residual[j][axis]).collect()));
        distance(residual[index], middle)
    }

    /// Mean motion of the neighbours beyond the head's, weighted by nearness.
    fn carried(&self, index: usize, positions: &[Point], reliable: &[bool], head: &PlaneMap) -> Point {
        let (mut sum, mut total) = ([0.0, 0.0], 0.0);
        for j in self.reliable_near(index, reliable) {
            let beyond = minus(positions[j], head.apply(self.origin[j]));
            let weight = 1.0 / (1.0 + distance(self.origin[index], self.origin[j]).powi(2));
            sum = [sum[0] + weight * beyond[0], sum[1] + weight * beyond[1]];
            total += weight;
        }
        if total > 0.0 { [sum[0] / total, sum[1] / total] } else { sum }
    }
}

fn by_distance(points: &[Point], index: usize) -> Vec<usize> {
    let mut others: Vec<usize> = (0..points.len()).filter(|j| *j != index).collect();
    others
        .sort_by(|a, b| distance(points[index], points[*a]).total_cmp(&distance(points[index], points[*b])));
    others
}

fn face_size_px(points: &[Point]) -> f64 {
    let extent = |axis: usize| {
        let values = points.iter().map(|p| p[axis]);
        values.clone().fold(f64::NEG_INFINITY, f64::max) - values.fold(f64::INFINITY, f64::min)
    };
    if points.is_empty() { 0.0 } else { (extent(0) * extent(1)).sqrt() }
}

fn minus(p: Point, q: Point) -> Point {
    [p[0] - q[0], p[1] - q[1]]
}
