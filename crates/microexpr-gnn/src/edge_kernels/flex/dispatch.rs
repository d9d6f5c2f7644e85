//! The kernels compiled for every processor and for those with AVX2, chosen at run time: both give the same bits.
#![cfg_attr(
    target_arch = "x86_64",
    expect(
        unsafe_code,
        reason = "calling a function compiled for AVX2 and FMA after the processor was asked for them"
    )
)]

use super::gradients::Gradients;
use super::kernel::{ForwardSlices, Kernel};
#[cfg(target_arch = "x86_64")]
use crate::attention::flex::Avx2;
use crate::attention::flex::{Block, Portable};

pub(super) fn forward<K: Kernel>(kernel: &K, block: &Block, out: &mut ForwardSlices<'_>) {
    #[cfg(target_arch = "x86_64")]
    if has_avx2() {
        // SAFETY: the processor has AVX2 and FMA.
        return unsafe { forward_avx2(kernel, block, out) };
    }
    kernel.forward::<Portable>(block, out);
}

pub(super) fn backward<K: Kernel>(
    kernel: &K,
    gradient: &[f32],
    alpha: &[f32],
    block: &Block,
    out: &mut Gradients<'_>,
) {
    #[cfg(target_arch = "x86_64")]
    if has_avx2() {
        // SAFETY: the processor has AVX2 and FMA.
        return unsafe { backward_avx2(kernel, gradient, alpha, block, out) };
    }
    kernel.backward::<Portable>(gradient, alpha, block, out);
}

#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn forward_avx2<K: Kernel>(kernel: &K, block: &Block, out: &mut ForwardSlices<'_>) {
    kernel.forward::<Avx2>(block, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn backward_avx2<K: Kernel>(
    kernel: &K,
    gradient: &[f32],
    alpha: &[f32],
    block: &Block,
    out: &mut Gradients<'_>,
) {
    kernel.backward::<Avx2>(gradient, alpha, block, out);
}

#[cfg(test)]
#[cfg(target_arch = "x86_64")]
mod tests {
    use super::super::attention::Attention;
    use super::super::dot_attention::DotAttention;
    use super::super::gradients::SharedGradients;
    use super::super::head_rows::HeadRows;
    use super::super::operands::Operands;
    use super::super::pair_scores::PairScores;
    use super::super::relu_sum::ReluSum;
    use super::*;
    use crate::edge_kernels::Root;
    use crate::{SeededRng, Topology};

    const CHANNELS: usize = 11;
    const BLOCK: Block = Block { nodes: 0..3, edges: 0..4 };

    fn random(count: usize) -> Vec<f32> {
        let mut random = SeededRng::new(count as u64);
        (0..count).map(|_| random.uniform(-1.0, 1.0)).collect()
    }

    /// Output and gradient of the nodes.
    fn run<K: Kernel>(
        kernel: &K,
        forward: fn(&K, &Block, &mut ForwardSlices<'_>),
        backward: fn(&K, &[f32], &[f32], &Block, &mut Gradients<'_>),
    ) -> [Vec<f32>; 2] {
        let o = kernel.operands();
        let (mut values, mut alpha) = (vec![0.0; 3 * CHANNELS], vec![0.0; 4]);
        forward(kernel, &BLOCK, &mut ForwardSlices { values: &mut values, alpha: &mut alpha });
        let shared = SharedGradients { vector: o.vector.empty(), edge_weight: o.edge_weight.empty() };
        let mut nodes = vec![0.0; o.nodes.len()];
        let mut out = Gradients { block: &BLOCK, nodes: &mut nodes, edge_features: &mut [], shared };
        backward(kernel, &random(3 * CHANNELS), &alpha, &BLOCK, &mut out);
        [values, nodes]
    }

    fn assert_same_bits<K: Kernel>(kernel: &K) {
        let dispatched = run(kernel, forward, backward);
        let portable = run(kernel, K::forward::<Portable>, K::backward::<Portable>);
        assert!(dispatched.iter().flatten().any(|value| *value != 0.0));
        assert_eq!(dispatched, portable);
    }

    #[test]
    fn every_processor_gives_the_same_bits() {
        let topology = Topology::from_edges(3, [(0, 0), (1, 0), (2, 0), (0, 1)]).unwrap();
        let (nodes, features) = (random(3 * 4 * CHANNELS), random(4 * 2));
        let (vector, weight) = (random(CHANNELS), random(2 * CHANNELS));
        let operands = |parts: usize| Operands {
            topology: &topology,
            nodes: &nodes[..3 * parts * CHANNELS],
            columns: parts * CHANNELS,
            channels: CHANNELS,
            heads: 1,
            head_width: CHANNELS,
            vector: HeadRows::of_columns(&vector, 1, 1),
            edge_weight: HeadRows::of_columns(&weight, 2, 1),
            edge_features: &features,
            edge_width: 2,
        };
        assert_same_bits(&ReluSum { operands: operands(1) });
        assert_same_bits(&Attention { operands: operands(2), scoring: PairScores { negative_slope: 0.2 } });
        assert_same_bits(&DotAttention { operands: operands(3), scale: 0.3, root: Root::Absent });
        assert_same_bits(&DotAttention { operands: operands(4), scale: 0.3, root: Root::Added });
    }
}
