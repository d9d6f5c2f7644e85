//! Zachary's karate club: its members' friendships, and who left with whom when it split.
//!
//! Source: W. Zachary, "An Information Flow Model for Conflict and Fission in Small Groups", Journal of Anthropological
//! Research 33, 1977; members numbered from 0.

use burn::prelude::*;
use burn::tensor::activation::relu;
use microexpr::gnn::{
    GcnConv, GcnConvConfig, GnnError, GraphBackend, GraphBatch, Reduction, SeededRng, Topology,
};

/// Number of members; 0 is the instructor, 33 the officer.
pub(crate) const MEMBERS: usize = 34;

/// Who is a friend of whom.
const FRIENDS: [(u32, u32); 78] = [
    (0, 1),
    (0, 2),
    (0, 3),
    (0, 4),
    (0, 5),
    (0, 6),
    (0, 7),
    (0, 8),
    (0, 10),
    (0, 11),
    (0, 12),
    (0, 13),
    (0, 17),
    (0, 19),
    (0, 21),
    (0, 31),
    (1, 2),
    (1, 3),
    (1, 7),
    (1, 13),
    (1, 17),
    (1, 19),
    (1, 21),
    (1, 30),
    (2, 3),
    (2, 7),
    (2, 8),
    (2, 9),
    (2, 13),
    (2, 27),
    (2, 28),
    (2, 32),
    (3, 7),
    (3, 12),
    (3, 13),
    (4, 6),
    (4, 10),
    (5, 6),
    (5, 10),
    (5, 16),
    (6, 16),
    (8, 30),
    (8, 32),
    (8, 33),
    (9, 33),
    (13, 33),
    (14, 32),
    (14, 33),
    (15, 32),
    (15, 33),
    (18, 32),
    (18, 33),
    (19, 33),
    (20, 32),
    (20, 33),
    (22, 32),
    (22, 33),
    (23, 25),
    (23, 27),
    (23, 29),
    (23, 32),
    (23, 33),
    (24, 25),
    (24, 27),
    (24, 31),
    (25, 31),
    (26, 29),
    (26, 33),
    (27, 33),
    (28, 31),
    (28, 33),
    (29, 32),
    (29, 33),
    (30, 32),
    (30, 33),
    (31, 32),
    (31, 33),
    (32, 33),
];

/// Who left with the officer. (Member 8 was on his side, but stayed with the instructor.)
const OFFICERS: [usize; 17] = [9, 14, 15, 18, 20, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33];

/// Two layers of graph convolution.
#[derive(Module, Debug)]
pub(crate) struct Network<B: Backend> {
    pub(crate) conv1: GcnConv<B>,
    pub(crate) conv2: GcnConv<B>,
}

impl<B: GraphBackend> Network<B> {
    pub(crate) fn init(device: &B::Device, random: &mut SeededRng) -> Self {
        Self {
            conv1: GcnConvConfig::new(MEMBERS, 8).init(device, random),
            conv2: GcnConvConfig::new(8, 2).init(device, random),
        }
    }

    /// The scores of both sides, `[34, 2]`, for every member known by its number alone.
    pub(crate) fn forward(&self, club: &GraphBatch<B>) -> Tensor<B, 2> {
        let hidden = relu(self.conv1.forward(Tensor::eye(MEMBERS, club.device()), club));
        self.conv2.forward(hidden, club)
    }
}

/// The friendships, in both directions.
pub(crate) fn club<B: Backend>(device: &B::Device) -> Result<GraphBatch<B>, GnnError> {
    let friends = Topology::from_edges(MEMBERS, FRIENDS)?.to_undirected(Reduction::Mean);
    Ok(GraphBatch::new(friends.topology, device))
}

/// How many members the scores put on the right side.
pub(crate) fn right<B: Backend>(scores: Tensor<B, 2>) -> usize {
    let sides = scores.argmax(1).into_data();
    let officers =
        sides.iter::<i64>().enumerate().filter(|(member, side)| (*side == 1) == OFFICERS.contains(member));
    officers.count()
}
