//! Leave-one-subject-out evaluation.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use microexpr_classifier::{Experiment, ExperimentRequest, LearnerName, Outcome, OutcomePart, Progress};
use microexpr_data::LabelScheme;
use microexpr_evaluation::{Evaluation, Leaks, Protocol, Shard};
use microexpr_pipeline::Cache;

use crate::generated::{Generated, loso};

/// Everything that must not depend on threads, caches or interruptions: all but the time it took.
fn outcome(mut evaluation: Evaluation) -> Evaluation {
    evaluation.timing = Default::default();
    evaluation.folds.iter_mut().for_each(|f| f.seconds = 0.0);
    evaluation
}

#[test]
fn expressions_are_recognised_and_shuffled_labels_are_not() {
    let generated = Generated::get();
    let experiment = generated.experiment();
    let index = generated.index();
    let out = tempfile::tempdir().unwrap();
    let evaluation = loso(&experiment, &index, &out.path().join("true"));
    assert_eq!((evaluation.clips, evaluation.subjects, evaluation.folds.len()), (24, 4, 4));
    assert!(
        evaluation.scores.accuracy > evaluation.majority_baseline.accuracy + 0.2,
        "{:?}",
        evaluation.scores
    );

    // Labels move by 7 places: they keep their counts and lose their clips.
    let mut shuffled = index.clone();
    for (i, clip) in shuffled.clips.iter_mut().enumerate() {
        clip.label = index.clips[(7 * i + 5) % index.clips.len()].label.clone();
    }
    let chance = loso(&experiment, &shuffled, &out.path().join("shuffled"));
    assert!(chance.scores.accuracy < evaluation.scores.accuracy - 0.2, "{:?}", chance.scores);
    // Chance is the share of the largest class; above it by two standard deviations of 24 coin flips.
    assert!(chance.scores.accuracy < chance.majority_baseline.accuracy + 0.2, "{:?}", chance.scores);
}

#[test]
fn threads_caches_and_interruptions_change_nothing() {
    let generated = Generated::get();
    let mut experiment = generated.experiment();
    experiment.settings.training.epochs = 4;
    let index = generated.index();
    let out = tempfile::tempdir().unwrap();
    let run = |experiment: &microexpr_classifier::Experiment, threads: usize, name: &str| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        outcome(pool.install(|| loso(experiment, &index, &out.path().join(name))))
    };
    let straight = run(&experiment, 2, "straight");
    assert_eq!(run(&experiment, 1, "single thread"), straight);

    // As if killed after the first fold, with another one half written.
    let folds = out.path().join("straight/folds");
    let mut files: Vec<_> = fs::read_dir(&folds).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), 4);
    let kept = fs::metadata(&files[0]).unwrap().modified().unwrap();
    fs::write(&files[1], "{\"identity\": \"ab").unwrap();
    fs::remove_file(&files[2]).unwrap();
    fs::remove_file(&files[3]).unwrap();
    assert_eq!(run(&experiment, 2, "straight"), straight);
    assert_eq!(
        fs::metadata(&files[0]).unwrap().modified().unwrap(),
        kept,
        "a finished fold was trained again"
    );

    experiment.cache = Cache::none();
    assert_eq!(run(&experiment, 2, "no cache"), straight);
}

#[test]
fn shards_merge_to_the_single_run_and_not_otherwise() {
    let generated = Generated::get();
    let mut experiment = generated.experiment();
    experiment.settings.training.epochs = 2;
    let (index, out) = (generated.index(), tempfile::tempdir().unwrap());
    let seeds = [1, 2];
    let scheme = LabelScheme::ThreeClasses;
    let straight = experiment.loso(&index, scheme, &seeds, &out.path().join("whole"), &|_| ()).unwrap();
    let part = |experiment: &Experiment, number| {
        let shard = Shard::new(number, 3).unwrap();
        let folder = out.path().join("shards");
        let datasets = std::slice::from_ref(&index);
        let protocol = Protocol::Loso;
        let (seeds, out, leaks) = (&seeds, &folder, Leaks::Refused);
        let learner = LearnerName::Network;
        let request = ExperimentRequest { datasets, learner, scheme, protocol, seeds, shard, out, leaks };
        experiment.evaluate(&request, &|_| ()).unwrap().write(&folder).unwrap();
        OutcomePart::read(&folder.join(shard.file_name())).unwrap()
    };
    let parts = [3, 1, 2].map(|number| part(&experiment, number));
    assert_eq!(parts.iter().map(|p| p.part.folds.len()).sum::<usize>(), 8);
    let merged = Outcome::merge(parts.to_vec()).unwrap();
    assert_eq!(merged.key_frames, straight.key_frames);
    assert_eq!(outcome(merged.evaluation), outcome(straight.evaluation));

    let missing = Outcome::merge(parts[1..].to_vec()).unwrap_err();
    assert!(missing.to_string().starts_with("2 of 8 folds are missing"), "{missing}");
    experiment.settings.training.epochs = 1;
    let strangers = vec![parts[0].clone(), part(&experiment, 1)];
    let error = Outcome::merge(strangers).unwrap_err();
    assert!(error.to_string().contains("their settings differ"), "{error}");
}

#[test]
fn other_training_settings_reuse_the_cache_but_not_the_folds() {
    let generated = Generated::get();
    let mut experiment = generated.experiment();
    experiment.settings.training.epochs = 1;
    let index = generated.index();
    let out = tempfile::tempdir().unwrap();
    experiment.cache = Cache::at(out.path().join("cache"));
    let first = loso(&experiment, &index, out.path());
    experiment.settings.training.learning_rate = 1e-4;
    let second = loso(&experiment, &index, out.path());
    assert_ne!(first.predictions, second.predictions);

    // With one and the same graph in every entry all clips of a fold are answered alike: they come from there.
    let folders = fs::read_dir(out.path().join("cache")).unwrap().map(|f| f.unwrap().path());
    let entries: Vec<_> = folders.flat_map(|f| fs::read_dir(f).unwrap()).map(|f| f.unwrap().path()).collect();
    assert_eq!(entries.len(), index.clips.len());
    for entry in &entries[1..] {
        fs::copy(&entries[0], entry).unwrap();
    }
    let alike = loso(&experiment, &index, out.path());
    for fold in alike.predictions.chunk_by(|a, b| a.subject == b.subject) {
        assert!(fold.iter().all(|p| p.probabilities == fold[0].probabilities), "{fold:?}");
    }
}

#[test]
fn the_seed_decides_the_predictions() {
    let generated = Generated::get();
    let mut experiment = generated.experiment();
    experiment.settings.training.epochs = 2;
    let out = tempfile::tempdir().unwrap();
    let seeds = [1, 2];
    let both = experiment
        .loso(&generated.index(), LabelScheme::ThreeClasses, &seeds, &out.path().join("both"), &|_| ())
        .unwrap()
        .evaluation;
    assert_eq!(both.seeds.iter().map(|s| s.seed).collect::<Vec<_>>(), seeds);
    assert_eq!(both.clips * 2, both.predictions.len());
    let of =
        |e: &Evaluation, seed| e.predictions.iter().filter(|p| p.seed == seed).cloned().collect::<Vec<_>>();
    let alone = loso(&experiment, &generated.index(), &out.path().join("alone"));
    assert_eq!(of(&both, 1), of(&alone, 1));
    let probabilities = |seed| of(&both, seed).iter().map(|p| p.probabilities.clone()).collect::<Vec<_>>();
    assert_ne!(probabilities(1), probabilities(2));
}

#[test]
fn results_are_written_whole_and_read_back() {
    let generated = Generated::get();
    let mut experiment = generated.experiment();
    experiment.settings.training.epochs = 1;
    let out = tempfile::tempdir().unwrap();
    let epochs = AtomicUsize::new(0);
    let count = |progress| {
        if let Progress::Training { done, total } = progress {
            assert_eq!(total, 4 * experiment.settings.training.networks);
            epochs.fetch_max(done, Ordering::Relaxed);
        }
    };
    let outcome =
        experiment.loso(&generated.index(), LabelScheme::ThreeClasses, &[1], out.path(), &count).unwrap();
    let Outcome { evaluation, key_frames } = &outcome;
    assert_eq!(epochs.into_inner(), 4 * experiment.settings.training.networks);
    outcome.write(out.path()).unwrap();
    let json = fs::read_to_string(out.path().join("results.json")).unwrap();
    let back: Evaluation = serde_json::from_str(&json).unwrap();
    assert_eq!(back.settings, evaluation.settings);
    assert_eq!(back.confusion_matrix, evaluation.confusion_matrix);
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    for key in ["accuracy", "uf1", "uar", "confusion_matrix", "predictions", "settings", "skipped"] {
        assert!(!value[key].is_null(), "{key}");
    }
    let table = fs::read_to_string(out.path().join("predictions.csv")).unwrap();
    assert_eq!(table.lines().count(), 1 + evaluation.predictions.len());
    let report = fs::read_to_string(out.path().join("report.html")).unwrap();
    assert!(report.contains("<svg") && report.ends_with("</html>"));
    let loads = ["src='http", "src=\"http", "<link", "<script", "@import", "url("];
    assert!(loads.iter().all(|loading| !report.contains(loading)), "the report loads something");
    let mut wrong: Vec<&str> =
        evaluation.predictions.iter().filter(|p| !p.is_correct()).map(|p| p.clip.as_str()).collect();
    wrong.sort_unstable();
    let shown = wrong.len().min(12);
    assert_eq!((key_frames.len(), report.matches("<figure>").count()), (shown, shown));
    assert!(key_frames.iter().all(|k| wrong.binary_search(&k.clip.as_str()).is_ok()));
    assert!(shown == 0 || report.contains("<img src='data:image/jpeg;base64,/9j/"));
    assert!(!json.contains("/9j/"), "pictures belong into the report");
    assert!(fs::read_to_string(out.path().join("confusion_matrix.svg")).unwrap().contains("negative"));
}
