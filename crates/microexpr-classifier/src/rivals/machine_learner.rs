use microexpr_core::{Digest, OutOfRange};
use microexpr_evaluation::{Answer, Learned, Learner, LearnerDescription, Task};
use microexpr_graph::VideoGraph;
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use super::feature_table::FeatureTable;
use super::kernel::Kernel;
use super::kernel_ridge::KernelRidge;
use super::svm::PairwiseSvm;
use crate::{ClassifierError, Streams};

/// Version of the machines: to be raised when the same rows give other answers.
const VERSION: u32 = 1;

/// Which machine learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Machine {
    /// Support vector machines, one for every pair of classes.
    Svm,
    /// Kernel ridge regression on class indicators.
    KernelRidge,
}

/// Settings of a [`MachineLearner`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MachineParams {
    /// Which machine.
    pub machine: Machine,
    /// How alike two clips are.
    pub kernel: Kernel,
    /// What an error of training costs.
    pub c: f64,
    /// Whose node features it sees.
    pub streams: Streams,
}

impl MachineParams {
    /// The linear support vector machine, `c` as chosen on a third of the subjects of the published flow maps.
    pub const LINEAR: Self =
        Self { machine: Machine::Svm, kernel: Kernel::Linear, c: 0.3, streams: Streams::Both };
    /// The support vector machine with a Gaussian kernel, settings as chosen there.
    pub const RBF: Self =
        Self { machine: Machine::Svm, kernel: Kernel::Rbf { gamma: 0.7 }, c: 1.0, streams: Streams::Both };
    /// Kernel ridge regression with a Gaussian kernel, settings as chosen there.
    pub const KERNEL_RIDGE: Self = Self { machine: Machine::KernelRidge, ..Self::RBF };

    fn check(&self) -> Result<(), OutOfRange> {
        let positive = |value: f64| value.is_finite() && value > 0.0;
        OutOfRange::unless(positive(self.c), "c", "a positive number", self.c)?;
        match self.kernel {
            Kernel::Rbf { gamma } => OutOfRange::unless(positive(gamma), "gamma", "a positive number", gamma),
            Kernel::Linear => Ok(()),
        }
    }
}

/// A machine on the features that the network sees, as a [`Learner`]: of every landmark the mean over the frames. Where an
/// example has several graphs, each is learned from and the scores are summed.
#[derive(Debug)]
pub struct MachineLearner {
    name: &'static str,
    params: MachineParams,
    table: FeatureTable,
    identity: Digest,
}

impl MachineLearner {
    /// A machine on graphs: `graphs[i]` are those of example i.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::OutOfRange`] for settings out of range, [`ClassifierError::UnlikeGraphs`] and
    /// [`ClassifierError::NoGraph`] as [`NetworkLearner::new`](crate::NetworkLearner::new).
    pub fn new(graphs: &[Vec<VideoGraph>], params: MachineParams) -> Result<Self, ClassifierError> {
        crate::network_learner::check_alike(graphs)?;
        Self::of_graphs(graphs.iter().map(|graphs| graphs.iter().collect()), params)
    }

    pub(crate) fn of_graphs<'a>(
        graphs: impl Iterator<Item = Vec<&'a VideoGraph>>,
        params: MachineParams,
    ) -> Result<Self, ClassifierError> {
        params.check()?;
        let identity = Digest::of(&serde_json::to_vec(&params).map_err(ClassifierError::EncodeSettings)?);
        let name = match (params.machine, params.kernel) {
            (Machine::Svm, Kernel::Linear) => "linear SVM",
            (Machine::Svm, Kernel::Rbf { .. }) => "RBF SVM",
            (Machine::KernelRidge, Kernel::Linear) => "linear ridge",
            (Machine::KernelRidge, Kernel::Rbf { .. }) => "RBF kernel ridge",
        };
        Ok(Self { name, params, table: FeatureTable::new(graphs, params.streams), identity })
    }
}

impl Learner for MachineLearner {
    type Error = ClassifierError;

    fn description(&self) -> LearnerDescription {
        LearnerDescription {
            name: self.name.to_owned(),
            version: VERSION,
            device: "cpu".to_owned(),
            identity: self.identity,
            settings: serde_json::to_value(self.params).unwrap_or_default(),
        }
    }

    fn digest(&self, example: usize) -> Digest {
        self.table.digest(example)
    }

    fn learn(&self, task: &Task<'_>) -> Result<Learned, ClassifierError> {
        let train = || task.train.iter().map(|example| example.index);
        let scales = self.table.scales(train());
        let (rows, counts) = self.table.rows(train(), scales);
        let repeated = |(example, count): (&microexpr_evaluation::TrainingExample<'_>, &usize)| {
            std::iter::repeat_n(example.class, *count)
        };
        let labels: Vec<usize> = task.train.iter().zip(&counts).flat_map(repeated).collect();
        let (test, counts) = self.table.rows(task.test.iter().copied(), scales);
        let scores = self.scores(rows, &labels, task.classes, &test)?;
        let mut first = 0;
        let answer = |count: &usize| {
            let own = scores.rows(first, *count);
            first += count;
            Answer::from(softmax(own.row_sum().iter().copied().collect()))
        };
        let answers = counts.iter().map(answer).collect();
        task.steps.add(1);
        Ok(Learned { answers, ..Learned::default() })
    }
}

impl MachineLearner {
    /// Scores `[test row, class]` of a machine trained on `rows`.
    fn scores(
        &self,
        rows: DMatrix<f64>,
        labels: &[usize],
        classes: usize,
        test: &DMatrix<f64>,
    ) -> Result<DMatrix<f64>, ClassifierError> {
        let MachineParams { machine, kernel, c, .. } = self.params;
        let failed = |reason: String| ClassifierError::Machine { machine: self.name, reason };
        match machine {
            Machine::Svm => {
                let machine = PairwiseSvm::fit(&rows, labels, classes, kernel, c);
                machine.map(|machine| machine.scores(test)).map_err(|error| failed(error.to_string()))
            }
            Machine::KernelRidge => KernelRidge::fit(rows, labels, classes, kernel, c)
                .map(|machine| machine.scores(test))
                .ok_or_else(|| failed("its linear system has no solution".to_owned())),
        }
    }
}

/// `n/(classes·n_class)` for every class: all weigh the same in total.
pub(super) fn balanced_weights(labels: &[usize], classes: usize) -> Vec<f64> {
    let count = |class| labels.iter().filter(|label| **label == class).count();
    (0..classes).map(|class| labels.len() as f64 / (classes * count(class).max(1)) as f64).collect()
}

/// Scores as positive numbers that sum to 1; the largest stays the largest.
fn softmax(scores: Vec<f64>) -> Vec<f64> {
    let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = scores.iter().map(|score| (score - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// What the solvers' stopping rules leave of decision values of size 1; votes and answers are equal.
    const SVM: f64 = 5e-3;
    /// A linear system of 90 rows in f64.
    const RIDGE: f64 = 1e-9;

    fn matrix(value: &Value) -> DMatrix<f64> {
        let rows: Vec<Vec<f64>> = serde_json::from_value(value.clone()).unwrap();
        DMatrix::from_fn(rows.len(), rows[0].len(), |row, column| rows[row][column])
    }

    #[test]
    fn scores_are_those_of_scikit_learn() {
        let golden: Value =
            serde_json::from_str(include_str!("../../tests/data/scikit-learn/machines.json")).unwrap();
        let labels: Vec<usize> = serde_json::from_value(golden["labels"].clone()).unwrap();
        let (train, test) = (matrix(&golden["train"]), matrix(&golden["test"]));
        let linear_ridge = MachineParams { machine: Machine::KernelRidge, ..MachineParams::LINEAR };
        for (name, params, tolerance) in [
            ("linear", MachineParams::LINEAR, SVM),
            ("rbf", MachineParams::RBF, SVM),
            ("linear ridge", linear_ridge, RIDGE),
            ("rbf ridge", MachineParams::KERNEL_RIDGE, RIDGE),
        ] {
            let learner = MachineLearner::of_graphs(std::iter::empty(), params).unwrap();
            let found = learner.scores(train.clone(), &labels, 3, &test).unwrap();
            let expected = matrix(&golden[name]);
            let worst = (&found - &expected).amax();
            assert!(worst < tolerance, "{name}: {worst:e}");
            for (row, (found, expected)) in found.row_iter().zip(expected.row_iter()).enumerate() {
                assert_eq!(found.transpose().imax(), expected.transpose().imax(), "{name}: row {row}");
            }
        }
    }

    #[test]
    fn rows_that_do_not_differ_and_a_class_without_rows_are_answered() {
        let (rows, labels) = (DMatrix::from_element(4, 3, 0.5), [0, 0, 2, 2]);
        for params in [MachineParams::LINEAR, MachineParams::RBF, MachineParams::KERNEL_RIDGE] {
            let learner = MachineLearner::of_graphs(std::iter::empty(), params).unwrap();
            let scores = learner.scores(rows.clone(), &labels, 3, &rows).unwrap();
            assert!(scores.iter().all(|score| score.is_finite()), "{params:?}");
            assert!(scores.row_iter().all(|row| row[1] <= row[0].max(row[2])), "{params:?}: {scores}");
        }
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        for params in [
            MachineParams { c: 0.0, ..MachineParams::LINEAR },
            MachineParams { kernel: Kernel::Rbf { gamma: f64::NAN }, ..MachineParams::RBF },
        ] {
            assert!(MachineLearner::of_graphs(std::iter::empty(), params).is_err(), "{params:?}");
        }
    }
}
