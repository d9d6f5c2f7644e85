use microexpr_core::{OutOfRange, Point};
use microexpr_flow::{
    Consistency, FramePyramid, LucasKanade, LucasKanadeParams, PreparedPoints, TrackedPoint,
};
use ndarray::{ArrayView2, s};
use serde::{Deserialize, Serialize};

use crate::brightness::{cell_means, match_brightness};
use crate::{FaceRegions, SpotError};

/// Settings of [`RegionTracker`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RegionTrackerParams {
    /// Half the side of a region's window, in inter-ocular distances.
    pub window_radius: f64,
    /// Regions are followed from a key frame; a new one is taken after this time, so that a changing light or a turning head never
    /// gets far away from it.
    pub key_frame_s: f64,
    /// Share of the regions that must be found; with fewer the face is lost.
    pub min_found: f64,
    /// Median over the regions of the mean grey difference to the key frame, in `0..=1`, from which on the face is lost.
    pub max_residual: f64,
}

impl Default for RegionTrackerParams {
    fn default() -> Self {
        Self { window_radius: 0.128, key_frame_s: 1.0, min_found: 0.6, max_residual: 0.12 }
    }
}

/// Where the regions of a face are in one frame, relative to where they were when it was first seen.
#[derive(Debug, Clone, PartialEq)]
pub struct RegionMotion {
    /// `[right, down]` per region, in inter-ocular distances.
    pub displacements: Vec<Point>,
}

/// Follows the regions of a face through a recording: every frame against a key frame, by Lucas–Kanade, brightness matched.
///
/// Motion between consecutive frames would add up its errors; motion against a key frame has them once.
pub struct RegionTracker {
    params: RegionTrackerParams,
    lucas_kanade: LucasKanade,
    crop: Crop,
    rest: Vec<Point>,
    inter_ocular_px: f64,
    brightness: Vec<f32>,
    key: FramePyramid,
    key_points: PreparedPoints,
    key_frames: usize,
    since_key: usize,
    now: Vec<Point>,
}

impl RegionTracker {
    /// Starts on the frame `[row, col]` in which the regions were placed.
    ///
    /// # Errors
    ///
    /// [`SpotError::Setting`], [`SpotError::Flow`].
    pub fn start(
        frame: ArrayView2<'_, f32>,
        regions: &FaceRegions,
        fps: f64,
        params: RegionTrackerParams,
    ) -> Result<Self, SpotError> {
        params.check(fps)?;
        let inter_ocular_px = regions.inter_ocular_px();
        let lucas_kanade = LucasKanade::new(lucas_kanade_params(inter_ocular_px, &params));
        let crop = Crop::around(regions, frame.dim());
        let cropped = crop.cut(frame);
        let brightness = cell_means(cropped.view());
        let key = lucas_kanade.prepare(cropped.view())?;
        let rest: Vec<Point> = regions.regions().iter().map(|region| crop.inside(region.middle)).collect();
        let key_points = lucas_kanade.prepare_points(&key, &rest)?;
        let key_frames = (params.key_frame_s * fps).round().max(1.0) as usize;
        let now = rest.clone();
        Ok(Self {
            params,
            lucas_kanade,
            crop,
            rest,
            inter_ocular_px,
            brightness,
            key,
            key_points,
            key_frames,
            since_key: 0,
            now,
        })
    }

    /// The regions' motion in the next frame; `None` once the face is lost: then it has to be found anew.
    ///
    /// # Errors
    ///
    /// [`SpotError::Flow`] for a frame of another size, or not of grey in `0..=1`.
    pub fn follow(&mut self, frame: ArrayView2<'_, f32>) -> Result<Option<RegionMotion>, SpotError> {
        self.crop.check(frame.dim())?;
        let mut cropped = self.crop.cut(frame);
        match_brightness(&mut cropped, &self.brightness);
        let pyramid = self.lucas_kanade.prepare(cropped.view())?;
        let found =
            self.lucas_kanade.track_prepared(&self.key, &pyramid, &self.key_points, Some(&self.now))?;
        if self.is_lost(&found) {
            return Ok(None);
        }
        self.now = found.iter().map(|point| point.position).collect();
        self.since_key += 1;
        if self.since_key >= self.key_frames {
            self.key_points = self.lucas_kanade.prepare_points(&pyramid, &self.now)?;
            (self.key, self.since_key) = (pyramid, 0);
        }
        let displacement = |(now, rest): (&Point, &Point)| {
            [0, 1].map(|axis| (now[axis] - rest[axis]) / self.inter_ocular_px)
        };
        Ok(Some(RegionMotion { displacements: self.now.iter().zip(&self.rest).map(displacement).collect() }))
    }

    /// Middles of the regions in the last frame, `[x, y]` in its pixels.
    #[must_use]
    pub fn middles(&self) -> Vec<Point> {
        self.now.iter().map(|point| self.crop.outside(*point)).collect()
    }

    fn is_lost(&self, found: &[TrackedPoint]) -> bool {
        let tracked = found.iter().filter(|point| point.is_tracked()).count();
        let mut residuals: Vec<f64> = found.iter().map(|point| point.residual).collect();
        residuals.sort_by(f64::total_cmp);
        let median = residuals.get(residuals.len() / 2).copied().unwrap_or(0.0);
        (tracked as f64) < self.params.min_found * found.len() as f64 || median > self.params.max_residual
    }
}

impl std::fmt::Debug for RegionTracker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RegionTracker").field("params", &self.params).finish_non_exhaustive()
    }
}

impl RegionTrackerParams {
    fn check(&self, fps: f64) -> Result<(), OutOfRange> {
        OutOfRange::unless(fps.is_finite() && fps > 0.0, "fps", "above 0", fps)?;
        OutOfRange::unless_within(0.01..=1.0, "window_radius", "0.01 to 1", self.window_radius)?;
        OutOfRange::unless_within(0.0..=60.0, "key_frame_s", "0 to 60", self.key_frame_s)?;
        OutOfRange::unless_within(0.0..=1.0, "min_found", "0 to 1", self.min_found)?;
        OutOfRange::unless_within(0.0..=1.0, "max_residual", "0 to 1", self.max_residual)
    }
}

/// Faces with eyes farther apart are halved before: the windows then hold about as many pixels as those of a face of 80 px.
const LARGE_FACE_PX: f64 = 140.0;

fn lucas_kanade_params(inter_ocular_px: f64, params: &RegionTrackerParams) -> LucasKanadeParams {
    let halvings = (inter_ocular_px / LARGE_FACE_PX).log2().ceil().max(0.0) as usize;
    let on_level = inter_ocular_px / f64::from(1_u32 << halvings.min(8));
    LucasKanadeParams {
        window_radius_px: (params.window_radius * on_level).round().max(3.0) as usize,
        max_level: halvings + 1,
        finest_level: halvings,
        max_iterations: 10,
        epsilon_px: 0.003,
        min_eigenvalue: 0.0,
        consistency: Consistency::Unchecked,
    }
}

/// The part of the picture around the face: what lies beyond takes no time.
struct Crop {
    frame: (usize, usize),
    rows: std::ops::Range<usize>,
    cols: std::ops::Range<usize>,
}

/// Room around the regions for the head to move, in inter-ocular distances.
const MARGIN: f64 = 0.8;

impl Crop {
    fn around(regions: &FaceRegions, frame: (usize, usize)) -> Self {
        let margin = MARGIN * regions.inter_ocular_px();
        let range = |axis: usize, end: usize| {
            let all = || regions.regions().iter().map(|region| region.middle[axis]);
            let first = (all().fold(f64::INFINITY, f64::min) - margin).clamp(0.0, end as f64) as usize;
            let last = (all().fold(f64::NEG_INFINITY, f64::max) + margin).clamp(0.0, end as f64) as usize;
            first.min(end.saturating_sub(1))..last.max(first + 1).min(end)
        };
        Self { frame, rows: range(1, frame.0), cols: range(0, frame.1) }
    }

    fn check(&self, found: (usize, usize)) -> Result<(), SpotError> {
        if found == self.frame {
            return Ok(());
        }
        Err(microexpr_flow::FlowError::FrameSize { expected: self.frame, found }.into())
    }

    fn cut(&self, frame: ArrayView2<'_, f32>) -> ndarray::Array2<f32> {
        frame.slice(s![self.rows.clone(), self.cols.clone()]).to_owned()
    }

    fn inside(&self, point: Point) -> Point {
        [point[0] - self.cols.start as f64, point[1] - self.rows.start as f64]
    }

    fn outside(&self, point: Point) -> Point {
        [point[0] + self.cols.start as f64, point[1] + self.rows.start as f64]
    }
}
