//! Options of the programs that train networks or turn clips into graphs.

use std::error::Error;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use microexpr::classifier::{Attention, Preset};
use microexpr::landmarks::FaceChoice;
use microexpr::pipeline::LandmarkSource;
use microexpr::prelude::{Cache, Device, Experiment, Settings};

use super::one_line;

/// Where landmarks come from.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LandmarksFrom {
    /// Found by the landmark model in the first frame, then tracked.
    Model,
    /// Read from `landmarks.csv` or `landmarks.json` beside the frames.
    Files,
}

/// Where the face is.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Face {
    /// The largest face that the detector finds in the first frame.
    Detect,
    /// The whole frame: for sets that are already cropped to the face.
    Whole,
}

/// Attention of the layers.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum AttentionKind {
    /// Self-attention alone.
    #[value(name = "self")]
    SelfOnly,
    /// Gaussian attention alone.
    Gaussian,
    /// Both, fused by a learned weight.
    Adaptive,
}

/// The settings that other options change.
#[derive(Debug, Args)]
pub(crate) struct BaseOptions {
    /// Settings to start from: paper (its configuration), attention (the best network with attention), recommended (what
    /// recognises best), or flow-maps (what recognises best there) [default: recommended; attention with --attention,
    /// --epochs, --learning-rate or --inner-validation; of flow maps flow-maps]
    #[arg(long, conflicts_with = "settings")]
    preset: Option<Preset>,
    /// All settings as a JSON file, as found under `settings` in results.json; other options override it
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    #[command(flatten)]
    changes: Changes,
}

impl BaseOptions {
    /// The settings, from the preset `unless_said` if no other is named.
    pub(crate) fn settings(&self, unless_said: Preset) -> Result<Settings, Box<dyn Error>> {
        let preset = || Ok(self.preset.unwrap_or(unless_said).settings());
        let base = self.settings.as_deref().map_or_else(preset, read_settings)?;
        self.changes.applied_to(base)
    }
}

fn read_settings(path: &Path) -> Result<Settings, Box<dyn Error>> {
    let text = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    Settings::from_json(&text).map_err(|e| format!("{}: {}", path.display(), one_line(&e)).into())
}

/// Single settings, changed by name.
#[derive(Debug, Args)]
pub(crate) struct Changes {
    /// Change one setting, by its path in the settings' JSON: --set pipeline.averaging_s=0.045; may be repeated. A value
    /// with parts is replaced as a whole: --set 'pipeline.flow={"algorithm":"tvl1"}'
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_and_value)]
    set: Vec<(String, String)>,
}

impl Changes {
    /// The settings `base` with the changes, one after the other.
    pub(crate) fn applied_to(&self, base: Settings) -> Result<Settings, Box<dyn Error>> {
        Ok(self.set.iter().try_fold(base, |settings, (key, value)| settings.with(key, value))?)
    }
}

fn key_and_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE, such as model.layers=2")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// Options that decide how clips become graphs.
#[derive(Debug, Args)]
pub(crate) struct PipelineOptions {
    /// Where landmarks come from [default: model]
    #[arg(long, value_enum)]
    pub(crate) landmarks: Option<LandmarksFrom>,
    /// Landmark model: a file in dlib's format, `mesh` (for any face), or `generated-faces` (for those only)
    /// [default: $MICROEXPR_LANDMARK_MODEL, else mesh]
    #[arg(long, value_name = "FILE")]
    pub(crate) landmark_model: Option<PathBuf>,
    /// Where the face is in the first frame [default: detect]
    #[arg(long, value_enum)]
    pub(crate) face: Option<Face>,
    /// Motion magnification of test clips [default: 4]
    #[arg(long)]
    pub(crate) alpha: Option<f64>,
    /// Folder for preprocessed clips [default: $MICROEXPR_CACHE, else microexpr in the user's cache folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,
    /// Preprocess everything anew and keep nothing
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// Threads of the processor to use, at most 1024 [default: all]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// Everything that decides an experiment beside its data.
#[derive(Debug, Args)]
pub(crate) struct ExperimentOptions {
    #[command(flatten)]
    base: BaseOptions,
    #[command(flatten)]
    pipeline: PipelineOptions,
    #[command(flatten)]
    training: TrainingOptions,
}

impl ExperimentOptions {
    /// The experiment; from here on the program keeps to its number of threads.
    pub(crate) fn experiment(&self) -> Result<Experiment, Box<dyn Error>> {
        self.experiment_from(if self.training.is_by_steps() {
            Preset::Attention
        } else {
            Preset::Recommended
        })
    }

    /// [`ExperimentOptions::experiment`], from another preset if none is named.
    pub(crate) fn experiment_from(&self, unless_said: Preset) -> Result<Experiment, Box<dyn Error>> {
        self.pipeline.limit_threads()?;
        self.training.experiment(self.base.settings(unless_said)?, &self.pipeline)
    }
}

/// Options that decide how the network is trained.
#[derive(Debug, Args)]
pub(crate) struct TrainingOptions {
    /// Attention of the layers
    #[arg(long, value_enum)]
    pub(crate) attention: Option<AttentionKind>,
    /// Passes over the training clips [default: the preset's]
    #[arg(long)]
    pub(crate) epochs: Option<usize>,
    /// Clips per training step [default: the preset's]
    #[arg(long)]
    pub(crate) batch_size: Option<usize>,
    /// Adam's learning rate [default: the preset's]
    #[arg(long)]
    pub(crate) learning_rate: Option<f64>,
    /// Where the network runs: cpu, cuda or wgpu
    #[arg(long, default_value = "cpu")]
    pub(crate) device: Device,
}

impl PipelineOptions {
    /// The settings `base` with what these options change.
    pub(crate) fn applied_to(&self, base: Settings) -> Settings {
        let mut settings = base;
        let pipeline = &mut settings.pipeline;
        match (&self.landmark_model, self.landmarks) {
            (Some(path), _) => pipeline.landmarks = LandmarkSource::Model { path: Some(path.clone()) },
            (None, Some(LandmarksFrom::Model)) => pipeline.landmarks = LandmarkSource::Model { path: None },
            (None, Some(LandmarksFrom::Files)) => pipeline.landmarks = LandmarkSource::Files,
            (None, None) => {}
        }
        match self.face {
            Some(Face::Detect) => pipeline.landmarker.face = FaceChoice::Largest,
            Some(Face::Whole) => pipeline.landmarker.face = FaceChoice::WholeFrame,
            None => {}
        }
        if let Some(alpha) = self.alpha {
            pipeline.set_alpha(alpha);
        }
        settings
    }

    /// Keeps to the given number of threads from here on.
    pub(crate) fn limit_threads(&self) -> Result<(), Box<dyn Error>> {
        if let Some(threads) = self.threads {
            rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global()?;
        }
        Ok(())
    }

    /// Where graphs are kept; without a home folder nowhere, which only costs time.
    pub(crate) fn cache(&self) -> Cache {
        if self.no_cache {
            return Cache::none();
        }
        match self.cache.clone().or_else(Cache::default_folder) {
            Some(folder) => Cache::at(folder),
            None => {
                eprintln!(
                    "warning: there is no home folder for preprocessed clips, nothing is kept; --cache DIR names one"
                );
                Cache::none()
            }
        }
    }
}

impl TrainingOptions {
    /// Whether something is asked that only a network with attention, trained by steps, has: `recommended` is fitted without any.
    fn is_by_steps(&self) -> bool {
        self.attention.is_some() || self.epochs.is_some() || self.learning_rate.is_some()
    }

    /// An experiment with the settings `base` and what the options change.
    pub(crate) fn experiment(
        &self,
        base: Settings,
        pipeline: &PipelineOptions,
    ) -> Result<Experiment, Box<dyn Error>> {
        let mut settings = pipeline.applied_to(base);
        if let Some(attention) = self.attention {
            if settings.model.layers == 0 {
                let cure = "--set model.layers=1, or another --preset";
                return Err(format!(
                    "--attention has no meaning for a network without attention layers: {cure}"
                )
                .into());
            }
            settings.model.attention = match attention {
                AttentionKind::SelfOnly => Attention::SelfOnly,
                AttentionKind::Gaussian => Attention::Gaussian,
                AttentionKind::Adaptive => Attention::Adaptive,
            };
        }
        let training = &mut settings.training;
        training.epochs = self.epochs.unwrap_or(training.epochs);
        training.batch_size = self.batch_size.unwrap_or(training.batch_size);
        training.learning_rate = self.learning_rate.unwrap_or(training.learning_rate);
        Ok(Experiment { settings, device: self.device, cache: pipeline.cache() })
    }
}
