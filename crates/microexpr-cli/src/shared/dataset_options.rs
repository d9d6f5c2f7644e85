//! Options that name datasets.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use microexpr::data::{
    ClassTable, DataError, DatasetIndex, FlowMapIndex, LabelScheme, Layout, read_flow_maps,
};

use super::reading_options::ReadingOptions;

/// Options of the programs that evaluate on one dataset or several together.
#[derive(Debug, Args)]
pub(crate) struct DatasetOptions {
    /// Layout of the dataset: smic, samm, casme, casme2, casme3, manifest or composite, several are pooled (composite
    /// protocol); or flow-maps: one picture of motion per clip in --root, named in --list
    #[arg(long, required = true)]
    dataset: Vec<DatasetName>,
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

/// What an evaluation reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DatasetName {
    /// Folders of frames.
    Layout(Layout),
    /// Flow maps and their list.
    FlowMaps,
}

impl FromStr for DatasetName {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "flow-maps" => Ok(Self::FlowMaps),
            layout => {
                layout.parse().map(Self::Layout).map_err(|error: DataError| format!("{error}, or flow-maps"))
            }
        }
    }
}

impl DatasetOptions {
    /// Whether flow maps are evaluated instead of recordings.
    pub(crate) fn is_flow_maps(&self) -> bool {
        self.dataset.contains(&DatasetName::FlowMaps)
    }

    /// The layouts that are named.
    pub(crate) fn layouts(&self) -> Vec<Layout> {
        let layout = |name: &DatasetName| match name {
            DatasetName::Layout(layout) => Some(*layout),
            DatasetName::FlowMaps => None,
        };
        self.dataset.iter().filter_map(layout).collect()
    }

    /// Lists the flow maps.
    pub(crate) fn read_flow_maps(&self) -> Result<FlowMapIndex, Box<dyn Error>> {
        let [DatasetName::FlowMaps] = self.dataset[..] else {
            return Err("flow maps are evaluated by themselves: give one --dataset".into());
        };
        let [root] = &self.root[..] else {
            let found = self.root.len();
            return Err(format!("flow maps need one --root, the folder of pictures, found {found}").into());
        };
        if self.classes != "3" {
            return Err(format!("flow maps have 3 classes, found --classes {}", self.classes).into());
        }
        let list = self.reading.flow_map_list()?;
        Ok(read_flow_maps(root, list)?)
    }

    /// Lists the clips of every dataset.
    pub(crate) fn read(&self) -> Result<Vec<DatasetIndex>, Box<dyn Error>> {
        if !self.root.is_empty() && self.root.len() != self.dataset.len() {
            let (roots, datasets) = (self.root.len(), self.dataset.len());
            return Err(format!("{datasets} --dataset need as many --root, found {roots}").into());
        }
        let layouts = self.layouts();
        self.reading.check(&layouts)?;
        let roots = self.root.iter().cloned().map(Some).chain(std::iter::repeat(None));
        let read = |(layout, root): (&Layout, _)| self.reading.read(*layout, root);
        layouts.iter().zip(roots).map(read).collect()
    }

    /// The files that are read beside the clips.
    pub(crate) fn files(&self) -> Vec<&Path> {
        let classes = Path::new(&self.classes);
        let named = self.root.iter().map(PathBuf::as_path).chain([classes]);
        named.filter(|path| path.is_file()).chain(self.reading.files()).collect()
    }

    /// The label scheme that was asked for.
    pub(crate) fn scheme(&self) -> Result<LabelScheme, Box<dyn Error>> {
        label_scheme(&self.classes, &self.layouts())
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
