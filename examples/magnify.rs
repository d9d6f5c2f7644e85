//! Magnifies the motion in a folder of frames.

use std::error::Error;
use std::process::ExitCode;

use microexpr::core::ImageSequence;
use microexpr::magnify::{
    ClipFilter, FrameLayout, MIT_DROPPED_FRAMES, Magnifier, MagnifyError, MagnifyParams, RieszMagnifier,
    RieszParams, StreamFilter, StreamParams, magnify_frames,
};

mod magnifying;
mod shared;

use magnifying::depth::{Depth, is_deep, layout_of, read};
use magnifying::hints;
use magnifying::options::{Arguments, Method};
use magnifying::output::{self, Output};

fn main() -> ExitCode {
    shared::run(magnify)
}

fn magnify(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let sequence = input(arguments)?;
    output::check(arguments, &sequence)?;
    let params = arguments.settings()?;
    if let Some(warning) = params.temporal.check(sequence.len(), arguments.fps).map_err(hints::in_options)? {
        eprintln!("warning: {}", hints::warning(warning));
    }
    let first = sequence.image(0)?;
    let layout = layout_of(&first);
    let still = match is_deep(&first) {
        true => magnify_all::<u16>(&sequence, layout, arguments, params)?,
        false => magnify_all::<u8>(&sequence, layout, arguments, params)?,
    };
    if still {
        eprintln!("note: nothing moves: all {} frames are the same, and so are the results", sequence.len());
    }
    Ok(())
}

/// The frames to magnify.
fn input(arguments: &Arguments) -> Result<ImageSequence, Box<dyn Error>> {
    let sequence = ImageSequence::open(&arguments.input)?;
    let dropped = if arguments.mit_compat { MIT_DROPPED_FRAMES } else { 0 };
    let Some(kept) = sequence.len().checked_sub(dropped).filter(|kept| *kept > 0) else {
        return Err(format!("--mit-compat drops the last {dropped} frames, found {}", sequence.len()).into());
    };
    let kept = ImageSequence::from_paths(sequence.paths()[..kept].to_vec())?;
    Ok(shared::frames::at_depth(kept, arguments.bits)?)
}

/// Magnifies at the frames' own depth; whether the recording was still.
fn magnify_all<P: Depth>(
    sequence: &ImageSequence,
    layout: FrameLayout,
    arguments: &Arguments,
    params: MagnifyParams,
) -> Result<bool, Box<dyn Error>> {
    let output = Output::new(arguments, layout, sequence.len())?;
    let fps = arguments.fps;
    match (arguments.method, params.temporal) {
        (Method::Linear, ClipFilter::Stream(temporal)) => {
            let MagnifyParams { alpha, gain, chroma, .. } = params;
            let params = StreamParams { alpha, gain, temporal, chroma };
            let mut magnifier = Magnifier::new(layout, fps, &params).map_err(hints::in_options)?;
            stream(sequence, layout, |frame: &mut [P]| magnifier.magnify(frame), output)
        }
        (Method::Linear, _) => at_once::<P>(sequence, layout, fps, &params, output),
        (Method::Riesz, ClipFilter::Stream(temporal)) => {
            let mut magnifier = riesz(layout, fps, temporal, params.alpha)?;
            stream(sequence, layout, |frame: &mut [P]| magnifier.magnify(frame), output)
        }
        (Method::Riesz, _) => Err(
            "--method riesz works frame by frame: use --temporal butterworth, butterworth2 or exponential"
                .into(),
        ),
    }
}

fn riesz<P: Depth>(
    layout: FrameLayout,
    fps: f64,
    temporal: StreamFilter,
    alpha: f64,
) -> Result<RieszMagnifier<P>, String> {
    let params = RieszParams { alpha, temporal, ..Default::default() };
    RieszMagnifier::new(layout, fps, &params).map_err(hints::in_options)
}

/// Frame by frame, in constant memory; whether all frames are the same.
fn stream<P: Depth>(
    sequence: &ImageSequence,
    layout: FrameLayout,
    mut magnify: impl FnMut(&mut [P]) -> Result<(), MagnifyError>,
    mut output: Output,
) -> Result<bool, Box<dyn Error>> {
    let first: Vec<P> = read(sequence, 0, layout)?;
    let mut still = true;
    for (index, path) in sequence.paths().iter().enumerate() {
        let source: Vec<P> = read(sequence, index, layout)?;
        still &= source == first;
        let mut frame = source.clone();
        magnify(&mut frame)?;
        output.write(path, source, frame)?;
    }
    output.finish()?;
    Ok(still)
}

/// All frames at once, for filters that look ahead; whether all frames are the same.
fn at_once<P: Depth>(
    sequence: &ImageSequence,
    layout: FrameLayout,
    fps: f64,
    params: &MagnifyParams,
    mut output: Output,
) -> Result<bool, Box<dyn Error>> {
    let mut sources: Vec<P> = Vec::new();
    for index in 0..sequence.len() {
        sources.extend(read::<P>(sequence, index, layout)?);
    }
    let mut frames = sources.clone();
    magnify_frames(&mut frames, layout, fps, params).map_err(hints::in_options)?;
    let len = layout.len();
    let still = sources.chunks_exact(len).all(|source| *source == sources[..len]);
    let pairs = sources.chunks_exact(len).zip(frames.chunks_exact(len));
    for (path, (source, frame)) in sequence.paths().iter().zip(pairs) {
        output.write(path, source.to_vec(), frame.to_vec())?;
    }
    output.finish()?;
    Ok(still)
}
