use std::borrow::Cow;

use ndarray::ArrayView2;

use super::LucasKanadeParams;
use super::spline_plane::SplinePlane;
use crate::FlowError;
use crate::plane::Plane;
use crate::plane_halving::{halved_bytes, pyramid};

/// A frame with its pyramid: made once by [`LucasKanade::prepare`](crate::LucasKanade::prepare), used any number of times as
/// template or target.
#[derive(Debug, Clone, PartialEq)]
pub struct FramePyramid {
    dim: (usize, usize),
    /// Halvings between the frame and the finest level.
    pub(super) finest: usize,
    /// Finest first.
    pub(super) levels: Vec<SplinePlane>,
}

impl FramePyramid {
    /// Height and width of the frame in pixels.
    #[must_use]
    pub fn dim(&self) -> (usize, usize) {
        self.dim
    }

    /// The levels from the settings' finest one on, or the coarsest one.
    pub(super) fn of_plane(plane: Plane, params: &LucasKanadeParams) -> Self {
        let dim = plane.dim();
        let levels = pyramid(plane, params.max_level, min_side(params));
        let finest = params.finest_level.min(levels.len() - 1);
        let spline = |level| SplinePlane::new(level, params.window_radius_px);
        Self { dim, finest, levels: levels[finest..].iter().map(spline).collect() }
    }

    /// [`FramePyramid::of_plane`] of a frame of bytes.
    pub(super) fn of_bytes(frame: ArrayView2<'_, u8>, params: &LucasKanadeParams) -> Result<Self, FlowError> {
        let dim @ (height, width) = frame.dim();
        if frame.is_empty() {
            return Err(FlowError::EmptyFrame { height, width });
        }
        if params.finest_level > 0 {
            return Ok(Self::of_plane(Plane::from_bytes(frame)?, params));
        }
        let bytes = match frame.as_slice() {
            Some(bytes) => Cow::Borrowed(bytes),
            None => Cow::Owned(frame.iter().copied().collect()),
        };
        let row = |row: usize| &bytes[row * width..][..width];
        let radius = params.window_radius_px;
        let mut levels = vec![SplinePlane::of_bytes(dim, radius, row)];
        if params.max_level > 0 && height.min(width).div_ceil(2) >= min_side(params) {
            let coarser = pyramid(halved_bytes(dim, row), params.max_level - 1, min_side(params));
            levels.extend(coarser.iter().map(|level| SplinePlane::new(level, radius)));
        }
        Ok(Self { dim, finest: 0, levels })
    }
}

/// Levels of the pyramid have at least this height and width.
fn min_side(params: &LucasKanadeParams) -> usize {
    2 * params.window_radius_px + 2
}
