//! Magnifies the motion in a folder of frames or a video.

use std::error::Error;

use microexpr::magnify::{
    ClipFilter, FrameLayout, Magnifier, MagnifyError, MagnifyParams, RieszMagnifier, RieszParams,
    StreamFilter, StreamParams, magnify_frames,
};

use crate::magnifying::depth::{Depth, is_deep, layout_of, values_of};
use crate::magnifying::hints;
use crate::magnifying::options::Method;
pub(crate) use crate::magnifying::options::Options;
use crate::magnifying::output::{self, Output};
use crate::magnifying::source::Source;

pub(crate) fn run(arguments: &Options) -> Result<(), Box<dyn Error>> {
    let mut source = Source::open(arguments)?;
    output::check(arguments, &source)?;
    let params = arguments.settings(source.fps())?;
    if let Some(frames) = source.len()
        && let Some(warning) = params.temporal.check(frames, source.fps()).map_err(hints::in_options)?
    {
        eprintln!("warning: {}", hints::warning(warning));
    }
    let first = source.first()?;
    let layout = layout_of(&first);
    let still = match is_deep(&first) {
        true => magnify_all::<u16>(source, layout, arguments, params)?,
        false => magnify_all::<u8>(source, layout, arguments, params)?,
    };
    if still {
        eprintln!("note: nothing moves: all frames are the same, and so are the results");
    }
    Ok(())
}

/// Magnifies at the frames' own depth; whether the recording was still.
fn magnify_all<P: Depth>(
    source: Source,
    layout: FrameLayout,
    arguments: &Options,
    params: MagnifyParams,
) -> Result<bool, Box<dyn Error>> {
    let output = Output::new(arguments, layout, &source)?;
    let fps = source.fps();
    match (arguments.method, params.temporal) {
        (Method::Linear, ClipFilter::Stream(temporal)) => {
            let MagnifyParams { alpha, gain, chroma, .. } = params;
            let params = StreamParams { alpha, gain, temporal, chroma };
            let mut magnifier = Magnifier::new(layout, fps, &params).map_err(hints::in_options)?;
            stream(source, layout, |frame: &mut [P]| magnifier.magnify(frame), output)
        }
        (Method::Linear, _) => at_once::<P>(source, layout, &params, output),
        (Method::Riesz, ClipFilter::Stream(temporal)) => {
            let mut magnifier = riesz(layout, fps, temporal, params.alpha)?;
            stream(source, layout, |frame: &mut [P]| magnifier.magnify(frame), output)
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
    source: Source,
    layout: FrameLayout,
    mut magnify: impl FnMut(&mut [P]) -> Result<(), MagnifyError>,
    mut output: Output,
) -> Result<bool, Box<dyn Error>> {
    let mut first: Option<Vec<P>> = None;
    let mut still = true;
    for frame in source {
        let (path, image) = frame?;
        let values: Vec<P> = values_of(image, &path, layout)?;
        still &= *first.get_or_insert_with(|| values.clone()) == values;
        let mut frame = values.clone();
        magnify(&mut frame)?;
        output.write(&path, values, frame)?;
    }
    output.finish()?;
    Ok(still)
}

/// All frames at once, for filters that look ahead; whether all frames are the same.
fn at_once<P: Depth>(
    source: Source,
    layout: FrameLayout,
    params: &MagnifyParams,
    mut output: Output,
) -> Result<bool, Box<dyn Error>> {
    let fps = source.fps();
    let (mut paths, mut sources) = (Vec::new(), Vec::new());
    for frame in source {
        let (path, image) = frame?;
        sources.extend(values_of::<P>(image, &path, layout)?);
        paths.push(path);
    }
    let mut frames = sources.clone();
    magnify_frames(&mut frames, layout, fps, params).map_err(hints::in_options)?;
    let len = layout.len();
    let still = sources.chunks_exact(len).all(|source| *source == sources[..len]);
    let pairs = sources.chunks_exact(len).zip(frames.chunks_exact(len));
    for (path, (source, frame)) in paths.iter().zip(pairs) {
        output.write(path, source.to_vec(), frame.to_vec())?;
    }
    output.finish()?;
    Ok(still)
}
