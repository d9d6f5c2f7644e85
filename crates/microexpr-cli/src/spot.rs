//! Finds micro- and macro-expressions in long recordings.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::shared::input::Recording;
use crate::spotting::options::{SpottingOptions, TruthOptions};
use crate::spotting::output::{NamedExpressions, SpottingReport, write_intervals};
use crate::spotting::recognition::{Recognition, recognise};
use crate::spotting::truth::Truth;
use crate::spotting::{Spotted, recording_name, recordings_within, spot_recording};
use clap::Parser;
use microexpr::classifier::ClassifierOptions;
use microexpr::core::atomic_file;
use microexpr::landmarks::FaceLandmarker;
use microexpr::pipeline::LandmarkSource;
use microexpr::prelude::{Classifier, Device};
use microexpr::spot::{ExpressionKind, SpotParams, Timeline, timeline};

/// Finds onset, apex and offset of expressions in a recording, or in every folder of frames within a folder.
///
/// Writes intervals.csv and timeline.svg (a folder of recordings: one per recording, NAME.svg); with --truth also spotting.json.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    #[command(flatten)]
    spotting: SpottingOptions,
    #[command(flatten)]
    truth: TruthOptions,
    /// Model written by `train`: tells the class of every expression, and with --truth the spot-then-recognise score (STRS)
    #[arg(long)]
    model: Option<PathBuf>,
    /// Where the model's network runs: cpu, cuda or wgpu
    #[arg(long, default_value = "cpu")]
    device: Device,
}

pub(crate) fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let truth = options.truth.read()?;
    let classifier = options.model.as_deref().map(|model| load(model, options)).transpose()?;
    let SpottingOptions { recording, out, .. } = &options.spotting;
    let landmarker = options.spotting.start()?;
    let within = recordings_within(&recording.input);
    let mut run = Run { landmarker, truth, classifier, all: Vec::new() };
    if within.is_empty() {
        let name = recording_name(&recording.input);
        let readings = match run.classifier {
            Some(_) => recording.twice()?.map(Some),
            None => [Some(recording.recording()?), None],
        };
        run.one(name, readings, &out.join("timeline.svg"))?;
    }
    for folder in &within {
        let name = recording_name(folder);
        let picture = out.join(format!("{name}.svg"));
        let again = run.classifier.as_ref().map(|_| recording.at(folder)).transpose()?;
        run.one(name, [Some(recording.at(folder)?), again], &picture)?;
    }
    let Run { all, truth, classifier, .. } = run;
    write_intervals(&options.spotting.intervals(), &all)?;
    if let Some(truth) = &truth {
        if all.iter().all(|found| truth.of(&found.recording).is_empty()) {
            let path = options.truth.path().unwrap_or(Path::new(""));
            eprintln!("warning: {}: names none of the recordings", path.display());
        }
        let mut report = SpottingReport::new(&all, truth);
        if let Some(classifier) = &classifier {
            let classes = &classifier.description().classes;
            report.recognition = Some(Recognition::new(&all, truth, classes, report.micro.f1)?);
        }
        report.print();
        atomic_file::write(out.join("spotting.json"), &serde_json::to_vec_pretty(&report)?)?;
    }
    println!("intervals: {}", options.spotting.intervals().display());
    Ok(())
}

fn load(model: &Path, options: &Options) -> Result<Classifier, Box<dyn Error>> {
    let landmarks =
        options.spotting.landmark_model.clone().map(|path| LandmarkSource::Model { path: Some(path) });
    Ok(Classifier::load_with(model, ClassifierOptions { device: options.device, landmarks })?)
}

/// What all recordings need, and what was found in them.
struct Run {
    landmarker: FaceLandmarker,
    truth: Option<Truth>,
    classifier: Option<Classifier>,
    all: Vec<NamedExpressions>,
}

impl Run {
    /// Spots in one recording, draws its timeline and says what was found; with a classifier its second reading gives the classes.
    fn one(
        &mut self,
        name: String,
        [recording, again]: [Option<Recording>; 2],
        picture: &Path,
    ) -> Result<(), Box<dyn Error>> {
        let Some(recording) = recording else { return Ok(()) };
        let progress = crate::shared::progress_bar(recording.frame_count().unwrap_or(0) as u64, "frames");
        let start = Instant::now();
        let seen = spot_recording(recording, &self.landmarker, &SpotParams::default(), &progress)?;
        progress.finish_and_clear();
        tell(&name, &seen, start.elapsed().as_secs_f64());
        let Spotted { expressions, motion, fps, .. } = seen;
        if let Some(motion) = &motion {
            let truth = self.truth.as_ref().map(|truth| truth.of(&name)).unwrap_or_default();
            let drawn = timeline(&Timeline { motion, fps, spotted: &expressions, truth: &truth });
            atomic_file::write(picture, drawn.as_bytes())?;
        }
        let classes = match (&self.classifier, again) {
            (Some(classifier), Some(again)) => recognise(again, &expressions, classifier)?,
            _ => Vec::new(),
        };
        self.all.push(NamedExpressions { recording: name, expressions, classes });
        Ok(())
    }
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
