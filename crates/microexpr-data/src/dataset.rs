//! Names of datasets and of the layouts they come in.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{
    CompositeParams, DataError, DatasetIndex, manifest, read_casme, read_casme2, read_casme3, read_composite,
    read_samm, read_smic,
};

/// The dataset that a clip belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Dataset {
    /// SMIC: Li et al., FG 2013.
    Smic,
    /// SAMM: Davison et al., IEEE Trans. Affective Computing 2018.
    Samm,
    /// CASME II: Yan et al., PLoS ONE 2014.
    Casme2,
    /// CASME: Yan et al., FG 2013.
    Casme,
    /// CAS(ME)³: Li et al., IEEE TPAMI 2023.
    Casme3,
    /// Any other dataset, by its name in a manifest.
    Other(String),
}

impl Dataset {
    /// The dataset of a name; letter case, spaces and punctuation do not matter, but that CAS(ME)² is not CASME II.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        let square = name.to_lowercase().contains("(me)");
        match alphanumeric(name).as_str() {
            "smic" | "smichs" => Self::Smic,
            "samm" => Self::Samm,
            "casme" | "casme1" | "casmei" => Self::Casme,
            "casme2" | "casmeii" if !square => Self::Casme2,
            "casme3" | "casme³" | "casme3a" => Self::Casme3,
            _ => Self::Other(name.trim().to_owned()),
        }
    }

    /// Frames per second of its recordings (SMIC: the high-speed camera), `None` if unknown.
    #[must_use]
    pub fn fps(&self) -> Option<f64> {
        match self {
            Self::Smic => Some(100.0),
            Self::Samm | Self::Casme2 => Some(200.0),
            Self::Casme => Some(60.0),
            Self::Casme3 => Some(30.0),
            Self::Other(_) => None,
        }
    }
}

impl fmt::Display for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Smic => "smic",
            Self::Samm => "samm",
            Self::Casme2 => "casme2",
            Self::Casme => "casme",
            Self::Casme3 => "casme3",
            Self::Other(name) => name,
        })
    }
}

/// Lower-case letters and digits of a text.
pub(crate) fn alphanumeric(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How a dataset lies on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Layout {
    /// SMIC's folders, see [`read_smic`].
    Smic,
    /// SAMM's folders and workbook, see [`read_samm`].
    Samm,
    /// CASME II's folders and workbook, see [`read_casme2`].
    Casme2,
    /// CASME's folders and workbook, see [`read_casme`].
    Casme,
    /// CAS(ME)³'s folders and workbook, see [`read_casme3`].
    Casme3,
    /// A CSV list of clips, see [`read_manifest`](crate::read_manifest).
    Manifest,
    /// SMIC, SAMM and CASME II together, see [`read_composite`](crate::read_composite).
    Composite,
}

impl Layout {
    /// Its name on a command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Smic => "smic",
            Self::Samm => "samm",
            Self::Casme2 => "casme2",
            Self::Casme => "casme",
            Self::Casme3 => "casme3",
            Self::Manifest => "manifest",
            Self::Composite => "composite",
        }
    }

    /// The environment variable that names its root.
    #[must_use]
    pub fn variable(self) -> &'static str {
        match self {
            Self::Smic => "SMIC_ROOT",
            Self::Samm => "SAMM_ROOT",
            Self::Casme2 => "CASME2_ROOT",
            Self::Casme => "CASME_ROOT",
            Self::Casme3 => "CASME3_ROOT",
            Self::Manifest => "MANIFEST_ROOT",
            Self::Composite => "COMPOSITE_ROOT",
        }
    }

    /// The given root, else the one its environment variable names.
    ///
    /// # Errors
    ///
    /// [`DataError::NoRoot`] if there is neither.
    pub fn root(self, given: Option<PathBuf>) -> Result<PathBuf, DataError> {
        given
            .or_else(|| self.root_from_environment())
            .ok_or(DataError::NoRoot { dataset: self.name(), variable: self.variable() })
    }

    /// The root its environment variable names.
    #[must_use]
    pub fn root_from_environment(self) -> Option<PathBuf> {
        std::env::var_os(self.variable()).filter(|v| !v.is_empty()).map(PathBuf::from)
    }

    /// [`Layout::read`] at [`Layout::root`]; the composite may lie under three roots instead of one, see
    /// [`CompositeParams::from_environment`].
    ///
    /// # Errors
    ///
    /// [`DataError::NoRoot`], [`DataError::NoCompositeRoot`] and the readers' errors.
    pub fn open(self, given: Option<PathBuf>) -> Result<DatasetIndex, DataError> {
        if self == Self::Composite && given.is_none() && self.root_from_environment().is_none() {
            return read_composite("", &CompositeParams::from_environment()?);
        }
        self.read(self.root(given)?)
    }

    /// Lists the clips under `root` with default settings.
    ///
    /// # Errors
    ///
    /// As [`read_smic`], [`read_samm`], [`read_casme`], [`read_casme2`], [`read_casme3`], [`read_manifest`](crate::read_manifest) and
    /// [`read_composite`].
    pub fn read(self, root: impl AsRef<Path>) -> Result<DatasetIndex, DataError> {
        match self {
            Self::Smic => read_smic(root, &crate::SmicParams::default()),
            Self::Samm => read_samm(root, &crate::AnnotationParams::samm()),
            Self::Casme2 => read_casme2(root, &crate::AnnotationParams::default()),
            Self::Casme => read_casme(root, &crate::AnnotationParams::default()),
            Self::Casme3 => read_casme3(root, &crate::AnnotationParams::default()),
            Self::Manifest => manifest::read_manifest(root),
            Self::Composite => read_composite(root, &CompositeParams::default()),
        }
    }
}

impl FromStr for Layout {
    type Err = DataError;

    fn from_str(name: &str) -> Result<Self, DataError> {
        [Self::Smic, Self::Samm, Self::Casme, Self::Casme2, Self::Casme3, Self::Composite, Self::Manifest]
            .into_iter()
            .find(|layout| layout.name() == name)
            .ok_or_else(|| DataError::UnknownLayout { found: name.to_owned() })
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
