//! Training, and the two file formats of what is trained.

use image::GrayImage;
use microexpr_landmarks::{
    AnnotatedFace, FaceBox, LandmarkError, ShapePredictor, ShapePredictorTrainer, TrainParams,
};
use microexpr_synth::{Nuisance, Subject, SynthParams};
use std::sync::LazyLock;

const PERSONS: usize = 24;
const IOD_PX: f64 = 24.0;

/// Portraits of 24 generated persons and their 68 points.
static PORTRAITS: LazyLock<Vec<(GrayImage, Vec<[f64; 2]>)>> = LazyLock::new(|| {
    let params = SynthParams {
        seed: 5,
        width_px: 100,
        height_px: 100,
        inter_ocular_px: IOD_PX,
        nuisance: Nuisance::none(),
        ..SynthParams::prototypical()
    };
    let portrait = |number| {
        let person = Subject::new(&params, number).expect("a small face in a small frame");
        let pixels = person.portrait();
        let image = GrayImage::from_fn(100, 100, |x, y| {
            image::Luma([(255.0 * pixels[[y as usize, x as usize]]).round() as u8])
        });
        (image, person.landmarks().points().to_vec())
    };
    (1..=PERSONS).map(portrait).collect()
});

/// A box about the face, never twice the same.
fn face_box(number: usize) -> FaceBox {
    let (x, y) = (22.0 + (number % 5) as f64, 20.0 + (number % 3) as f64);
    FaceBox::new(x, y, x + 54.0, y + 54.0).expect("a box")
}

fn annotated(persons: std::ops::Range<usize>) -> Vec<AnnotatedFace<'static>> {
    PORTRAITS[persons.clone()]
        .iter()
        .zip(persons)
        .map(|((image, points), number)| AnnotatedFace {
            image,
            face: face_box(number),
            points: points.iter().copied().map(Some).collect(),
        })
        .collect()
}

fn small() -> TrainParams {
    TrainParams {
        cascades: 4,
        trees_per_cascade: 30,
        depth: 3,
        nu: 0.2,
        oversampling: 10,
        pool_size: 200,
        ..TrainParams::default()
    }
}

fn train(faces: &[AnnotatedFace<'_>], params: TrainParams) -> ShapePredictor {
    ShapePredictorTrainer::new(params).expect("valid settings").train(faces, |_| {}).expect("trained")
}

/// Mean distance of the points from the truth, in inter-ocular distances.
fn error_iod(predictor: &ShapePredictor, persons: std::ops::Range<usize>) -> f64 {
    let (first, count) = (persons.start, persons.len());
    let of_person = |(i, (image, points)): (usize, &(GrayImage, Vec<[f64; 2]>))| {
        let found = predictor.predict(image, &face_box(first + i));
        let pairs = found.points().iter().zip(points);
        pairs.map(|(p, q)| (p[0] - q[0]).hypot(p[1] - q[1])).sum::<f64>() / 68.0
    };
    PORTRAITS[persons].iter().enumerate().map(of_person).sum::<f64>() / count as f64 / IOD_PX
}

#[test]
fn a_trained_model_finds_the_points_of_faces_it_has_not_seen() {
    let faces = annotated(0..18);
    let mut errors = Vec::new();
    let trainer = ShapePredictorTrainer::new(small()).expect("valid settings");
    let predictor = trainer.train(&faces, |p| errors.push(p.error)).expect("trained");
    assert_eq!(errors.len(), 120);
    // Boosting on the training faces goes down, tree after tree, to a fraction of where it started.
    assert!(errors.windows(2).filter(|e| e[1] > e[0]).count() < 6, "{errors:?}");
    assert!(errors[119] < 0.4 * errors[0], "{} {}", errors[0], errors[119]);
    // What one tree that changes nothing gives: the mean shape in the box.
    let mean = train(&faces, TrainParams { cascades: 1, trees_per_cascade: 1, nu: 1e-9, ..small() });
    let (seen, unseen, nothing) =
        (error_iod(&predictor, 0..18), error_iod(&predictor, 18..24), error_iod(&mean, 18..24));
    println!("error: {seen:.4} seen, {unseen:.4} unseen, {nothing:.4} by the mean shape");
    assert!(seen < unseen && unseen < 0.65 * nothing, "{seen} {unseen} {nothing}");
}

#[test]
fn missing_annotations_are_left_out_and_do_not_harm_the_others() {
    let mut faces = annotated(0..18);
    for (number, face) in faces.iter_mut().enumerate() {
        // Every third face lacks its chin; if a missing point counted as anything, the chin would be drawn towards it.
        if number % 3 == 0 {
            face.points[5..12].fill(None);
        }
    }
    let (partial, whole) = (train(&faces, small()), train(&annotated(0..18), small()));
    let (partial, whole) = (error_iod(&partial, 18..24), error_iod(&whole, 18..24));
    assert!(partial < 1.25 * whole, "{partial} {whole}");
}

#[test]
fn a_model_survives_dlibs_format_bit_by_bit() {
    let trained = train(&annotated(0..6), TrainParams { cascades: 2, trees_per_cascade: 5, ..small() });
    assert_eq!(ShapePredictor::from_bytes(&trained.to_dlib_bytes()).expect("our own file"), trained);
}

#[test]
fn the_compact_format_keeps_the_points() {
    let trained = train(&annotated(0..18), small());
    let (dlib, compact) = (trained.to_dlib_bytes(), trained.to_compact_bytes(30));
    assert!(compact.len() * 8 < dlib.len(), "{} {}", compact.len(), dlib.len());
    let read = ShapePredictor::from_bytes(&compact).expect("our own file");
    let (full, small) = (error_iod(&trained, 18..24), error_iod(&read, 18..24));
    println!("error: {full:.4} full, {small:.4} compact");
    assert!((small - full).abs() < 0.05 * full, "{full} {small}");
    // What was compact stays what it is in dlib's format, but for the rounding of sums in another order.
    let again = ShapePredictor::from_bytes(&read.to_dlib_bytes()).expect("our own file");
    let points = |p: &ShapePredictor| p.predict(&PORTRAITS[20].0, &face_box(20)).points().to_vec();
    let largest = points(&read)
        .iter()
        .flatten()
        .zip(points(&again).iter().flatten())
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f64::max);
    assert!(largest < 1e-2, "{largest}");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("small.model");
    std::fs::write(&path, &compact).expect("written");
    assert_eq!(ShapePredictor::open(&path).expect("a compact file"), read);
}

#[test]
fn damaged_compact_models_are_errors_or_give_finite_points() {
    let trained = train(&annotated(0..6), TrainParams { cascades: 2, trees_per_cascade: 5, ..small() });
    let whole = trained.to_compact_bytes(8);
    for length in (8..whole.len()).step_by(61) {
        let message = ShapePredictor::from_bytes(&whole[..length]).expect_err("truncated").to_string();
        assert!(message.contains("at byte"), "{message}");
    }
    for (at, flip) in (8..whole.len()).step_by(7).flat_map(|at| [(at, 0xFF), (at, 0x10)]) {
        let mut bytes = whole.clone();
        bytes[at] ^= flip;
        if let Ok(predictor) = ShapePredictor::from_bytes(&bytes) {
            let found = predictor.predict(&PORTRAITS[0].0, &face_box(0));
            assert!(found.points().iter().flatten().all(|v| v.is_finite()), "byte {at}");
        }
    }
}

#[test]
fn the_seed_decides_about_the_model_and_nothing_else_does() {
    let params = TrainParams { cascades: 2, trees_per_cascade: 4, oversampling: 120, ..small() };
    let faces = annotated(0..8);
    let first = train(&faces, params.clone());
    assert_ne!(first, train(&faces, TrainParams { seed: 1, ..params.clone() }));
    #[cfg(feature = "rayon")]
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        assert_eq!(first, pool.install(|| train(&faces, params.clone())), "{threads} threads");
    }
}

#[test]
fn faces_and_settings_that_cannot_be_trained_on_are_refused() {
    let trainer = ShapePredictorTrainer::new(small()).expect("valid settings");
    let refusal = |faces: &[AnnotatedFace<'_>]| match trainer.train(faces, |_| {}) {
        Err(error @ LandmarkError::TrainingSet { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    };
    assert!(refusal(&annotated(0..1)).contains("at least two faces, found 1"));
    let mut faces = annotated(0..3);
    faces[1].points.pop();
    assert!(refusal(&faces).contains("expected 68 points as on face 0, found 67 on face 1"));
    let mut faces = annotated(0..3);
    faces[2].points[7] = Some([f64::NAN, 3.0]);
    assert!(refusal(&faces).contains("point 7 of face 2"));
    let mut faces = annotated(0..3);
    faces.iter_mut().for_each(|f| f.points[9] = None);
    assert!(refusal(&faces).contains("no face has point 9"));
    let error =
        ShapePredictorTrainer::new(TrainParams { nu: 0.0, ..small() }).expect_err("a rate of nothing");
    assert!(error.to_string().contains("nu"), "{error}");
    let error = ShapePredictorTrainer::new(TrainParams { depth: 40, ..small() }).expect_err("too deep");
    assert!(error.to_string().contains("depth must be 1 to 16, found 40"), "{error}");
}
