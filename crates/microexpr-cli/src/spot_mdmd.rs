//! A published spotter, main directional maximal difference, on the recordings that `spot` takes: for comparison.

use std::error::Error;
use std::time::Instant;

use crate::shared::input::Recording;
use crate::spotting::frames::each_frame;
use crate::spotting::options::{SpottingOptions, TruthOptions};
use crate::spotting::output::{NamedExpressions, SpottingReport, write_intervals};
use crate::spotting::{recording_name, recordings_within};
use clap::Parser;
use microexpr::core::Landmarks;
use microexpr::landmarks::{FaceLandmarker, LandmarkError, grey_from_frame};
use microexpr::spot::{Mdmd, MdmdParams};
use ndarray::{Array2, ArrayView2, s};

/// Finds micro- and macro-expressions by main directional maximal difference (Wang et al. 2017, He et al. 2020), for comparison with
/// `spot`; writes intervals.csv.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    #[command(flatten)]
    spotting: SpottingOptions,
    #[command(flatten)]
    truth: TruthOptions,
    /// Threshold p, 0 to 1; several, separated by commas, are all scored, the first is written
    #[arg(long, value_delimiter = ',', default_value = "0.01")]
    threshold: Vec<f64>,
}

pub(crate) fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let truth = options.truth.read()?;
    let recording = &options.spotting.recording;
    let landmarker = options.spotting.start()?;
    let within = recordings_within(&recording.input);
    let mut seen = Vec::new();
    if within.is_empty() {
        seen.push(see(recording_name(&recording.input), recording.recording()?, &landmarker)?);
    }
    for folder in &within {
        seen.push(see(recording_name(folder), recording.at(folder)?, &landmarker)?);
    }
    for (index, threshold) in options.threshold.iter().enumerate() {
        let at = |(name, mdmd): &(String, Option<Mdmd>)| NamedExpressions {
            recording: name.clone(),
            expressions: mdmd.as_ref().map(|mdmd| mdmd.at(*threshold)).unwrap_or_default(),
            classes: Vec::new(),
        };
        let all: Vec<NamedExpressions> = seen.iter().map(at).collect();
        if index == 0 {
            write_intervals(&options.spotting.intervals(), &all)?;
        }
        if let Some(truth) = &truth {
            println!("p = {threshold}");
            SpottingReport::new(&all, truth).print();
        }
    }
    println!("intervals: {}", options.spotting.intervals().display());
    Ok(())
}

/// Measures a recording from the first frame with a face on; the face is cut out where it was then.
fn see(
    name: String,
    recording: Recording,
    landmarker: &FaceLandmarker,
) -> Result<(String, Option<Mdmd>), Box<dyn Error>> {
    let (start, fps) = (Instant::now(), recording.fps());
    let progress = crate::shared::progress_bar(recording.frame_count().unwrap_or(0) as u64, "frames");
    let mut face: Option<Face> = None;
    let mut frames = 0_usize;
    each_frame(recording, &mut |frame| {
        progress.inc(1);
        frames += 1;
        // Without a face the first frame decides that nothing is seen: this is a rival on known recordings, not a product.
        if frames == 1 {
            face = Face::find(frame, fps, landmarker)?;
        }
        let Some(Face { mdmd, rows, cols }) = &mut face else { return Ok(()) };
        Ok(mdmd.push(frame.slice(s![rows.clone(), cols.clone()]))?)
    })?;
    progress.finish_and_clear();
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{name}: {seconds:.1} s of computation ({:.2} of real time)",
        seconds * fps / frames.max(1) as f64
    );
    Ok((name, face.map(|face| face.mdmd)))
}

/// Where the face lies, and what was measured of it.
struct Face {
    mdmd: Mdmd,
    rows: std::ops::Range<usize>,
    cols: std::ops::Range<usize>,
}

impl Face {
    fn find(
        frame: &Array2<f32>,
        fps: f64,
        landmarker: &FaceLandmarker,
    ) -> Result<Option<Self>, Box<dyn Error>> {
        let found = match landmarker.face(&grey_from_frame(frame.view())) {
            Ok(found) => found,
            Err(LandmarkError::NoFace { .. } | LandmarkError::NotAFace { .. }) => return Ok(None),
            Err(other) => return Err(other.into()),
        };
        let (rows, cols) = around(&found.landmarks, frame.view());
        Ok(Some(Self { mdmd: Mdmd::new(fps, MdmdParams::default())?, rows, cols }))
    }
}

/// The box of the 68 points, and a quarter of its height above the brows for the forehead.
fn around(
    landmarks: &Landmarks,
    frame: ArrayView2<'_, f32>,
) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
    let range = |axis: usize, end: usize, more: f64| {
        let all = || landmarks.points().iter().map(|point| point[axis]);
        let (low, high) = (all().fold(f64::INFINITY, f64::min), all().fold(0.0, f64::max));
        let first = (low - more * (high - low)).max(0.0) as usize;
        first.min(end - 1)..(high.max(0.0) as usize + 1).clamp(first.min(end - 1) + 1, end)
    };
    (range(1, frame.nrows(), 0.25), range(0, frame.ncols(), 0.0))
}
