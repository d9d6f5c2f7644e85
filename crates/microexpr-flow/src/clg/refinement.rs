use super::ClgParams;
use super::motion_tensor::MotionTensor;
use super::system::{FlowPlanes, OMEGA, System};
use crate::plane::Plane;
use crate::relaxation::OverRelaxation;

/// Improvement of a flow on one level, with its workspace.
#[derive(Debug, Clone, Default)]
pub(super) struct Refinement {
    tensor: MotionTensor,
    system: System,
    relaxation: OverRelaxation,
    origin_u: Plane,
    origin_v: Plane,
}

impl Refinement {
    /// Linearises around the flow, reweights and relaxes, as often as the settings say.
    pub(super) fn run(&mut self, from: &Plane, to: &Plane, params: &ClgParams, u: &mut Plane, v: &mut Plane) {
        for _ in 0..params.warps {
            self.tensor.linearize(from, to, u, v, params.window_px);
            self.origin_u.clone_from(u);
            self.origin_v.clone_from(v);
            let origin = FlowPlanes { u: &self.origin_u, v: &self.origin_v };
            for _ in 0..params.reweightings {
                self.system.build(&self.tensor, origin, FlowPlanes { u, v }, params);
                self.relaxation.run(&self.system.equations, OMEGA, params.sweeps, u, v);
            }
        }
    }
}
