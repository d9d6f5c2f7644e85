//! One streamed frame, linear and phase-based, and a whole clip with the default settings.
#![allow(missing_docs, reason = "criterion_group! makes an undocumented function")]

use std::hint::black_box;

use criterion::{BatchSize, Bencher, Criterion, criterion_group, criterion_main};
use microexpr_core::Clip;
use microexpr_magnify::{
    ButterworthOrder, FrameLayout, GainRule, Magnifier, MagnifyError, MagnifyParams, RieszMagnifier,
    RieszParams, StreamFilter, StreamParams, magnify_clip,
};
use ndarray::Array3;

/// Settings of the table in docs/performance.md.
fn stream_params() -> StreamParams {
    StreamParams {
        alpha: 4.0,
        gain: GainRule::Wu { lambda_c_px: 16.0, boost: 2.0 },
        temporal: StreamFilter::Butterworth { low_hz: 1.0, high_hz: 20.0, order: ButterworthOrder::First },
        chroma: 0.1,
    }
}

fn textured_frame(len: usize, time: usize) -> Vec<u8> {
    (0..len).map(|i| ((i * 7 + i / 640 * 13 + time * 3) % 251) as u8).collect()
}

/// The frame sizes of the table.
fn layouts() -> [(&'static str, FrameLayout); 4] {
    [
        ("grey 254x254", FrameLayout::grey(254, 254)),
        ("rgb 254x254", FrameLayout::rgb(254, 254)),
        ("grey 480x640", FrameLayout::grey(480, 640)),
        ("rgb 480x640", FrameLayout::rgb(480, 640)),
    ]
}

/// One frame after the other through `magnify`, which has seen the first one.
fn each_frame(
    bencher: &mut Bencher<'_>,
    layout: FrameLayout,
    mut magnify: impl FnMut(&mut [u8]) -> Result<(), MagnifyError>,
) {
    let frames: Vec<Vec<u8>> = (0..8).map(|t| textured_frame(layout.len(), t)).collect();
    let mut frame = frames[0].clone();
    magnify(&mut frame).expect("the frame fits");
    let mut time = 0;
    bencher.iter(|| {
        time += 1;
        frame.copy_from_slice(&frames[time % frames.len()]);
        magnify(black_box(&mut frame))
    });
}

fn stream(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("magnify/stream");
    for (name, layout) in layouts() {
        let mut magnifier = Magnifier::new(layout, 200.0, &stream_params()).expect("the settings are valid");
        group.bench_function(name, |bencher| {
            magnifier.reset();
            each_frame(bencher, layout, |frame| magnifier.magnify(frame));
        });
    }
    group.finish();
}

fn riesz(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("magnify/riesz");
    for (name, layout) in layouts() {
        let params = RieszParams::default();
        let mut magnifier = RieszMagnifier::new(layout, 200.0, &params).expect("the settings are valid");
        group.bench_function(name, |bencher| {
            magnifier.reset();
            each_frame(bencher, layout, |frame| magnifier.magnify(frame));
        });
    }
    group.finish();
}

fn clip(criterion: &mut Criterion) {
    let values: Vec<f32> =
        (0..34).flat_map(|t| textured_frame(254 * 254, t)).map(|v| f32::from(v) / 255.0).collect();
    let frames = Array3::from_shape_vec((34, 254, 254), values).expect("34 frames of 254x254");
    let clip = Clip::new(frames, 100.0).expect("the frames are finite");
    criterion.bench_function("magnify/clip 34x254x254 default", |bencher| {
        bencher.iter_batched(
            MagnifyParams::default,
            |params| magnify_clip(black_box(&clip), &params),
            BatchSize::SmallInput,
        );
    });
}

criterion_group!(benches, stream, riesz, clip);
criterion_main!(benches);
