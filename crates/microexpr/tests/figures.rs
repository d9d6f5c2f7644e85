//! Figures in running text are those of a table of result files, or stand beside the command that gives them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod pages;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pages::{calls_a_program, pages, root, without_written_tables};

/// Scores as the pages write them, three decimals without the zero before them: `.755`, but neither `0.755` nor `1.755`.
fn scores(text: &str) -> Vec<&str> {
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = text.as_bytes();
    let starts = text.match_indices('.').map(|(at, _)| at).filter(|&at| {
        let before = at.checked_sub(1).map(|at| bytes[at]);
        before.is_none_or(|byte| !byte.is_ascii_alphanumeric() && byte != b'.')
    });
    let decimals = |at: usize| (1..=3).all(|k| digit(bytes.get(at + k))) && !digit(bytes.get(at + 4));
    starts.filter(|&at| decimals(at)).map(|at| &text[at..at + 4]).collect()
}

/// Whether a text tells a measurement: a score or a p of two or three decimals, milliseconds, processor time.
fn tells_a_measurement(text: &str) -> bool {
    let score = |word: &str| {
        let word = word.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '.');
        let decimals = word.strip_prefix('.').map_or("", |rest| rest);
        decimals.chars().take_while(char::is_ascii_digit).count() >= 2
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let time =
        words.windows(2).any(|pair| number(pair[0]) && pair[1].trim_end_matches([',', '.', ')']) == "ms");
    words.iter().any(|word| score(word)) || time || text.contains("of processor time")
}

/// Text without what stands between backticks, in blocks of code and in tables.
fn prose(text: &str) -> String {
    let outside: String = text.split("```").step_by(2).collect();
    let lines = outside.lines().filter(|line| !line.starts_with("    ") && !line.starts_with('|'));
    let kept: Vec<&str> = lines.collect();
    kept.join("\n").split('`').step_by(2).collect()
}

/// Parts of a page from one heading to the next.
fn sections(page: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for line in page.split_inclusive('\n') {
        if line.starts_with('#') && line.trim_start_matches('#').starts_with(' ') {
            found.push(String::new());
        }
        found.last_mut().unwrap().push_str(line);
    }
    found
}

/// Scores in the result files whose tables stand in a page.
fn recorded(page: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(page).unwrap();
    let marked = text.split("<!-- table: ").skip(1).map(|rest| rest.split([' ', '(']).next().unwrap());
    let files =
        marked.map(|name| fs::read_to_string(root().join(format!("docs/results/{name}.tsv"))).unwrap());
    files.flat_map(|tsv| scores(&tsv).into_iter().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Pages that a text links to.
fn linked<'a>(text: &'a str, page: &'a Path) -> impl Iterator<Item = PathBuf> + 'a {
    let links = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    links.filter(|link| link.ends_with(".md") && !link.contains("://")).map(|link| page.with_file_name(link))
}

#[test]
fn a_score_in_running_text_stands_in_a_table_of_its_page_or_a_linked_one_or_beside_its_command() {
    let (mut seen, mut unfounded) = (0, Vec::new());
    for page in pages() {
        let text = without_written_tables(&fs::read_to_string(&page).unwrap());
        for paragraph in text.split("\n\n").filter(|paragraph| !calls_a_program(paragraph)) {
            for score in scores(&prose(paragraph)) {
                let mut origins = linked(paragraph, &page).chain([page.clone()]);
                if !origins.any(|origin| recorded(&origin).contains(score)) {
                    unfounded.push(format!("{}: {score} in\n{paragraph}", page.display()));
                }
                seen += 1;
            }
        }
    }
    assert!(unfounded.is_empty(), "where are these from?\n{}", unfounded.join("\n\n"));
    assert!(seen > 20, "only {seen} scores were looked at");
}

#[test]
fn a_measurement_stands_in_a_section_with_a_table_or_a_command_or_links_to_one() {
    let (mut seen, mut unfounded) = (0, Vec::new());
    for page in pages() {
        for section in sections(&fs::read_to_string(&page).unwrap()) {
            let has_origin =
                section.contains("<!-- table: ") || calls_a_program(&without_written_tables(&section));
            for paragraph in without_written_tables(&section).split("\n\n") {
                let items: Vec<&str> = paragraph.split("\n- ").collect();
                for item in items.into_iter().filter(|item| tells_a_measurement(&prose(item))) {
                    let links = item.contains("](#") || item.contains(".md#");
                    if !has_origin && !links {
                        unfounded.push(format!("{}:\n{item}", page.display()));
                    }
                    seen += 1;
                }
            }
        }
    }
    assert!(unfounded.is_empty(), "what gives these?\n{}", unfounded.join("\n\n"));
    assert!(seen > 20, "only {seen} measurements were looked at");
}

#[test]
fn figures_are_told_from_settings() {
    assert_eq!(
        scores("UF1 .755 (.832 to .942), 0.35 and 1.234, 0..255, v.123, .1234"),
        [".755", ".832", ".942"]
    );
    assert!(tells_a_measurement("has .70 on both") && tells_a_measurement("within 25 ms."));
    assert!(tells_a_measurement("two minutes of processor time"));
    assert!(!tells_a_measurement("a peak of 0.12 to 0.4 px, σ = 30 of 160 clips, H.264, burn =0.21.0"));
}
