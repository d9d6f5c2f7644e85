//! From a recording to a page that says which expressions are in it.

use std::error::Error;
use std::path::PathBuf;

use crate::spotting::frames::{ExpressionClip, each_expression};
use crate::spotting::options::SpottingOptions;
use crate::spotting::page::{Shown, page};
use crate::spotting::pictures::{Window, plain, with_motion, with_relevance};
use crate::spotting::{Spotted, recording_name, spot_recording};
use clap::Parser;
use microexpr::classifier::{ClassifierInput, ClassifierOptions, Relevance};
use microexpr::core::atomic_file;
use microexpr::magnify::{MagnifyParams, magnify_clip};
use microexpr::pipeline::LandmarkSource;
use microexpr::prelude::{Classifier, Clip, Device, Prediction};
use microexpr::spot::{FaceRegions, SpotParams, SpottedExpression, Timeline, timeline};
use ndarray::Array2;
use serde::Serialize;

/// Finds the expressions in a recording, classifies each, and writes analysis.json and analysis.html.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    #[command(flatten)]
    spotting: SpottingOptions,
    /// Model written by `train`
    #[arg(long)]
    model: PathBuf,
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

pub(crate) fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let landmarks =
        options.spotting.landmark_model.clone().map(|path| LandmarkSource::Model { path: Some(path) });
    let classifier =
        Classifier::load_with(&options.model, ClassifierOptions { device: options.device, landmarks })?;
    let SpottingOptions { recording: input, out, .. } = &options.spotting;
    let landmarker = options.spotting.start()?;
    let [recording, again] = input.twice()?;
    let fps = recording.fps();
    let progress = crate::shared::progress_bar(recording.frame_count().unwrap_or(0) as u64, "frames");
    let seen = spot_recording(recording, &landmarker, &SpotParams::default(), &progress)?;
    progress.finish_and_clear();
    let name = recording_name(&input.input);
    let (Some(motion), Some(regions)) = (&seen.motion, &seen.regions) else {
        return Err(format!("{name}: no face was found").into());
    };
    let mut analysed: Vec<Option<(AnalysedInterval, Shown)>> =
        seen.expressions.iter().map(|_| None).collect();
    each_expression(again, &seen.expressions, &mut |index, of| {
        let spotted = &seen.expressions[index];
        let input = ClassifierInput::Clip { clip: &of.clip, landmarks: None };
        let answer = classifier.answer(input, Relevance::Measured).map_err(|error| error.to_string());
        let window = Window::around(regions, of.clip.frame(0).dim());
        let shown =
            Looked { spotted, of, window }.shown(&seen, regions, answer.as_ref().map_err(Clone::clone))?;
        let interval = AnalysedInterval {
            spotted: spotted.clone(),
            class: answer.as_ref().ok().map(|answer| answer.class_name().to_owned()),
            probabilities: answer.as_ref().ok().map(|answer| answer.probabilities.clone()),
            error: answer.err(),
        };
        analysed[index] = Some((interval, shown));
        Ok(())
    })?;
    let (intervals, shown): (Vec<_>, Vec<_>) = analysed.into_iter().flatten().unzip();
    let spotted = &seen.expressions;
    let drawn = timeline(&Timeline { motion, fps, spotted, truth: &[] });
    let summary = format!(
        "{:.1} s at {fps} frames per second; {}; {} of {} frames without a face",
        seen.frames as f64 / fps,
        counted(spotted.len()),
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
    atomic_file::write(out.join("analysis.json"), &serde_json::to_vec_pretty(&analysis)?)?;
    atomic_file::write(out.join("analysis.html"), html.as_bytes())?;
    println!("{summary}");
    println!("page: {}", out.join("analysis.html").display());
    Ok(())
}

fn counted(expressions: usize) -> String {
    if expressions == 1 { "1 expression".to_owned() } else { format!("{expressions} expressions") }
}

/// A spotted expression and its frames.
struct Looked<'a> {
    spotted: &'a SpottedExpression,
    of: ExpressionClip,
    window: Window,
}

impl Looked<'_> {
    fn shown(
        &self,
        seen: &Spotted,
        regions: &FaceRegions,
        answer: Result<&Prediction, String>,
    ) -> Result<Shown, Box<dyn Error>> {
        let SpottedExpression { kind, interval, apex, strength, .. } = self.spotted;
        let face = |clip: &Clip, index: usize| self.window.cut(clip.frame(index));
        let (onset_face, apex_face) = (face(&self.of.clip, 0), face(&self.of.clip, self.of.apex));
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
        let magnified = magnify_clip(&self.of.clip, params).ok()?;
        Some(self.window.cut(magnified.frame(self.of.apex)))
    }
}
