//! The pages of the project, and what counts as saying where a figure comes from.

use std::fs;
use std::path::{Path, PathBuf};

/// Programs whose call is the source of a figure.
const PROGRAMS: [&str; 18] = [
    "cargo",
    "python",
    "python3",
    "ablation",
    "analyse",
    "ceiling",
    "check",
    "classify",
    "compare",
    "cross_dataset",
    "evaluate",
    "flow_maps",
    "landmarks",
    "quickstart",
    "spot",
    "spot_mdmd",
    "synthesize",
    "train",
];

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub(crate) fn files_of(folder: PathBuf, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|found| found == extension));
    files.sort();
    files
}

/// The front page, docs/ and the crates' pages.
pub(crate) fn pages() -> Vec<PathBuf> {
    let crates = fs::read_dir(root().join("crates")).unwrap();
    let fronts = crates.map(|folder| folder.unwrap().path().join("README.md"));
    [root().join("README.md")].into_iter().chain(files_of(root().join("docs"), "md")).chain(fronts).collect()
}

/// Whether a program is called, with arguments, somewhere in the code of a text: between backticks, in a block, or in an indented line.
pub(crate) fn calls_a_program(text: &str) -> bool {
    let indented = text.lines().filter(|line| line.starts_with("    "));
    let mut code = text.split('`').skip(1).step_by(2).chain(indented);
    code.any(|line| {
        let mut words = line.split_whitespace();
        words.next().is_some_and(|word| PROGRAMS.contains(&word)) && words.next().is_some()
    })
}

/// A page without the tables that are written from result files.
pub(crate) fn without_written_tables(text: &str) -> String {
    text.split("<!-- table: ")
        .map(|part| part.split_once("<!-- /table -->").map_or(part, |(_, rest)| rest))
        .collect()
}
