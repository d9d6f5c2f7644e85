use rand_chacha::ChaCha8Rng;

use super::TrainParams;
use super::feature_pool::FeaturePool;
use super::samples::Samples;
use super::split_search::{best_split, goes_left};
use crate::shape_predictor::model::Split;

/// A regression tree: its splits breadth first, and `2 · landmarks` values for each leaf.
pub(super) struct Tree {
    pub(super) splits: Vec<Split>,
    pub(super) leaves: Vec<f32>,
}

/// The samples in a node, and the sum of their residuals.
struct Node {
    members: Vec<u32>,
    sum: Vec<f32>,
}

/// Grows one tree on the samples' residuals and moves every sample by its leaf.
pub(super) fn grow(
    samples: &mut Samples<'_>,
    pool: &FeaturePool,
    params: &TrainParams,
    rng: &mut ChaCha8Rng,
) -> Tree {
    let mut nodes = vec![root(samples)];
    let mut splits = Vec::new();
    for _ in 0..params.depth {
        let mut children = Vec::with_capacity(2 * nodes.len());
        for node in nodes {
            let candidates: Vec<Split> = (0..params.test_splits).map(|_| pool.random_split(rng)).collect();
            let (split, [left, right]) = divide(samples, node, &candidates);
            splits.push(split);
            children.extend([left, right]);
        }
        nodes = children;
    }
    let mut leaves = Vec::new();
    for node in nodes {
        let leaf = leaf(&node, &samples.present(&node.members), params.nu as f32);
        node.members.iter().for_each(|sample| samples.move_by(*sample as usize, &leaf));
        leaves.extend(leaf);
    }
    Tree { splits, leaves }
}

fn root(samples: &Samples<'_>) -> Node {
    let mut sum = vec![0.0; samples.mean_shape().len()];
    for sample in 0..samples.len() {
        sum.iter_mut().zip(samples.residual(sample)).for_each(|(s, r)| *s += r);
    }
    Node { members: (0..samples.len() as u32).collect(), sum }
}

fn divide(samples: &Samples<'_>, node: Node, candidates: &[Split]) -> (Split, [Node; 2]) {
    let best = best_split(samples, &node.members, &node.sum, candidates)
        .expect("the settings ask for at least one candidate, and scores are finite");
    let (left, right) =
        node.members.into_iter().partition(|sample| goes_left(&best.split, samples.values(*sample as usize)));
    let right_sum = node.sum.iter().zip(&best.left_sum).map(|(t, l)| t - l).collect();
    (best.split, [Node { members: left, sum: best.left_sum }, Node { members: right, sum: right_sum }])
}

/// `nu` times the mean residual; zero where no sample has the point.
fn leaf(node: &Node, present: &[f32], nu: f32) -> Vec<f32> {
    node.sum.iter().zip(present).map(|(sum, n)| if *n > 0.0 { nu * sum / n } else { 0.0 }).collect()
}
