//! Options that name datasets.

use std::error::Error;
use std::path::PathBuf;

use clap::Args;
use microexpr::data::{DatasetIndex, LabelScheme, Layout};

use super::input::warn_of_videos;
use super::reading_options::ReadingOptions;

/// Options of the programs that evaluate on one dataset or several together.
#[derive(Debug, Args)]
pub(crate) struct DatasetOptions {
    /// Layout of the dataset: smic, samm, casme2, manifest or composite; several are pooled (composite protocol)
    #[arg(long, required = true)]
    pub(crate) dataset: Vec<Layout>,
    /// Folder of the dataset, or the manifest file, one for each --dataset in the same order [default: $SMIC_ROOT,
    /// $SAMM_ROOT, $CASME2_ROOT]
    #[arg(long)]
    pub(crate) root: Vec<PathBuf>,
    /// Number of classes: 3 or 5
    #[arg(long, default_value_t = 3)]
    pub(crate) classes: usize,
    #[command(flatten)]
    reading: ReadingOptions,
}

impl DatasetOptions {
    /// Lists the clips of every dataset.
    pub(crate) fn read(&self) -> Result<Vec<DatasetIndex>, Box<dyn Error>> {
        if !self.root.is_empty() && self.root.len() != self.dataset.len() {
            let (roots, datasets) = (self.root.len(), self.dataset.len());
            return Err(format!("{datasets} --dataset need as many --root, found {roots}").into());
        }
        self.reading.check(&self.dataset)?;
        let roots = self.root.iter().cloned().map(Some).chain(std::iter::repeat(None));
        let read = |(layout, root): (&Layout, _)| self.reading.read(*layout, root);
        let datasets: Vec<_> = self.dataset.iter().zip(roots).map(read).collect::<Result<_, _>>()?;
        datasets.iter().for_each(warn_of_videos);
        Ok(datasets)
    }

    /// The label scheme of the number of classes.
    pub(crate) fn scheme(&self) -> Result<LabelScheme, Box<dyn Error>> {
        label_scheme(self.classes)
    }
}

/// The label scheme of a number of classes.
pub(crate) fn label_scheme(classes: usize) -> Result<LabelScheme, Box<dyn Error>> {
    LabelScheme::with_classes(classes)
        .ok_or_else(|| format!("--classes must be 3 or 5, found {classes}").into())
}
