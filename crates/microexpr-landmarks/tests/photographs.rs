//! Measurements on photographs, which are not part of this repository: run by hand, with `--ignored --nocapture`.
//!
//! They ask for environment variables: `MICROEXPR_REFERENCE_MODEL` (a dlib model), `MICROEXPR_REFERENCE_POINTS` (JSON of
//! dlib's boxes and points: file, ltrb, gray_sub, gray_int), `MICROEXPR_REFERENCE_PHOTOS` (a folder of PNG files),
//! `MICROEXPR_REFERENCE_CLIPS` (a folder of clips in SMIC's layout, with `truth.json`), `MICROEXPR_REFERENCE_TIGHT` (a folder of faces
//! cropped from ear to ear and to the chin, with `points.json`: file name to 68 points), `MICROEXPR_REFERENCE_ALL` (a folder of
//! photographs, faces or not).

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

use image::GrayImage;
use microexpr_core::{Clip, ImageSequence, LandmarkScheme, Landmarks, Point};
use microexpr_landmarks::{
    AlignParams, FaceAligner, FaceBox, FaceDetector, FaceLandmarker, LandmarkerParams, PointMotion,
    SeetaFace, SeetaFaceParams, ShapePredictor, TrackParams, grey_as_dlib, round_as_dlib, track,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Deserialize)]
struct Reference {
    images: Vec<ReferenceImage>,
}

#[derive(Deserialize)]
struct ReferenceImage {
    file: String,
    faces: Vec<ReferenceFace>,
}

#[derive(Deserialize)]
struct ReferenceFace {
    ltrb: FaceBox,
    gray_int: Vec<Point>,
    gray_sub: Vec<Point>,
}

#[derive(Deserialize)]
struct ClipTruth {
    class: String,
    subject: usize,
    apex: usize,
    landmarks_frame0: Vec<Point>,
    motion_at_apex: Motion,
}

#[derive(Deserialize)]
struct Motion {
    action_units: Vec<Point>,
    total: Vec<Point>,
}

fn setting(name: &str) -> PathBuf {
    let name = format!("MICROEXPR_REFERENCE_{name}");
    std::env::var_os(&name).unwrap_or_else(|| panic!("{name} must be set")).into()
}

fn json<T: DeserializeOwned>(path: PathBuf) -> T {
    serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("json")
}

fn photographs() -> impl Iterator<Item = (GrayImage, ReferenceImage)> {
    let (reference, photos): (Reference, _) = (json(setting("POINTS")), setting("PHOTOS"));
    reference.images.into_iter().map(move |image| {
        let photo = image::open(photos.join(&image.file)).expect("a photograph");
        (grey_as_dlib(&photo), image)
    })
}

fn distance(p: &Point, q: &Point) -> f64 {
    (p[0] - q[0]).hypot(p[1] - q[1])
}

fn iod(points: &[Point]) -> f64 {
    let eye = |range: Range<usize>| {
        points[range].iter().fold([0.0, 0.0], |s, p| [s[0] + p[0] / 6.0, s[1] + p[1] / 6.0])
    };
    distance(&eye(36..42), &eye(42..48))
}

fn quartiles(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    [1, 2, 3].map(|q| values[q * values.len() / 4])
}

#[test]
#[ignore = "needs photographs and dlib's points on them"]
fn points_on_photographs_equal_dlibs() {
    // See `dlib.rs`.
    const TOLERANCE_PX: f64 = 1e-3;
    let predictor = ShapePredictor::open(setting("MODEL")).expect("a dlib model");
    let (mut worst, mut faces) = (0.0, 0);
    for (grey, image) in photographs() {
        for face in &image.faces {
            let found = predictor.predict(&grey, &face.ltrb);
            worst =
                found.points().iter().zip(&face.gray_sub).map(|(p, q)| distance(p, q)).fold(worst, f64::max);
            assert_eq!(round_as_dlib(&found).points(), face.gray_int, "{}", image.file);
            faces += 1;
        }
    }
    println!("{faces} faces, largest error {worst:.2e} px");
    assert!(faces > 0 && worst < TOLERANCE_PX, "{worst}");
}

#[test]
#[ignore = "needs photographs and dlib's points on them"]
fn the_detector_finds_dlibs_faces_in_boxes_that_give_dlibs_points() {
    let predictor = ShapePredictor::open(setting("MODEL")).expect("a dlib model");
    let detector = SeetaFace::new(SeetaFaceParams::default()).expect("a detector model");
    let (mut total, mut errors) = (0, Vec::new());
    let (mut scale, mut right, mut down) = (Vec::new(), Vec::new(), Vec::new());
    for (grey, image) in photographs() {
        let mut found = detector.detect(&grey).expect("an answer");
        for face in &image.faces {
            total += 1;
            let overlap = |f: &FaceBox| f.intersection_over_union(&face.ltrb);
            let best =
                (0..found.len()).max_by(|a, b| overlap(&found[*a].face).total_cmp(&overlap(&found[*b].face)));
            let Some(best) = best.filter(|i| overlap(&found[*i].face) > 0.3) else {
                println!("{}: missed {:?}", image.file, face.ltrb);
                continue;
            };
            let ours = found.swap_remove(best).face;
            let points = predictor.predict(&grey, &ours);
            let sum: f64 = points.points().iter().zip(&face.gray_sub).map(|(p, q)| distance(p, q)).sum();
            errors.push(sum / 68.0 / iod(&face.gray_sub));
            let middle =
                |b: &FaceBox| [f64::midpoint(b.left(), b.right()), f64::midpoint(b.top(), b.bottom())];
            let side = ours.width();
            scale.push(face.ltrb.width() / side);
            right.push((middle(&face.ltrb)[0] - middle(&ours)[0]) / side);
            down.push((middle(&face.ltrb)[1] - middle(&ours)[1]) / side);
        }
        for other in found {
            println!("{}: beyond dlib's: {:?} score {:.1}", image.file, other.face, other.score);
        }
    }
    println!("{} of {total} faces", errors.len());
    println!(
        "dlib's side over ours {:.3?}, right {:.3?}, down {:.3?} (quartiles)",
        quartiles(scale),
        quartiles(right),
        quartiles(down)
    );
    let error = quartiles(errors);
    println!("points: {error:.4?} of the inter-ocular distance (quartiles)");
    assert!(error[1] < 0.03, "{error:?}");
}

/// A face's points and where they should be.
struct FoundFace {
    found: Landmarks,
    truth: Vec<Point>,
}

impl FoundFace {
    fn offset(&self, i: usize) -> Point {
        [0, 1].map(|axis| (self.found.points()[i][axis] - self.truth[i][axis]) / iod(&self.truth))
    }

    /// Median over some points of their distance from the truth, in inter-ocular distances.
    fn error(&self, points: Range<usize>) -> f64 {
        quartiles(points.map(|i| distance(&self.offset(i), &[0.0, 0.0])).collect())[1]
    }

    /// The same without the offsets that the other faces have on average.
    fn error_beyond(&self, others: &[&Self], points: Range<usize>) -> f64 {
        let mean = |i: usize, axis: usize| {
            others.iter().map(|f| f.offset(i)[axis]).sum::<f64>() / others.len() as f64
        };
        quartiles(points.map(|i| distance(&self.offset(i), &[mean(i, 0), mean(i, 1)])).collect())[1]
    }
}

#[test]
#[ignore = "needs photographs of faces that fill the picture, and points on them"]
fn faces_that_fill_the_picture_are_found_by_both_models() {
    // All 68, and those without the jaw, which the paper's 51 points are made of.
    const PARTS: [Range<usize>; 2] = [0..68, 17..68];
    let folder = setting("TIGHT");
    let truth: BTreeMap<String, Vec<Point>> = json(folder.join("points.json"));
    for (model, limit) in [(PathBuf::from("mesh"), None), (setting("MODEL"), Some(0.03))] {
        let landmarker = FaceLandmarker::open(Some(&model), LandmarkerParams::default()).expect("a model");
        let find = |(name, truth): (&String, &Vec<Point>)| {
            let grey = grey_as_dlib(&image::open(folder.join(name)).expect("a photograph"));
            let face = landmarker.face(&grey).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(landmarker.faces(&grey).expect("an answer").faces.len(), 1, "{name}");
            FoundFace { found: face.landmarks, truth: truth.clone() }
        };
        let faces: Vec<FoundFace> = truth.iter().map(find).collect();
        let mut good = [0, 0];
        for (name, face) in truth.keys().zip(&faces) {
            let others: Vec<&FoundFace> = faces.iter().filter(|f| !std::ptr::eq(*f, face)).collect();
            let error = face.error(0..68);
            let beyond = PARTS.map(|points| face.error_beyond(&others, points));
            let [all, inner] = beyond.map(|e| 100.0 * e);
            println!(
                "{}: {name}: {:.1} %; without the others' offsets {all:.1} %, without the jaw {inner:.1} %",
                model.display(),
                100.0 * error
            );
            good.iter_mut().zip(beyond).for_each(|(good, e)| *good += usize::from(e <= 0.03));
            assert!(limit.is_none_or(|limit| error <= limit), "{name}: {error}");
            // The reference is dlib's: where its own points are off, the mesh's are not.
            assert!(error < 0.08, "{name}: {error}");
        }
        println!("{}: without the others' offsets at most 3 %: {good:?} of {}", model.display(), faces.len());
    }
}

#[test]
#[ignore = "needs photographs"]
fn no_face_is_lost_by_the_border_or_by_refusals() {
    let plain =
        SeetaFace::new(SeetaFaceParams { border: 0.0, ..SeetaFaceParams::default() }).expect("a model");
    for model in [PathBuf::from("mesh"), setting("MODEL")] {
        let landmarker = FaceLandmarker::open(Some(&model), LandmarkerParams::default()).expect("a model");
        let (mut before, mut now) = (0, 0);
        for entry in std::fs::read_dir(setting("ALL")).expect("a folder") {
            let Ok(photo) = image::open(entry.expect("an entry").path()) else { continue };
            let grey = grey_as_dlib(&photo);
            let (seen, found) =
                (plain.detect(&grey).expect("an answer"), landmarker.faces(&grey).expect("an answer"));
            assert_eq!(found.faces.len(), seen.len(), "{:?}", found.refused);
            (before, now) = (before + seen.len(), now + found.faces.len());
        }
        println!(
            "{}: {before} faces detected without a border, {now} found with one and not refused",
            model.display()
        );
    }
}

/// Errors of motion from the first frame to the apex, over all points and clips.
struct MotionErrors(Vec<f64>);

impl MotionErrors {
    fn add(&mut self, points: &[Landmarks], apex: usize, scale: f64, truth: &[Point]) {
        let pairs = points[apex].points().iter().zip(points[0].points()).zip(truth);
        self.0.extend(pairs.map(|((b, a), t)| distance(&[scale * (b[0] - a[0]), scale * (b[1] - a[1])], t)));
    }
}

fn clips() -> impl Iterator<Item = (Clip, ClipTruth)> {
    let folder = setting("CLIPS");
    let truth: BTreeMap<String, ClipTruth> = json(folder.join("truth.json"));
    truth.into_iter().map(move |(name, truth)| {
        let subject = format!("SMIC_all_raw/HS/s{}/micro/{}/{name}", truth.subject, truth.class);
        (ImageSequence::open(folder.join(subject)).expect("frames").to_clip(100.0).expect("a clip"), truth)
    })
}

#[test]
#[ignore = "needs clips made of photographs, and minutes"]
fn tracked_motion_is_the_true_motion() {
    let landmarker = std::env::var_os("MICROEXPR_REFERENCE_MODEL").map(|model| {
        let params = LandmarkerParams { motion: PointMotion::PerFrame, ..LandmarkerParams::default() };
        FaceLandmarker::open(Some(model.as_ref()), params).expect("a model")
    });
    let aligner = FaceAligner::new(AlignParams::default()).expect("defaults");
    let [mut total, mut unmoved, mut units, mut still, mut per_frame] =
        [(); 5].map(|()| MotionErrors(Vec::new()));
    for (clip, truth) in clips() {
        let first = Landmarks::new(LandmarkScheme::Ibug68, truth.landmarks_frame0).expect("68 points");
        let tracked = track(&clip, &first, &TrackParams::default()).expect("followed");
        total.add(&tracked, truth.apex, 1.0, &truth.motion_at_apex.total);
        unmoved.add(&tracked, 0, 1.0, &truth.motion_at_apex.total);
        let aligned = aligner.align(&clip, &tracked).expect("aligned");
        let scale = aligned.transforms[0].scale();
        units.add(&aligned.landmarks, truth.apex, scale, &truth.motion_at_apex.action_units);
        still.add(&aligned.landmarks, 0, scale, &truth.motion_at_apex.action_units);
        if let Some(landmarker) = &landmarker {
            let middle = first.centroid();
            let face = FaceBox::new(middle[0] - 90.0, middle[1] - 95.0, middle[0] + 90.0, middle[1] + 85.0);
            let points = landmarker.follow(&clip, &face.expect("a box")).expect("predicted").landmarks;
            per_frame.add(&points, truth.apex, 1.0, &truth.motion_at_apex.total);
        }
    }
    println!("{} points", total.0.len());
    let [error, motion] = [&total, &unmoved].map(|errors| quartiles(errors.0.clone())[1]);
    assert!(error < 0.5 * motion, "{error} px, where who follows nothing errs by {motion} px");
    for (name, errors) in [
        ("total motion, tracked", total),
        ("action units alone, tracked and aligned (other deformation counts as error)", units),
        ("action units alone, if nothing moved", still),
        ("total motion, frame by frame", per_frame),
    ] {
        if !errors.0.is_empty() {
            println!("{name}: {:.4?} px (quartiles)", quartiles(errors.0));
        }
    }
}
