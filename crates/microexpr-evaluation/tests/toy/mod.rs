//! A learner whose answers depend on everything that they may depend on, and that costs nothing.

use microexpr_core::{Digest, Digester};
use microexpr_evaluation::{Example, Learned, Learner, LearnerDescription, Task};

/// Scores a class by the distance to its mean feature, and by chance drawn from the task's seed.
#[derive(Debug, Clone)]
pub(crate) struct Toy {
    pub(crate) features: Vec<f64>,
    /// How much chance counts: its setting.
    pub(crate) chance: f64,
    pub(crate) version: u32,
    pub(crate) device: &'static str,
}

/// Why the toy fails, where it does.
#[derive(Debug)]
pub(crate) struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the toy is broken")
    }
}

impl std::error::Error for Broken {}

impl Toy {
    pub(crate) fn new(examples: usize) -> Self {
        let features = (0..examples).map(|i| ((i * 37 + 11) % 101) as f64 / 50.0).collect();
        Self { features, chance: 0.5, version: 1, device: "cpu" }
    }
}

impl Learner for Toy {
    type Error = Broken;

    fn description(&self) -> LearnerDescription {
        LearnerDescription {
            name: "toy".to_owned(),
            version: self.version,
            device: self.device.to_owned(),
            identity: Digest::of(&self.chance.to_le_bytes()),
            settings: serde_json::json!({ "chance": self.chance }),
        }
    }

    fn digest(&self, example: usize) -> Digest {
        Digest::of(&self.features[example].to_le_bytes())
    }

    fn learn(&self, task: &Task<'_>) -> Result<Learned, Broken> {
        if self.chance < 0.0 {
            return Err(Broken);
        }
        let mean = |class: usize| {
            let own = task.train.iter().filter(|e| e.class == class).map(|e| self.features[e.index]);
            own.clone().sum::<f64>() / own.count().max(1) as f64
        };
        let draw = |example: usize, class: usize| {
            let mut digest = Digester::new();
            digest.number(task.seed).number(example as u64).number(class as u64);
            f64::from(digest.finish().bytes()[0]) / 255.0
        };
        let score = |example: usize| {
            let score =
                |class| self.chance * draw(example, class) - (self.features[example] - mean(class)).abs();
            (0..task.classes).map(score).collect::<Vec<f64>>().into()
        };
        task.steps.add(1);
        Ok(Learned {
            answers: task.test.iter().map(|example| score(*example)).collect(),
            ..Learned::default()
        })
    }
}

/// Clips of seven subjects, of 3 or 5 classes.
pub(crate) fn examples(classes: usize) -> Vec<Example> {
    let of = |i: usize| {
        Example::new(format!("mine/s{}/c{i}", i % 7), format!("mine/s{}", i % 7), "mine", i % classes)
    };
    (0..35).map(of).collect()
}

pub(crate) fn names(classes: usize) -> Vec<String> {
    ["anger", "joy", "surprise", "contempt", "other"][..classes].iter().map(ToString::to_string).collect()
}
