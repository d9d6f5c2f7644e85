//! Options that name datasets.

use std::error::Error;
use std::path::{Path, PathBuf};

use clap::Args;
use microexpr::data::{ClassTable, DataError, DatasetIndex, LabelScheme, Layout};

use super::input::warn_of_videos;
use super::reading_options::ReadingOptions;

/// Options of the programs that evaluate on one dataset or several together.
#[derive(Debug, Args)]
pub(crate) struct DatasetOptions {
    /// Layout of the dataset: smic, samm, casme, casme2, casme3, manifest or composite; several are pooled (composite protocol)
    #[arg(long, required = true)]
    pub(crate) dataset: Vec<Layout>,
    /// Folder of the dataset, or the manifest file, one for each --dataset in the same order [default: $SMIC_ROOT,
    /// $SAMM_ROOT, $CASME2_ROOT]
    #[arg(long)]
    pub(crate) root: Vec<PathBuf>,
    /// Classes: 3, 5 (the dataset's own: samm-5, or casme2-5), casme3-4, casme3-7, 4dme-5, dfme-7, or a CSV file of label,class
    #[arg(long, value_name = "3|5|NAME|FILE", default_value = "3")]
    pub(crate) classes: String,
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

    /// The label scheme that was asked for.
    pub(crate) fn scheme(&self) -> Result<LabelScheme, Box<dyn Error>> {
        label_scheme(&self.classes, &self.dataset)
    }
}

/// The label scheme of a number of classes, a name or a file; 5 are CASME II's own where nothing else is read, else SAMM's.
pub(crate) fn label_scheme(classes: &str, datasets: &[Layout]) -> Result<LabelScheme, Box<dyn Error>> {
    if classes.trim() == "5" && datasets.iter().all(|layout| *layout == Layout::Casme2) {
        return Ok(LabelScheme::Casme2Five);
    }
    match classes.parse() {
        Err(DataError::UnknownClasses { .. }) if Path::new(classes).is_file() => {
            Ok(LabelScheme::Table(ClassTable::read(classes)?))
        }
        named => Ok(named.map_err(|error| format!("--classes: {error}"))?),
    }
}
