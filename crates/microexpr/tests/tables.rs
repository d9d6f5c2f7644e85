//! The tables of the pages are what their result files hold, and every table of figures says what gives it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod pages;

use std::fs;

use pages::{calls_a_program, files_of, pages, root, without_written_tables};

/// What the head of a result file says of `key`.
fn head<'a>(tsv: &'a str, key: &str) -> Option<&'a str> {
    tsv.lines().find_map(|line| line.strip_prefix("# ")?.strip_prefix(key)?.strip_prefix(": "))
}

/// A result file as Markdown, and where it comes from, written independently of docs/tables.py.
fn table(name: &str, columns: Option<&str>, folder: &str) -> String {
    let tsv = fs::read_to_string(root().join(format!("docs/results/{name}.tsv"))).unwrap();
    let mut rows = tsv.lines().filter(|line| !line.starts_with("# ")).map(|line| line.split('\t').collect());
    let heading: Vec<&str> = rows.next().unwrap();
    let shown = |column: &&str| columns.is_none_or(|some| some.split(", ").any(|name| name == *column));
    let row = |cells: Vec<&str>| {
        assert_eq!(cells.len(), heading.len(), "{name}: {cells:?}");
        let kept = cells.into_iter().zip(&heading).filter(|(_, column)| shown(column));
        format!("| {} |\n", kept.map(|(cell, _)| cell).collect::<Vec<_>>().join(" | "))
    };
    let rule = vec!["---"; heading.len()];
    let lines: String = [heading.clone(), rule].into_iter().chain(rows).map(row).collect();
    let origin = head(&tsv, "command").or(head(&tsv, "source")).unwrap();
    let recorded = head(&tsv, "recorded").unwrap();
    format!("{lines}\n[`{name}.tsv`]({folder}/{name}.tsv), {recorded}: {origin}\n")
}

#[test]
fn every_marked_table_is_its_result_file() {
    let mut marked = Vec::new();
    for page in pages() {
        let folder = if page == root().join("README.md") { "docs/results" } else { "results" };
        let text = fs::read_to_string(&page).unwrap();
        for part in text.split("<!-- table: ").skip(1) {
            let (what, rest) = part.split_once(" -->\n").unwrap();
            let (written, _) = rest.split_once("<!-- /table -->").unwrap();
            let (name, columns) = match what.split_once(" (") {
                Some((name, columns)) => (name, Some(columns.strip_suffix(')').unwrap())),
                None => (what, None),
            };
            assert_eq!(
                written,
                table(name, columns, folder),
                "{name} in {}: run docs/tables.py",
                page.display()
            );
            marked.push(name.to_owned());
        }
    }
    let mut files = files_of(root().join("docs/results"), "tsv");
    files.retain(|file| !marked.iter().any(|name| file.file_stem().is_some_and(|stem| *stem == **name)));
    assert!(!marked.is_empty() && files.is_empty(), "result files that stand in no page: {files:?}");
}

#[test]
fn every_result_file_says_where_it_comes_from() {
    let of_a_commit = |text: &str| {
        let (day, commit) = text.split_once(", ").unwrap_or_default();
        day.len() == 10 && commit.len() >= 7 && commit.chars().all(|c| c.is_ascii_hexdigit())
    };
    for file in files_of(root().join("docs/results"), "tsv") {
        let tsv = fs::read_to_string(&file).unwrap();
        let origin = head(&tsv, "command").or(head(&tsv, "source")).unwrap_or_default();
        assert!(!origin.is_empty(), "{}: neither `# command: ` nor `# source: `", file.display());
        assert!(head(&tsv, "recorded").is_some_and(of_a_commit), "{}: no `# recorded: `", file.display());
    }
}

/// Cells that are a measured figure: .755, **0.48**, 2.5 ×, .663 ± .003, .602–.716, but no "0.4 px of 78 px".
fn is_figure(cell: &str) -> bool {
    let cell = cell.trim().trim_matches('*');
    let signs = |c: char| c.is_ascii_digit() || " .,±–×%/()−-".contains(c);
    cell.chars().all(signs) && cell.contains('.') && cell.contains(|c: char| c.is_ascii_digit())
}

#[test]
fn figures_are_told_from_words() {
    assert!([".755", "**0.48**", "2.5 ×", ".663 ± .003", ".602–.716"].into_iter().all(is_figure));
    assert!(!["0.4 px of 78 px", "254×254", "GATv2"].into_iter().any(is_figure));
}

#[test]
fn a_table_of_figures_stands_below_the_command_that_gives_it() {
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let by_hand = without_written_tables(&text);
        // What stands between the heading, or the table before, and the table in question.
        let mut before = String::new();
        for lines in by_hand.split("\n\n") {
            if !lines.starts_with('|') {
                before = if lines.starts_with('#') { String::new() } else { before + lines + "\n" };
                continue;
            }
            let cells = lines.lines().skip(2).flat_map(|line| line.trim_matches('|').split('|'));
            if cells.filter(|cell| is_figure(cell)).count() > 2 {
                assert!(calls_a_program(&before), "{}: what gives these figures?\n{lines}", page.display());
            }
            before.clear();
        }
    }
}
