//! Optical flow of frames of 254×254 and 640×480, one thread.
#![allow(missing_docs, reason = "criterion_group! makes an undocumented function")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use microexpr_flow::{
    Consistency, DenseFlow, DisParams, DisPreset, FlowAlgorithm, LucasKanade, LucasKanadeParams,
};
use ndarray::Array2;

/// Height and width.
const SIZES: [(usize, usize); 2] = [(254, 254), (480, 640)];

/// A textured frame, moved by `(dx, dy)`.
fn frame(size: (usize, usize), dx: f32, dy: f32) -> Array2<f32> {
    Array2::from_shape_fn(size, |(row, col)| {
        let (x, y) = (col as f32 - dx, row as f32 - dy);
        let waves =
            (0.31 * x + 0.12 * y).sin() + (0.23 * y - 0.17 * x).sin() + (0.05 * x * (1.0 + 0.01 * y)).cos();
        0.5 + 0.15 * waves
    })
}

fn algorithms() -> Vec<(&'static str, FlowAlgorithm)> {
    vec![
        ("clg", FlowAlgorithm::Clg(Default::default())),
        ("farneback", FlowAlgorithm::Farneback(Default::default())),
        ("tv_l1", FlowAlgorithm::TvL1(Default::default())),
        ("dis_ultrafast", FlowAlgorithm::Dis(DisPreset::Ultrafast.params())),
        ("dis_fast", FlowAlgorithm::Dis(DisPreset::Fast.params())),
        ("dis_medium", FlowAlgorithm::Dis(DisPreset::Medium.params())),
        ("dis_full_size", FlowAlgorithm::Dis(DisParams { finest_scale: 0, ..DisPreset::Medium.params() })),
    ]
}

fn dense(criterion: &mut Criterion) {
    for size in SIZES {
        let mut group = criterion.benchmark_group(format!("flow/{}x{}", size.1, size.0));
        group.sample_size(10);
        let (from, to) = (frame(size, 0.0, 0.0), frame(size, 0.8, -0.5));
        for (name, algorithm) in algorithms() {
            let mut solver: Box<dyn DenseFlow + Send> = algorithm.solver();
            group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
                bencher.iter(|| black_box(solver.flow(from.view(), to.view())));
            });
        }
        group.finish();
    }
}

fn points(criterion: &mut Criterion) {
    for size in SIZES {
        let (from, to) = (frame(size, 0.0, 0.0), frame(size, 0.8, -0.5));
        let at = |i: usize| [0.1 + 0.11 * (i % 8) as f64, 0.1 + 0.12 * (i / 8) as f64];
        let points: Vec<[f64; 2]> =
            (0..51).map(at).map(|[x, y]| [x * size.1 as f64, y * size.0 as f64]).collect();
        let params = LucasKanadeParams { consistency: Consistency::Unchecked, ..Default::default() };
        let mut tracker = LucasKanade::new(params);
        criterion.bench_function(&format!("lucas_kanade_51/{}x{}", size.1, size.0), |bencher| {
            bencher.iter(|| {
                let (from, to) = (tracker.prepare(from.view())?, tracker.prepare(to.view())?);
                black_box(tracker.track(&from, &to, &points, None))
            });
        });
    }
}

criterion_group!(benches, dense, points);
criterion_main!(benches);
