//! Clips that would make an evaluation lie: two people with one recording, one person with two names, labels without a class.

use std::fs;
use std::path::Path;

use microexpr_classifier::{Experiment, ExperimentRequest, LearnerName, Outcome};
use microexpr_data::{DatasetIndex, LabelScheme};
use microexpr_evaluation::{Evaluation, Leaks, Protocol, Shard};
use microexpr_pipeline::Cache;

use crate::generated::{Generated, loso};

fn evaluate(
    experiment: &Experiment,
    index: &DatasetIndex,
    out: &Path,
    leaks: Leaks,
) -> Result<Evaluation, String> {
    let request = ExperimentRequest {
        learner: LearnerName::Network,
        datasets: std::slice::from_ref(index),
        scheme: LabelScheme::ThreeClasses,
        protocol: Protocol::SubjectKFold { folds: 2, seed: 1 },
        seeds: &[1],
        shard: Shard::WHOLE,
        out,
        leaks,
    };
    let part = experiment.evaluate(&request, &|_| ()).map_err(|e| e.to_string())?;
    Ok(Outcome::merge(vec![part]).map_err(|e| e.to_string())?.evaluation)
}

fn quick() -> Experiment {
    let mut experiment = Generated::get().experiment();
    experiment.settings.training.epochs = 1;
    experiment
}

#[test]
fn the_same_frames_under_two_subjects_are_a_leak() {
    let (experiment, out) = (quick(), tempfile::tempdir().unwrap());
    let mut index = Generated::get().index();
    let mut copy = index.clips[0].clone();
    copy.subject = index.clips.last().unwrap().subject.clone();
    index.clips.push(copy);
    let error = evaluate(&experiment, &index, out.path(), Leaks::Refused).unwrap_err();
    assert!(error.contains("hold the same frames but are of different subjects"), "{error}");
    let allowed = evaluate(&experiment, &index, out.path(), Leaks::Allowed).unwrap();
    assert_eq!(allowed.clips, 25);
}

#[test]
fn one_subject_in_two_spellings_is_a_leak() {
    let (experiment, out) = (quick(), tempfile::tempdir().unwrap());
    for spelling in ["S01", "s1", "s001"] {
        let mut index = Generated::get().index();
        assert_eq!(index.clips[0].subject, "s01");
        index.clips[0].subject = spelling.into();
        let error = evaluate(&experiment, &index, out.path(), Leaks::Refused).unwrap_err();
        assert!(error.contains("differ in spelling only") && error.contains(spelling), "{error}");
    }
}

#[test]
fn clips_whose_label_is_no_class_are_listed() {
    let (experiment, out) = (quick(), tempfile::tempdir().unwrap());
    let mut index = Generated::get().index();
    index.clips[0].label = "angr".into();
    index.clips[1].label = String::new();
    let outcome = experiment.loso(&index, LabelScheme::ThreeClasses, &[1], out.path(), &|_| ()).unwrap();
    assert_eq!(outcome.evaluation.clips, 22);
    outcome.write(out.path()).unwrap();
    let reasons: Vec<&str> = outcome.evaluation.skipped.iter().map(|s| s.reason.as_str()).collect();
    assert_eq!(
        reasons,
        ["its label \"angr\" is none of the classes negative, positive, surprise", "it has no label"]
    );
    assert_eq!(index.left_out(LabelScheme::ThreeClasses).len(), 2);
    let report = fs::read_to_string(out.path().join("report.html")).unwrap();
    assert!(report.contains("angr") && report.contains("it has no label"));
    assert_eq!(Evaluation::read(out.path()).unwrap().skipped, outcome.evaluation.skipped);
}

#[test]
fn training_that_diverges_is_an_error_that_names_fold_epoch_and_loss() {
    let (mut experiment, out) = (quick(), tempfile::tempdir().unwrap());
    experiment.settings.training.epochs = 3;
    experiment.settings.training.learning_rate = 1e38;
    let index = Generated::get().index();
    let scheme = LabelScheme::ThreeClasses;
    let error = experiment.loso(&index, scheme, &[1], out.path(), &|_| ()).unwrap_err();
    let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    assert!(error.to_string().starts_with("leaving out smic/s0"), "{error}");
    assert!(source.starts_with("training diverged: the loss of epoch 2 is "), "{source}");
    let error = experiment.train(&index, scheme, 1, &|_| ()).unwrap_err();
    assert!(error.to_string().starts_with("training diverged"), "{error}");
    // A single epoch has a finite loss: its last step is what runs away.
    experiment.settings.training.epochs = 1;
    let error = experiment.train(&index, scheme, 1, &|_| ()).unwrap_err();
    assert!(error.to_string().starts_with("training diverged"), "{error}");
    assert!(experiment.loso(&index, scheme, &[1], out.path(), &|_| ()).is_err());
}

#[test]
fn a_cache_that_cannot_be_written_is_a_warning_and_an_unwritable_folder_an_error() {
    let (mut experiment, out) = (quick(), tempfile::tempdir().unwrap());
    let file = out.path().join("file");
    fs::write(&file, b"").unwrap();
    let index = Generated::get().index();
    experiment.cache = Cache::at(&file);
    let evaluation = loso(&experiment, &index, &out.path().join("out"));
    assert!(evaluation.warnings.iter().any(|w| w.contains("are not kept")), "{:?}", evaluation.warnings);

    let work = |_| panic!("work began");
    let error = experiment.loso(&index, LabelScheme::ThreeClasses, &[1], &file, &work).unwrap_err();
    assert!(error.to_string().contains("cannot be written"), "{error}");
}

#[test]
fn where_the_landmark_model_lies_is_no_part_of_an_identity() {
    use microexpr_evaluation::Learner;
    use microexpr_pipeline::LandmarkSource;

    let identity = |path: Option<&str>| {
        let mut settings = quick().settings;
        settings.pipeline.landmarks = LandmarkSource::Model { path: path.map(Into::into) };
        let learner =
            microexpr_classifier::NetworkLearner::new(Vec::new(), settings, Default::default()).unwrap();
        learner.description().identity
    };
    assert_eq!(identity(Some("/mnt/a/model.dat")), identity(Some("/mnt/b/model.dat")));
    assert_eq!(identity(Some("/mnt/a/model.dat")), identity(None));
}
