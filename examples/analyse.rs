//! From a recording to a page that says which expressions are in it.

mod shared;
mod spotting;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use microexpr::classifier::{ClassifierInput, ClassifierOptions, Relevance};
use microexpr::core::atomic_file;
use microexpr::landmarks::{FaceLandmarker, LandmarkerParams};
use microexpr::magnify::{MagnifyParams, magnify_clip};
use microexpr::pipeline::LandmarkSource;
use microexpr::prelude::{Classifier, Clip, Device, ImageSequence, Prediction};
use microexpr::spot::{FaceRegions, SpotParams, SpottedExpression, Timeline, timeline};
use ndarray::{Array2, Array3, Axis};
use serde::Serialize;
use shared::input::{InputOptions, Recording};
use spotting::page::{Shown, page};
use spotting::pictures::{Window, plain, with_motion, with_relevance};
use spotting::{Spotted, recording_name, spot_recording};

/// Finds the expressions in a recording, classifies each, and writes analysis.json and analysis.html.
#[derive(Debug, Parser)]
struct Options {
    #[command(flatten)]
    recording: InputOptions,
    /// Model written by `train`
    #[arg(long)]
    model: PathBuf,
    /// Folder for the results
    #[arg(long)]
    out: PathBuf,
    /// Landmark model: a file in dlib's format, `mesh`, or `generated-faces` [default: $MICROEXPR_LANDMARK_MODEL, else mesh]
    #[arg(long, value_name = "FILE|mesh")]
    landmark_model: Option<PathBuf>,
    /// Where the network runs: cpu, cuda or wgpu
    #[arg(long, default_value = "cpu")]
    device: Device,
}

/// `analysis.json`.
#[derive(Serialize)]
struct Analysis {
    recording: String,
    fps: f64,
    frames: usize,
    frames_without_face: usize,
    classes: Vec<String>,
    intervals: Vec<AnalysedInterval>,
}

#[derive(Serialize)]
struct AnalysedInterval {
    #[serde(flatten)]
    spotted: SpottedExpression,
    /// `null` where it could not be classified.
    class: Option<String>,
    probabilities: Option<Vec<f64>>,
    /// Why it could not be classified.
    error: Option<String>,
}

fn main() -> ExitCode {
    shared::run(analyse)
}

fn analyse(options: &Options) -> Result<(), Box<dyn Error>> {
    let landmarks = options.landmark_model.clone().map(|path| LandmarkSource::Model { path: Some(path) });
    let classifier =
        Classifier::load_with(&options.model, ClassifierOptions { device: options.device, landmarks })?;
    let landmarker = FaceLandmarker::open(options.landmark_model.as_deref(), LandmarkerParams::default())?;
    std::fs::create_dir_all(&options.out).map_err(|error| format!("{}: {error}", options.out.display()))?;
    let (frames, fps) = options.recording.sequence()?;
    let progress = shared::progress_bar(frames.len() as u64, "frames");
    let recording = Recording::Folder(frames.clone(), fps);
    let seen = spot_recording(recording, &landmarker, &SpotParams::default(), &progress)?;
    progress.finish_and_clear();
    let name = recording_name(&options.recording.input);
    let (Some(motion), Some(regions)) = (&seen.motion, &seen.regions) else {
        return Err(format!("{name}: no face was found").into());
    };
    let (mut intervals, mut shown) = (Vec::new(), Vec::new());
    for spotted in &seen.expressions {
        let looked_at = Looked::at(spotted, &frames, fps, regions)?;
        let answer = classifier
            .answer(ClassifierInput::Clip { clip: &looked_at.clip, landmarks: None }, Relevance::Measured);
        let answer = answer.map_err(|error| error.to_string());
        shown.push(looked_at.shown(&seen, regions, answer.as_ref().map_err(Clone::clone))?);
        intervals.push(AnalysedInterval {
            spotted: spotted.clone(),
            class: answer.as_ref().ok().map(|answer| answer.class_name().to_owned()),
            probabilities: answer.as_ref().ok().map(|answer| answer.probabilities.clone()),
            error: answer.err(),
        });
    }
    let spotted = &seen.expressions;
    let drawn = timeline(&Timeline { motion, fps, spotted, truth: &[] });
    let summary = format!(
        "{:.1} s at {fps} frames per second; {} expressions; {} of {} frames without a face",
        seen.frames as f64 / fps,
        spotted.len(),
        seen.frames_without_face,
        seen.frames
    );
    let html = page(&name, &summary, &drawn, &shown);
    let analysis = Analysis {
        recording: name,
        fps,
        frames: seen.frames,
        frames_without_face: seen.frames_without_face,
        classes: classifier.description().classes.clone(),
        intervals,
    };
    atomic_file::write(options.out.join("analysis.json"), &serde_json::to_vec_pretty(&analysis)?)?;
    atomic_file::write(options.out.join("analysis.html"), html.as_bytes())?;
    println!("{summary}");
    println!("page: {}", options.out.join("analysis.html").display());
    Ok(())
}

/// The frames of a spotted expression.
struct Looked<'a> {
    spotted: &'a SpottedExpression,
    clip: Clip,
    /// Index of the apex in the clip.
    apex: usize,
    window: Window,
}

impl<'a> Looked<'a> {
    /// Longer expressions are looked at in fewer frames.
    const MOST_FRAMES: usize = 100;

    fn at(
        spotted: &'a SpottedExpression,
        frames: &ImageSequence,
        fps: f64,
        regions: &FaceRegions,
    ) -> Result<Self, Box<dyn Error>> {
        let interval = spotted.interval;
        let step = interval.frames().div_ceil(Self::MOST_FRAMES);
        let numbers: Vec<usize> = (interval.onset..=interval.offset).step_by(step).collect();
        let first = frames.grey(numbers[0])?;
        let mut all = Array3::zeros((numbers.len(), first.nrows(), first.ncols()));
        for (number, mut frame) in numbers.iter().zip(all.axis_iter_mut(Axis(0))) {
            frame.assign(&frames.grey(*number)?);
        }
        Ok(Self {
            spotted,
            clip: Clip::new(all, fps / step as f64)?,
            apex: (spotted.apex - interval.onset) / step,
            window: Window::around(regions, first.dim()),
        })
    }

    fn shown(
        &self,
        seen: &Spotted,
        regions: &FaceRegions,
        answer: Result<&Prediction, String>,
    ) -> Result<Shown, Box<dyn Error>> {
        let SpottedExpression { kind, interval, apex, strength, .. } = self.spotted;
        let face = |clip: &Clip, index: usize| self.window.cut(clip.frame(index));
        let (onset_face, apex_face) = (face(&self.clip, 0), face(&self.clip, self.apex));
        let mut pictures = vec![
            (format!("onset, frame {}", interval.onset), plain(&onset_face)?),
            (format!("apex, frame {apex}"), plain(&apex_face)?),
        ];
        let params = MagnifyParams::default();
        if let Some(magnified) = self.magnified(&params) {
            pictures.push((format!("apex, motion magnified (α = {})", params.alpha), plain(&magnified)?));
        }
        if let Some(motion) = seen.motion.as_ref().and_then(|motion| motion.between(interval.onset, *apex)) {
            let picture = with_motion(&apex_face, &self.window, regions, &motion)?;
            pictures.push(("motion from onset to apex".to_owned(), picture));
        }
        if let Ok(Prediction { face: Some(face), relevance: Some(relevance), .. }) = &answer {
            let picture = with_relevance(&face.image, face.points.points(), relevance)?;
            pictures.push(("what the answer rests on".to_owned(), picture));
        }
        let title = format!(
            "{}: {:.2} s to {:.2} s, apex {:.2} s, {:.1} % of the inter-ocular distance",
            kind.name(),
            interval.onset as f64 / seen.fps,
            interval.offset as f64 / seen.fps,
            *apex as f64 / seen.fps,
            100.0 * strength
        );
        let classes = |answer: &Prediction| {
            answer.classes.iter().cloned().zip(answer.probabilities.iter().copied()).collect()
        };
        Ok(Shown {
            title,
            classes: answer.as_ref().map(|answer| classes(answer)).unwrap_or_default(),
            note: answer.err(),
            pictures,
        })
    }

    /// The magnified apex; `None` where the clip is too short for the filter.
    fn magnified(&self, params: &MagnifyParams) -> Option<Array2<f32>> {
        let magnified = magnify_clip(&self.clip, params).ok()?;
        Some(self.window.cut(magnified.frame(self.apex)))
    }
}
