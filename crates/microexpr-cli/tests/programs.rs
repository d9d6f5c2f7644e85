//! The binary holds every program of the examples.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn microexpr(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_microexpr")).args(arguments).output().unwrap()
}

/// Names of the programs in examples/programs.
fn programs() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/programs");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|file| file.file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn every_program_is_a_subcommand_with_help() {
    let help = String::from_utf8(microexpr(&["--help"]).stdout).unwrap();
    let listed = |name: &str| help.lines().any(|line| line.split_whitespace().next() == Some(name));
    let programs = programs();
    assert!(programs.len() >= 19);
    for name in programs {
        assert!(listed(&name), "{name} in {help}");
        let help = microexpr(&[&name, "--help"]);
        let text = String::from_utf8_lossy(&help.stdout).into_owned();
        assert!(help.status.success() && text.contains(&format!("microexpr {name}")), "{text}");
    }
}

#[test]
fn errors_are_one_line_and_exit_code_1() {
    let nowhere = ["ceiling", "nowhere.json"];
    for arguments in [&["fly"][..], &["flow", "a.png"], &nowhere, &[]] {
        let output = microexpr(arguments);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(error.starts_with("error: ") && error.lines().count() == 1, "{arguments:?}: {error}");
    }
}

#[test]
fn a_dataset_is_generated_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("data");
    let root = root.to_str().unwrap();
    let size = ["--subjects", "2", "--clips", "3"];
    let arguments = [&["synthesize", "--layout", "samm", "--out", root][..], &size].concat();
    assert!(microexpr(&arguments).status.success());
    let said = microexpr(&["check", "--dataset", "samm", "--root", root]);
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.status.success() && text.contains("6 clips"), "{text}");
}
