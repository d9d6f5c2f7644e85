//! A learner of your own on a table of numbers, evaluated like the network: leave one subject out, intervals, report.
//!
//! `cargo run --example own_features -- out/`

use std::error::Error;
use std::path::PathBuf;

use microexpr::classifier::summary;
use microexpr::core::Digest;
use microexpr::evaluation::{Learned, LearnerDescription, Task};
use microexpr::prelude::{EvaluationRequest, Example, Learner, Outcome};

/// Answers with the class whose mean is nearest: of each example two numbers.
struct NearestMean {
    table: Vec<[f64; 2]>,
}

impl Learner for NearestMean {
    type Error = std::convert::Infallible;

    fn description(&self) -> LearnerDescription {
        let (name, device, settings) = ("nearest mean".to_owned(), "cpu".to_owned(), ().into());
        // Raise the version with every change of `learn`: finished folds of the old code are then run again.
        LearnerDescription { name, version: 1, device, identity: Digest::of(b"no settings"), settings }
    }

    fn digest(&self, example: usize) -> Digest {
        Digest::of(&self.table[example].map(f64::to_le_bytes).concat())
    }

    fn learn(&self, task: &Task<'_>) -> Result<Learned, Self::Error> {
        let mean = |class: usize, axis: usize| {
            let own = task.train.iter().filter(|e| e.class == class).map(|e| self.table[e.index][axis]);
            own.clone().sum::<f64>() / own.count().max(1) as f64
        };
        let near = |row: [f64; 2], class| (-(row[0] - mean(class, 0)).hypot(row[1] - mean(class, 1))).exp();
        let scores = |row: [f64; 2]| (0..task.classes).map(|class| near(row, class)).collect::<Vec<_>>();
        let answers = task.test.iter().map(|example| scores(self.table[*example]).into()).collect();
        Ok(Learned { answers, ..Learned::default() })
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(std::env::args().nth(1).ok_or("give a folder for the report")?);
    let classes = ["frown", "smile"].map(String::from);
    // Ten people with six clips each; how far brows and mouth corners move, and each person's own way of moving.
    let (mut examples, mut table) = (Vec::new(), Vec::new());
    for clip in 0..60 {
        let (person, class, own) = (clip / 6, clip % 2, (f64::from(clip) * 2.4).sin());
        examples.push(Example::new(format!("clip {clip}"), format!("p{person}"), "mine", class as usize));
        table.push([[1.0 + own, 0.2], [0.1, 0.8 + own]][class as usize]);
    }
    let evaluation = EvaluationRequest::new(&examples, &classes).evaluate(&NearestMean { table }, &|_| ())?;
    print!("{}", summary(&evaluation));
    Ok(Outcome::from(evaluation).write(&out)?)
}
