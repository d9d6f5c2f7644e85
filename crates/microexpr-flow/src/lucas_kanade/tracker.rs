use std::borrow::Cow;

use microexpr_core::Point;
use ndarray::ArrayView2;
#[cfg(feature = "rayon")]
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::spline_plane::SplinePlane;
use super::window::{Template, Window};
use super::{Consistency, LucasKanadeParams};
use crate::FlowError;
use crate::plane::{Plane, pyramid};
use crate::plane_halving::halved_bytes;

/// Steps on coarse levels only have to bring the next level close.
const COARSE_EPSILON_PX: f64 = 0.03;
/// Fewer points than this are not worth a thread.
#[cfg(feature = "rayon")]
const MIN_PART: usize = 8;

/// A frame with its pyramid: made once by [`LucasKanade::prepare`], used any number of times as template or target.
#[derive(Debug, Clone, PartialEq)]
pub struct FramePyramid {
    /// Finest first.
    levels: Vec<SplinePlane>,
}

impl FramePyramid {
    /// Height and width of the frame in pixels.
    #[must_use]
    pub fn dim(&self) -> (usize, usize) {
        self.levels[0].dim()
    }
}

/// What became of a tracked point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum TrackStatus {
    /// Found.
    Tracked,
    /// The point or its match lies outside the image.
    OutsideImage,
    /// The window around the point has too little texture in some direction.
    NoTexture,
    /// Tracking back ends too far from the point.
    Inconsistent,
}

/// A point of the template in another frame.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TrackedPoint {
    /// `[x, y]` in pixels, always finite: the best estimate even where the status is not [`TrackStatus::Tracked`].
    pub position: Point,
    /// Whether the point was found.
    pub status: TrackStatus,
    /// Mean absolute grey difference between the two windows, before the last step.
    pub residual: f64,
    /// Distance in pixels between the point and its track back; `None` if it was not tracked back.
    pub forward_backward_px: Option<f64>,
}

impl TrackedPoint {
    /// Whether the point was found.
    #[must_use]
    pub fn is_tracked(&self) -> bool {
        self.status == TrackStatus::Tracked
    }
}

/// Pyramidal Lucas–Kanade tracker with its workspace.
///
/// Per level, Newton steps `d += G⁻¹ Σ g·(I0(x) − I1(x + d))` over a window, with Scharr gradients `g` of the template
/// and `G = Σ g gᵀ`, until a step is shorter than `epsilon_px`.
///
/// Source: J.-Y. Bouguet, "Pyramidal Implementation of the Lucas Kanade Feature Tracker", Intel 2000. Differs: windows
/// are sampled from cubic splines instead of bilinearly, gradients are taken on the sampled window.
///
/// # Example
///
/// ```
/// use microexpr_flow::{LucasKanade, LucasKanadeParams};
/// use ndarray::Array2;
///
/// let blob = |x: f64, y: f64| {
///     let wave = |row: usize, col: usize| (((col as f64 - x) / 5.0).sin() * ((row as f64 - y) / 6.0).cos()) as f32;
///     Array2::from_shape_fn((64, 64), |(row, col)| 0.5 + 0.4 * wave(row, col))
/// };
/// let mut tracker = LucasKanade::new(LucasKanadeParams::default());
/// let template = tracker.prepare(blob(0.0, 0.0).view())?;
/// let frame = tracker.prepare(blob(0.3, -0.2).view())?;
/// let found = tracker.track(&template, &frame, &[[30.0, 30.0]], None)?;
/// assert!(found[0].is_tracked());
/// assert!((found[0].position[0] - 30.3).abs() < 0.01 && (found[0].position[1] - 29.8).abs() < 0.01);
/// # Ok::<(), microexpr_flow::FlowError>(())
/// ```
#[derive(Debug, Clone)]
pub struct LucasKanade {
    params: LucasKanadeParams,
    template: Template,
    image: Window,
}

/// Where a search ended.
struct Match {
    position: Point,
    status: TrackStatus,
    residual: f64,
}

impl LucasKanade {
    /// Makes a tracker.
    #[must_use]
    pub fn new(params: LucasKanadeParams) -> Self {
        let side = 2 * params.window_radius_px + 1;
        Self { params, template: Template::new(side), image: Window::new(side) }
    }

    /// The tracker's settings.
    #[must_use]
    pub fn params(&self) -> &LucasKanadeParams {
        &self.params
    }

    /// Builds the pyramid of a frame `[row, col]`.
    ///
    /// # Errors
    ///
    /// [`FlowError::EmptyFrame`], [`FlowError::PixelValue`].
    pub fn prepare(&self, frame: ArrayView2<'_, f32>) -> Result<FramePyramid, FlowError> {
        Ok(self.prepare_plane(Plane::from_frame(frame)?))
    }

    /// [`LucasKanade::prepare`] of a frame of bytes, 255 being white: faster and smaller, points are found at the same places.
    ///
    /// # Errors
    ///
    /// [`FlowError::EmptyFrame`].
    pub fn prepare_u8(&self, frame: ArrayView2<'_, u8>) -> Result<FramePyramid, FlowError> {
        let dim @ (height, width) = frame.dim();
        if frame.is_empty() {
            return Err(FlowError::EmptyFrame { height, width });
        }
        let bytes = match frame.as_slice() {
            Some(bytes) => Cow::Borrowed(bytes),
            None => Cow::Owned(frame.iter().copied().collect()),
        };
        let row = |row: usize| &bytes[row * width..][..width];
        let radius = self.params.window_radius_px;
        let mut levels = vec![SplinePlane::of_bytes(dim, radius, row)];
        if self.params.max_level > 0 && height.min(width).div_ceil(2) >= self.min_side() {
            let coarser = pyramid(halved_bytes(dim, row), self.params.max_level - 1, self.min_side());
            levels.extend(coarser.iter().map(|level| SplinePlane::new(level, radius)));
        }
        Ok(FramePyramid { levels })
    }

    fn prepare_plane(&self, plane: Plane) -> FramePyramid {
        let levels = pyramid(plane, self.params.max_level, self.min_side());
        let radius = self.params.window_radius_px;
        FramePyramid { levels: levels.iter().map(|level| SplinePlane::new(level, radius)).collect() }
    }

    /// Levels of the pyramid have at least this height and width.
    fn min_side(&self) -> usize {
        2 * self.params.window_radius_px + 2
    }

    /// Finds the points of `template` in `frame`: one result per point, in order.
    ///
    /// The search begins at `start` (one position per point), or at the points themselves.
    ///
    /// # Errors
    ///
    /// [`FlowError::FrameSize`], [`FlowError::StartCount`], [`FlowError::PointNotFinite`], and
    /// [`FlowError::PreparedElsewhere`] if the two pyramids differ in height.
    pub fn track(
        &mut self,
        template: &FramePyramid,
        frame: &FramePyramid,
        points: &[Point],
        start: Option<&[Point]>,
    ) -> Result<Vec<TrackedPoint>, FlowError> {
        if template.dim() != frame.dim() {
            return Err(FlowError::FrameSize { expected: template.dim(), found: frame.dim() });
        }
        if template.levels.len() != frame.levels.len() {
            return Err(FlowError::PreparedElsewhere);
        }
        let start = start.unwrap_or(points);
        if start.len() != points.len() {
            return Err(FlowError::StartCount { expected: points.len(), found: start.len() });
        }
        let finite = |p: &Point| p[0].is_finite() && p[1].is_finite();
        if let Some(index) = points.iter().zip(start).position(|(p, s)| !(finite(p) && finite(s))) {
            return Err(FlowError::PointNotFinite { index });
        }
        let jobs: Vec<(Point, Point)> = points.iter().copied().zip(start.iter().copied()).collect();
        Ok(self
            .track_all(&jobs, |tracker, (point, start)| tracker.track_point(template, frame, point, start)))
    }

    /// Points are independent: on several threads each part of them has a tracker of its own.
    #[cfg(feature = "rayon")]
    fn track_all(
        &mut self,
        jobs: &[(Point, Point)],
        track: impl Fn(&mut Self, (Point, Point)) -> TrackedPoint + Sync,
    ) -> Vec<TrackedPoint> {
        let length = jobs.len().div_ceil(rayon::current_num_threads()).max(MIN_PART);
        if jobs.len() <= length {
            return jobs.iter().map(|job| track(self, *job)).collect();
        }
        let part = |jobs: &[(Point, Point)]| {
            let mut tracker = self.clone();
            jobs.iter().map(|job| track(&mut tracker, *job)).collect::<Vec<_>>()
        };
        jobs.par_chunks(length).flat_map_iter(part).collect()
    }

    #[cfg(not(feature = "rayon"))]
    fn track_all(
        &mut self,
        jobs: &[(Point, Point)],
        track: impl Fn(&mut Self, (Point, Point)) -> TrackedPoint,
    ) -> Vec<TrackedPoint> {
        jobs.iter().map(|job| track(self, *job)).collect()
    }

    fn track_point(
        &mut self,
        template: &FramePyramid,
        frame: &FramePyramid,
        point: Point,
        start: Point,
    ) -> TrackedPoint {
        let all = template.levels.len();
        let Match { position, mut status, residual } = self.find(template, frame, point, start, all);
        let mut forward_backward_px = None;
        if let (TrackStatus::Tracked, Consistency::ForwardBackward { max_error_px }) =
            (status, self.params.consistency)
        {
            // It starts at the point, so the finest level is enough.
            let back = self.find(frame, template, position, point, 1);
            let error = (back.position[0] - point[0]).hypot(back.position[1] - point[1]);
            forward_backward_px = Some(error);
            if back.status != TrackStatus::Tracked || error > max_error_px {
                status = TrackStatus::Inconsistent;
            }
        }
        TrackedPoint { position, status, residual, forward_backward_px }
    }

    /// Searches on the `levels` finest levels, the coarsest of them first.
    fn find(
        &mut self,
        template: &FramePyramid,
        frame: &FramePyramid,
        point: Point,
        start: Point,
        levels: usize,
    ) -> Match {
        if !is_inside(point, template.dim()) {
            return Match { position: start, status: TrackStatus::OutsideImage, residual: 0.0 };
        }
        let mut position = start;
        let mut textured = false;
        for level in (0..levels).rev() {
            let scale = (1_usize << level) as f64;
            let [x, y] = point.map(|c| c / scale);
            let gradient = self.template.take(&template.levels[level], x, y);
            textured = smaller_eigenvalue(gradient) >= self.params.min_eigenvalue.max(f64::MIN_POSITIVE);
            if textured {
                let epsilon = if level == 0 { self.params.epsilon_px } else { COARSE_EPSILON_PX };
                let found =
                    self.descend(&frame.levels[level], gradient, position.map(|c| c / scale), epsilon);
                position = found.map(|c| c * scale);
            }
        }
        if !textured {
            let [x, y] = frame.levels[0].within_reach(position);
            self.image.sample(&frame.levels[0], x, y);
        }
        let residual = self.image.mean_difference(self.template.pixels());
        let status = match (textured, is_inside(position, frame.dim())) {
            (false, _) => TrackStatus::NoTexture,
            (true, false) => TrackStatus::OutsideImage,
            (true, true) => TrackStatus::Tracked,
        };
        Match { position, status, residual }
    }

    /// Newton steps on one level until short enough, from positions within reach of the image; the window stays where the last
    /// step began.
    fn descend(&mut self, image: &SplinePlane, [xx, xy, yy]: [f64; 3], start: Point, epsilon: f64) -> Point {
        let side = 2 * self.params.window_radius_px + 1;
        let determinant = (xx * yy - xy * xy) * (side * side) as f64;
        let mut at = start;
        for _ in 0..self.params.max_iterations {
            let [x, y] = image.within_reach(at);
            self.image.sample(image, x, y);
            let [bx, by] = self.image.mismatch(&self.template);
            let step = [(xy * by - yy * bx) / determinant, (xy * bx - xx * by) / determinant];
            if !(step[0].is_finite() && step[1].is_finite()) {
                break;
            }
            at = [x + step[0], y + step[1]];
            if step[0] * step[0] + step[1] * step[1] < epsilon * epsilon {
                break;
            }
        }
        at
    }
}

fn is_inside(point: Point, (height, width): (usize, usize)) -> bool {
    point[0] >= -0.5 && point[1] >= -0.5 && point[0] <= width as f64 - 0.5 && point[1] <= height as f64 - 0.5
}

fn smaller_eigenvalue([xx, xy, yy]: [f64; 3]) -> f64 {
    0.5 * (xx + yy - ((xx - yy) * (xx - yy) + 4.0 * xy * xy).sqrt())
}
