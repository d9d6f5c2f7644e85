//! Broken clips are listed and left out; broken requests are errors before any work.

use std::fs;
use std::path::Path;

use microexpr_classifier::{ClassifierError, Device, Progress};
use microexpr_data::{LabelScheme, Layout};
use microexpr_pipeline::{Cache, LandmarkSource};

use crate::generated::{Generated, loso};

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy_tree(&path, &target) } else { fs::copy(&path, &target).map(drop).unwrap() }
    }
}

/// The clips of subject 1, by folder.
fn clips(root: &Path) -> Vec<std::path::PathBuf> {
    let mut folders = Vec::new();
    for class in ["negative", "positive", "surprise"] {
        let class = root.join("SMIC_all_raw/HS/s1/micro").join(class);
        folders.extend(fs::read_dir(class).into_iter().flatten().map(|f| f.unwrap().path()));
    }
    folders.sort();
    folders
}

#[test]
fn unusable_clips_are_listed_with_their_file_and_the_others_go_on() {
    let generated = Generated::get();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("data");
    copy_tree(&generated.root(), &root);
    let clips = clips(&root);
    let frame = |clip: usize, name: &str| clips[clip].join(name);

    for file in fs::read_dir(&clips[0]).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    let truncated = frame(1, "image000003.bmp");
    let bytes = fs::read(&truncated).unwrap();
    fs::write(&truncated, &bytes[..bytes.len() / 3]).unwrap();
    image::GrayImage::new(100, 90).save(frame(2, "image000004.bmp")).unwrap();
    fs::remove_file(frame(3, "landmarks.csv")).unwrap();

    let mut experiment = generated.experiment();
    experiment.settings.training.epochs = 1;
    let index = Layout::Smic.read(&root).unwrap();
    let evaluation = loso(&experiment, &index, &folder.path().join("out"));
    assert_eq!(evaluation.clips, 20);
    assert_eq!(evaluation.skipped.len(), 4, "{:?}", evaluation.skipped);
    let reason = |clip: usize| {
        let name = clips[clip].file_name().unwrap().to_string_lossy().into_owned();
        let found = evaluation.skipped.iter().find(|s| s.id.ends_with(&name));
        found.unwrap_or_else(|| panic!("{name} is not listed")).reason.clone()
    };
    assert!(!reason(0).is_empty());
    assert!(reason(1).contains("image000003.bmp"), "{}", reason(1));
    assert!(reason(2).contains("image000004.bmp") && reason(2).contains("100x90"), "{}", reason(2));
    assert!(reason(3).contains("landmarks.csv"), "{}", reason(3));
}

#[test]
fn a_clip_without_a_face_is_listed_and_no_usable_clip_at_all_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    for subject in 1..=2 {
        let clip = folder.path().join(format!("SMIC_all_raw/HS/s{subject}/micro/positive/s{subject}_po_01"));
        fs::create_dir_all(&clip).unwrap();
        for frame in 1..=3 {
            image::GrayImage::from_pixel(64, 64, image::Luma([90]))
                .save(clip.join(format!("image{frame:06}.bmp")))
                .unwrap();
        }
        // All points in one place: no face.
        let header: Vec<String> =
            ["x", "y"].iter().flat_map(|a| (0..68).map(move |i| format!("{a}_{i}"))).collect();
        let row = vec!["32.0"; 136].join(",");
        let rows: String = (1..=3).map(|f| format!("{f},{row}\n")).collect();
        fs::write(clip.join("landmarks.csv"), format!("frame,{}\n{rows}", header.join(","))).unwrap();
    }
    let mut experiment = Generated::get().experiment();
    experiment.cache = Cache::none();
    let index = Layout::Smic.read(folder.path()).unwrap();
    let out = folder.path().join("out");
    let error = experiment.loso(&index, LabelScheme::ThreeClasses, &[1], &out, &|_| ()).unwrap_err();
    assert!(matches!(error, ClassifierError::NoUsableClips { clips: 2, .. }), "{error}");
}

#[test]
fn wrong_requests_are_refused_before_any_work() {
    let generated = Generated::get();
    let index = generated.index();
    let out = tempfile::tempdir().unwrap();
    let refuse = |change: &dyn Fn(&mut microexpr_classifier::Experiment)| {
        let mut experiment = generated.experiment();
        change(&mut experiment);
        let work = |_| panic!("work began");
        experiment.loso(&index, LabelScheme::ThreeClasses, &[1], out.path(), &work).unwrap_err().to_string()
    };
    assert!(refuse(&|e| e.settings.training.epochs = 0).contains("epochs"));
    assert!(refuse(&|e| e.settings.model.dropout = 1.0).contains("dropout"));
    assert!(refuse(&|e| e.settings.training.learning_rate = f64::NAN).contains("learning_rate"));
    let missing = out.path().join("no-such-model.dat");
    let source = LandmarkSource::Model { path: Some(missing.clone()) };
    assert!(refuse(&|e| e.settings.pipeline.landmarks = source.clone()).contains("no-such-model.dat"));
    fs::write(&missing, b"\x01\x01\x81\x88\x81\x01\x03").unwrap();
    assert!(refuse(&|e| e.settings.pipeline.landmarks = source.clone()).contains("no-such-model.dat"));
    if cfg!(not(feature = "cuda")) {
        assert!(refuse(&|e| e.device = Device::Cuda).contains("--features cuda"));
    }
    assert!("tpu".parse::<Device>().unwrap_err().to_string().contains("cpu, cuda or wgpu"));
}

#[test]
fn a_clip_that_fails_does_not_make_the_others_start_over() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("data");
    copy_tree(&Generated::get().root(), &root);
    fs::write(clips(&root)[0].join("image000002.bmp"), b"no picture").unwrap();
    let mut experiment = Generated::get().experiment();
    experiment.settings.training.epochs = 1;
    experiment.cache = Cache::none();
    let index = Layout::Smic.read(&root).unwrap();
    // Once every clip was tried the frames are gone: whoever read them again would find nothing.
    let remove = |progress| {
        if let Progress::Preparing { done, total } = progress
            && done == total
            && root.exists()
        {
            fs::remove_dir_all(&root).unwrap();
        }
    };
    let out = folder.path().join("out");
    let outcome = experiment.loso(&index, LabelScheme::ThreeClasses, &[1], &out, &remove).unwrap();
    assert_eq!((outcome.evaluation.clips, outcome.evaluation.skipped.len()), (23, 1));
    assert!(!root.exists());
}
