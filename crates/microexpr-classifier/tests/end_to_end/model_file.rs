//! A trained network survives being written and read.

use std::fs;

use microexpr_classifier::{Classifier, ClassifierError, Device, SavedModel, TrainingSettings};
use microexpr_data::LabelScheme;
use microexpr_graph::NodeFrames;
use microexpr_pipeline::{GraphUnit, Pipeline};

use crate::generated::Generated;

#[test]
fn a_saved_model_classifies_the_clips_it_was_trained_on() {
    let generated = Generated::get();
    let mut experiment = generated.experiment();
    experiment.settings.training.epochs = 40;
    let index = generated.index();
    let (model, skipped) = experiment.train(&index, LabelScheme::ThreeClasses, 1, &|_| ()).unwrap();
    assert!(skipped.is_empty());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    model.save(&path).unwrap();
    assert_eq!(SavedModel::load(&path).unwrap().description, model.description);

    let classifier = Classifier::load(&path, Device::Cpu).unwrap();
    let mut correct = 0;
    for clip in index.clips.iter().step_by(3) {
        let prediction = classifier.classify(&clip.sequence().unwrap(), clip.fps).unwrap();
        assert!((prediction.probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-5);
        assert!((prediction.attention.iter().sum::<f64>() / 51.0 - 1.0).abs() < 1e-4);
        // The network sees the frames between the first and the last one.
        let seen = &prediction.kept_frames;
        assert!(seen.len() == 3 && seen[0] > 0 && seen[2] < clip.frames.len() - 1, "{seen:?}");
        let last = (clip.frames.len() - 1) as f64;
        for (frame, seen) in prediction.frames.iter().zip(seen) {
            assert_eq!((frame.frame, frame.relevance), (*seen, None));
            assert!((frame.place - *seen as f64 / last).abs() < 1e-12, "{frame:?}");
        }
        assert!((prediction.frames.iter().map(|f| f.attention).sum::<f64>() / 3.0 - 1.0).abs() < 1e-4);
        correct += usize::from(Some(prediction.class()) == LabelScheme::ThreeClasses.class_of(clip));
        if correct == 1 {
            let picture = folder.path().join("attention.png");
            prediction.write_attention_picture(&picture).unwrap();
            assert_eq!(image::image_dimensions(&picture).unwrap(), (762, 762));
            assert_eq!(prediction.relevance, None);

            let explained = classifier.explain(&clip.sequence().unwrap(), clip.fps).unwrap();
            assert_eq!(explained.probabilities, prediction.probabilities);
            let relevance = explained.relevance.clone().unwrap();
            // Of a clip it was trained on the network is so sure that a single landmark changes little.
            assert!(relevance.len() == 51 && relevance.iter().any(|r| *r > 0.0), "{relevance:?}");
            assert!(explained.frames.len() == 3 && explained.frames.iter().all(|f| f.relevance.is_some()));
            let relevance_picture = folder.path().join("relevance.png");
            explained.write_relevance_picture(&relevance_picture).unwrap();
            assert_ne!(fs::read(&relevance_picture).unwrap(), fs::read(&picture).unwrap());
        }
    }
    assert!(correct >= 7, "{correct} of 8 training clips");
}

#[test]
fn a_network_of_triplets_is_trained_saved_and_asked_like_one_of_clips() {
    let generated = Generated::get();
    let mut experiment = generated.experiment();
    experiment.settings.pipeline.unit = GraphUnit::Triplet;
    experiment.settings.pipeline.graph.node_frames = NodeFrames::All;
    experiment.settings.training =
        TrainingSettings { epochs: 5, networks: 1, ..experiment.settings.training };
    let index = generated.index();
    let (model, _) = experiment.train(&index, LabelScheme::ThreeClasses, 1, &|_| ()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    model.save(&path).unwrap();
    let classifier = Classifier::load(&path, Device::Cpu).unwrap();

    let pipeline = Pipeline::new(&experiment.settings.pipeline).unwrap();
    let clip = &index.clips[0];
    let aligned = pipeline.register(&clip.sequence().unwrap(), clip.fps).unwrap();
    let graph = pipeline.graph(&aligned, experiment.settings.pipeline.alpha()).unwrap();
    let kept = graph.graph.kept_frames();
    let triplets: Vec<&[usize]> = graph.units().iter().map(|unit| unit.kept_frames()).collect();
    assert_eq!(triplets, kept.windows(3).collect::<Vec<_>>());
    let prediction = classifier.classify(&clip.sequence().unwrap(), clip.fps).unwrap();
    assert_eq!(prediction.kept_frames, kept);
    assert!((prediction.probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-5);
    assert!((prediction.attention.iter().sum::<f64>() / 51.0 - 1.0).abs() < 1e-4);
}

#[test]
fn files_that_are_no_model_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    assert!(matches!(SavedModel::load(&path), Err(ClassifierError::ReadFile { .. })));
    for bytes in [&b""[..], b"not a model", &[0xFF; 64], b"\x02\0\0\0\0\0\0\0{}"] {
        fs::write(&path, bytes).unwrap();
        let error = SavedModel::load(&path).unwrap_err();
        assert!(error.to_string().contains("model.safetensors"), "{error}");
    }
}
