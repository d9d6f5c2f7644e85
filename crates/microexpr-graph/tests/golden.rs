//! Against SciPy, NetworkX and NumPy; `data/scipy/generate.py` wrote the values.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use microexpr_graph::{
    Bandwidth, EdgeList, Neighbourhood, SelfLoops, SpatialTopology, TEMPLATE_51, Temporal, jaccard, rbf,
};
use ndarray::Array2;
use serde::Deserialize;

/// The file holds nine decimals, the results are f32.
const TOLERANCE: f32 = 1e-6;

#[derive(Deserialize)]
struct Golden {
    delaunay: Vec<[u32; 2]>,
    frames: usize,
    edges: Vec<[u32; 2]>,
    jaccard_closed: Vec<f32>,
    jaccard_open: Vec<f32>,
    features: Vec<[f32; 7]>,
    sigma: f64,
    rbf: Vec<f32>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("data/scipy/golden.json")).unwrap()
}

fn graph_of(golden: &Golden) -> EdgeList {
    let (temporal, loops) = (Temporal::default(), SelfLoops::With);
    EdgeList::spatio_temporal(&golden.delaunay, 51, golden.frames, temporal, loops).unwrap()
}

/// Position in `golden.edges` of each edge between different nodes, in the order of `edges`.
fn rows(golden: &Golden, edges: &EdgeList) -> Vec<Option<usize>> {
    let row = |(s, t): (&u32, &u32)| {
        let pair = [*s.min(t), *s.max(t)];
        (s != t).then(|| golden.edges.binary_search(&pair).expect("an edge NetworkX has, too"))
    };
    edges.source.iter().zip(&edges.target).map(row).collect()
}

fn assert_matches(found: &[f32], expected: &[f32], rows: &[Option<usize>]) {
    for (value, row) in found.iter().zip(rows) {
        let expected = row.map_or(1.0, |r| expected[r]);
        assert!((value - expected).abs() < TOLERANCE, "{value} for {expected} of row {row:?}");
    }
}

#[test]
fn template_triangulation_is_scipys() {
    assert_eq!(SpatialTopology::Delaunay.edges(&TEMPLATE_51).unwrap(), golden().delaunay);
}

#[test]
fn edges_are_networkxs() {
    let golden = golden();
    let edges = graph_of(&golden);
    assert_eq!(edges.len(), 2 * golden.edges.len() + 51 * golden.frames);
    rows(&golden, &edges);
}

#[test]
fn jaccard_index_is_networkxs() {
    let golden = golden();
    let edges = graph_of(&golden);
    let rows = rows(&golden, &edges);
    let index = |n| jaccard(51 * golden.frames, &edges.source, &edges.target, n).unwrap();
    assert_matches(&index(Neighbourhood::Closed), &golden.jaccard_closed, &rows);
    assert_matches(&index(Neighbourhood::Open), &golden.jaccard_open, &rows);
}

#[test]
fn radial_basis_function_is_numpys() {
    let golden = golden();
    let edges = graph_of(&golden);
    let rows = rows(&golden, &edges);
    let features = Array2::from(golden.features.clone());
    for bandwidth in [Bandwidth::Median, Bandwidth::Fixed(golden.sigma)] {
        let found = rbf(features.view(), &edges.source, &edges.target, bandwidth).unwrap();
        assert_matches(&found, &golden.rbf, &rows);
    }
}
