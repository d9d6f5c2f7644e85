//! Edge features recomputed from learned node features.

use burn::prelude::*;
use microexpr_gnn::{GraphBatch, Topology, recompute_similarity};

use crate::device::B;

#[test]
fn the_last_feature_becomes_the_radial_basis_function_with_the_median_distance() {
    let device = Default::default();
    // Distances 3, 4 and 5 between the corners of a right triangle: σ is 4. The second graph has equal features.
    let triangle = Topology::new(3, vec![0, 0, 1, 2], vec![0, 1, 2, 0]).unwrap();
    let pair = Topology::new(2, vec![0, 1], vec![1, 1]).unwrap();
    let graph = GraphBatch::<B>::new(Topology::disjoint_union([&triangle, &pair]).unwrap(), &device);
    let x = [[0.0, 0.0], [3.0, 0.0], [3.0, 4.0], [7.0, 7.0], [7.0, 7.0]];
    let x = Tensor::<B, 2>::from_floats(x, &device).require_grad();
    let edges = Tensor::from_floats(
        [[0.1, 9.0], [0.2, 9.0], [0.3, 9.0], [0.4, 9.0], [0.5, 9.0], [0.6, 9.0]],
        &device,
    );
    let out = recompute_similarity(edges, x.clone(), &graph);
    let rbf = |d: f64| (-d * d / 32.0).exp();
    let expected = [1.0, rbf(3.0), rbf(4.0), rbf(5.0), 1.0, 1.0];
    let found: Vec<f32> = out.to_data().to_vec().unwrap();
    for (row, (found, expected)) in found.chunks(2).zip(expected).enumerate() {
        assert!((found[0] - 0.1 * (row + 1) as f32).abs() < 1e-6);
        assert!((f64::from(found[1]) - expected).abs() < 1e-6, "edge {row}: {} against {expected}", found[1]);
    }
    let gradient = x.grad(&out.sum().backward()).unwrap();
    // d/dx₁ of the edges 0→1 and 1→2 along x: −(3/16) exp(−9/32), the other has no x part.
    let found: Vec<f32> = gradient.into_data().to_vec().unwrap();
    assert!((f64::from(found[2]) + 3.0 / 16.0 * rbf(3.0)).abs() < 1e-6, "{}", found[2]);
    assert!(found.iter().all(|v| v.is_finite()));
}
