//! The programs one after the other on generated data, as somebody would use them, and the short ones that teach.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use microexpr::core::ImageSequence;
use microexpr_synth::{Layout, SynthParams, write_dataset};
use serde_json::Value;

/// Where cargo puts the examples that it builds with this test.
fn program(name: &str) -> Command {
    let deps = std::env::current_exe().unwrap();
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    Command::new(deps.parent().unwrap().parent().unwrap().join("examples").join(file))
}

/// Runs a program whose arguments are the words of `line`, in `folder`; what it printed.
fn run(folder: &Path, line: &str) -> String {
    let mut words = line.split_whitespace();
    let mut command = program(words.next().unwrap());
    let output = command.args(words).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn quickstart_needs_nothing_and_leaves_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let said = run(folder.path(), "quickstart");
    assert!(said.contains("36 clips, 6 subjects") && said.contains("knowing the action units"), "{said}");
    let analyse = "analyse --input quickstart/recording --fps 100 --model quickstart/model.safetensors \
         --landmark-model mesh --out analysis";
    assert!(run(folder.path(), analyse).contains("1 expression; 0 of "));
    let found = &json(&folder.path().join("analysis/analysis.json"))["intervals"][0];
    assert_eq!((found["kind"].as_str(), found["class"].as_str()), (Some("micro"), Some("negative")));
    let report = fs::read_to_string(folder.path().join("quickstart/results/report.html")).unwrap();
    assert!(report.ends_with("</html>"));
    // The preset has no attention layer, so there is no λ to tell of.
    assert!(!report.contains("λ"));
    // Whatever scrolls is reached by keyboard and has a name.
    let scrolling = report.matches("class='scroll").count();
    assert!(scrolling > 3 && report.matches(" tabindex=0 role=group aria-label='").count() == scrolling);
}

/// Two shares of an evaluation, merged, are the evaluation; a model trained on the clips answers for one of them.
#[test]
fn shares_merge_to_the_whole_and_a_model_classifies() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let params = SynthParams { subjects: 3, clips_per_subject: 3, ..SynthParams::default() };
    write_dataset(&params, Layout::Smic, at("data"), |_| ()).unwrap();
    let data = "--dataset smic --root data --landmarks files --cache cache";
    run(folder.path(), &format!("evaluate {data} --out whole"));
    for share in 1..=2 {
        run(folder.path(), &format!("evaluate {data} --out shards --shard {share}/2"));
    }
    run(folder.path(), "merge shards/shard-1-of-2.json shards/shard-2-of-2.json --out merged");
    let predictions = |name: &str| json(&at(name).join("results.json"))["predictions"].clone();
    assert_eq!(predictions("merged"), predictions("whole"));
    let compared = run(folder.path(), "compare whole merged");
    assert!(compared.contains("McNemar's exact test on 9 clips"), "{compared}");

    let folds = "--protocol k-fold --folds 3 --epochs 1";
    run(folder.path(), &format!("ablation {data} {folds} --variants flow-stream --out ablation"));
    assert_eq!(json(&at("ablation/ablation.json"))["rows"].as_array().map(Vec::len), Some(2));

    run(folder.path(), &format!("train {data} --out model.safetensors"));
    let clip = fs::read_dir(at("data/SMIC_all_raw/HS/s1/micro")).unwrap().next().unwrap().unwrap().path();
    let clip = fs::read_dir(clip).unwrap().next().unwrap().unwrap().path();
    let clip = clip.display();
    let said = run(
        folder.path(),
        &format!("classify --model model.safetensors --input {clip} --fps 100 --relevance relevance.png"),
    );
    for class in ["negative", "positive", "surprise"] {
        assert!(said.contains(class), "{said}");
    }
    assert!(image::open(at("relevance.png")).is_ok());
    streamed(&ImageSequence::open(clip.to_string()).unwrap());
    spotted(folder.path(), &clip.to_string());
}

/// A short clip through `analyse`, with a page that names its regions, and through the published spotter.
fn spotted(folder: &Path, clip: &str) {
    let input = format!("--input {clip} --fps 100 --landmark-model generated-faces");
    run(folder, &format!("analyse {input} --model model.safetensors --out analysis"));
    let page = fs::read_to_string(folder.join("analysis/analysis.html")).unwrap();
    assert!(page.contains("lang='en'") && page.contains("<main>") && page.trim_end().ends_with("</html>"));
    assert!(page.contains("tabindex='0' role='group' aria-label='Timeline'"));
    assert!(json(&folder.join("analysis/analysis.json"))["frames"].as_u64() > Some(20));
    run(folder, &format!("spot_mdmd {input} --out mdmd"));
    assert!(fs::read_to_string(folder.join("mdmd/intervals.csv")).unwrap().starts_with("recording"));
}

/// The clip as Y4M on standard input, as from a camera.
fn streamed(clip: &ImageSequence) {
    let mut stream = program("spot_stream").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = stream.stdin.take().unwrap();
    let first = clip.image(0).unwrap();
    writeln!(input, "YUV4MPEG2 W{} H{} F100:1 Cmono", first.width(), first.height()).unwrap();
    for index in 0..clip.len() {
        input.write_all(b"FRAME\n").unwrap();
        input.write_all(clip.image(index).unwrap().to_luma8().as_raw()).unwrap();
    }
    drop(input);
    assert!(stream.wait_with_output().unwrap().status.success());
}

#[test]
fn graph_layers_learn_and_take_weights_from_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    // Both check their own figures.
    assert!(run(folder.path(), "gnn_node_classification").contains("of 34 members on the right side"));
    assert!(run(folder.path(), "gnn_from_pyg").contains("of 34 members on the right side"));
    let told_apart = run(folder.path(), "gnn_graph_classification");
    let count: usize = told_apart.split_whitespace().next().unwrap().parse().unwrap();
    assert!(count >= 18, "{told_apart}");
}
