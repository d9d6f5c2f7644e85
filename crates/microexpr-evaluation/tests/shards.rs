//! Shares of an evaluation merge if and only if they belong together, are complete and do not overlap.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod toy;

use microexpr_evaluation::{
    Evaluation, EvaluationError, EvaluationPart, EvaluationRequest, Example, Protocol, Shard,
};
use toy::{Toy, examples, names};

fn share_of(number: usize, toy: &Toy, list: &[Example], classes: &[String]) -> EvaluationPart {
    let shard = Shard::new(number, 3).unwrap();
    let request = EvaluationRequest { shard, seeds: &[1, 2], ..EvaluationRequest::new(list, classes) };
    request.run(toy, &|_| ()).unwrap()
}

fn share(number: usize) -> EvaluationPart {
    share_of(number, &Toy::new(35), &examples(3), &names(3))
}

fn difference(other: EvaluationPart) -> String {
    match Evaluation::merge(vec![share(1), other, share(3)]).unwrap_err() {
        EvaluationError::PartsDiffer { difference, .. } => difference,
        error => panic!("{error}"),
    }
}

#[test]
fn shares_in_any_order_are_the_whole() {
    let (list, classes) = (examples(3), names(3));
    let request = EvaluationRequest { seeds: &[1, 2], ..EvaluationRequest::new(&list, &classes) };
    let whole = request.evaluate(&Toy::new(35), &|_| ()).unwrap();
    for order in [[1, 2, 3], [3, 1, 2], [2, 3, 1]] {
        let text = order.map(|number| serde_json::to_vec(&share(number)).unwrap());
        let read = text.iter().map(|t| serde_json::from_slice(t).unwrap()).collect();
        let merged = Evaluation::merge(read).unwrap();
        assert_eq!(merged.predictions, whole.predictions);
        assert_eq!(merged.intervals, whole.intervals);
    }
}

#[test]
fn shares_of_other_data_settings_or_code_are_refused() {
    let (toy, list, classes) = (Toy::new(35), examples(3), names(3));
    let other = |toy: &Toy, list: &[Example], classes: &[String]| difference(share_of(2, toy, list, classes));

    let mut relabelled = list.clone();
    relabelled[5].class = 0;
    assert_eq!(other(&toy, &relabelled, &classes), "the clip mine/s5/c5 is of another class");
    let mut moved = toy.clone();
    moved.features[5] += 1.0;
    assert_eq!(other(&moved, &list, &classes), "the clip mine/s5/c5 has other frames or landmarks");
    let mut renamed = list.clone();
    renamed[5].subject = "mine/s6".into();
    assert!(other(&toy, &renamed, &classes).contains("is of mine/s5 in one and of mine/s6 in the other"));
    assert_eq!(other(&toy, &list[..34], &classes), "one has 35 clips, the other 34");
    let names = ["anger", "joy", "fear"].map(String::from);
    assert!(other(&toy, &list, &names).contains("anger, joy, surprise, and anger, joy, fear"));
    assert_eq!(other(&Toy { chance: 0.1, ..toy.clone() }, &list, &classes), "their settings differ");
    assert_eq!(
        other(&Toy { version: 2, ..toy.clone() }, &list, &classes),
        "the version of the training code is 1, and 2"
    );
    assert_eq!(other(&Toy { device: "cuda", ..toy.clone() }, &list, &classes), "the device is cpu, and cuda");
    let protocol = &Protocol::SubjectKFold { folds: 3, seed: 1 };
    let shard = Shard::new(2, 3).unwrap();
    let request =
        EvaluationRequest { protocol, shard, seeds: &[1, 2], ..EvaluationRequest::new(&list, &classes) };
    assert!(difference(request.run(&toy, &|_| ()).unwrap()).starts_with("the protocol is"));
}

#[test]
fn missing_repeated_and_damaged_folds_are_refused() {
    let merge = |parts| Evaluation::merge(parts).unwrap_err().to_string();
    assert!(matches!(Evaluation::merge(Vec::new()), Err(EvaluationError::NoParts)));
    assert!(merge(vec![share(1), share(3)]).starts_with("5 of 14 folds are missing, the first is mine/s1 "));
    assert!(merge(vec![share(1), share(2), share(2), share(3)]).contains("is there twice"));

    let damaged = |damage: &dyn Fn(&mut EvaluationPart)| {
        let mut part = share(2);
        damage(&mut part);
        merge(vec![share(1), part, share(3)])
    };
    let text = damaged(&|part| part.folds[0].predictions.clear());
    assert!(text.contains("should have answers for 5 clips, found 0"), "{text}");
    let text = damaged(&|part| part.folds[0].predictions[1].clip = "other".into());
    assert!(text.contains("has an answer for other where one for mine/s1/c8 belongs"), "{text}");
    let text = damaged(&|part| part.folds[0].predictions[1].truth = 0);
    assert!(text.contains("has an answer for mine/s1/c8"), "{text}");
    let text = damaged(&|part| part.folds[0].predictions[1].probabilities[0] = f64::NAN);
    assert!(text.contains("expected finite probabilities"), "{text}");
    let text = damaged(&|part| {
        let answer = &mut part.folds[0].predictions[1];
        answer.predicted = (answer.predicted + 1) % 3;
    });
    assert!(text.contains("is not its most probable class"), "{text}");
    let text = damaged(&|part| part.folds[0].seed = 9);
    assert!(text.contains("is none of the evaluation's"), "{text}");
}
