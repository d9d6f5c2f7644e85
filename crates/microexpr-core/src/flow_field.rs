use ndarray::{Array2, ArrayView2, Zip};

use crate::CoreError;

/// A dense displacement field: `I0(x) ≈ I1(x + flow(x))`, in pixels, `u` to the right and `v` down, both `[row, col]`.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowField {
    u: Array2<f32>,
    v: Array2<f32>,
}

impl FlowField {
    /// Joins the horizontal and the vertical component.
    ///
    /// # Errors
    ///
    /// [`CoreError::FlowShape`] if their shapes differ.
    pub fn new(u: Array2<f32>, v: Array2<f32>) -> Result<Self, CoreError> {
        if u.dim() != v.dim() {
            return Err(CoreError::FlowShape { u: u.dim(), v: v.dim() });
        }
        Ok(Self { u, v })
    }

    /// A field of zeros.
    #[must_use]
    pub fn zeros(height: usize, width: usize) -> Self {
        Self { u: Array2::zeros((height, width)), v: Array2::zeros((height, width)) }
    }

    /// Horizontal displacement, pixels to the right, `[row, col]`.
    #[must_use]
    pub fn u(&self) -> ArrayView2<'_, f32> {
        self.u.view()
    }

    /// Vertical displacement, pixels down, `[row, col]`.
    #[must_use]
    pub fn v(&self) -> ArrayView2<'_, f32> {
        self.v.view()
    }

    /// Field height and width in pixels.
    #[must_use]
    pub fn dim(&self) -> (usize, usize) {
        self.u.dim()
    }

    /// Length of every displacement, `√(u² + v²)` in pixels, `[row, col]`.
    #[must_use]
    pub fn magnitude(&self) -> Array2<f32> {
        Zip::from(&self.u).and(&self.v).map_collect(|u, v| (u * u + v * v).sqrt())
    }

    /// Gives both components back, `(u, v)`.
    #[must_use]
    pub fn into_components(self) -> (Array2<f32>, Array2<f32>) {
        (self.u, self.v)
    }
}
