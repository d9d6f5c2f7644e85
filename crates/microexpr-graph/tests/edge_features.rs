//! Jaccard index and radial basis function on any graph.

use std::collections::BTreeSet;

use microexpr_core::OutOfRange;
use microexpr_graph::{Bandwidth, GraphError, Neighbourhood, jaccard, rbf};
use ndarray::{Array2, array};
use proptest::prelude::*;

fn naive_jaccard(nodes: u32, edges: &[(u32, u32)], closed: bool) -> Vec<f32> {
    let neighbours = |i: u32| -> BTreeSet<u32> {
        let touches = |j: u32| edges.contains(&(i, j)) || edges.contains(&(j, i));
        (0..nodes).filter(|j| if *j == i { closed } else { touches(*j) }).collect()
    };
    let index = |(s, t): &(u32, u32)| {
        let (a, b) = (neighbours(*s), neighbours(*t));
        if s == t { 1.0 } else { a.intersection(&b).count() as f32 / a.union(&b).count() as f32 }
    };
    edges.iter().map(index).collect()
}

#[test]
fn jaccard_of_a_square_with_one_diagonal_by_hand() {
    // 0-1-2-3-0 and 0-2: N[0] = N[2] = all four, N[1] = {0,1,2}, N[3] = {0,2,3}.
    let (source, target) = ([0, 1, 2, 3, 0, 1], [1, 2, 3, 0, 2, 1]);
    let closed = jaccard(4, &source, &target, Neighbourhood::Closed).unwrap();
    assert_eq!(closed, [0.75, 0.75, 0.75, 0.75, 1.0, 1.0]);
    // N(0) = {1,2,3}, N(1) = {0,2}: share {2} of {0,1,2,3}; N(2) = {0,1,3}: 0 and 2 share {1,3} of {0,1,2,3}.
    let open = jaccard(4, &source, &target, Neighbourhood::Open).unwrap();
    assert_eq!(open, [0.25, 0.25, 0.25, 0.25, 0.5, 1.0]);
}

#[test]
fn rbf_by_hand_with_the_median_distance_as_sigma() {
    // Distances 3, 4, 5 between different nodes (the loop does not count): σ = 4.
    let x = array![[0.0, 0.0], [3.0, 0.0], [3.0, 4.0]];
    let found = rbf(x.view(), &[1, 2, 0, 0], &[0, 1, 2, 0], Bandwidth::Median).unwrap();
    let expected = [9.0_f32, 16.0, 25.0, 0.0].map(|d2| (-d2 / 32.0).exp());
    assert!(found.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-6), "{found:?} {expected:?}");
    // An even number of distances, 3 and 4: σ = 3.5.
    let found = rbf(x.view(), &[1, 2], &[0, 1], Bandwidth::Median).unwrap();
    let expected = [9.0_f32, 16.0].map(|d2| (-d2 / 24.5).exp());
    assert!(found.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-6), "{found:?} {expected:?}");
}

#[test]
fn equal_features_stay_finite() {
    let x = array![[5.0], [5.0], [5.0], [9.0]];
    assert_eq!(rbf(x.view(), &[0, 1], &[1, 2], Bandwidth::Median).unwrap(), [1.0, 1.0]);
    // Most distances are 0, one is not: the limit σ → 0.
    assert_eq!(rbf(x.view(), &[0, 1, 2], &[1, 2, 3], Bandwidth::Median).unwrap(), [1.0, 1.0, 0.0]);
    assert_eq!(rbf(x.view(), &[3], &[3], Bandwidth::Median).unwrap(), [1.0]);
    assert!(rbf(Array2::zeros((0, 4)).view(), &[], &[], Bandwidth::Median).unwrap().is_empty());
}

#[test]
fn unfit_edges_and_bandwidths_are_named() {
    let x = array![[0.0], [1.0]];
    let error = rbf(x.view(), &[0, 2], &[1, 0], Bandwidth::Median).unwrap_err();
    assert_eq!(error.to_string(), "edge 1 names node 2, but there are 2 nodes");
    let error = jaccard(2, &[0, 1], &[1], Neighbourhood::Closed).unwrap_err();
    assert!(matches!(error, GraphError::Length { expected: 2, found: 1, .. }));
    for sigma in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let result = rbf(x.view(), &[0], &[1], Bandwidth::Fixed(sigma));
        assert!(matches!(result, Err(GraphError::Setting(OutOfRange { setting: "bandwidth", .. }))));
    }
}

fn edges() -> impl Strategy<Value = Vec<(u32, u32)>> {
    prop::collection::vec((0..9_u32, 0..9_u32), 1..40)
}

proptest! {
    #[test]
    fn jaccard_equals_its_definition_with_sets(edges in edges()) {
        let (s, t): (Vec<u32>, Vec<u32>) = edges.iter().copied().unzip();
        prop_assert_eq!(jaccard(9, &s, &t, Neighbourhood::Closed).unwrap(), naive_jaccard(9, &edges, true));
        prop_assert_eq!(jaccard(9, &s, &t, Neighbourhood::Open).unwrap(), naive_jaccard(9, &edges, false));
    }

    #[test]
    fn edge_features_ignore_the_numbering_of_nodes(
        edges in edges(),
        values in prop::collection::vec(-5.0..5.0_f32, 18),
        order in Just((0..9_usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let x = Array2::from_shape_vec((9, 2), values).unwrap();
        let mut moved = x.clone();
        for (old, new) in order.iter().enumerate() {
            moved.row_mut(*new).assign(&x.row(old));
        }
        let (s, t): (Vec<u32>, Vec<u32>) = edges.iter().copied().unzip();
        let renamed = |ends: &[u32]| -> Vec<u32> { ends.iter().map(|n| order[*n as usize] as u32).collect() };
        let (s2, t2) = (renamed(&s), renamed(&t));
        prop_assert_eq!(
            jaccard(9, &s, &t, Neighbourhood::Closed).unwrap(),
            jaccard(9, &s2, &t2, Neighbourhood::Closed).unwrap()
        );
        prop_assert_eq!(
            rbf(x.view(), &s, &t, Bandwidth::Median).unwrap(),
            rbf(moved.view(), &s2, &t2, Bandwidth::Median).unwrap()
        );
    }

    #[test]
    fn median_bandwidth_ignores_scale_and_standardisation(
        edges in edges(),
        values in prop::collection::vec(-5.0..5.0_f32, 27),
        octave in -20..20_i32,
    ) {
        let (s, t): (Vec<u32>, Vec<u32>) = edges.iter().copied().unzip();
        let x = Array2::from_shape_vec((9, 3), values).unwrap();
        let plain = rbf(x.view(), &s, &t, Bandwidth::Median).unwrap();
        // Powers of two scale without rounding.
        let scaled = rbf((&x * 2_f32.powi(octave)).view(), &s, &t, Bandwidth::Median).unwrap();
        prop_assert!(plain.iter().zip(&scaled).all(|(a, b)| (a - b).abs() < 1e-6));
        prop_assert!(plain.iter().all(|v| (0.0..=1.0).contains(v)));
    }
}
