//! Runs one algorithm on two images, prints its shortest times (of the thread's processor, on the clock) and stores what it found: our side of
//! `benches/flow_vs_opencv.py`, without the dependencies of the programs in `examples/`.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use cpu_time::ThreadTime;
use microexpr_core::Clip;
use microexpr_flow::{
    Consistency, FlowAlgorithm, FlowError, LucasKanade, LucasKanadeParams, flo, flow_sequence,
};
use ndarray::Array2;

const USAGE: &str = "usage: measure dense  A B SETTINGS.json OUT.flo TIMES\n       \
                            measure clip   A B SETTINGS.json OUT.flo TIMES\n       \
                            measure points A B POINTS.csv    OUT.csv TIMES";

const LARGE_HEAP: usize = 24 << 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["dense", a, b, settings, out, times] => dense([a, b], settings, out, times),
        ["clip", a, b, settings, out, times] => clip([a, b], settings, out, times),
        ["points", a, b, points, out, times] => points_of([a, b], points, out, times),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The flow from A to B, of bytes as OpenCV takes them.
fn dense(images: [&str; 2], settings: &str, out: &str, times: &str) -> Result<(), Box<dyn Error>> {
    let [a, b] = [grey(images[0])?, grey(images[1])?];
    let algorithm: FlowAlgorithm = serde_json::from_str(&std::fs::read_to_string(settings)?)?;
    let mut solver = algorithm.solver();
    let flow = fastest(times, || solver.flow_u8(a.view(), b.view()))?;
    Ok(flo::write(out, &flow)?)
}

/// The flow from each frame to the next one of a clip A, B, A, …, pairs side by side; the first one is written.
fn clip(images: [&str; 2], settings: &str, out: &str, times: &str) -> Result<(), Box<dyn Error>> {
    const FRAMES: usize = 9;
    let images =
        [grey(images[0])?, grey(images[1])?].map(|image| image.mapv(|level| f32::from(level) / 255.0));
    let frames: Vec<_> = (0..FRAMES).map(|frame| images[frame % 2].view()).collect();
    let clip = Clip::new(ndarray::stack(ndarray::Axis(0), &frames)?, 100.0)?;
    let algorithm: FlowAlgorithm = serde_json::from_str(&std::fs::read_to_string(settings)?)?;
    let flows = fastest(times, || flow_sequence(&clip, &algorithm))?;
    Ok(flo::write(out, &flows[0])?)
}

/// Where the points of A are in B.
fn points_of(images: [&str; 2], points: &str, out: &str, times: &str) -> Result<(), Box<dyn Error>> {
    let [a, b] = [grey(images[0])?, grey(images[1])?];
    let points = read_points(points.as_ref())?;
    // As OpenCV by default: not tracked back, and done when a step is shorter than 0.01 px.
    let params =
        LucasKanadeParams { consistency: Consistency::Unchecked, epsilon_px: 0.01, ..Default::default() };
    let mut tracker = LucasKanade::new(params);
    let found = fastest(times, || {
        let (template, frame) = (tracker.prepare_u8(a.view())?, tracker.prepare_u8(b.view())?);
        tracker.track(&template, &frame, &points, None)
    })?;
    let mut table = String::from("x,y\n");
    for point in found {
        writeln!(table, "{},{}", point.position[0], point.position[1])?;
    }
    Ok(std::fs::write(out, table)?)
}

fn grey(path: &str) -> Result<Array2<u8>, Box<dyn Error>> {
    let image = image::open(path)?.into_luma8();
    let dim = (image.height() as usize, image.width() as usize);
    Ok(Array2::from_shape_vec(dim, image.into_raw())?)
}

/// Lines of `x,y` after a heading.
fn read_points(path: &Path) -> Result<Vec<[f64; 2]>, Box<dyn Error>> {
    let mut points = Vec::new();
    for line in std::fs::read_to_string(path)?.lines().skip(1) {
        let (x, y) = line.split_once(',').ok_or_else(|| format!("expected \"x,y\", found \"{line}\""))?;
        points.push([x.parse()?, y.parse()?]);
    }
    Ok(points)
}

/// The last result; prints the shortest times in milliseconds: of this thread's processor, and on the clock.
fn fastest<T>(times: &str, mut run: impl FnMut() -> Result<T, FlowError>) -> Result<T, Box<dyn Error>> {
    let times: u32 = times.parse()?;
    // A process whose heap has never been large gives every freed image back to the system and waits for its return.
    // The one that OpenCV is measured in is not such a process.
    drop(std::hint::black_box(vec![1_u8; LARGE_HEAP]));
    let mut shortest = [f64::INFINITY; 2];
    let mut result = None;
    for _ in 0..times {
        let (thread, clock) = (ThreadTime::now(), Instant::now());
        result = Some(run()?);
        let elapsed = [thread.elapsed(), clock.elapsed()].map(|time| 1e3 * time.as_secs_f64());
        shortest = [0, 1].map(|i| shortest[i].min(elapsed[i]));
    }
    println!("{:.4} {:.4}", shortest[0], shortest[1]);
    result.ok_or_else(|| "TIMES must be at least 1".into())
}
