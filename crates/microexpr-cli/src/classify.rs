//! Classifies one clip with a saved model.

use std::error::Error;
use std::num::NonZero;
use std::path::PathBuf;
use std::time::Duration;

use crate::shared::experiment_options::LandmarksFrom;
use crate::shared::input::InputOptions;
use crate::shared::outputs::keep_inputs;
use clap::Parser;
use microexpr::classifier::{ClassifierOptions, StageTimes};
use microexpr::core::atomic_file;
use microexpr::evaluation::FrameExplanation;
use microexpr::pipeline::LandmarkSource;
use microexpr::prelude::{Classifier, Device};

/// Prints the class probabilities of one clip and the frames they rest on.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// Model written by `train`
    #[arg(long)]
    model: PathBuf,
    #[command(flatten)]
    clip: InputOptions,
    /// Picture (PNG) of the attention that every landmark receives; of relevance where a model has no attention
    #[arg(long)]
    picture: Option<PathBuf>,
    /// Picture (PNG) of how much the answer rests on every landmark
    #[arg(long, value_name = "FILE")]
    relevance: Option<PathBuf>,
    /// Where landmarks come from [default: as in training]
    #[arg(long, value_enum)]
    landmarks: Option<LandmarksFrom>,
    /// 68-point model in dlib's format [default: as in training]
    #[arg(long, value_name = "FILE")]
    landmark_model: Option<PathBuf>,
    /// Classify the clip that often and print the shortest time: the first clip of a process also pays for fresh memory
    #[arg(long, default_value_t = NonZero::<usize>::MIN)]
    repeat: NonZero<usize>,
    /// Where the network runs: cpu, cuda or wgpu
    #[arg(long, default_value = "cpu")]
    device: Device,
}

pub(crate) fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let outputs = [("--picture", options.picture.as_deref()), ("--relevance", options.relevance.as_deref())];
    keep_inputs(&outputs, &[&options.clip.input, &options.model])?;
    for picture in options.picture.iter().chain(&options.relevance) {
        atomic_file::check_file(picture)?;
    }
    let landmarks = match (&options.landmark_model, options.landmarks) {
        (Some(path), _) => Some(LandmarkSource::Model { path: Some(path.clone()) }),
        (None, Some(LandmarksFrom::Model)) => Some(LandmarkSource::Model { path: None }),
        (None, Some(LandmarksFrom::Files)) => Some(LandmarkSource::Files),
        (None, None) => None,
    };
    let device = options.device;
    let classifier = Classifier::load_with(&options.model, ClassifierOptions { device, landmarks })?;
    let (frames, fps) = options.clip.sequence()?;
    if frames.is_still()? {
        eprintln!("note: nothing moves: all {} frames are the same", frames.len());
    }
    let classified = || match options.relevance {
        Some(_) => classifier.explain(&frames, fps),
        None => classifier.classify(&frames, fps),
    };
    let mut prediction = classified()?;
    for _ in 1..options.repeat.get() {
        let again = classified()?;
        if again.times.total() < prediction.times.total() {
            prediction = again;
        }
    }
    for (name, probability) in prediction.classes.iter().zip(&prediction.probabilities) {
        println!("{name:>12}  {probability:.4}");
    }
    println!("class: {}", prediction.class_name());
    println!("kept frames: {:?}", prediction.kept_frames);
    crate::shared::print_pose(prediction.face.as_ref().and_then(|face| face.pose));
    for FrameExplanation { frame, attention, relevance, .. } in &prediction.frames {
        if let Some(relevance) = relevance {
            let attended = if prediction.attention.is_empty() {
                String::new()
            } else {
                format!(", attention {attention:.2}")
            };
            println!("frame {frame}: relevance {relevance:.4}{attended}");
        }
    }
    let StageTimes { registration, graph, network } = prediction.times;
    println!(
        "time: {:.0} ms (aligned face {:.0}, graph {:.0}, network {:.0})",
        milliseconds(prediction.times.total()),
        milliseconds(registration),
        milliseconds(graph),
        milliseconds(network),
    );
    if let Some(path) = &options.picture {
        if prediction.attention.is_empty() {
            eprintln!(
                "note: the model has no attention; the picture shows relevance (`train --preset attention` has both)"
            );
            classifier.explain(&frames, fps)?.write_relevance_picture(path)?;
        } else {
            prediction.write_attention_picture(path)?;
        }
        println!("attention: {}", path.display());
    }
    if let Some(path) = &options.relevance {
        prediction.write_relevance_picture(path)?;
        println!("relevance: {}", path.display());
    }
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
