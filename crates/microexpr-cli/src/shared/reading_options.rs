//! Options that say which part of a dataset is read, and from which files.

use std::error::Error;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use microexpr::core::SampleBits;
use microexpr::data::{
    AnnotationParams, CompositeParams, DatasetIndex, Erratum, Layout, SmicCamera, SmicParams, read_casme,
    read_casme2, read_casme3, read_composite, read_samm, read_smic,
};

use super::frames::parse_bits;
use super::input::warn_of_videos;

/// What is read of a dataset.
#[derive(Debug, Clone, Args)]
pub(crate) struct ReadingOptions {
    /// SMIC's camera [default: the only one there, or hs]
    #[arg(long, value_enum)]
    camera: Option<Camera>,
    /// Workbook of SAMM, CASME, CASME II or CAS(ME)3, also as CSV [default: the one beside the subjects' folders or above them]
    #[arg(long, value_name = "FILE")]
    workbook: Option<PathBuf>,
    /// Corrections of the workbook, CSV with the header [subject,]clip,column,frame; they go before the known ones
    #[arg(long, value_name = "FILE")]
    errata: Option<PathBuf>,
    /// List of the composite's clips, CSV database,subject,clip,label [default: one that lies in the root]; or of the flow maps,
    /// CSV dataset,sub,filename_o,label (0 negative, 1 positive, 2 surprise)
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// Depth of the camera where 16-bit frames hold fewer bits: 10, 12 or 14; the frames are brought to the full range
    #[arg(long, value_name = "N", value_parser = parse_bits)]
    bits: Option<SampleBits>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Camera {
    Hs,
    Vis,
    Nir,
}

impl ReadingOptions {
    /// An option that no dataset has a use for is a mistake of the caller.
    pub(crate) fn check(&self, layouts: &[Layout]) -> Result<(), Box<dyn Error>> {
        use Layout::{Casme, Casme2, Casme3, Composite, Samm, Smic};
        let given = [
            ("--camera", self.camera.is_some(), &[Smic][..]),
            ("--workbook", self.workbook.is_some(), &[Samm, Casme, Casme2, Casme3]),
            ("--errata", self.errata.is_some(), &[Samm, Casme, Casme2, Casme3, Composite]),
            ("--list", self.list.is_some(), &[Composite]),
        ];
        for (option, _, fits) in given.iter().filter(|(_, given, _)| *given) {
            if !layouts.iter().any(|layout| fits.contains(layout)) {
                return Err(format!("{option} has no meaning for this dataset").into());
            }
        }
        if self.workbook.is_some()
            && layouts.iter().filter(|l| [Samm, Casme, Casme2, Casme3].contains(l)).count() > 1
        {
            return Err("--workbook fits one dataset, found several that have a workbook".into());
        }
        Ok(())
    }

    /// The tables that are named.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        [&self.workbook, &self.errata, &self.list].into_iter().flatten().map(PathBuf::as_path)
    }

    /// The list of flow maps; no other option has a meaning for them.
    pub(crate) fn flow_map_list(&self) -> Result<&Path, Box<dyn Error>> {
        let others = [
            ("--camera", self.camera.is_some()),
            ("--workbook", self.workbook.is_some()),
            ("--errata", self.errata.is_some()),
        ];
        if let Some((option, _)) = others.iter().find(|(_, given)| *given) {
            return Err(format!("{option} has no meaning for flow maps").into());
        }
        let missing = "flow maps need --list FILE, CSV with the columns dataset,sub,filename_o,label";
        self.list.as_deref().ok_or_else(|| missing.into())
    }

    /// Lists the clips of a dataset under `root`, else where its environment variable says, and warns of what costs recognition.
    pub(crate) fn read(&self, layout: Layout, root: Option<PathBuf>) -> Result<DatasetIndex, Box<dyn Error>> {
        let errata = self.errata.as_ref().map(Erratum::read).transpose()?.unwrap_or_default();
        let annotations = |mut params: AnnotationParams| {
            params.workbook = params.workbook.or_else(|| self.workbook.clone());
            params.errata.extend(errata.iter().cloned());
            params
        };
        let mut index = match layout {
            Layout::Smic => {
                read_smic(layout.root(root)?, &SmicParams { camera: self.camera.map(Camera::in_smic) })?
            }
            Layout::Samm => read_samm(layout.root(root)?, &annotations(AnnotationParams::samm()))?,
            Layout::Casme2 => read_casme2(layout.root(root)?, &annotations(AnnotationParams::default()))?,
            Layout::Casme => read_casme(layout.root(root)?, &annotations(AnnotationParams::default()))?,
            Layout::Casme3 => read_casme3(layout.root(root)?, &annotations(AnnotationParams::default()))?,
            Layout::Composite => {
                let root = root.or_else(|| layout.root_from_environment());
                let mut params = match root {
                    Some(_) => CompositeParams::default(),
                    None => CompositeParams::from_environment()?,
                };
                params.list.clone_from(&self.list);
                params.samm_annotations.errata.extend(errata.iter().cloned());
                params.casme2_annotations.errata.extend(errata.iter().cloned());
                read_composite(root.unwrap_or_default(), &params)?
            }
            other => other.open(root)?,
        };
        if let Some(bits) = self.bits {
            index.set_bits(bits);
        }
        index.look_at_frames();
        warn_of_videos(&index);
        Ok(index)
    }
}

impl Camera {
    fn in_smic(self) -> SmicCamera {
        match self {
            Self::Hs => SmicCamera::Hs,
            Self::Vis => SmicCamera::Vis,
            Self::Nir => SmicCamera::Nir,
        }
    }
}
