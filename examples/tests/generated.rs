//! The programs around generated clips.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::process::Command;

/// Where cargo puts the examples that it builds with this test.
fn program(name: &str) -> Command {
    let deps = std::env::current_exe().unwrap();
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    Command::new(deps.parent().unwrap().parent().unwrap().join("examples").join(file))
}

fn printed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The line that starts so, up to its end.
fn line<'a>(text: &'a str, start: &str) -> &'a str {
    text.lines().find_map(|line| line.strip_prefix(start)).unwrap_or_else(|| panic!("{start:?} in {text}"))
}

#[test]
fn the_ceiling_of_a_dataset_is_what_synthesize_said() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("data");
    let mut synthesize = program("synthesize");
    synthesize
        .args(["--layout", "smic", "--subjects", "3", "--clips", "3", "--seed", "2", "--out"])
        .arg(&root);
    let said = printed(&mut synthesize);
    let found = printed(program("ceiling").arg(root.join("truth.json")));
    assert_eq!(line(&found, "accuracy "), line(&said, "knowing the action units: accuracy "));
    assert!(found.starts_with("9 clips") && !found.contains("no ceiling"), "{found}");
}

#[test]
fn a_ceiling_is_read_from_texts_of_action_units_and_says_when_it_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let truth = folder.path().join("truth.json");
    // As the renderer of photographs writes it. By the table, with these shares, 4 is negative and 1+2 surprise.
    let clip = |name: &str, class: &str, units: &str| {
        format!(
            r#""{name}": {{"subject": 1, "class": "{class}", "action_units": "{units}", "photo": "a.png"}}"#
        )
    };
    let clips = [clip("a", "negative", "4"), clip("b", "surprise", "R1+R2"), clip("c", "surprise", "4")];
    fs::write(&truth, format!("{{{}}}", clips.join(","))).unwrap();
    let found = printed(program("ceiling").arg(&truth));
    assert_eq!(line(&found, "accuracy "), "0.6667, UF1 0.4444");
    fs::write(&truth, format!("{{{}}}", clip("a", "positive", "6+12"))).unwrap();
    assert!(printed(program("ceiling").arg(&truth)).contains("this is no ceiling"));
}

#[test]
fn truth_that_is_none_is_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let truth = folder.path().join("truth.json");
    for text in ["", "[]", r#"{"a": {"class": "negative", "action_units": "99"}}"#] {
        fs::write(&truth, text).unwrap();
        let output = program("ceiling").arg(&truth).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(error.lines().count() == 1 && error.contains("truth.json"), "{error}");
    }
}
