//! Runs one algorithm on two images, prints its shortest time and stores what it found: our side of
//! `benches/flow_vs_opencv.py`, without the dependencies of the programs in `examples/`.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use cpu_time::ThreadTime;
use microexpr_flow::{Consistency, FlowAlgorithm, FlowError, LucasKanade, LucasKanadeParams, flo};
use ndarray::Array2;

const USAGE: &str = "usage: measure dense  A B SETTINGS.json OUT.flo TIMES\n       \
                            measure points A B POINTS.csv    OUT.csv TIMES";

const LARGE_HEAP: usize = 24 << 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["dense", a, b, settings, out, times] => dense([a, b], settings, out, times),
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

/// The last result; prints the shortest processor time in milliseconds.
fn fastest<T>(times: &str, mut run: impl FnMut() -> Result<T, FlowError>) -> Result<T, Box<dyn Error>> {
    let times: u32 = times.parse()?;
    // A process whose heap has never been large gives every freed image back to the system and waits for its return.
    // The one that OpenCV is measured in is not such a process.
    drop(std::hint::black_box(vec![1_u8; LARGE_HEAP]));
    let mut shortest = f64::INFINITY;
    let mut result = None;
    for _ in 0..times {
        let start = ThreadTime::now();
        result = Some(run()?);
        shortest = shortest.min(1e3 * start.elapsed().as_secs_f64());
    }
    println!("{shortest:.4}");
    result.ok_or_else(|| "TIMES must be at least 1".into())
}
