//! The two teaching examples are short, run, and leave a report.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::process::Command;

/// Where cargo puts the examples that it builds with this test.
fn example(name: &str) -> PathBuf {
    let deps = std::env::current_exe().unwrap();
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    deps.parent().unwrap().parent().unwrap().join("examples").join(file)
}

fn leaves_a_report(name: &str, source: &str) {
    assert!(source.lines().count() < 60, "{name} is to be short");
    let folder = tempfile::tempdir().unwrap();
    let run = Command::new(example(name)).arg(folder.path()).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(String::from_utf8_lossy(&run.stdout).contains("leave one subject out"));
    let report = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(report.contains("frown") && report.ends_with("</html>"));
    let results = std::fs::read(folder.path().join("results.json")).unwrap();
    let results: serde_json::Value = serde_json::from_slice(&results).unwrap();
    assert!(results["uf1"].as_f64().unwrap() > 0.6, "{}", results["uf1"]);

    let nowhere = Command::new(example(name)).output().unwrap();
    assert!(!nowhere.status.success(), "without a folder there is nothing to write to");
}

#[test]
fn a_learner_of_ones_own_is_evaluated_and_reported() {
    leaves_a_report("own_features", include_str!("../own_features.rs"));
}

#[test]
fn the_network_is_evaluated_on_graphs_from_memory_and_reported() {
    leaves_a_report("own_graphs", include_str!("../own_graphs.rs"));
}
