//! The network on graphs of your own, built in memory from landmarks and optical flow: leave one subject out, report.
//!
//! `cargo run --release --example own_graphs -- out/`

use std::error::Error;
use std::path::PathBuf;

use microexpr::classifier::{NetworkLearner, Preset, summary};
use microexpr::core::{LandmarkScheme, Landmarks};
use microexpr::graph::{TEMPLATE_51, VideoGraph, build};
use microexpr::prelude::{Device, EvaluationRequest, Example, FlowField, Outcome, Settings};

/// Side of the aligned face in pixels.
const SIDE: usize = 128;

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(std::env::args().nth(1).ok_or("give a folder for the report")?);
    let mut settings = Preset::Recommended.settings();
    settings.training.networks = 2;
    let classes = ["frown", "smile"].map(String::from);
    // Six people with four clips each.
    let (mut examples, mut graphs) = (Vec::new(), Vec::new());
    for clip in 0..24 {
        let (person, class) = (clip / 4, clip % 2);
        examples.push(Example::new(format!("clip {clip}"), format!("p{person}"), "mine", class));
        graphs.push(vec![graph(class, person, &settings)?]);
    }
    let learner = NetworkLearner::new(graphs, settings, Device::Cpu)?;
    let evaluation = EvaluationRequest::new(&examples, &classes).evaluate(&learner, &|_| ())?;
    print!("{}", summary(&evaluation));
    Ok(Outcome::from(evaluation).write(&out)?)
}

/// Frames 0, 8 and 20 of a clip in which the brows go down (class 0) or the mouth's corners go up (class 1).
fn graph(class: usize, person: usize, settings: &Settings) -> Result<VideoGraph, Box<dyn Error>> {
    let strength = 0.6 + 0.1 * person as f64;
    let motion = |point: [f64; 2]| match class {
        0 => strength * (-(point[1] - 40.0).powi(2) / 200.0).exp(),
        _ => -strength * (-(point[1] - 85.0).powi(2) / 200.0).exp() * (point[0] - 64.0).abs() / 30.0,
    };
    let face = TEMPLATE_51.map(|p| [64.0 + 45.0 * p[0], 50.0 + 45.0 * p[1]]);
    let (mut points, mut flows) = (Vec::new(), Vec::new());
    for share in [0.0, 1.0, 0.3] {
        let moved = face.map(|p| [p[0], p[1] + share * motion(p)]).to_vec();
        points.push(Landmarks::new(LandmarkScheme::Paper51, moved)?);
        let mut flow = FlowField::zeros(SIDE, SIDE).into_components();
        flow.1.indexed_iter_mut().for_each(|((y, x), v)| *v = (share * motion([x as f64, y as f64])) as f32);
        flows.push(FlowField::new(flow.0, flow.1)?);
    }
    Ok(build(&points, &flows, &[0, 8, 20], &settings.pipeline.graph)?)
}
