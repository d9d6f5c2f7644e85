//! The number of epochs, chosen on training subjects.

use microexpr_classifier::{ClassifierError, InnerValidation, Outcome};
use microexpr_data::LabelScheme;
use microexpr_evaluation::Evaluation;

use crate::generated::{Generated, loso};

#[test]
fn the_epoch_is_chosen_without_a_look_at_the_test_subject() {
    let generated = Generated::get();
    let mut experiment = generated.experiment();
    experiment.settings.training.epochs = 3;
    experiment.settings.inner_validation = Some(InnerValidation { share: 0.34 });
    let index = generated.index();
    let out = tempfile::tempdir().unwrap();
    let evaluation = loso(&experiment, &index, &out.path().join("true"));
    for fold in &evaluation.folds {
        let chosen = fold.log.chosen_epoch.as_ref().unwrap();
        assert_eq!((chosen.uf1.len(), chosen.loss.len()), (3, 3));
        assert_eq!(fold.log.losses.len(), chosen.epoch);
        assert!(chosen.uf1.iter().all(|uf1| *uf1 <= chosen.uf1[chosen.epoch - 1]));
        assert_ne!(chosen.held_out, fold.held_out);
        assert!(evaluation.folds.iter().any(|f| f.held_out == chosen.held_out));
        assert_eq!(fold.training_clips, 18, "the network is trained anew on all training clips");
    }

    // Other labels of a subject change nothing where that subject is tested, and something where it is learned from.
    let mut relabelled = index.clone();
    for clip in relabelled.clips.iter_mut().filter(|c| c.subject == "s01") {
        clip.label = if clip.label == "negative" { "positive" } else { "negative" }.to_owned();
    }
    let other = loso(&experiment, &relabelled, &out.path().join("relabelled"));
    let answers = |e: &Evaluation, fold: usize| {
        let fold = &e.folds[fold];
        let own = e.predictions.iter().filter(|p| p.subject == fold.held_out);
        let probabilities: Vec<Vec<f64>> = own.map(|p| p.probabilities.clone()).collect();
        (fold.log.clone(), probabilities)
    };
    assert_eq!(evaluation.folds[0].held_out, "smic/s01");
    assert_eq!(answers(&other, 0), answers(&evaluation, 0));
    assert_ne!(answers(&other, 1), answers(&evaluation, 1));

    let report = out.path().join("true");
    let folds = evaluation.folds.clone();
    Outcome::from(evaluation).write(&report).unwrap();
    assert!(std::fs::read_to_string(report.join("report.html")).unwrap().contains("Chosen epochs"));
    assert_eq!(Evaluation::read(&report).unwrap().folds, folds);
}

#[test]
fn a_share_that_leaves_nobody_is_refused() {
    let generated = Generated::get();
    let index = generated.index();
    let mut experiment = generated.experiment();
    let out = tempfile::tempdir().unwrap();
    for share in [0.0, 1.0, f64::NAN] {
        experiment.settings.inner_validation = Some(InnerValidation { share });
        let error =
            experiment.loso(&index, LabelScheme::ThreeClasses, &[1], out.path(), &|_| ()).unwrap_err();
        assert!(matches!(error, ClassifierError::OutOfRange(_)), "{error}");
    }
    experiment.settings.inner_validation = Some(InnerValidation::default());
    let error = experiment.train(&index, LabelScheme::ThreeClasses, 1, &|_| ()).unwrap_err();
    assert!(error.to_string().starts_with("inner_validation must be absent"), "{error}");
}
