use microexpr_core::OutOfRange;

use super::ClgParams;
use super::refinement::Refinement;
use crate::FlowAlgorithm;
use crate::coarse_to_fine::Scaling;
use crate::filter::blur;
use crate::plane::Plane;
use crate::plane_halving::pyramid;
use crate::solver::Solver;

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
/// See [`DenseFlow`](crate::DenseFlow).
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
}

impl Solver for Clg {
    const PLANES_PER_LEVEL: usize = 1;

    fn settings(&self) -> FlowAlgorithm {
        FlowAlgorithm::Clg(self.params.clone())
    }

    fn check(&self) -> Result<(), OutOfRange> {
        self.params.check()
    }

    fn pyramid(&self, mut image: Plane) -> Vec<Plane> {
        blur(&mut image, self.params.presmoothing_px, &mut Plane::default());
        pyramid(image, self.params.max_level, MIN_SIDE)
    }

    fn scaling(&self) -> Scaling {
        Scaling::Halved
    }

    fn finest_level(&self) -> usize {
        self.params.finest_level
    }

    fn refine(&mut self, from: &[Plane], to: &[Plane], u: &mut Plane, v: &mut Plane) {
        self.refinement.run(&from[0], &to[0], &self.params, u, v);
    }
}
