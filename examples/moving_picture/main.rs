//! Draws the moving picture of the project's front page: a generated face, magnified, its motion, the graph, the answer.
//!
//! ```sh
//! cargo run --release --example moving_picture -- docs/microexpr.gif
//! ```

mod letters;
mod panels;

use std::error::Error;
use std::fs::File;

use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, Frame, RgbImage, Rgba, RgbaImage};
use microexpr::classifier::{Classifier, ClassifierInput, ClassifierOptions, Preset, Relevance, SavedModel};
use microexpr::core::Clip;
use microexpr::data::{LabelScheme, Layout};
use microexpr::flow::{Clg, ClgParams, DenseFlow};
use microexpr::landmarks::{AlignedClip, Paper51Params, paper51};
use microexpr::magnify::{MagnifyParams, magnify_clip};
use microexpr::pipeline::{Cache, Pipeline};
use microexpr::prelude::{Device, Experiment};
use microexpr_synth::{Expression, Nuisance, Subject, SynthClip, SynthParams, write_dataset};
use panels::{Panels, Step};

/// Times as large as the motion is shown.
const ALPHA: f64 = 10.0;
/// How long a frame is shown, and the last one with the answer.
const DELAYS_MS: [u32; 2] = [80, 2500];

fn main() -> Result<(), Box<dyn Error>> {
    let out = std::env::args().nth(1).ok_or("usage: moving_picture OUT.gif")?;
    let settings = Preset::Recommended.settings();
    let clip = unseen_person()?;
    let aligned = Pipeline::new(&settings.pipeline)?.register_clip(clip.clone(), None)?;
    let classifier = Classifier::new(model()?, ClassifierOptions::default())?;
    let input = ClassifierInput::Clip { clip: &clip, landmarks: None };
    let answer = classifier.answer(input, Relevance::Omitted)?;
    println!("{}: {:.0} %", answer.class_name(), 100.0 * answer.probability());

    let mut pictures = steps(&aligned)?;
    let (panels, last) = (Panels::new(&aligned)?, pictures.pop().ok_or("a clip has frames")?);
    let mut gif = GifEncoder::new(File::create(&out)?);
    gif.set_repeat(Repeat::Infinite)?;
    let mut shown: Option<RgbImage> = None;
    let of_steps = pictures.iter().map(|step| (panels.draw(step), DELAYS_MS[0]));
    for (picture, delay_ms) in of_steps.chain([(panels.with_answer(&last, &answer), DELAYS_MS[1])]) {
        let delay = Delay::from_numer_denom_ms(delay_ms, 1);
        gif.encode_frame(Frame::from_parts(changes(&picture, shown.as_ref()), 0, 0, delay))?;
        shown = Some(picture);
    }
    Ok(())
}

/// A network that has learned from six generated persons.
fn model() -> Result<SavedModel, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    write_dataset(&SynthParams::default(), microexpr_synth::Layout::Smic, folder.path(), |_| ())?;
    let settings = Preset::Recommended.settings();
    let experiment = Experiment { settings, device: Device::Cpu, cache: Cache::none() };
    let index = Layout::Smic.read(folder.path())?;
    Ok(experiment.train(&index, LabelScheme::ThreeClasses, 1, &|_| ())?.0)
}

/// A clip of another person, recorded without noise, which would swell the file.
fn unseen_person() -> Result<Clip, Box<dyn Error>> {
    let params =
        SynthParams { seed: 8, nuisance: Nuisance::none(), frames: [36, 36], ..SynthParams::default() };
    let clip = SynthClip::render(&params, &Subject::new(&params, 1)?, 1, Expression::Surprise)?;
    Ok(Clip::new(clip.frames.mapv(|level| f32::from(level) / 255.0), clip.fps)?)
}

/// What is shown of every second frame.
fn steps(aligned: &AlignedClip) -> Result<Vec<Step>, Box<dyn Error>> {
    let AlignedClip { clip, landmarks, .. } = aligned;
    let magnified = magnify_clip(clip, &MagnifyParams { alpha: ALPHA, ..MagnifyParams::default() })?;
    let points = paper51(&landmarks[0], (clip.height(), clip.width()), &Paper51Params::default())?;
    let mut clg = Clg::new(ClgParams::default());
    let step = |index: usize| {
        let flow = clg.flow(clip.frame(0), clip.frame(index))?;
        let moved = points.points().iter().map(|[x, y]| {
            let at = [y, x].map(|v| v.round().clamp(0.0, clip.width() as f64 - 1.0) as usize);
            [x + ALPHA * f64::from(flow.u()[at]), y + ALPHA * f64::from(flow.v()[at])]
        });
        let (recorded, magnified) = (clip.frame(index).to_owned(), magnified.frame(index).to_owned());
        Ok(Step { recorded, magnified, points: moved.collect(), flow })
    };
    (0..clip.len()).step_by(2).map(step).collect()
}

/// The pixels that differ from what is shown already; the others are transparent, which takes little room.
fn changes(picture: &RgbImage, shown: Option<&RgbImage>) -> RgbaImage {
    RgbaImage::from_fn(picture.width(), picture.height(), |x, y| {
        let pixel = picture.get_pixel(x, y);
        match shown {
            Some(shown) if shown.get_pixel(x, y) == pixel => Rgba([0; 4]),
            _ => Rgba([pixel[0], pixel[1], pixel[2], 255]),
        }
    })
}
