//! Node features of the second stream: the optical flow around a landmark.

use microexpr_core::{FlowField, Point};
use serde::{Deserialize, Serialize};

/// Which quantity of the flow a patch holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PatchFeature {
    /// Length `√(u² + v²)` in pixels.
    #[default]
    Magnitude,
    /// Horizontal component u in pixels, positive to the right.
    Horizontal,
    /// Vertical component v in pixels, positive down.
    Vertical,
    /// Direction `atan2(v, u)` in radians, `−π..=π`, 0 where there is no motion.
    Orientation,
    /// Optical strain in px/px, [`FlowField::strain_at`]: deformation, which motion of the whole face leaves at 0.
    Strain,
    /// All of u, then all of v, in pixels: twice the values.
    Components,
    /// The means of every two columns of u, then of v, in pixels: as many values as the patch has pixels, which must have an even
    /// side. Direction and magnitude in the room of one of them.
    HalfComponents,
    /// The patch's mean u and mean v, in pixels: two values.
    Mean,
}

impl PatchFeature {
    /// Number of values of one patch of `size_px` × `size_px` pixels.
    #[must_use]
    pub fn width(self, size_px: usize) -> usize {
        match self {
            Self::Components => 2 * size_px * size_px,
            Self::Mean => 2,
            Self::HalfComponents => 2 * (size_px / 2) * size_px,
            _ => size_px * size_px,
        }
    }

    /// Along which axis value number `value` of a patch is a component of motion: 0 for u, 1 for v.
    pub(crate) fn axis_of(self, value: usize, size_px: usize) -> Option<usize> {
        match self {
            Self::Horizontal => Some(0),
            Self::Vertical => Some(1),
            Self::Components | Self::HalfComponents | Self::Mean => {
                Some(usize::from(2 * value >= self.width(size_px)))
            }
            Self::Magnitude | Self::Orientation | Self::Strain => None,
        }
    }

    /// The patch around `centre`, row by row: the `size_px`² pixels whose centres lie in
    /// `[x − size/2, x + size/2) × [y − size/2, y + size/2)`; beyond the border the nearest pixel is
    /// repeated.
    ///
    /// A field without pixels gives zeros.
    ///
    /// # Example
    ///
    /// ```
    /// use microexpr_core::FlowField;
    /// use microexpr_graph::PatchFeature;
    /// use ndarray::Array2;
    ///
    /// let ramp = Array2::from_shape_fn((20, 30), |(row, col)| (100 * row + col) as f32);
    /// let flow = FlowField::new(ramp, Array2::zeros((20, 30)))?;
    /// let patch = PatchFeature::Horizontal.patch(&flow, [8.0, 7.0], 10);
    /// assert_eq!((patch[0], patch[1], patch[10], patch[99]), (203.0, 204.0, 303.0, 1112.0));
    /// # Ok::<(), microexpr_core::CoreError>(())
    /// ```
    #[must_use]
    pub fn patch(self, flow: &FlowField, centre: Point, size_px: usize) -> Vec<f32> {
        if self == Self::Mean {
            let components = Self::Components.patch(flow, centre, size_px);
            let mean = |plane: &[f32]| plane.iter().sum::<f32>() / plane.len().max(1) as f32;
            return components.chunks(size_px * size_px).map(mean).collect();
        }
        if self == Self::HalfComponents {
            let components = Self::Components.patch(flow, centre, size_px);
            let rows = components.chunks(size_px);
            return rows.flat_map(|row| row.chunks_exact(2).map(|pair| (pair[0] + pair[1]) / 2.0)).collect();
        }
        let mut values = Vec::with_capacity(self.width(size_px));
        let (u, v) = (flow.u(), flow.v());
        if u.is_empty() {
            return vec![0.0; self.width(size_px)];
        }
        let mut plane = |value: &dyn Fn((usize, usize)) -> f32| {
            for row in (0..size_px).map(|i| pixel(centre[1], i, size_px, u.nrows())) {
                values.extend((0..size_px).map(|i| value((row, pixel(centre[0], i, size_px, u.ncols())))));
            }
        };
        match self {
            Self::Magnitude => plane(&|at| (u[at] * u[at] + v[at] * v[at]).sqrt()),
            Self::Horizontal => plane(&|at| u[at]),
            Self::Vertical => plane(&|at| v[at]),
            Self::Orientation => plane(&|at| v[at].atan2(u[at])),
            Self::Strain => plane(&|at| flow.strain_at(at)),
            Self::Components | Self::HalfComponents | Self::Mean => {
                plane(&|at| u[at]);
                plane(&|at| v[at]);
            }
        }
        values
    }
}

/// Pixel number `i` of a patch along one axis of `len` pixels.
fn pixel(centre: f64, i: usize, size_px: usize, len: usize) -> usize {
    let first = (centre - size_px as f64 / 2.0).ceil();
    (first + i as f64).clamp(0.0, len.saturating_sub(1) as f64) as usize
}
