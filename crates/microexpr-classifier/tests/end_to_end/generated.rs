use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use microexpr_classifier::{Device, Experiment, Preset};
use microexpr_data::{DatasetIndex, LabelScheme, Layout};
use microexpr_evaluation::Evaluation;
use microexpr_gnn::ReadoutScale;
use microexpr_pipeline::{Cache, LandmarkSource, Views};
use microexpr_synth::{Acting, Nuisance, SynthParams, write_dataset};
use tempfile::TempDir;

/// What all tests share: clips of four persons in SMIC's layout, and a cache.
pub(crate) struct Generated {
    folder: TempDir,
}

impl Generated {
    /// Made once per run of the tests.
    pub(crate) fn get() -> &'static Self {
        static GENERATED: OnceLock<Generated> = OnceLock::new();
        GENERATED.get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let params = SynthParams {
                seed: 3,
                subjects: 4,
                clips_per_subject: 6,
                frames: [12, 14],
                acting: Acting::Prototypical { peak_px: [0.4, 0.8] },
                nuisance: Nuisance { noise_levels: 1.0, ..Nuisance::fluttering() },
                ..SynthParams::prototypical()
            };
            write_dataset(&params, microexpr_synth::Layout::Smic, folder.path().join("data"), |_| ())
                .unwrap();
            Self { folder }
        })
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn index(&self) -> DatasetIndex {
        Layout::Smic.read(self.root()).unwrap()
    }

    pub(crate) fn cache(&self) -> Cache {
        Cache::at(self.folder.path().join("cache"))
    }

    /// The settings of a network with attention, with the true landmarks, fewer networks and no mirror images, which take time.
    pub(crate) fn experiment(&self) -> Experiment {
        let mut settings = Preset::Attention.settings();
        settings.pipeline.views = Views::Single;
        settings.model.readout_scale = ReadoutScale::AsRead;
        settings.pipeline.landmarks = LandmarkSource::Files;
        settings.training.networks = 2;
        Experiment { settings, device: Device::Cpu, cache: self.cache() }
    }
}

/// A leave-one-subject-out run with seed 1.
pub(crate) fn loso(experiment: &Experiment, index: &DatasetIndex, out: &Path) -> Evaluation {
    experiment.loso(index, LabelScheme::ThreeClasses, &[1], out, &|_| ()).unwrap().evaluation
}
