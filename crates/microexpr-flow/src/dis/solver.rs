use microexpr_core::OutOfRange;

use super::DisParams;
use super::densify::Densify;
use super::patch::{SIDE, padded};
use super::refinement::Refinement;
use super::search::Grid;
use crate::FlowAlgorithm;
use crate::coarse_to_fine::Scaling;
use crate::plane::Plane;
use crate::plane_halving::pyramid;
use crate::solver::Solver;

/// Dense inverse search: patches find their displacement by gradient descent, their weighted mean is the flow.
///
/// Source: T. Kroeger, R. Timofte, D. Dai, L. Van Gool, "Fast Optical Flow Using Dense Inverse Search", ECCV 2016; presets,
/// steps of the descent and refinement of OpenCV's `DISOpticalFlow`. Differs: a binomial pyramid; pixels whose match lies
/// outside the image do not count in the refinement, whose relaxation takes longer steps.
///
/// The refinement minimises `Σ δ·|r₀| + γ·√(r_x² + r_y²) + α·√(|∇u|² + |∇v|²)`, rounded at `10⁻³`: `r₀`, `r_x` and `r_y` are
/// the linearised changes of brightness and of its two derivatives along the flow, in pixels, each divided by its gradient.
/// Source: T. Brox, A. Bruhn, N. Papenberg, J. Weickert, "High Accuracy Optical Flow Estimation Based on a Theory for
/// Warping", ECCV 2004; normalisation: H. Zimmer, A. Bruhn, J. Weickert, "Optic Flow in Harmony", IJCV 2011.
///
/// # Example
///
/// See [`DenseFlow`](crate::DenseFlow).
#[derive(Debug, Clone)]
pub struct Dis {
    params: DisParams,
    grid: Grid,
    densify: Densify,
    refinement: Refinement,
}

impl Dis {
    /// Makes a solver.
    #[must_use]
    pub fn new(params: DisParams) -> Self {
        Self { params, grid: Grid::default(), densify: Densify::default(), refinement: Refinement::default() }
    }

    /// The solver's settings.
    #[must_use]
    pub fn params(&self) -> &DisParams {
        &self.params
    }
}

impl Solver for Dis {
    const PLANES_PER_LEVEL: usize = 1;

    fn settings(&self) -> FlowAlgorithm {
        FlowAlgorithm::Dis(self.params.clone())
    }

    fn check(&self) -> Result<(), OutOfRange> {
        self.params.check()
    }

    fn pyramid(&self, image: Plane) -> Vec<Plane> {
        let (height, width) = image.dim();
        // As OpenCV: patches cover a quarter of the coarsest image.
        let automatic = ((height.max(width) as f64 / (4 * SIDE) as f64).log2() + 0.5).max(0.0) as usize;
        let coarsest = self.params.coarsest_scale.unwrap_or(automatic).max(self.params.finest_scale);
        pyramid(image, coarsest, SIDE)
    }

    fn scaling(&self) -> Scaling {
        Scaling::Halved
    }

    fn finest_level(&self) -> usize {
        self.params.finest_scale
    }

    fn refine(&mut self, from: &[Plane], to: &[Plane], u: &mut Plane, v: &mut Plane) {
        let (from, to) = (&from[0], &to[0]);
        let (height, width) = from.dim();
        if height.min(width) >= SIDE {
            let (stride, iterations) = (self.params.patch_stride, self.params.gradient_descent_iterations);
            let wide = padded(to);
            self.grid.search(from, &wide, (u, v), stride, iterations);
            self.densify.run(&self.grid, from, &wide, u, v);
        }
        if self.params.variational_refinement_iterations > 0 {
            self.refinement.run(from, to, &self.params, u, v);
        }
    }
}
