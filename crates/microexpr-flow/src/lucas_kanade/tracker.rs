use microexpr_core::{OutOfRange, Point};
use ndarray::ArrayView2;
#[cfg(feature = "rayon")]
use rayon::prelude::*;

use super::prepared_points::{PointWindow, PreparedPoints};
use super::search::{Match, Search, is_inside, on_level};
use super::window::{Template, Window};
use super::{Consistency, FramePyramid, LucasKanadeParams, TrackStatus, TrackedPoint};
use crate::FlowError;
use crate::plane::Plane;

/// Fewer points than this are not worth a thread.
#[cfg(feature = "rayon")]
const MIN_PART: usize = 8;

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

impl LucasKanade {
    /// Makes a tracker.
    #[must_use]
    pub fn new(params: LucasKanadeParams) -> Self {
        Self { params, template: Template::default(), image: Window::default() }
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
    /// [`FlowError::EmptyFrame`], [`FlowError::PixelValue`], and [`FlowError::Setting`] for settings out of range.
    pub fn prepare(&self, frame: ArrayView2<'_, f32>) -> Result<FramePyramid, FlowError> {
        self.params.check()?;
        Ok(FramePyramid::of_plane(Plane::from_frame(frame)?, &self.params))
    }

    /// [`LucasKanade::prepare`] of a frame of bytes, 255 being white: faster and smaller, points are found at the same places.
    ///
    /// # Errors
    ///
    /// [`FlowError::EmptyFrame`], [`FlowError::Setting`].
    pub fn prepare_u8(&self, frame: ArrayView2<'_, u8>) -> Result<FramePyramid, FlowError> {
        self.params.check()?;
        FramePyramid::of_bytes(frame, &self.params)
    }

    /// Finds the points of `template` in `frame`: one result per point, in order.
    ///
    /// The search begins at `start` (one position per point), or at the points themselves.
    ///
    /// # Errors
    ///
    /// [`FlowError::FrameSize`], [`FlowError::StartCount`], [`FlowError::PointNotFinite`], [`FlowError::Setting`], and
    /// [`FlowError::PreparedElsewhere`] if the two pyramids differ in height.
    pub fn track(
        &mut self,
        template: &FramePyramid,
        frame: &FramePyramid,
        points: &[Point],
        start: Option<&[Point]>,
    ) -> Result<Vec<TrackedPoint>, FlowError> {
        self.make_workspace()?;
        check_pair(template, frame)?;
        let jobs = jobs(points, start)?;
        Ok(self.track_all(&jobs, |tracker, _, (point, start)| {
            let found = tracker.find(template, frame, point, start);
            tracker.checked(template, frame, point, found)
        }))
    }

    /// Takes the windows of the points of `template` once, for [`LucasKanade::track_prepared`].
    ///
    /// # Errors
    ///
    /// [`FlowError::PointNotFinite`], [`FlowError::Setting`].
    pub fn prepare_points(
        &self,
        template: &FramePyramid,
        points: &[Point],
    ) -> Result<PreparedPoints, FlowError> {
        self.params.check()?;
        jobs(points, None)?;
        let side = self.side();
        let window = |level: usize, point: Point| {
            let mut template_window = Template::new(side);
            let [x, y] = on_level(point, template.finest + level);
            let gradient = template_window.take(&template.levels[level], x, y);
            PointWindow { template: template_window, gradient }
        };
        let windows = |point: &Point| {
            let levels = if is_inside(*point, template.dim()) { template.levels.len() } else { 0 };
            (0..levels).map(|level| window(level, *point)).collect()
        };
        Ok(PreparedPoints {
            windows: points.iter().map(windows).collect(),
            points: points.to_vec(),
            dim: template.dim(),
            levels: template.levels.len(),
        })
    }

    /// [`LucasKanade::track`] of points whose windows in `template` are known: the same results, without taking them anew for
    /// every frame.
    ///
    /// # Errors
    ///
    /// As [`LucasKanade::track`]; also [`FlowError::PreparedElsewhere`] if the points were prepared in a template of another
    /// size or height.
    pub fn track_prepared(
        &mut self,
        template: &FramePyramid,
        frame: &FramePyramid,
        points: &PreparedPoints,
        start: Option<&[Point]>,
    ) -> Result<Vec<TrackedPoint>, FlowError> {
        self.make_workspace()?;
        check_pair(template, frame)?;
        if points.dim != template.dim() || points.levels != template.levels.len() {
            return Err(FlowError::PreparedElsewhere);
        }
        let jobs = jobs(&points.points, start)?;
        Ok(self.track_all(&jobs, |tracker, index, (point, start)| {
            let found = tracker.find_prepared(frame, &points.windows[index], start);
            tracker.checked(template, frame, point, found)
        }))
    }

    /// Points are independent: on several threads each part of them has a tracker of its own.
    #[cfg(feature = "rayon")]
    fn track_all(
        &mut self,
        jobs: &[(Point, Point)],
        track: impl Fn(&mut Self, usize, (Point, Point)) -> TrackedPoint + Sync,
    ) -> Vec<TrackedPoint> {
        let length = jobs.len().div_ceil(rayon::current_num_threads()).max(MIN_PART);
        if jobs.len() <= length {
            return jobs.iter().enumerate().map(|(index, job)| track(self, index, *job)).collect();
        }
        let part = |(part, jobs): (usize, &[(Point, Point)])| {
            let mut tracker = self.clone();
            let first = part * length;
            let track = |(index, job): (usize, &(Point, Point))| track(&mut tracker, first + index, *job);
            jobs.iter().enumerate().map(track).collect::<Vec<_>>()
        };
        jobs.par_chunks(length).enumerate().flat_map_iter(part).collect()
    }

    #[cfg(not(feature = "rayon"))]
    fn track_all(
        &mut self,
        jobs: &[(Point, Point)],
        track: impl Fn(&mut Self, usize, (Point, Point)) -> TrackedPoint,
    ) -> Vec<TrackedPoint> {
        jobs.iter().enumerate().map(|(index, job)| track(self, index, *job)).collect()
    }

    /// A point found, after tracking it back if it has to be.
    fn checked(
        &mut self,
        template: &FramePyramid,
        frame: &FramePyramid,
        point: Point,
        found: Match,
    ) -> TrackedPoint {
        let Match { position, mut status, residual } = found;
        let mut forward_backward_px = None;
        if let (TrackStatus::Tracked, Consistency::ForwardBackward { max_error_px }) =
            (status, self.params.consistency)
        {
            // It starts at the point, so the finest level is enough.
            let back = self.find_on_levels(frame, template, position, point, 1);
            let error = (back.position[0] - point[0]).hypot(back.position[1] - point[1]);
            forward_backward_px = Some(error);
            if back.status != TrackStatus::Tracked || error > max_error_px {
                status = TrackStatus::Inconsistent;
            }
        }
        TrackedPoint { position, status, residual, forward_backward_px }
    }

    fn find(&mut self, template: &FramePyramid, frame: &FramePyramid, point: Point, start: Point) -> Match {
        self.find_on_levels(template, frame, point, start, template.levels.len())
    }

    /// Searches on the `levels` finest levels, the coarsest of them first.
    fn find_on_levels(
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
        let mut search = Search::new(&self.params, &mut self.image, start, frame.finest);
        for level in (0..levels).rev() {
            let [x, y] = on_level(point, template.finest + level);
            let gradient = self.template.take(&template.levels[level], x, y);
            search.on_level(level, &frame.levels[level], &self.template, gradient);
        }
        search.finish(frame.dim(), &frame.levels[0], &self.template)
    }

    /// Searches for a point with the windows of its levels; without windows it lies outside the template.
    fn find_prepared(&mut self, frame: &FramePyramid, windows: &[PointWindow], start: Point) -> Match {
        let Some(finest) = windows.first() else {
            return Match { position: start, status: TrackStatus::OutsideImage, residual: 0.0 };
        };
        let mut search = Search::new(&self.params, &mut self.image, start, frame.finest);
        for (level, PointWindow { template, gradient }) in windows.iter().enumerate().rev() {
            search.on_level(level, &frame.levels[level], template, *gradient);
        }
        search.finish(frame.dim(), &frame.levels[0], &finest.template)
    }

    /// Makes the workspace when it is first needed, which settings out of range never get.
    fn make_workspace(&mut self) -> Result<(), OutOfRange> {
        self.params.check()?;
        if self.image.side() != self.side() {
            (self.template, self.image) = (Template::new(self.side()), Window::new(self.side()));
        }
        Ok(())
    }

    /// Side of the window in pixels.
    fn side(&self) -> usize {
        2 * self.params.window_radius_px + 1
    }
}

/// Whether a template and a frame fit together.
fn check_pair(template: &FramePyramid, frame: &FramePyramid) -> Result<(), FlowError> {
    if template.dim() != frame.dim() {
        return Err(FlowError::FrameSize { expected: template.dim(), found: frame.dim() });
    }
    if template.levels.len() != frame.levels.len() || template.finest != frame.finest {
        return Err(FlowError::PreparedElsewhere);
    }
    Ok(())
}

/// The points with where their search starts: all finite, as many of one as of the other.
fn jobs(points: &[Point], start: Option<&[Point]>) -> Result<Vec<(Point, Point)>, FlowError> {
    let start = start.unwrap_or(points);
    if start.len() != points.len() {
        return Err(FlowError::StartCount { expected: points.len(), found: start.len() });
    }
    let finite = |p: &Point| p[0].is_finite() && p[1].is_finite();
    if let Some(index) = points.iter().zip(start).position(|(p, s)| !(finite(p) && finite(s))) {
        return Err(FlowError::PointNotFinite { index });
    }
    Ok(points.iter().copied().zip(start.iter().copied()).collect())
}
