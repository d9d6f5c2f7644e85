//! Finding the folder that holds a dataset at, above or below the one that was named.

use std::path::{Path, PathBuf};

use microexpr_core::{is_hidden, natural_order};

use crate::DataError;

/// Names listed of a folder that is not what was expected.
const NAMES_SHOWN: usize = 6;

pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Entries of a folder without hidden ones, in natural order.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let read = |source| DataError::ReadFolder { path: folder.to_owned(), source };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(read)? {
        let path = entry.map_err(read)?.path();
        if !is_hidden(&path) {
            paths.push(path);
        }
    }
    paths.sort_by(|a, b| natural_order(&name_of(a), &name_of(b)));
    Ok(paths)
}

/// Folders directly inside a folder, in natural order, hidden ones left out.
pub(crate) fn folders(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    Ok(entries(folder)?.into_iter().filter(|path| path.is_dir()).collect())
}

/// Files directly inside a folder, in natural order, hidden ones left out.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    Ok(entries(folder)?.into_iter().filter(|path| path.is_file()).collect())
}

/// What is said of folders directly inside `folder` whose names are no text: nothing in them can be named, so nothing is read.
pub(crate) fn unreadable_names(folder: &Path) -> Vec<String> {
    let folders = folders(folder).unwrap_or_default();
    let odd = folders.iter().filter(|path| path.file_name().is_some_and(|name| name.to_str().is_none()));
    odd.map(|path| format!("{}: its name is not UTF-8, its clips are left out", path.display())).collect()
}

/// All folders at most `depth` levels below `root`, `root` included, that fulfil `is`; not the ones inside a
/// match. Folders that cannot be read are taken for empty.
pub(crate) fn find(root: &Path, depth: usize, is: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    if is(root) {
        return vec![root.to_owned()];
    }
    if depth == 0 {
        return Vec::new();
    }
    folders(root).unwrap_or_default().iter().flat_map(|folder| find(folder, depth - 1, is)).collect()
}

/// The one match of [`find`]; none and several are errors.
pub(crate) fn find_one(
    root: &Path,
    depth: usize,
    expected: &str,
    is: &dyn Fn(&Path) -> bool,
) -> Result<PathBuf, DataError> {
    let mut found = find(root, depth, is);
    if found.len() > 1 {
        return Err(several(root, &found));
    }
    found.pop().ok_or_else(|| wrong_root(root, expected))
}

pub(crate) fn several(root: &Path, found: &[PathBuf]) -> DataError {
    let copies: Vec<String> = found.iter().map(|path| path.display().to_string()).collect();
    DataError::SeveralRoots { path: root.to_owned(), copies: copies.join(", ") }
}

pub(crate) fn wrong_root(root: &Path, expected: &str) -> DataError {
    DataError::WrongRoot { path: root.to_owned(), expected: expected.to_owned(), found: describe(root) }
}

/// What lies at a path, in words.
fn describe(path: &Path) -> String {
    if !path.exists() {
        return "nothing".to_owned();
    }
    if !path.is_dir() {
        return "a file".to_owned();
    }
    let Ok(entries) = entries(path) else { return "a folder that cannot be read".to_owned() };
    if entries.is_empty() {
        return "an empty folder".to_owned();
    }
    let mut names: Vec<String> = entries.iter().take(NAMES_SHOWN).map(|entry| name_of(entry)).collect();
    if entries.len() > NAMES_SHOWN {
        names.push(format!("and {} more", entries.len() - NAMES_SHOWN));
    }
    format!("a folder with {}", names.join(", "))
}
