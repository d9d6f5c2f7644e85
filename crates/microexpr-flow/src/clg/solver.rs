use microexpr_core::FlowField;
use ndarray::ArrayView2;

use super::ClgParams;
use super::refinement::Refinement;
use crate::coarse_to_fine::coarse_to_fine;
use crate::dense_flow::check_pair;
use crate::filter::blur;
use crate::plane::{Plane, pyramid};
use crate::{DenseFlow, FlowAlgorithm, FlowError, PreparedFrame};

/// Pixels below which an image is not halved again.
const MIN_SIDE: usize = 8;

/// Combined local-global flow: a windowed brightness constraint, robust, made dense by robust smoothness.
///
/// Minimises `Σ ψ(wᵀ J w; data_scale) + smoothness · ψ(|∇u|² + |∇v|²; edge_scale)` with `w = (du, dv, 1)`,
/// `J = K ∗ (∇₃I ∇₃Iᵀ)` and `ψ(s²; c) = 2c²·√(1 + s²/c²)`, coarse to fine, warping by cubic convolution, five-point
/// derivatives of the mean of both frames, red-black over-relaxation.
///
/// Source: A. Bruhn, J. Weickert, C. Schnörr, "Lucas/Kanade Meets Horn/Schunck: Combining Local and Global Optic Flow
/// Methods", IJCV 2005, eqs. 16–18 and 34. Differs: warping, and derivatives of both frames.
///
/// # Example
///
/// See [`DenseFlow`].
#[derive(Debug, Clone)]
pub struct Clg {
    params: ClgParams,
    refinement: Refinement,
}

impl Clg {
    /// Makes a solver.
    #[must_use]
    pub fn new(params: ClgParams) -> Self {
        Self { params, refinement: Refinement::default() }
    }

    /// The solver's settings.
    #[must_use]
    pub fn params(&self) -> &ClgParams {
        &self.params
    }

    fn prepare_plane(&self, mut plane: Plane) -> Result<PreparedFrame, FlowError> {
        self.params.check()?;
        let dim = plane.dim();
        blur(&mut plane, self.params.presmoothing_px, &mut Plane::default());
        let levels = pyramid(plane, self.params.max_level, MIN_SIDE);
        Ok(PreparedFrame::new(self.algorithm(), dim, levels))
    }
}

impl DenseFlow for Clg {
    fn algorithm(&self) -> FlowAlgorithm {
        FlowAlgorithm::Clg(self.params.clone())
    }

    fn prepare(&mut self, frame: ArrayView2<'_, f32>) -> Result<PreparedFrame, FlowError> {
        self.prepare_plane(Plane::from_frame(frame)?)
    }

    fn prepare_u8(&mut self, frame: ArrayView2<'_, u8>) -> Result<PreparedFrame, FlowError> {
        self.prepare_plane(Plane::from_bytes(frame)?)
    }

    fn flow_between(
        &mut self,
        from: &PreparedFrame,
        to: &PreparedFrame,
        initial: Option<&FlowField>,
    ) -> Result<FlowField, FlowError> {
        check_pair(&self.algorithm(), from, to, initial)?;
        let finest = self.params.finest_level;
        coarse_to_fine((from, to), initial, finest, |from, to, u, v| {
            self.refinement.run(from, to, &self.params, u, v);
        })
    }
}
