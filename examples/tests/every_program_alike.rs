//! What `evaluate` says of a dataset and refuses, the other programs that train say and refuse, too.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use microexpr_synth::{Layout, SynthParams, write_dataset};
use serde_json::Value;

/// Where cargo puts the examples that it builds with this test.
fn program(name: &str) -> Command {
    let deps = std::env::current_exe().unwrap();
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    Command::new(deps.parent().unwrap().parent().unwrap().join("examples").join(file))
}

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn dataset(root: &Path, layout: Layout, seed: u64) {
    let params = SynthParams { seed, subjects: 2, clips_per_subject: 3, ..layout.params() };
    write_dataset(&params, layout, root, |_| ()).unwrap();
}

/// A landmark file of the dataset says twice where the face is.
fn add_a_second_face(root: &Path) {
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let path = folder.join("landmarks.csv");
        if let Ok(table) = fs::read_to_string(&path) {
            let twice =
                |(n, line): (usize, &str)| if n == 0 { line.into() } else { format!("{line}\n{line}") };
            let rows: Vec<String> = table.lines().enumerate().map(twice).collect();
            return fs::write(path, rows.join("\n")).unwrap();
        }
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        folders.extend(entries.filter(|path| path.is_dir()));
    }
    panic!("no landmark file");
}

const QUICK: [&str; 7] =
    ["--no-cache", "--epochs", "1", "--set", "training.networks=1", "--landmarks", "files"];

#[test]
fn train_and_cross_dataset_say_what_landmark_files_hold() {
    let folder = tempfile::tempdir().unwrap();
    let (smic, casme2) = (folder.path().join("smic"), folder.path().join("casme2"));
    dataset(&smic, Layout::Smic, 1);
    dataset(&casme2, Layout::Casme2, 2);
    add_a_second_face(&casme2);

    let mut train = program("train");
    train.args(QUICK).args(["--dataset", "casme2", "--root"]).arg(&casme2);
    let output = train.arg("--out").arg(folder.path().join("model")).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.contains("up to 2 faces in a frame"), "{errors}");

    let out = folder.path().join("out");
    let sides = ["--train", "smic", smic.to_str().unwrap(), "--test", "casme2", casme2.to_str().unwrap()];
    let output = program("cross_dataset").args(QUICK).args(sides).arg("--out").arg(&out).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let results: Value = serde_json::from_slice(&fs::read(out.join("results.json")).unwrap()).unwrap();
    let warnings = results["warnings"].to_string();
    assert!(warnings.contains("up to 2 faces in a frame"), "{warnings}");
}

/// Frames of 8 bits are no camera's 12 bits in 16.
#[test]
fn cross_dataset_takes_the_depth_of_the_camera() {
    let folder = tempfile::tempdir().unwrap();
    let (smic, casme2) = (folder.path().join("smic"), folder.path().join("casme2"));
    dataset(&smic, Layout::Smic, 1);
    dataset(&casme2, Layout::Casme2, 2);
    let sides = ["--train", "smic", smic.to_str().unwrap(), "--test", "casme2", casme2.to_str().unwrap()];
    let mut cross = program("cross_dataset");
    let output = cross
        .args(QUICK)
        .args(sides)
        .args(["--bits", "12", "--out"])
        .arg(folder.path().join("out"))
        .output()
        .unwrap();
    let error = refused(&output);
    assert!(error.contains("expected 12 bits in 16"), "{error}");
}

/// A list of one clip that lies in a video whose frames are coded as changes of others.
fn list_of_a_video(folder: &Path, dataset: &str) -> PathBuf {
    let video = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/microexpr-video/tests/data/high.mp4");
    let list = folder.join(format!("{dataset}.csv"));
    let header = "dataset,subject,clip,path,label,fps";
    fs::write(&list, format!("{header}\n{dataset},p1,c,{},happiness,25\n", video.display())).unwrap();
    list
}

#[test]
fn every_program_that_trains_warns_of_what_compression_costs() {
    let folder = tempfile::tempdir().unwrap();
    let [one, other] = ["one", "other"].map(|name| list_of_a_video(folder.path(), name));
    let root = ["--dataset", "manifest", "--root", one.to_str().unwrap()];
    let sides = ["--train", "manifest", one.to_str().unwrap(), "--test", "manifest", other.to_str().unwrap()];
    for (name, data) in [
        ("train", &root[..]),
        ("ablation", &root),
        ("evaluate", &root),
        ("check", &root),
        ("cross_dataset", &sides),
    ] {
        let mut command = program(name);
        command.args(data);
        if name != "check" {
            command.arg("--no-cache").arg("--out").arg(folder.path().join(name));
        }
        // There is no face in it, nor are there other subjects: what matters is what is said before.
        let errors = String::from_utf8_lossy(&command.output().unwrap().stderr).into_owned();
        assert!(errors.contains("frames are coded as changes of other frames"), "{name}: {errors}");
    }
}

#[test]
fn results_never_replace_an_input() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("results.json");
    fs::write(&table, "dataset,subject,clip,path,label,fps\n").unwrap();
    let list = table.to_str().unwrap();
    let sides = ["--train", "manifest", list, "--test", "manifest", list];
    for (name, input) in [
        ("merge", &[list][..]),
        ("evaluate", &["--dataset", "manifest", "--root", list]),
        ("cross_dataset", &sides),
    ] {
        let error = refused(&program(name).args(input).arg("--out").arg(folder.path()).output().unwrap());
        assert!(error.contains("this would overwrite an input"), "{name}: {error}");
        assert!(fs::read_to_string(&table).unwrap().starts_with("dataset,"), "{name}");
    }
}

/// `recommended` is fitted without epochs and has no attention: who asks for either gets a network that has them.
#[test]
fn options_of_training_by_steps_start_from_a_network_that_is_trained_so() {
    let folder = tempfile::tempdir().unwrap();
    let smic = folder.path().join("smic");
    dataset(&smic, Layout::Smic, 1);
    let cases: [(&[&str], u64); 4] = [
        (&[], 0),
        (&["--epochs", "1"], 1),
        (&["--attention", "self", "--set", "training.epochs=1"], 1),
        (&["--epochs", "1", "--preset", "recommended"], 0),
    ];
    for (number, (asked, layers)) in cases.into_iter().enumerate() {
        let out = folder.path().join(number.to_string());
        let mut evaluate = program("evaluate");
        evaluate.args(["--no-cache", "--landmarks", "files", "--set", "training.networks=1"]).args(asked);
        let output = evaluate
            .args(["--dataset", "smic", "--root"])
            .arg(&smic)
            .arg("--out")
            .arg(&out)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let results: Value = serde_json::from_slice(&fs::read(out.join("results.json")).unwrap()).unwrap();
        assert_eq!(results["settings"]["model"]["layers"].as_u64(), Some(layers), "{asked:?}");
    }
}
