//! Finds micro- and macro-expressions in long recordings.

mod shared;
mod spotting;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use microexpr::core::atomic_file;
use microexpr::landmarks::{FaceLandmarker, LandmarkerParams};
use microexpr::spot::{ExpressionKind, SpotParams, Timeline, TrueExpression, read_truth, timeline};
use shared::input::{InputOptions, Recording};
use spotting::output::{NamedExpressions, SpottingReport, write_intervals};
use spotting::{Spotted, recording_name, recordings_within, spot_recording};

/// Finds onset, apex and offset of expressions in a recording, or in every folder of frames within a folder.
///
/// Writes intervals.csv and timeline.svg (a folder of recordings: one per recording, NAME.svg); with --truth also spotting.json.
#[derive(Debug, Parser)]
struct Options {
    #[command(flatten)]
    recording: InputOptions,
    /// Folder for the results
    #[arg(long)]
    out: PathBuf,
    /// True intervals, CSV with the columns recording, kind, onset, apex, offset: F1 by MEGC's rule
    #[arg(long, value_name = "FILE.csv")]
    truth: Option<PathBuf>,
    /// Landmark model: a file in dlib's format, `mesh`, or `generated-faces` [default: $MICROEXPR_LANDMARK_MODEL, else mesh]
    #[arg(long, value_name = "FILE|mesh")]
    landmark_model: Option<PathBuf>,
}

fn main() -> ExitCode {
    shared::run(spot)
}

fn spot(options: &Options) -> Result<(), Box<dyn Error>> {
    let truth = options.truth.as_deref().map(read_truth).transpose()?;
    let landmarker = FaceLandmarker::open(options.landmark_model.as_deref(), LandmarkerParams::default())?;
    std::fs::create_dir_all(&options.out).map_err(|error| format!("{}: {error}", options.out.display()))?;
    let within = recordings_within(&options.recording.input);
    let mut all = Vec::new();
    if within.is_empty() {
        let name = recording_name(&options.recording.input);
        let recording = options.recording.recording()?;
        all.push(one(name, recording, &landmarker, truth.as_deref(), &options.out.join("timeline.svg"))?);
    }
    for folder in &within {
        let name = recording_name(folder);
        let picture = options.out.join(format!("{name}.svg"));
        all.push(one(name, options.recording.at(folder)?, &landmarker, truth.as_deref(), &picture)?);
    }
    write_intervals(&options.out.join("intervals.csv"), &all)?;
    if let Some(truth) = &truth {
        if !all.iter().any(|found| truth.iter().any(|real| real.recording == found.recording)) {
            let path = options.truth.as_deref().unwrap_or(Path::new(""));
            eprintln!("warning: {}: names none of the recordings", path.display());
        }
        let report = SpottingReport::new(&all, truth);
        report.print();
        atomic_file::write(options.out.join("spotting.json"), &serde_json::to_vec_pretty(&report)?)?;
    }
    println!("intervals: {}", options.out.join("intervals.csv").display());
    Ok(())
}

/// Spots in one recording, draws its timeline and says what was found.
fn one(
    name: String,
    recording: Recording,
    landmarker: &FaceLandmarker,
    truth: Option<&[TrueExpression]>,
    picture: &Path,
) -> Result<NamedExpressions, Box<dyn Error>> {
    let progress = shared::progress_bar(recording.frame_count().unwrap_or(0) as u64, "frames");
    let start = Instant::now();
    let seen = spot_recording(recording, landmarker, &SpotParams::default(), &progress)?;
    progress.finish_and_clear();
    tell(&name, &seen, start.elapsed().as_secs_f64());
    let Spotted { expressions, motion, fps, .. } = seen;
    if let Some(motion) = &motion {
        let own = truth.unwrap_or_default().iter().filter(|real| real.recording == name);
        let truth: Vec<TrueExpression> = own.cloned().collect();
        let drawn = timeline(&Timeline { motion, fps, spotted: &expressions, truth: &truth });
        atomic_file::write(picture, drawn.as_bytes())?;
    }
    Ok(NamedExpressions { recording: name, expressions })
}

fn tell(name: &str, seen: &Spotted, seconds: f64) {
    let count = |kind| seen.expressions.iter().filter(|found| found.kind == kind).count();
    let long = seen.frames as f64 / seen.fps;
    println!(
        "{name}: {:.1} s, {} micro, {} macro; {seconds:.1} s of computation ({:.2} of real time)",
        long,
        count(ExpressionKind::Micro),
        count(ExpressionKind::Macro),
        seconds / long.max(f64::MIN_POSITIVE)
    );
    if seen.frames_without_face == seen.frames {
        eprintln!("warning: {name}: no face was found");
    } else if seen.frames_without_face > 0 {
        eprintln!(
            "warning: {name}: {} of {} frames are without a face",
            seen.frames_without_face, seen.frames
        );
    }
}
