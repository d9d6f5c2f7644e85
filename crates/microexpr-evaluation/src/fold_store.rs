use std::path::{Path, PathBuf};

use microexpr_core::{Digest, atomic_file};
use serde::{Deserialize, Serialize};

use crate::{EvaluationError, FoldResult};

/// Characters of what is held out in the name of a fold's file.
const NAME_LENGTH: usize = 40;

/// Finished folds on disk, so that a run that was stopped goes on where it stopped.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FoldStore<'a> {
    /// `None` keeps nothing.
    pub(crate) folder: Option<&'a Path>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    identity: Digest,
    result: FoldResult,
}

impl FoldStore<'_> {
    /// The result of the fold, if everything that decides it is the same.
    pub(crate) fn get(&self, held_out: &str, seed: u64, identity: Digest) -> Option<FoldResult> {
        let stored: Stored = serde_json::from_slice(&std::fs::read(self.path(held_out, seed)?).ok()?).ok()?;
        (stored.identity == identity).then_some(stored.result)
    }

    pub(crate) fn put(&self, identity: Digest, result: FoldResult) -> Result<FoldResult, EvaluationError> {
        let Some(path) = self.path(&result.held_out, result.seed) else { return Ok(result) };
        let stored = Stored { identity, result };
        let text = serde_json::to_vec_pretty(&stored).map_err(EvaluationError::Encode)?;
        atomic_file::write(path, &text)?;
        Ok(stored.result)
    }

    /// A readable beginning, and a digest that keeps names apart which differ in other characters or further on.
    fn path(&self, held_out: &str, seed: u64) -> Option<PathBuf> {
        let plain = held_out.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
        let name: String = plain.take(NAME_LENGTH).collect();
        let digest = Digest::of(held_out.as_bytes()).to_string();
        self.folder.map(|folder| folder.join(format!("{name}-{}-seed{seed}.json", &digest[..16])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_that_look_alike_have_files_of_their_own() {
        let store = FoldStore { folder: Some(Path::new("folds")) };
        let long = "s".repeat(300);
        let names = ["a b", "a-b", "a_b", "a/b", "ä", "ö", &long, &format!("{long}t"), ""];
        let paths: BTreeSet<PathBuf> = names.iter().filter_map(|name| store.path(name, 1)).collect();
        assert_eq!(paths.len(), names.len());
        assert!(paths.iter().all(|path| path.file_name().is_some_and(|name| name.len() < 100)));
    }
}
