//! Building the graph of a clip with 15 kept frames.
#![allow(missing_docs, reason = "criterion_group! makes an undocumented function")]

use criterion::{Criterion, criterion_group, criterion_main};
use microexpr_core::{FlowField, LandmarkScheme, Landmarks};
use microexpr_graph::{GraphParams, TEMPLATE_51, build};
use ndarray::Array2;

const FRAMES: usize = 15;

fn benches(criterion: &mut Criterion) {
    let extent =
        TEMPLATE_51.iter().flatten().fold([f64::MAX, f64::MIN], |[low, high], v| [low.min(*v), high.max(*v)]);
    let fit = |v: f64| 20.0 + 210.0 * (v - extent[0]) / (extent[1] - extent[0]);
    let face = TEMPLATE_51.iter().map(|p| p.map(fit)).collect();
    let face = Landmarks::new(LandmarkScheme::Paper51, face).expect("51 finite points");
    let wave = |phase: f32| {
        Array2::from_shape_fn((254, 254), |(r, c)| (0.1 * r as f32 + 0.07 * c as f32 + phase).sin())
    };
    let flow = FlowField::new(wave(0.0), wave(1.0)).expect("equal shapes");
    let (points, flows): (Vec<_>, Vec<_>) = vec![(face, flow); FRAMES].into_iter().unzip();
    let kept: Vec<usize> = (0..FRAMES).map(|i| 2 * i).collect();
    let params = GraphParams::default();
    criterion.bench_function("graph, 51 landmarks, 15 kept frames", |b| {
        b.iter(|| build(&points, &flows, &kept, &params))
    });
}

criterion_group!(all, benches);
criterion_main!(all);
