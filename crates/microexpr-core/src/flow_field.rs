use ndarray::{Array2, ArrayView2, Zip, s};

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

    /// Derivatives `[[∂u/∂x, ∂u/∂y], [∂v/∂x, ∂v/∂y]]` in px/px at `(row, col)`: central differences, one-sided at the border;
    /// along a side of one pixel they are 0.
    ///
    /// # Panics
    ///
    /// If the pixel lies outside the field.
    #[must_use]
    pub fn gradient(&self, at: (usize, usize)) -> [[f32; 2]; 2] {
        [&self.u, &self.v].map(|component| plane_gradient(component, at))
    }

    /// Optical strain at `(row, col)`: how much the face deforms there, `√(u_x² + v_y² + ½(u_y + v_x)²)` in px/px, with the
    /// derivatives of [`FlowField::gradient`].
    ///
    /// Source: M. Shreve et al., "Macro- and Micro-expression Spotting in Long Videos Using Spatio-temporal Strain", FG 2011,
    /// with the shear of both off-diagonal entries of the strain tensor.
    ///
    /// # Panics
    ///
    /// If the pixel lies outside the field.
    #[must_use]
    pub fn strain_at(&self, at: (usize, usize)) -> f32 {
        let [[u_x, u_y], [v_x, v_y]] = self.gradient(at);
        (u_x * u_x + v_y * v_y + 0.5 * (u_y + v_x) * (u_y + v_x)).sqrt()
    }

    /// The field between the same two frames seen in a mirror: columns in reverse order, `u` negated.
    #[must_use]
    pub fn mirrored(&self) -> Self {
        let reversed = |plane: &Array2<f32>| plane.slice(s![.., ..;-1]).to_owned();
        Self { u: -reversed(&self.u), v: reversed(&self.v) }
    }

    /// Gives both components back, `(u, v)`.
    #[must_use]
    pub fn into_components(self) -> (Array2<f32>, Array2<f32>) {
        (self.u, self.v)
    }
}

fn plane_gradient(plane: &Array2<f32>, (row, col): (usize, usize)) -> [f32; 2] {
    let (height, width) = plane.dim();
    let (left, right) = (col.saturating_sub(1), (col + 1).min(width - 1));
    let (above, below) = (row.saturating_sub(1), (row + 1).min(height - 1));
    let slope = |difference: f32, distance: usize| difference / distance.max(1) as f32;
    [
        slope(plane[[row, right]] - plane[[row, left]], right - left),
        slope(plane[[below, col]] - plane[[above, col]], below - above),
    ]
}
