//! Edges over space and time.

use std::collections::BTreeSet;

use microexpr_graph::{
    EdgeList, GraphError, SelfLoops, SpatialTopology, TEMPLATE_51, Temporal, TemporalDirection,
    TemporalPartners,
};
use proptest::prelude::*;

/// The definition, pair by pair.
fn naive(spatial: &[[u32; 2]], n: usize, frames: usize, temporal: Temporal, loops: SelfLoops) -> EdgeList {
    let joined =
        |a: usize, b: usize| spatial.iter().any(|e| *e == [a as u32, b as u32] || *e == [b as u32, a as u32]);
    let mut edges = EdgeList::default();
    for target in 0..n * frames {
        for source in 0..n * frames {
            let (t, i, s, j) = (target / n, target % n, source / n, source % n);
            let gap = t.abs_diff(s);
            let allowed = gap == 0 || temporal.direction == TemporalDirection::Both || s < t;
            let neighbours = temporal.partners == TemporalPartners::SpatialNeighbours;
            let edge = match gap {
                0 => {
                    if i == j {
                        loops == SelfLoops::With
                    } else {
                        joined(i, j)
                    }
                }
                1 if temporal.reach_frames >= 1 => i == j || (neighbours && joined(i, j)),
                gap => i == j && gap <= temporal.reach_frames,
            };
            if edge && allowed {
                edges.source.push(source as u32);
                edges.target.push(target as u32);
            }
        }
    }
    edges
}

#[test]
fn default_counts_follow_the_formula() {
    let spatial = SpatialTopology::Delaunay.edges(&TEMPLATE_51).unwrap();
    for frames in 1..20 {
        let edges =
            EdgeList::spatio_temporal(&spatial, 51, frames, Temporal::default(), SelfLoops::With).unwrap();
        assert_eq!(edges.len(), frames * (2 * 139 + 51) + 2 * 51 * (frames - 1));
    }
}

#[test]
fn skip_joins_the_frames_before_and_after() {
    let temporal = Temporal { reach_frames: 2, ..Temporal::default() };
    let edges = EdgeList::spatio_temporal(&[], 1, 4, temporal, SelfLoops::Without).unwrap();
    assert_eq!(edges.target, [0, 0, 1, 1, 1, 2, 2, 2, 3, 3]);
    assert_eq!(edges.source, [1, 2, 0, 2, 3, 0, 1, 3, 1, 2]);
}

#[test]
fn missing_landmarks_and_too_many_nodes_are_named() {
    let error = EdgeList::spatio_temporal(&[[0, 3]], 3, 2, Temporal::default(), SelfLoops::With).unwrap_err();
    assert_eq!(error.to_string(), "edge 0 names node 3, but there are 3 nodes");
    let many = EdgeList::spatio_temporal(&[], 1 << 20, 1 << 20, Temporal::default(), SelfLoops::With);
    assert!(matches!(many, Err(GraphError::TooManyNodes { nodes }) if nodes == 1 << 40));
}

#[test]
fn no_frames_and_no_landmarks_give_no_edges() {
    assert!(EdgeList::spatio_temporal(&[], 5, 0, Temporal::default(), SelfLoops::With).unwrap().is_empty());
    assert!(EdgeList::spatio_temporal(&[], 0, 5, Temporal::default(), SelfLoops::With).unwrap().is_empty());
}

proptest! {
    #[test]
    fn edges_equal_the_definition_in_order(
        pairs in prop::collection::vec((0..6_u32, 0..6_u32), 0..12),
        frames in 1..6_usize,
        reach_frames in 0..4_usize,
        neighbours: bool,
        forward: bool,
        with_loops: bool,
    ) {
        let spatial: Vec<[u32; 2]> = pairs.iter().filter(|(a, b)| a != b).map(|(a, b)| [*a, *b]).collect();
        let partners = [TemporalPartners::SameLandmark, TemporalPartners::SpatialNeighbours][usize::from(neighbours)];
        let direction = if forward { TemporalDirection::Forward } else { TemporalDirection::Both };
        let temporal = Temporal { reach_frames, partners, direction };
        let loops = if with_loops { SelfLoops::With } else { SelfLoops::Without };
        let edges = EdgeList::spatio_temporal(&spatial, 6, frames, temporal, loops).unwrap();
        prop_assert_eq!(&edges, &naive(&spatial, 6, frames, temporal, loops));
        let unique: BTreeSet<_> = edges.source.iter().zip(&edges.target).collect();
        prop_assert_eq!(unique.len(), edges.len());
    }
}
