//! One generated clip of 34 frames at 320×320, from files to graph, preset `recommended`.
#![allow(missing_docs, reason = "criterion_group! makes an undocumented function")]

use criterion::{Criterion, criterion_group, criterion_main};
use microexpr_classifier::Preset;
use microexpr_core::ImageSequence;
use microexpr_landmarks::GENERATED_FACES_MODEL;
use microexpr_pipeline::{LandmarkSource, Pipeline, PipelineSettings};
use microexpr_synth::{Layout, SynthParams, write_dataset};

fn benches(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let params =
        SynthParams { subjects: 1, clips_per_subject: 1, frames: [34, 34], ..SynthParams::prototypical() };
    let root = folder.path().join("data");
    let clips = write_dataset(&params, Layout::Smic, &root, |_| ()).expect("a writable folder");
    let path = clips.into_values().next().expect("one clip").path;
    let frames = ImageSequence::open(root.join(path)).expect("the frames just written");
    let landmarks = LandmarkSource::Model { path: Some(GENERATED_FACES_MODEL.into()) };
    let settings = PipelineSettings { landmarks, ..Preset::Recommended.settings().pipeline };
    let pipeline = Pipeline::new(&settings).expect("default settings");
    let registered = pipeline.register(&frames, params.fps).expect("a face");
    let mut group = criterion.benchmark_group("pipeline");
    group.sample_size(10);
    group.bench_function("decode, find face, track, align, average", |b| {
        b.iter(|| pipeline.register(&frames, params.fps))
    });
    group.bench_function("flow, select, graph", |b| b.iter(|| pipeline.graph(&registered, settings.alpha())));
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
