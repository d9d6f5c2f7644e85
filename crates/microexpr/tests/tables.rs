//! The tables of docs/ are what their result files hold.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

/// A result file as Markdown, written independently of docs/tables.py.
fn table(tsv: &str) -> String {
    let row = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
    let mut rows = tsv.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let heading = rows.next().unwrap();
    let rule = vec!["---"; heading.len()];
    [heading, rule].into_iter().chain(rows).map(row).collect()
}

#[test]
fn every_marked_table_is_its_result_file() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let mut marked = Vec::new();
    for page in fs::read_dir(&docs).unwrap().map(|entry| entry.unwrap().path()) {
        if page.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let text = fs::read_to_string(&page).unwrap();
        for part in text.split("<!-- table: ").skip(1) {
            let (name, rest) = part.split_once(" -->\n").unwrap();
            let (written, _) = rest.split_once("<!-- /table -->").unwrap();
            let results = fs::read_to_string(docs.join(format!("results/{name}.tsv"))).unwrap();
            assert_eq!(written, table(&results), "{name} in {}: run docs/tables.py", page.display());
            marked.push(name.to_owned());
        }
    }
    let mut files: Vec<_> = fs::read_dir(docs.join("results")).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|file| !marked.iter().any(|name| file.file_stem().is_some_and(|stem| *stem == **name)));
    assert!(!marked.is_empty() && files.is_empty(), "result files that stand in no page: {files:?}");
}
