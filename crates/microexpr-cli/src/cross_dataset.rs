//! Trains on one dataset and tests on another (the paper's Table 6).

use std::error::Error;
use std::path::{Path, PathBuf};

use crate::shared::dataset_options::label_scheme;
use crate::shared::evaluation_options::EvaluationOptions;
use crate::shared::experiment_options::ExperimentOptions;
use crate::shared::landmark_notes::note_points;
use crate::shared::outputs::keep_inputs_of_evaluation;
use crate::shared::reading_options::ReadingOptions;
use clap::Parser;
use microexpr::classifier::LearnerName;
use microexpr::data::{DatasetIndex, Layout};
use microexpr::evaluation::Protocol;

/// Trains on every clip of one dataset and tests on every clip of another; writes what `evaluate` writes.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// Dataset to learn from: its layout (smic, samm, casme2 or manifest) and its folder
    #[arg(long, num_args = 2, value_names = ["DATASET", "ROOT"])]
    train: Vec<String>,
    /// Dataset to test on
    #[arg(long, num_args = 2, value_names = ["DATASET", "ROOT"])]
    test: Vec<String>,
    /// Classes: 3, 5, or a name or file as in `evaluate`
    #[arg(long, value_name = "3|5|NAME|FILE", default_value = "3")]
    classes: String,
    #[command(flatten)]
    reading: ReadingOptions,
    #[command(flatten)]
    evaluation: EvaluationOptions,
    #[command(flatten)]
    experiment: ExperimentOptions,
}

pub(crate) fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let experiment = options.experiment.experiment()?;
    let sides = [side("--train", &options.train)?, side("--test", &options.test)?];
    let layouts = sides.each_ref().map(|(layout, _)| *layout);
    options.reading.check(&layouts)?;
    let tables = sides.iter().map(|(_, root)| root.as_path()).filter(|root| root.is_file());
    let tables: Vec<&Path> = tables.chain(options.reading.files()).collect();
    keep_inputs_of_evaluation(options.evaluation.out(), &tables)?;
    let mut datasets = Vec::new();
    for (layout, root) in sides.clone() {
        let mut dataset = options.reading.read(layout, Some(root))?;
        note_points(&mut dataset, &experiment.settings.pipeline.landmarks);
        datasets.push(dataset);
    }
    let protocol = Protocol::CrossDataset { train: name(&datasets[0])?, test: name(&datasets[1])? };
    let scheme = label_scheme(&options.classes, &layouts)?;
    options.evaluation.run(&[LearnerName::Network], experiment, &datasets, scheme, protocol)
}

/// The layout and the folder that an option names.
fn side(option: &str, words: &[String]) -> Result<(Layout, PathBuf), Box<dyn Error>> {
    let [layout, root] = words else {
        return Err(format!("{option} needs a dataset and its folder, as in `{option} smic SMIC/`").into());
    };
    Ok((layout.parse()?, PathBuf::from(root)))
}

/// The one dataset that an index holds.
fn name(index: &DatasetIndex) -> Result<String, Box<dyn Error>> {
    let first = index.clips.first().ok_or_else(|| format!("{}: no usable clip", index.root.display()))?;
    match index.clips.iter().find(|clip| clip.dataset != first.dataset) {
        Some(other) => {
            let (root, a, b) = (index.root.display(), &first.dataset, &other.dataset);
            Err(format!("{root}: holds clips of {a} and of {b}; one dataset is needed").into())
        }
        None => Ok(first.dataset.to_string()),
    }
}
