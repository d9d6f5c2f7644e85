//! Finished folds are found again if and only if everything that decides them is equal.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod toy;

use std::path::Path;

use microexpr_evaluation::{Evaluation, EvaluationRequest, Protocol, Steps};
use toy::{Toy, examples, names};

#[derive(Debug, Clone)]
struct Run {
    protocol: Protocol,
    classes: usize,
    seed: u64,
    chance: f64,
}

impl Run {
    fn evaluate(&self, store: Option<&Path>) -> Evaluation {
        let (examples, classes) = (examples(self.classes), names(self.classes));
        let toy = Toy { chance: self.chance, ..Toy::new(examples.len()) };
        let (protocol, seeds) = (&self.protocol, &[self.seed][..]);
        let request =
            EvaluationRequest { protocol, seeds, store, ..EvaluationRequest::new(&examples, &classes) };
        without_times(request.evaluate(&toy, &|_| ()).unwrap())
    }
}

fn without_times(mut evaluation: Evaluation) -> Evaluation {
    evaluation.timing = Default::default();
    evaluation.folds.iter_mut().for_each(|fold| fold.seconds = 0.0);
    evaluation
}

fn all_runs() -> Vec<Run> {
    let k_fold = |folds| Protocol::SubjectKFold { folds, seed: 1 };
    let mut runs = Vec::new();
    for protocol in [Protocol::Loso, k_fold(3), k_fold(5)] {
        for classes in [3, 5] {
            for seed in [1, 2] {
                for chance in [0.5, 0.6] {
                    runs.push(Run { protocol: protocol.clone(), classes, seed, chance });
                }
            }
        }
    }
    runs
}

#[test]
fn a_run_into_a_used_folder_equals_a_fresh_one_for_every_pair() {
    let runs = all_runs();
    let fresh: Vec<Evaluation> = runs.iter().map(|run| run.evaluate(None)).collect();
    // The runs are told apart by what they answer, or the test would prove nothing.
    for (at, evaluation) in fresh.iter().enumerate() {
        assert!(
            fresh[..at].iter().all(|other| other.predictions != evaluation.predictions),
            "{:?}",
            runs[at]
        );
    }
    for (first, before) in runs.iter().zip(&fresh) {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(first.evaluate(Some(folder.path())), *before);
        for (second, expected) in runs.iter().zip(&fresh) {
            assert_eq!(second.evaluate(Some(folder.path())), *expected, "{second:?} after {first:?}");
            // And back, so that every pair is seen with the first one's folds in place.
            assert_eq!(first.evaluate(Some(folder.path())), *before, "{first:?} after {second:?}");
        }
    }
}

/// Folds that were run, not found, when `toy` evaluates after the plain toy did; counted by the files written anew.
fn run_again(toy: &Toy, change: impl Fn(&mut Vec<microexpr_evaluation::Example>, &mut Vec<String>)) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let (mut list, mut classes) = (examples(3), names(3));
    let run = |toy: &Toy, list: &[_], classes: &[String]| {
        let request =
            EvaluationRequest { store: Some(folder.path()), ..EvaluationRequest::new(list, classes) };
        request.evaluate(toy, &|_| ()).unwrap();
    };
    run(&Toy::new(list.len()), &list, &classes);
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().path()).collect();
    assert_eq!(files.len(), 7);
    let content = || files.iter().map(|f| std::fs::read(f).unwrap()).collect::<Vec<_>>();
    let before = content();
    change(&mut list, &mut classes);
    run(toy, &list, &classes);
    before.iter().zip(content()).filter(|(before, after)| *before != after).count()
}

#[test]
fn whatever_decides_a_fold_makes_it_run_again() {
    let toy = Toy::new(35);
    let same = |_: &mut Vec<_>, _: &mut Vec<_>| ();
    assert_eq!(run_again(&toy, same), 0);
    assert_eq!(run_again(&Toy { version: 2, ..toy.clone() }, same), 7, "the version of the training code");
    assert_eq!(run_again(&Toy { device: "cuda", ..toy.clone() }, same), 7, "the device");
    assert_eq!(run_again(&Toy { chance: 0.25, ..toy.clone() }, same), 7, "the settings");
    let mut other = toy.clone();
    other.features[3] += 1.0;
    assert_eq!(run_again(&other, same), 7, "what is known of an example");
    assert_eq!(run_again(&toy, |_, classes| classes[1] = "delight".into()), 7, "the names of the classes");
    assert_eq!(run_again(&toy, |list, _| list[3].class = 1), 7, "the class of an example");
    assert_eq!(run_again(&toy, |list, _| list[3].id = "other".into()), 7, "the name of an example");
}

#[test]
fn a_finished_run_counts_all_its_steps_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (list, classes) = (examples(3), names(3));
    let request = EvaluationRequest { store: Some(folder.path()), ..EvaluationRequest::new(&list, &classes) };
    for _ in 0..2 {
        let last = std::sync::Mutex::new(None);
        request.evaluate(&Toy::new(list.len()), &|steps| *last.lock().unwrap() = Some(steps)).unwrap();
        assert_eq!(*last.lock().unwrap(), Some(Steps { done: 7, total: 7 }));
    }
}
