//! What the dense algorithms have in common: a pyramid of each frame, and a flow that is refined from level to level.

use microexpr_core::{FlowField, OutOfRange};
use ndarray::ArrayView2;

use crate::coarse_to_fine::{Scaling, coarse_to_fine};
use crate::dense_flow::check_pair;
use crate::plane::Plane;
use crate::{DenseFlow, FlowAlgorithm, FlowError, PreparedFrame};

/// What the dense algorithms differ in; all else of [`DenseFlow`] follows from it.
pub(crate) trait Solver {
    /// Planes that [`Solver::pyramid`] makes of every level.
    const PLANES_PER_LEVEL: usize;

    /// The algorithm and its settings.
    fn settings(&self) -> FlowAlgorithm;

    /// Whether the settings are in their ranges.
    fn check(&self) -> Result<(), OutOfRange>;

    /// The planes of all levels of an image of grey in `0..=1`, finest first.
    fn pyramid(&self, image: Plane) -> Vec<Plane>;

    /// How the sizes of successive levels are related.
    fn scaling(&self) -> Scaling;

    /// The last level on which the flow is refined, at most the coarsest.
    fn finest_level(&self) -> usize {
        0
    }

    /// Improves the flow `(u, v)` on one level, given by the planes of both frames.
    fn refine(&mut self, from: &[Plane], to: &[Plane], u: &mut Plane, v: &mut Plane);
}

impl<S: Solver> DenseFlow for S {
    fn algorithm(&self) -> FlowAlgorithm {
        self.settings()
    }

    fn prepare(&mut self, frame: ArrayView2<'_, f32>) -> Result<PreparedFrame, FlowError> {
        prepared(self, Plane::from_frame(frame)?)
    }

    fn prepare_u8(&mut self, frame: ArrayView2<'_, u8>) -> Result<PreparedFrame, FlowError> {
        prepared(self, Plane::from_bytes(frame)?)
    }

    fn flow_between(
        &mut self,
        from: &PreparedFrame,
        to: &PreparedFrame,
        initial: Option<&FlowField>,
    ) -> Result<FlowField, FlowError> {
        check_pair(&self.settings(), from, to, initial)?;
        let (from, to) = (from.planes(), to.planes());
        let levels: Vec<_> = from.chunks(S::PLANES_PER_LEVEL).zip(to.chunks(S::PLANES_PER_LEVEL)).collect();
        let (scaling, finest) = (self.scaling(), self.finest_level());
        coarse_to_fine(&levels, scaling, initial, finest, |from, to, u, v| self.refine(from, to, u, v))
    }
}

fn prepared(solver: &impl Solver, image: Plane) -> Result<PreparedFrame, FlowError> {
    solver.check()?;
    let dim = image.dim();
    Ok(PreparedFrame::new(solver.settings(), dim, solver.pyramid(image)))
}
