//! What each part of the method is worth (the paper's Tables 4 and 5, and more).

use std::error::Error;

use crate::shared::ProgressBars;
use crate::shared::dataset_options::label_scheme;
use crate::shared::evaluation_options::EvaluationOptions;
use crate::shared::experiment_options::{Changes, PipelineOptions, TrainingOptions};
use crate::shared::landmark_notes::note_points;
use crate::shared::protocol_options::ProtocolOptions;
use crate::shared::reading_options::ReadingOptions;
use clap::{Parser, ValueEnum};
use microexpr::classifier::{Ablation, ExperimentRequest, LearnerName, Preset, Variant};
use microexpr::data::{DatasetIndex, LabelScheme};
use microexpr::evaluation::Shard;
use microexpr::prelude::{Evaluation, Experiment, Outcome, Settings};

/// Evaluates the full model and variants that lack one part each: self-attention only, Gaussian attention only, one stream
/// only, no magnification, no frame selection.
///
/// Every variant is a whole evaluation in a folder of its own, OUT/PRESET/VARIANT, and goes on where it stopped if it is
/// started again. ablation.json and ablation.html hold the table. With --shard every machine does a share of all variants;
/// once all are done, the same command without --shard finds their folds and only makes the tables.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// Layout of the dataset: smic, samm, casme2, manifest or composite
    #[arg(long)]
    dataset: microexpr::data::Layout,
    /// Folder of the dataset, or the manifest file [default: $SMIC_ROOT, $SAMM_ROOT, $CASME2_ROOT]
    #[arg(long)]
    root: Option<std::path::PathBuf>,
    /// Classes: 3, 5, or a name or file as in `evaluate`
    #[arg(long, value_name = "3|5|NAME|FILE", default_value = "3")]
    classes: String,
    #[command(flatten)]
    reading: ReadingOptions,
    /// Settings that the variants are made from
    #[arg(long, value_enum, default_value = "attention")]
    preset: PresetChoice,
    /// Only these variants beside the full model [default: all]
    #[arg(long, value_enum, value_delimiter = ',')]
    variants: Vec<VariantName>,
    #[command(flatten)]
    changes: Changes,
    #[command(flatten)]
    protocol: ProtocolOptions,
    #[command(flatten)]
    evaluation: EvaluationOptions,
    #[command(flatten)]
    pipeline: PipelineOptions,
    #[command(flatten)]
    training: TrainingOptions,
}

/// Settings that the variants are made from.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum PresetChoice {
    /// The paper's configuration.
    Paper,
    /// The best network with attention.
    Attention,
    /// What recognises best.
    Recommended,
    /// `paper` and `recommended`, one table below the other.
    Both,
}

/// A variant of the model.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum VariantName {
    SelfAttention,
    GaussianAttention,
    LocationStream,
    FlowStream,
    NoMagnification,
    Magnification,
    AllFrames,
    NoInputReadout,
    AttentionLayer,
    SingleView,
    BlinksKept,
}

pub(crate) fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    options.pipeline.limit_threads()?;
    let scheme = label_scheme(&options.classes, &[options.dataset])?;
    options.reading.check(&[options.dataset])?;
    let dataset = options.reading.read(options.dataset, options.root.clone())?;
    let mut ablation = Ablation::default();
    for preset in options.presets() {
        let settings = options.changes.applied_to(preset.settings())?;
        let mut experiment = options.training.experiment(settings, &options.pipeline)?;
        options.evaluation.apply(&mut experiment.settings);
        let mut index = dataset.clone();
        note_points(&mut index, &experiment.settings.pipeline.landmarks);
        let method = experiment.settings.clone();
        let mut full: Option<Evaluation> = None;
        for variant in options.variants().into_iter().filter(|v| v.applies_to(&method)) {
            let name = Ablation::folder(&preset.to_string(), variant);
            println!("{name}: {}", variant.describe());
            let evaluation = evaluate(options, &mut experiment, variant, &method, &name, (&index, scheme))?;
            let Some(evaluation) = evaluation else { continue };
            ablation.add(&preset.to_string(), variant, &evaluation, full.as_ref())?;
            full.get_or_insert(evaluation);
        }
    }
    if options.evaluation.shard().is_none() {
        let out = options.evaluation.out();
        ablation.write(out)?;
        print!("{}", ablation.table());
        println!("\nresults: {}", out.join("ablation.json").display());
        println!("report:  {}", out.join("ablation.html").display());
    }
    Ok(())
}

/// Evaluates one variant and writes its files; of a share only the share.
fn evaluate(
    options: &Options,
    experiment: &mut Experiment,
    variant: Variant,
    method: &Settings,
    folder: &str,
    (index, scheme): (&DatasetIndex, LabelScheme),
) -> Result<Option<Evaluation>, Box<dyn Error>> {
    experiment.settings = variant.settings(method);
    let out = options.evaluation.out().join(folder);
    let request = ExperimentRequest {
        datasets: std::slice::from_ref(index),
        learner: LearnerName::Network,
        scheme,
        protocol: options.protocol.protocol(&[options.dataset], options.evaluation.seed)?,
        seeds: &options.evaluation.seeds(),
        shard: options.evaluation.shard().unwrap_or(Shard::WHOLE),
        out: &out,
        leaks: options.evaluation.leaks(),
    };
    let bars = ProgressBars::new();
    let part = experiment.evaluate(&request, &|p| bars.show(p))?;
    bars.finish();
    if options.evaluation.shard().is_some() {
        part.write(&out)?;
        println!("{}", out.join(part.part.shard.file_name()).display());
        return Ok(None);
    }
    let outcome = Outcome::merge(vec![part])?;
    outcome.write(&out)?;
    Ok(Some(outcome.evaluation))
}

impl Options {
    fn presets(&self) -> Vec<Preset> {
        match self.preset {
            PresetChoice::Paper => vec![Preset::Paper],
            PresetChoice::Attention => vec![Preset::Attention],
            PresetChoice::Recommended => vec![Preset::Recommended],
            PresetChoice::Both => vec![Preset::Paper, Preset::Recommended],
        }
    }

    /// The full model, which all others are compared with, and the variants asked for.
    fn variants(&self) -> Vec<Variant> {
        if self.variants.is_empty() {
            return Variant::ALL.to_vec();
        }
        let named = |name: &VariantName| match name {
            VariantName::SelfAttention => Variant::SelfAttention,
            VariantName::GaussianAttention => Variant::GaussianAttention,
            VariantName::LocationStream => Variant::LocationStream,
            VariantName::FlowStream => Variant::FlowStream,
            VariantName::NoMagnification => Variant::NoMagnification,
            VariantName::Magnification => Variant::Magnification,
            VariantName::AllFrames => Variant::AllFrames,
            VariantName::NoInputReadout => Variant::NoInputReadout,
            VariantName::AttentionLayer => Variant::AttentionLayer,
            VariantName::SingleView => Variant::SingleView,
            VariantName::BlinksKept => Variant::BlinksKept,
        };
        std::iter::once(Variant::Full).chain(self.variants.iter().map(named)).collect()
    }
}
