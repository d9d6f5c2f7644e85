//! docs/crates.svg shows the crates as they are.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

type Needs = BTreeMap<String, BTreeSet<String>>;

/// Which crates of the workspace each of them needs, by `cargo metadata`; programs and benchmarks are left out.
fn needs(root: &Path) -> Needs {
    let mut command = Command::new(env!("CARGO"));
    command.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(root);
    let metadata: serde_json::Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let name = |value: &serde_json::Value| value["name"].as_str().unwrap().to_owned();
    let own: BTreeSet<String> =
        packages.iter().map(name).filter(|n| !n.ends_with("-examples") && !n.ends_with("-benches")).collect();
    let of = |package: &serde_json::Value| {
        let all = package["dependencies"].as_array().unwrap().iter().filter(|d| d["kind"].is_null());
        (name(package), all.map(name).filter(|n| own.contains(n)).collect())
    };
    packages.iter().filter(|p| own.contains(&name(p))).map(of).collect()
}

fn reach(from: &str, needs: &Needs) -> BTreeSet<String> {
    let direct = needs[from].iter();
    direct.flat_map(|other| std::iter::once(other.clone()).chain(reach(other, needs))).collect()
}

#[test]
fn the_picture_of_the_crates_shows_what_each_needs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let picture = std::fs::read_to_string(root.join("docs/crates.svg")).unwrap();
    let needs = needs(&root);
    for crate_name in needs.keys() {
        let label = format!(">{}</text>", crate_name.trim_start_matches("microexpr-"));
        assert!(picture.contains(&label), "{crate_name} is missing: run docs/crates.py");
    }
    let shown =
        picture.split("<title>").skip(2).filter_map(|t| t.split_once("</title>")?.0.split_once(" needs "));
    let mut arrows: Needs = needs.keys().map(|name| (name.clone(), BTreeSet::new())).collect();
    for (from, to) in shown {
        arrows.get_mut(from).unwrap().insert(to.to_owned());
    }
    for crate_name in needs.keys() {
        assert_eq!(reach(crate_name, &arrows), reach(crate_name, &needs), "{crate_name}: run docs/crates.py");
    }
}
