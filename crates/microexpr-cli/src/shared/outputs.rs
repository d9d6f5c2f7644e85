//! Files that a program writes: never over those that it reads.

use std::path::{Path, PathBuf};

/// Refuses outputs that are an input, that replace a file of an input folder, or that are named twice.
pub(crate) fn keep_inputs(outputs: &[(&str, Option<&Path>)], inputs: &[&Path]) -> Result<(), String> {
    let inputs: Vec<PathBuf> = inputs.iter().map(|path| absolute(path)).collect();
    let given = outputs.iter().filter_map(|(option, path)| Some((*option, absolute((*path)?))));
    let given: Vec<(&str, PathBuf)> = given.collect();
    for (index, (option, path)) in given.iter().enumerate() {
        let is_input = |input: &PathBuf| path == input || (path.is_file() && path.parent() == Some(input));
        if inputs.iter().any(is_input) {
            return Err(format!("{option} {}: this would overwrite an input", path.display()));
        }
        if let Some((other, _)) = given[..index].iter().find(|(_, earlier)| earlier == path) {
            return Err(format!("{other} and {option} are both {}", path.display()));
        }
    }
    Ok(())
}

/// Refuses a folder of results in which one of them would replace an input.
pub(crate) fn keep_inputs_of_evaluation(out: &Path, inputs: &[&Path]) -> Result<(), String> {
    let results = ["results.json", "predictions.csv", "report.html"].map(|name| out.join(name));
    results.iter().try_for_each(|path| keep_inputs(&[("--out", Some(path))], inputs))
}

/// One spelling for every path, also of files that are not there yet.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    if let Ok(whole) = std::fs::canonicalize(path) {
        return whole;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    path.file_name().map_or_else(|| path.to_owned(), |name| folder.join(name))
}
