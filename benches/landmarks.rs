//! Landmarks of a face: reading a model and predicting with it.
//!
//! With the published 68-point model where it is found (`MICROEXPR_LANDMARK_MODEL` or the package libdlib-data), and always
//! with the small one of the crate's tests and the embedded one. The time does not depend on what the image shows.
//! `landmarks_vs_dlib.cpp` tells how to time dlib in the same run.
#![allow(missing_docs, reason = "criterion_group! makes an undocumented function")]

use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use microexpr_core::{Clip, LandmarkScheme, Landmarks};
use microexpr_landmarks::{
    AlignParams, FaceAligner, FaceBox, FaceDetector, FaceMesh, SeetaFace, SeetaFaceParams, ShapePredictor,
    TrackParams, find_landmark_model, grey_from_frame, track,
};
use ndarray::Array3;

const SIZE: usize = 320;
/// Comparisons with dlib, and faces in each.
const ROUNDS: usize = 41;
const FACES: usize = 20;

/// A textured surface that moves by a tenth of a pixel per frame.
fn clip(frames: usize) -> Clip {
    let pixels = Array3::from_shape_fn((frames, SIZE, SIZE), |(t, row, col)| {
        let (x, y) = (col as f32 - 0.1 * t as f32, row as f32);
        0.5 + 0.15
            * ((0.31 * x + 0.12 * y).sin() + (0.23 * y - 0.17 * x).sin() + (0.05 * x + 0.001 * x * y).cos())
    });
    Clip::new(pixels, 100.0).expect("finite frames")
}

/// Eyes, brows, nose, mouth and jaw on rings, with the proportions of a face.
fn face_points() -> Landmarks {
    let ring = |n: usize, of: usize, x: f64, y: f64, r: f64| {
        let angle = std::f64::consts::PI * 2.0 * n as f64 / of as f64;
        [x + r * angle.cos(), y + r * angle.sin()]
    };
    let point = |i: usize| match i {
        0..17 => [80.0 + 10.0 * i as f64, 240.0 - 0.02 * (10.0 * i as f64 - 80.0).powi(2)],
        17..27 => [100.0 + 13.0 * (i - 17) as f64, 100.0],
        27..36 => [160.0, 120.0 + 6.0 * (i - 27) as f64 + if i == 30 { 1.0 } else { 0.0 }],
        36..42 => ring(i - 36, 6, 121.0, 128.0, 10.0),
        42..48 => ring(i - 42, 6, 199.0, 128.0, 10.0),
        _ => ring(i - 48, 20, 160.0, 210.0, 25.0),
    };
    Landmarks::new(LandmarkScheme::Ibug68, (0..68).map(point).collect()).expect("68 finite points")
}

fn prediction(criterion: &mut Criterion) {
    let image = grey_from_frame(clip(1).frame(0));
    let face = FaceBox::new(80.0, 80.0, 240.0, 240.0).expect("a box");
    let small = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../crates/microexpr-landmarks/tests/data/dlib/points68.dat");
    let mut models = vec![("small", small)];
    match find_landmark_model(None) {
        Ok(path) => models.push(("published", path)),
        Err(reason) => println!("published model left out: {reason}"),
    }
    let mut group = criterion.benchmark_group("landmarks/predict");
    for (name, path) in models {
        let predictor = ShapePredictor::open(path).expect("a model");
        group.bench_function(name, |bencher| bencher.iter(|| black_box(predictor.predict(&image, &face))));
    }
    let embedded = ShapePredictor::for_generated_faces();
    group.bench_function("embedded", |bencher| bencher.iter(|| black_box(embedded.predict(&image, &face))));
    // Three passes or more: on a picture without a face points never come to rest, and it takes six.
    let mesh = FaceMesh::new();
    group.bench_function("mesh", |bencher| bencher.iter(|| black_box(mesh.find(&image, &face))));
    group.finish();
}

/// Ours and dlib's time per face in turn, if `MICROEXPR_DLIB_TIMER` names the program of `landmarks_vs_dlib.cpp`.
fn beside_dlib(criterion: &mut Criterion) {
    let _ = criterion;
    let (Some(timer), Ok(model)) = (std::env::var_os("MICROEXPR_DLIB_TIMER"), find_landmark_model(None))
    else {
        println!("landmarks/beside-dlib left out: needs MICROEXPR_DLIB_TIMER and the published model");
        return;
    };
    let image = grey_from_frame(clip(1).frame(0));
    let raw = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(raw.path(), image.as_raw()).expect("written");
    let mut dlib = Command::new(timer)
        .arg(&model)
        .arg(raw.path())
        .args([SIZE, SIZE, 80, 80, 240, 240].map(|n| n.to_string()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the timer starts");
    let mut ask = dlib.stdin.take().expect("piped");
    let mut answers = BufReader::new(dlib.stdout.take().expect("piped")).lines();
    let mut answer =
        move || answers.next().expect("an answer").expect("text").parse::<f64>().expect("milliseconds");
    let dlib_load = answer();
    let start = Instant::now();
    let predictor = ShapePredictor::open(&model).expect("a model");
    let our_load = 1e3 * start.elapsed().as_secs_f64();
    println!("load: {our_load:.0} ms, dlib {dlib_load:.0} ms, ratio {:.2}", our_load / dlib_load);
    let face = FaceBox::new(80.0, 80.0, 240.0, 240.0).expect("a box");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        writeln!(ask).expect("the timer listens");
        theirs.push(answer());
        let start = Instant::now();
        for _ in 0..FACES {
            black_box(predictor.predict(&image, &face));
        }
        ours.push(1e3 * start.elapsed().as_secs_f64() / FACES as f64);
    }
    drop(ask);
    dlib.wait().expect("the timer ends");
    for (name, of) in [("median", ROUNDS / 2), ("fastest", 0)] {
        let [ours, theirs] = [&mut ours, &mut theirs].map(|times| {
            times.sort_by(f64::total_cmp);
            times[of]
        });
        println!(
            "{name} of {ROUNDS}: {ours:.3} ms per face, dlib {theirs:.3} ms, ratio {:.2}",
            ours / theirs
        );
    }
}

fn detection(criterion: &mut Criterion) {
    let image = grey_from_frame(clip(1).frame(0));
    let Ok(detector) = SeetaFace::new(SeetaFaceParams::default()) else {
        println!("detector left out: no model");
        return;
    };
    let mut group = criterion.benchmark_group("landmarks/detect");
    group.sample_size(10);
    group.bench_function("320x320", |bencher| bencher.iter(|| black_box(detector.detect(&image))));
    group.finish();
}

/// Ten frames each.
fn clips(criterion: &mut Criterion) {
    let (clip, first) = (clip(10), face_points());
    let mut group = criterion.benchmark_group("landmarks/clip_of_10");
    group.sample_size(10);
    let params = TrackParams::default();
    group.bench_function("track", |bencher| bencher.iter(|| black_box(track(&clip, &first, &params))));
    let tracked = track(&clip, &first, &params).expect("texture everywhere");
    let aligner = FaceAligner::new(AlignParams::default()).expect("default settings");
    group.bench_function("align", |bencher| bencher.iter(|| black_box(aligner.align(&clip, &tracked))));
    group.finish();
}

criterion_group!(benches, prediction, beside_dlib, detection, clips);
criterion_main!(benches);
