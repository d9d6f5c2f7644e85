//! SMIC-HS, SAMM and CASME II as one dataset.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{
    AnnotationParams, CompositeList, DataError, DatasetIndex, Layout, SmicCamera, SmicParams, read_casme2,
    read_samm, read_smic,
};

/// Settings of [`read_composite`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CompositeParams {
    /// Root of SMIC; by default the composite's.
    pub smic: Option<PathBuf>,
    /// Root of SAMM; by default the composite's.
    pub samm: Option<PathBuf>,
    /// Root of CASME II; by default the composite's.
    pub casme2: Option<PathBuf>,
    /// The list of clips, see [`CompositeList`]; by default a CSV file directly inside the composite's root that
    /// is one; without any, all clips of three classes.
    pub list: Option<PathBuf>,
    /// Settings of SAMM's reader.
    pub samm_annotations: AnnotationParams,
    /// Settings of CASME II's reader.
    pub casme2_annotations: AnnotationParams,
}

impl Default for CompositeParams {
    fn default() -> Self {
        Self {
            smic: None,
            samm: None,
            casme2: None,
            list: None,
            samm_annotations: AnnotationParams::samm(),
            casme2_annotations: AnnotationParams::default(),
        }
    }
}

impl CompositeParams {
    /// The three datasets' own roots from `SMIC_ROOT`, `SAMM_ROOT` and `CASME2_ROOT`; for a composite without a
    /// root of its own.
    ///
    /// # Errors
    ///
    /// [`DataError::NoCompositeRoot`] if one of them is not set.
    pub fn from_environment() -> Result<Self, DataError> {
        let layouts = [Layout::Smic, Layout::Samm, Layout::Casme2];
        let [smic, samm, casme2] = layouts.map(Layout::root_from_environment);
        let roots = [&smic, &samm, &casme2];
        let missing: Vec<&str> =
            layouts.iter().zip(roots).filter(|(_, root)| root.is_none()).map(|(l, _)| l.variable()).collect();
        if !missing.is_empty() {
            return Err(DataError::NoCompositeRoot { missing: missing.join(", ") });
        }
        Ok(Self { smic, samm, casme2, ..Self::default() })
    }
}

/// Lists the clips of SMIC's high-speed camera, SAMM and CASME II under one root, as MEGC 2019's composite
/// database evaluation joins them: with its list 442 clips of 68 subjects.
///
/// `root` holds the three datasets' folders; roots of their own go before it. Each is read as by [`read_smic`],
/// [`read_samm`] and [`read_casme2`], and all three must be there.
///
/// Source: J. See et al., "MEGC 2019 – The Second Facial Micro-Expressions Grand Challenge", FG 2019.
///
/// # Errors
///
/// The readers' errors, [`DataError::ReadCsv`] and [`DataError::CompositeRow`] of the list.
pub fn read_composite(root: impl AsRef<Path>, params: &CompositeParams) -> Result<DatasetIndex, DataError> {
    let root = root.as_ref();
    let of = |own: &Option<PathBuf>| own.clone().unwrap_or_else(|| root.to_owned());
    let parts = [
        read_smic(of(&params.smic), &SmicParams { camera: Some(SmicCamera::Hs) })?,
        read_samm(of(&params.samm), &params.samm_annotations)?,
        read_casme2(of(&params.casme2), &params.casme2_annotations)?,
    ];
    let mut index = DatasetIndex::join(root, parts);
    match &params.list {
        Some(path) => CompositeList::read(path)?.select(&mut index),
        None => {
            if let Some(list) = CompositeList::find(root) {
                list.select(&mut index);
            }
        }
    }
    Ok(index)
}

impl DatasetIndex {
    /// Several datasets as one of the layout [`Layout::Composite`]; `root` is where they all lie. A clip that an
    /// earlier dataset holds already is skipped.
    #[must_use]
    pub fn join(root: impl Into<PathBuf>, parts: impl IntoIterator<Item = Self>) -> Self {
        let mut joined = Self::new(Layout::Composite, root.into());
        let mut seen = BTreeSet::new();
        for part in parts {
            joined.skipped.extend(part.skipped);
            joined.warnings.extend(part.warnings);
            for clip in part.clips {
                if seen.insert(clip.id()) {
                    joined.clips.push(clip);
                } else {
                    joined.skip(clip.id(), &part.root, "another dataset of the composite has the same clip");
                }
            }
        }
        joined.sort();
        joined
    }
}
