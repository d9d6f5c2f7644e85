//! Edge lists on a device.

use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{BoolElement, CubeBackend, CubeRuntime, FloatElement, IntElement};

use super::launch::index_list;
use crate::Topology;

/// Both ends of every edge, and the edges that enter and leave every node.
#[derive(Debug, Clone)]
pub struct EdgesOnDevice<R: CubeRuntime> {
    pub(super) source: CubeTensor<R>,
    pub(super) target: CubeTensor<R>,
    pub(super) incoming: EdgesOfNodes<R>,
    pub(super) outgoing: EdgesOfNodes<R>,
    pub(super) nodes: usize,
    pub(super) edges: usize,
}

/// Node `i` owns the entries `start[i]..start[i + 1]` of `edge`.
#[derive(Debug, Clone)]
pub(super) struct EdgesOfNodes<R: CubeRuntime> {
    pub(super) start: CubeTensor<R>,
    pub(super) edge: CubeTensor<R>,
}

pub(super) fn upload<R, F, I, BT>(topology: &Topology, device: &R::Device) -> EdgesOnDevice<R>
where
    R: CubeRuntime,
    F: FloatElement,
    I: IntElement,
    BT: BoolElement,
{
    let list = |list: &[u32]| index_list::<CubeBackend<R, F, I, BT>>(list, device);
    let of_nodes = |(start, edge): (&[u32], &[u32])| EdgesOfNodes { start: list(start), edge: list(edge) };
    let (out_start, out_edge) = topology.outgoing_lists();
    EdgesOnDevice {
        source: list(topology.source()),
        target: list(topology.target()),
        incoming: of_nodes(topology.incoming_lists()),
        outgoing: of_nodes((&out_start, &out_edge)),
        nodes: topology.nodes(),
        edges: topology.edges(),
    }
}
