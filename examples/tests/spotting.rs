//! From a recording to its intervals: a generated face that is still, smiles for less than half a second, and is still again.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use image::{GrayImage, Luma};
use microexpr_synth::{Subject, SynthParams};
use rust_xlsxwriter::Workbook;
use serde_json::Value;
use tempfile::TempDir;

const FPS: &str = "50";
const FRAMES: usize = 240;
/// Onset, apex and offset of the smile: 0.4 s.
const SMILE: [usize; 3] = [110, 119, 130];
/// Motion of the corners of the mouth at the apex, in inter-ocular distances.
const STRENGTH: f64 = 0.02;

fn spot(recording: &Path, more: &[(&str, &Path)], out: &Path) -> String {
    let deps = std::env::current_exe().unwrap();
    let file = format!("spot{}", std::env::consts::EXE_SUFFIX);
    let mut command = Command::new(deps.parent().unwrap().parent().unwrap().join("examples").join(file));
    command.arg("--input").arg(recording).args(["--fps", FPS, "--landmark-model", "generated-faces"]);
    for (option, value) in more {
        command.arg(option).arg(value);
    }
    let output = command.arg("--out").arg(out).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Raised cosine of height 1.
fn smile(frame: usize) -> f64 {
    let [onset, apex, offset] = SMILE.map(|at| at as f64);
    let at = frame as f64;
    let half = |phase: f64| 0.5 - 0.5 * (std::f64::consts::PI * phase.clamp(0.0, 1.0)).cos();
    if at <= apex { half((at - onset) / (apex - onset)) } else { half((offset - at) / (offset - apex)) }
}

/// Writes the frames of a painted face whose mouth's corners are pulled outwards and up, with a grain of two grey levels.
fn recording(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let params = SynthParams::default();
    let person = Subject::new(&params, 1).unwrap();
    let points = person.landmarks().points();
    let corners = [(points[48], -1.0), (points[54], 1.0)];
    let eyes = points[45][0] - points[36][0];
    let (rows, cols) = person.portrait().dim();
    for frame in 0..FRAMES {
        let pull = STRENGTH * eyes * smile(frame);
        let picture = GrayImage::from_fn(cols as u32, rows as u32, |col, row| {
            let (mut x, mut y) = (f64::from(col), f64::from(row));
            for (corner, outwards) in corners {
                let far = (f64::from(col) - corner[0]).hypot(f64::from(row) - corner[1]) / (0.25 * eyes);
                let share = (-0.5 * far * far).exp();
                x -= 0.6 * outwards * pull * share;
                y += 0.8 * pull * share;
            }
            let grain =
                (col.wrapping_mul(7919) ^ row.wrapping_mul(104_729) ^ (frame as u32).wrapping_mul(1_299_709))
                    % 3;
            let grey = person.surface().at(x, y) * 255.0 + grain as f32 - 1.0;
            Luma([grey.round().clamp(0.0, 255.0) as u8])
        });
        picture.save(folder.join(format!("frame{:04}.png", frame + 1))).unwrap();
    }
}

fn rows(folder: &Path) -> Vec<Vec<String>> {
    let table = fs::read_to_string(folder.join("intervals.csv")).unwrap();
    table.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

/// The recording 006_1, made once for all tests.
fn smiling() -> PathBuf {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        recording(&folder.path().join("006_1"));
        folder
    });
    folder.path().join("006_1")
}

#[test]
fn a_smile_of_less_than_half_a_second_is_the_one_micro_expression() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| -> PathBuf { root.path().join(name) };
    let [onset, apex, offset] = SMILE;
    let table =
        format!("recording,kind,class,onset,apex,offset\n006_1,micro,positive,{onset},{apex},{offset}\n");
    fs::write(at("truth.csv"), table).unwrap();
    let said = spot(&smiling(), &[("--truth", &at("truth.csv"))], &at("out"));
    assert!(said.contains("micro: F1 1.000"), "{said}");
    let rows = rows(&at("out"));
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!((rows[0][0].as_str(), rows[0][1].as_str()), ("006_1", "micro"));
    let found: Vec<usize> = rows[0][2..5].iter().map(|cell| cell.parse().unwrap()).collect();
    for (found, real) in found.iter().zip(SMILE) {
        assert!(found.abs_diff(real) <= 4, "{rows:?}");
    }
    let report: Value = serde_json::from_slice(&fs::read(at("out/spotting.json")).unwrap()).unwrap();
    assert_eq!(report["micro"]["right"], 1);
    assert_eq!(report["macro"]["spotted"], 0);
    assert!(fs::read_to_string(at("out/timeline.svg")).unwrap().starts_with("<svg"));
}

/// A workbook in the shape of SAMM Long Videos': ten rows above the first expression, frames counted from 1.
#[test]
fn the_workbook_of_samm_long_videos_is_the_truth_as_a_table_is() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| -> PathBuf { root.path().join(name) };
    let header = [
        "Subject",
        "Filename",
        "Inducement Code",
        "Onset",
        "Apex",
        "Offset",
        "Duration",
        "Type",
        "Action Units",
        "Notes",
    ];
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(9, 0, header).unwrap();
    // The smile, an expression that is not there, and one of another recording.
    let [onset, apex, offset] = SMILE.map(|frame| (frame + 1).to_string());
    let rows = [
        ["006", "006_1_1", onset.as_str(), apex.as_str(), offset.as_str(), "Micro - 1/2"],
        ["006", "006_1_2", "20", "40", "90", "Macro"],
        ["007", "007_1_1", "20", "30", "40", "Micro - 1/2"],
    ];
    for (row, [subject, name, onset, apex, offset, kind]) in (10..).zip(rows) {
        sheet.write_row(row, 0, [subject, name, "1", onset, apex, offset, "", kind, "12", ""]).unwrap();
    }
    book.save(at("SAMM_LongVideos.xlsx")).unwrap();
    spot(&smiling(), &[("--truth", &at("SAMM_LongVideos.xlsx"))], &at("out"));
    let report: Value = serde_json::from_slice(&fs::read(at("out/spotting.json")).unwrap()).unwrap();
    let counts = |kind: &str| ["true", "spotted", "right"].map(|count| report[kind][count].as_u64().unwrap());
    assert_eq!((counts("micro"), counts("macro")), ([1, 1, 1], [1, 0, 0]));
}
