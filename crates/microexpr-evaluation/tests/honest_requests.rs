//! What would make an evaluation lie is an error that names it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod toy;

use microexpr_core::Digest;
use microexpr_evaluation::{
    Evaluation, EvaluationError, EvaluationRequest, Example, Leaks, Learned, Learner, LearnerDescription,
    Task,
};
use toy::{Broken, Toy, examples, names};

fn refused(list: &[Example]) -> String {
    EvaluationRequest::new(list, &names(3)).run(&Toy::new(list.len()), &|_| ()).unwrap_err().to_string()
}

#[test]
fn leaks_are_refused_unless_they_are_asked_for() {
    let mut list = examples(3);
    list[0].content = Some(Digest::of(b"the same frames"));
    list[8].content = list[0].content;
    let error = refused(&list);
    assert!(error.contains("mine/s0/c0 and mine/s1/c8 hold the same frames"), "{error}");
    let classes = names(3);
    let allowed = EvaluationRequest { leaks: Leaks::Allowed, ..EvaluationRequest::new(&list, &classes) };
    allowed.run(&Toy::new(list.len()), &|_| ()).unwrap();

    let mut list = examples(3);
    list[0].subject = "mine/S00".into();
    let error = refused(&list);
    assert!(error.contains("mine/S00") && error.contains("mine/s0 differ in spelling only"), "{error}");
}

#[test]
fn names_that_repeat_and_classes_that_do_not_exist_are_refused() {
    let mut list = examples(3);
    list[1].id = list[0].id.clone();
    assert_eq!(refused(&list), "two clips are called mine/s0/c0");
    let mut list = examples(3);
    list[4].class = 3;
    assert_eq!(refused(&list), "class 3 does not exist, there are 3 classes");
    let (list, classes) = (examples(3), names(3));
    for seeds in [&[][..], &[1, 2, 1]] {
        let request = EvaluationRequest { seeds, ..EvaluationRequest::new(&list, &classes) };
        let error = request.run(&Toy::new(list.len()), &|_| ()).unwrap_err();
        assert!(error.to_string().starts_with("seeds must be at least one"), "{error}");
    }
}

#[test]
fn a_learner_that_fails_is_reported_with_the_fold() {
    let list = examples(3);
    let toy = Toy { chance: -1.0, ..Toy::new(list.len()) };
    let error = EvaluationRequest::new(&list, &names(3)).run(&toy, &|_| ()).unwrap_err();
    assert!(error.to_string().starts_with("leaving out mine/s"), "{error}");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), Broken.to_string());
}

/// Answers what it is told to.
struct Fixed(Vec<Vec<f64>>);

impl Learner for Fixed {
    type Error = Broken;

    fn description(&self) -> LearnerDescription {
        Toy::new(0).description()
    }

    fn digest(&self, _: usize) -> Digest {
        Digest::of(b"")
    }

    fn learn(&self, task: &Task<'_>) -> Result<Learned, Broken> {
        let answers = self.0.iter().take(task.test.len()).map(|scores| scores.clone().into());
        Ok(Learned { answers: answers.collect(), ..Learned::default() })
    }
}

#[test]
fn answers_that_are_none_are_refused_by_name() {
    let list = examples(3);
    let classes = names(3);
    let run =
        |answers: Vec<Vec<f64>>| EvaluationRequest::new(&list, &classes).evaluate(&Fixed(answers), &|_| ());
    let right = vec![0.5, 0.25, 0.25];
    assert!(run(vec![right.clone(); 5]).is_ok());
    for (wrong, text) in [
        (vec![f64::NAN, 0.5, 0.5], "expected finite probabilities, found NaN"),
        (vec![f64::INFINITY, 0.5, 0.5], "expected finite probabilities, found inf"),
        (vec![0.5, 0.5], "expected a probability for each of 3 classes, found 2"),
    ] {
        let mut answers = vec![right.clone(); 5];
        answers[2] = wrong;
        let error = run(answers).unwrap_err();
        assert!(matches!(error, EvaluationError::InvalidAnswer { .. }));
        assert!(error.to_string().contains(text) && error.to_string().contains("mine/s"), "{error}");
    }
    let error = run(vec![right; 4]).unwrap_err();
    assert!(error.to_string().contains("expected 5 answers, found 4"), "{error}");
}

#[test]
fn results_whose_answers_do_not_fit_their_classes_are_refused() {
    let list = examples(3);
    let evaluation =
        EvaluationRequest::new(&list, &names(3)).evaluate(&Toy::new(list.len()), &|_| ()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    evaluation.write_results(folder.path()).unwrap();
    assert_eq!(Evaluation::read(folder.path()).unwrap(), evaluation);
    let text = std::fs::read_to_string(folder.path().join("results.json")).unwrap();
    let odd = text.replacen("\"truth\": 2", "\"truth\": 7", 1);
    assert_ne!(odd, text);
    std::fs::write(folder.path().join("results.json"), odd).unwrap();
    let error = Evaluation::read(folder.path()).unwrap_err();
    let reason = std::error::Error::source(&error).unwrap().to_string();
    assert!(reason.contains("does not fit the 3 classes"), "{reason}");
}
