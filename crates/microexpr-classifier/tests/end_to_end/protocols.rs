//! Every protocol from folders to scores: who is tested, and on what the scores rest.

use std::collections::BTreeSet;
use std::path::Path;

use microexpr_classifier::{Experiment, ExperimentRequest, LearnerName};
use microexpr_data::{DatasetIndex, LabelScheme, Layout};
use microexpr_evaluation::{Evaluation, Leaks, Protocol, Shard};
use microexpr_synth::{SynthParams, write_dataset};

use crate::generated::Generated;

/// The linear machine, which takes no time, on the graphs of the network.
fn evaluate(
    experiment: &Experiment,
    datasets: &[DatasetIndex],
    protocol: Protocol,
    out: &Path,
) -> Evaluation {
    let request = ExperimentRequest {
        datasets,
        learner: LearnerName::Linear,
        scheme: LabelScheme::ThreeClasses,
        protocol,
        seeds: &[1],
        shard: Shard::WHOLE,
        out,
        leaks: Leaks::Refused,
    };
    let part = experiment.evaluate(&request, &|_| ()).unwrap();
    let evaluation = microexpr_classifier::Outcome::merge(vec![part]).unwrap().evaluation;
    let right = evaluation.predictions.iter().filter(|p| p.is_correct()).count();
    let pooled = right as f64 / evaluation.predictions.len() as f64;
    assert!((evaluation.scores.accuracy - pooled).abs() < 1e-12, "scores are of all answers together");
    evaluation
}

/// Two persons in CASME II's layout; names of subjects occur in SMIC's, too.
fn second_dataset(root: &Path) -> DatasetIndex {
    let layout = microexpr_synth::Layout::Casme2;
    let params = SynthParams { seed: 5, subjects: 2, clips_per_subject: 4, ..layout.params() };
    write_dataset(&params, layout, root, |_| ()).unwrap();
    Layout::Casme2.read(root).unwrap()
}

fn clips(evaluation: &Evaluation) -> BTreeSet<&str> {
    evaluation.predictions.iter().map(|p| p.clip.as_str()).collect()
}

#[test]
fn k_folds_answer_for_every_clip_once_and_for_whole_subjects() {
    let (generated, out) = (Generated::get(), tempfile::tempdir().unwrap());
    let protocol = Protocol::SubjectKFold { folds: 2, seed: 3 };
    let evaluation = evaluate(&generated.experiment(), &[generated.index()], protocol, out.path());
    assert_eq!((evaluation.folds.len(), evaluation.predictions.len(), clips(&evaluation).len()), (2, 24, 24));
    assert!(evaluation.scores.accuracy > evaluation.majority_baseline.accuracy, "{:?}", evaluation.scores);
}

#[test]
fn datasets_together_and_across_are_answered_for_as_the_protocol_says() {
    let (generated, folder) = (Generated::get(), tempfile::tempdir().unwrap());
    let (smic, casme2) = (generated.index(), second_dataset(&folder.path().join("data")));
    let others = casme2.clips.len();
    let both = [smic, casme2];
    let run =
        |protocol, name: &str| evaluate(&generated.experiment(), &both, protocol, &folder.path().join(name));

    let composite = run(Protocol::Loso, "composite");
    assert_eq!((composite.folds.len(), composite.subjects), (4 + 2, 4 + 2), "equal names are other people");
    assert_eq!(composite.predictions.len(), 24 + others);

    let names = both.each_ref().map(|index| index.clips[0].dataset.to_string());
    let [train, test] = names.clone();
    let forth = run(Protocol::CrossDataset { train, test }, "forth");
    let [test, train] = names;
    let back = run(Protocol::CrossDataset { train, test }, "back");
    assert_eq!((forth.folds.len(), forth.predictions.len()), (1, others));
    assert_eq!((back.folds.len(), back.predictions.len()), (1, 24));
    assert!(clips(&forth).is_disjoint(&clips(&back)));
}
