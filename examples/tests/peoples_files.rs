//! The programs on files as people have them: what `check` says is what `evaluate` does, and nothing is overwritten.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use image::{ImageBuffer, Luma};
use microexpr_synth::{Layout, SynthParams, write_dataset};
use serde_json::Value;

/// Where cargo puts the examples that it builds with this test.
fn program(name: &str) -> Command {
    let deps = std::env::current_exe().unwrap();
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    Command::new(deps.parent().unwrap().parent().unwrap().join("examples").join(file))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    text(&output.stderr)
}

/// The lines below a title of `check`, without their indent.
fn list<'a>(report: &'a str, title: &str) -> Vec<&'a str> {
    let below = report.lines().skip_while(|line| !line.starts_with(title)).skip(1);
    below.take_while(|line| line.starts_with("  ")).map(str::trim).collect()
}

/// Generated clips under a manifest with everything that lists have wrong: labels of no class, an apex that is none, numbers with
/// fractions, a clip without frames, landmark files with two faces and with lost frames.
fn odd_dataset(root: &Path) {
    let params = SynthParams { seed: 3, subjects: 3, clips_per_subject: 3, ..Layout::Casme2.params() };
    write_dataset(&params, Layout::Casme2, root, |_| ()).unwrap();
    let mut clips: Vec<PathBuf> = Vec::new();
    for subject in fs::read_dir(root.join("CASME2_RAW_selected")).unwrap() {
        clips.extend(fs::read_dir(subject.unwrap().path()).unwrap().map(|clip| clip.unwrap().path()));
    }
    clips.sort();
    let labels =
        ["happy", "Sadness", "surprise", "others", "disgust", "surprised", "smirk", "fear", "happiness"];
    let mut manifest = "dataset;subject;clip;path;label;onset;apex;offset;fps\r\n".to_owned();
    for (index, (clip, label)) in clips.iter().zip(labels).enumerate() {
        let path = clip.strip_prefix(root).unwrap().display();
        let numbers = if index == 1 { ";/;" } else { ";;" };
        manifest += &format!("mine;p{};c{index};{path};{label};{numbers};200,0\r\n", index / 3);
    }
    manifest += "mine;p0;gone;nowhere;happy;1.0;2.0;3.0;200\r\n";
    fs::write(root.join("manifest.csv"), manifest).unwrap();
    rewrite(&clips[0].join("landmarks.csv"), |line| {
        let other = line.split_once(',').map(|(_, rest)| rest).unwrap_or_default();
        format!("{line}\n{},{other}", line.split(',').next().unwrap_or_default())
    });
    rewrite(&clips[2].join("landmarks.csv"), |line| {
        let lost = line.starts_with("1,") || line.starts_with("9,");
        if lost {
            format!("{}{}", line.split(',').next().unwrap_or_default(), ",0".repeat(136))
        } else {
            line.to_owned()
        }
    });
    fs::write(clips[8].join("landmarks.csv"), "frame,x_0\n1,2\n").unwrap();
}

/// Changes every row of a table.
fn rewrite(path: &Path, row: impl Fn(&str) -> String) {
    let table = fs::read_to_string(path).unwrap();
    let (header, rows) = table.split_once('\n').unwrap();
    let rows: Vec<String> = rows.lines().map(row).collect();
    fs::write(path, format!("{header}\n{}\n", rows.join("\n"))).unwrap();
}

#[test]
fn check_says_what_evaluate_does() {
    let folder = tempfile::tempdir().unwrap();
    let (root, out) = (folder.path().join("data"), folder.path().join("out"));
    odd_dataset(&root);
    let data = |command: &mut Command| {
        command
            .args(["--dataset", "manifest", "--classes", "3", "--landmarks", "files", "--root"])
            .arg(&root);
    };
    let mut check = program("check");
    data(&mut check);
    let report = run(&mut check);
    let mut evaluate = program("evaluate");
    data(&mut evaluate);
    run(evaluate.args(["--no-cache", "--epochs", "1", "--set", "training.networks=1", "--out"]).arg(&out));
    let results: Value = serde_json::from_slice(&fs::read(out.join("results.json")).unwrap()).unwrap();

    let skipped: Vec<String> = results["skipped"]
        .as_array()
        .unwrap()
        .iter()
        .map(|clip| format!("{}: {}", clip["id"].as_str().unwrap(), clip["reason"].as_str().unwrap()))
        .collect();
    assert_eq!(list(&report, "skipped clips"), skipped);
    assert!(
        skipped.len() == 4 && report.contains("without a class: 2 clips (others 1, smirk 1)"),
        "{report}"
    );

    let warnings: Vec<&str> =
        results["warnings"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for warning in list(&report, "warnings") {
        assert!(warnings.contains(&warning), "{warning} is not among {warnings:?}");
    }
    for part in ["apex is \"/\"", "up to 2 faces in a frame", "no points in 2 of"] {
        assert!(warnings.iter().any(|warning| warning.contains(part)), "{part} {warnings:?}");
    }

    let words = |key: &str| results[key].as_array().unwrap().iter();
    let counts = words("classes").zip(words("class_counts"));
    let counted: Vec<String> =
        counts.map(|(class, count)| format!("{} {count}", class.as_str().unwrap())).collect();
    assert!(report.contains(&format!("classes: {}\n", counted.join(", "))), "{report}\n{counted:?}");
}

fn frames(folder: &Path, count: u32, value: impl Fn(u32, u32, u32) -> u16) {
    fs::create_dir_all(folder).unwrap();
    for t in 0..count {
        let frame = ImageBuffer::<Luma<u16>, _>::from_fn(40, 32, |x, y| Luma([value(x, y, t)]));
        frame.save(folder.join(format!("f{t}.png"))).unwrap();
    }
}

/// A wave that sways, with the contrast of a tenth of a grey level of 8 bits.
fn faint(x: u32, y: u32, t: u32) -> u16 {
    let phase = f64::from(x) / 4.0 + f64::from(y) / 9.0 - 0.2 * (f64::from(t) * 0.6).sin();
    (30_000.0 + 25.0 * phase.sin()).round() as u16
}

#[test]
fn magnify_keeps_the_depth_and_leaves_nothing_of_an_earlier_run() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("in"), folder.path().join("out"));
    frames(&input, 12, faint);
    let magnify = || {
        let mut command = program("magnify");
        command.args(["--fps", "30", "--input"]).arg(&input).arg("--out").arg(&out);
        command
    };
    run(&mut magnify());
    let range = |path: PathBuf| {
        let image = image::open(path).unwrap();
        let image::DynamicImage::ImageLuma16(image) = image else { panic!("16 bits") };
        image.iter().copied().max().unwrap() - image.iter().copied().min().unwrap()
    };
    let motion = |folder: &Path| {
        let frame = |t| image::open(folder.join(format!("f{t}.png"))).unwrap().into_luma16().into_raw();
        frame(5).iter().zip(frame(0)).map(|(a, b)| a.abs_diff(b) as u64).sum::<u64>()
    };
    assert!(range(out.join("f5.png")) < 150, "{}", range(out.join("f5.png")));
    assert!(motion(&out) > 2 * motion(&input), "{} {}", motion(&out), motion(&input));

    fs::remove_file(input.join("f11.png")).unwrap();
    let error = refused(&magnify().output().unwrap());
    assert!(error.contains("holds 1 pictures that this run does not write, f11.png first"), "{error}");
    let error = refused(&magnify().args(["--band", "1..20"]).output().unwrap_or_else(|e| panic!("{e}")));
    assert!(error.contains("f11.png"), "{error}");
    fs::remove_file(out.join("f11.png")).unwrap();
    let error = refused(&magnify().args(["--band", "1..20"]).output().unwrap());
    assert!(error.contains("--band") && error.contains("--fps"), "{error}");
}

#[test]
fn still_frames_and_unused_bits_are_said() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("in"), folder.path().join("out"));
    frames(&input, 4, |x, y, _| (x * 60 + y) as u16);
    let output = program("magnify")
        .args(["--fps", "30", "--input"])
        .arg(&input)
        .arg("--out")
        .arg(&out)
        .output()
        .unwrap();
    let said = text(&output.stderr);
    assert!(
        said.contains("nothing moves: all frames are the same") && said.contains("--bits 12 brings them"),
        "{said}"
    );
    run(program("magnify")
        .args(["--bits", "12", "--fps", "30", "--input"])
        .arg(&input)
        .arg("--out")
        .arg(&out));
    let scaled = image::open(out.join("f0.png")).unwrap().into_luma16();
    // 39 · 60 + 31 of 4095.
    assert_eq!(scaled.get_pixel(39, 31).0, [(2371.0_f64 * 65535.0 / 4095.0).round() as u16]);
    let output = program("flow")
        .args([input.join("f0.png"), input.join("f1.png")])
        .arg("--out")
        .arg(out.join("a.flo"))
        .output()
        .unwrap();
    assert!(text(&output.stderr).contains("the two images are the same"));
}

#[test]
fn nothing_overwrites_an_input_and_lost_points_are_marked() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    frames(&input, 2, |x, y, t| {
        if t == 0 && x < 20 { 0 } else { (20_000.0 + 9_000.0 * (f64::from(x * y) / 5.0).sin()) as u16 }
    });
    let [a, b] = [0, 1].map(|t| input.join(format!("f{t}.png")));
    let before = fs::read(&a).unwrap();
    for out in [a.clone(), input.join("../in/f0.png")] {
        let error = refused(&program("flow").args([&a, &b]).arg("--out").arg(out).output().unwrap());
        assert!(error.contains("would overwrite an input"), "{error}");
    }
    let error = refused(&program("landmarks").arg(&a).arg("--picture").arg(&a).output().unwrap());
    assert!(error.contains("would overwrite an input"), "{error}");
    let error = refused(
        &program("graph").args(["--fps", "30", "--input"]).arg(&input).arg("--out").arg(&a).output().unwrap(),
    );
    assert!(error.contains("would overwrite an input"), "{error}");
    assert_eq!(fs::read(&a).unwrap(), before);

    let manifest = folder.path().join("list.csv");
    fs::write(&manifest, "dataset,subject,clip,path,label,fps\nmine,p,c,in,positive,30\n").unwrap();
    for out in [&manifest, &a] {
        let mut train = program("train");
        train.args(["--dataset", "manifest", "--root"]).arg(&manifest).arg("--out").arg(out);
        let error = refused(&train.output().unwrap());
        assert!(error.contains("would overwrite an input"), "{error}");
    }

    let (points, out) = (folder.path().join("points.csv"), folder.path().join("tracks.csv"));
    fs::write(&points, "x,y\n30,16\n8,16\n").unwrap();
    run(program("flow").args([&a, &b]).arg("--points").arg(&points).arg("--out").arg(&out));
    let tracks = fs::read_to_string(&out).unwrap();
    let lines: Vec<&str> = tracks.lines().collect();
    assert!(lines[0] == "x,y" && lines[1] != "nan,nan" && lines[2] == "nan,nan", "{tracks}");
}

#[test]
fn counts_that_no_run_can_go_on_with_are_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (root, out) = (folder.path().join("data"), folder.path().join("out"));
    run(program("synthesize")
        .args(["--layout", "smic", "--subjects", "3", "--clips", "2", "--out"])
        .arg(&root));
    let refuse = |name: &str, words: &[&str]| {
        refused(&program(name).args(words).arg("--out").arg(&out).output().unwrap())
    };
    let too_many = refuse("synthesize", &["--layout", "smic", "--subjects", "99999999999"]);
    assert!(too_many.contains("subjects"), "{too_many}");
    let root = root.to_str().unwrap();
    let data = ["--dataset", "smic", "--root", root, "--landmarks", "files"];
    for (words, named) in [
        (&["--threads", "100000"][..], "threads"),
        (&["--protocol", "k-fold", "--folds", "1"], "folds"),
        (&["--set", "training.networks=18446744073709551615"], "networks"),
        (&["--set", "model.layers=10000"], "layers"),
        (&["--set", "model.hidden=100000"], "hidden"),
        (&["--set", "model.fully_connected=[0]"], "fully_connected"),
        (&["--set", "model.fourier_features=1000000000"], "fourier_features"),
        (&["--learner", "ststnet"], "flow maps"),
        (&["--learner", "rbf,rbf"], "twice"),
    ] {
        let error = refuse("evaluate", &[&data[..], words].concat());
        assert!(error.contains(named), "{words:?}: {error}");
    }
    assert!(!out.join("results.json").exists());
}

#[test]
fn flow_maps_of_a_dataset_are_evaluated_like_published_ones() {
    let folder = tempfile::tempdir().unwrap();
    let (root, maps, out) =
        (folder.path().join("data"), folder.path().join("maps"), folder.path().join("out"));
    run(program("synthesize")
        .args(["--layout", "samm", "--subjects", "3", "--clips", "3", "--out"])
        .arg(&root));
    let write = || {
        let mut command = program("flow_maps");
        command
            .args(["--dataset", "samm", "--landmarks", "files", "--root"])
            .arg(&root)
            .arg("--out")
            .arg(&maps);
        command
    };
    assert!(run(&mut write()).starts_with("9 flow maps in "));
    let again = refused(&write().output().unwrap());
    assert!(again.contains("is not empty; nothing was written"), "{again}");
    let list = maps.join("list.csv");
    let table = run(program("evaluate")
        .args(["--dataset", "flow-maps", "--learner", "network,kernel-ridge", "--root"])
        .arg(&maps)
        .arg("--list")
        .arg(&list)
        .arg("--out")
        .arg(&out));
    assert!(table.contains("9 clips, 3 subjects") && table.contains("RBF kernel ridge"), "{table}");
    assert!(out.join("rivals.html").exists() && out.join("network/report.html").exists());
    let missing = program("evaluate")
        .args(["--dataset", "flow-maps", "--root"])
        .arg(&maps)
        .arg("--out")
        .arg(&out)
        .output();
    assert!(refused(&missing.unwrap()).contains("flow maps need --list FILE"));
}
