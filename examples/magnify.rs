//! Magnifies the motion in a folder of frames.

use std::collections::HashMap;
use std::error::Error;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;

use clap::{Parser, ValueEnum};
use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, DynamicImage, Frame, GrayImage, ImageFormat, RgbImage, RgbaImage};
use microexpr::core::{CoreError, ImageSequence, atomic_file};
use microexpr::magnify::{
    ButterworthOrder, ClipFilter, ColorModel, Extension, FrameLayout, GainRule, MIT_DROPPED_FRAMES,
    Magnifier, MagnifyError, MagnifyParams, Preset, RieszMagnifier, RieszParams, StreamFilter, StreamParams,
    magnify_frames,
};

mod shared;

/// Magnifies the motion in a folder of frames: subtle movement becomes visible.
#[derive(Debug, Parser)]
struct Arguments {
    /// Folder of frames (.png, .jpg, .jpeg or .bmp), played in natural order
    #[arg(long, value_name = "DIR")]
    input: PathBuf,
    /// Frames per second of the recording
    #[arg(long)]
    fps: f64,
    /// Frequencies that count as motion, in Hz [default: everything since the first frame, up to 10 Hz]
    #[arg(long, value_name = "LO..HI")]
    band: Option<Band>,
    /// Added multiple of the motion: a displacement becomes 1 + ALPHA times as large; -1 removes it [default: 4; riesz: 10]
    #[arg(long, allow_negative_numbers = true)]
    alpha: Option<f64>,
    /// How motion is magnified
    #[arg(long, value_enum, default_value_t = Method::Linear)]
    method: Method,
    /// Temporal filter [default: butterworth with --band or riesz, else onset]
    #[arg(long)]
    temporal: Option<Temporal>,
    /// Settings of a video of the MIT release: baby, baby2, camera, subway, wrist, shadow, face2-motion, guitar-e, guitar-a
    /// or face
    #[arg(long, value_name = "NAME", conflicts_with_all = ["band", "temporal", "lambda_c", "method"])]
    preset: Option<Preset>,
    /// With --preset: also the release's quirks (halved cut-offs and ideal gain, reversed fine motion, last 10 frames dropped)
    #[arg(long, requires = "preset")]
    mit_compat: bool,
    /// Wavelength in pixels above which Wu's gain rule uses the full ALPHA [default: the same gain for all sizes]
    #[arg(long, value_name = "PIXELS")]
    lambda_c: Option<f64>,
    /// Fraction of ALPHA for the colour components; 0 magnifies brightness alone, as riesz always does [default: 0.1]
    #[arg(long)]
    chroma: Option<f64>,
    /// Folder for the magnified frames (PNG, named like the input)
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Also write side_by_side.gif: input left, result right (at most 50 frames per second)
    #[arg(long)]
    gif: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    /// Adds the filtered difference: fast, exact for small motion
    Linear,
    /// Moves local phase: for ALPHA above 10 or noisy video
    Riesz,
}

/// `LO..HI` in Hz.
#[derive(Debug, Clone, Copy)]
struct Band {
    low_hz: f64,
    high_hz: f64,
}

impl FromStr for Band {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once("..").map(|(low, high)| (low.trim().parse(), high.trim().parse()));
        match numbers {
            Some((Ok(low_hz), Ok(high_hz))) => Ok(Self { low_hz, high_hz }),
            _ => Err("expected two numbers of Hz, as in 0.5..10".into()),
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Temporal {
    /// Low-pass minus the first frame, no delay; for registered clips that start at rest (LO must be 0)
    Onset,
    /// First-order Butterworth difference, frame by frame
    Butterworth,
    /// Second-order Butterworth difference, frame by frame
    Butterworth2,
    /// Difference of exponential averages, frame by frame
    Exponential,
    /// Butterworth difference without delay
    ZeroPhase,
    /// Ideal band of the discrete Fourier transform
    Ideal,
    /// Ideal band, the clip continued backwards at its ends
    IdealMirrored,
}

fn main() -> ExitCode {
    shared::run(magnify)
}

fn magnify(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let sequence = ImageSequence::open(&arguments.input)?;
    if std::fs::canonicalize(&arguments.input).ok() == std::fs::canonicalize(&arguments.out).ok() {
        return Err("--out must differ from --input: the frames would be overwritten".into());
    }
    check_names(&sequence)?;
    let params = settings(arguments)?;
    let dropped = if arguments.mit_compat { MIT_DROPPED_FRAMES } else { 0 };
    let Some(kept) = sequence.len().checked_sub(dropped).filter(|kept| *kept > 0) else {
        return Err(format!("--mit-compat drops the last {dropped} frames, found {}", sequence.len()).into());
    };
    let sequence = ImageSequence::from_paths(sequence.paths()[..kept].to_vec())?;
    if let Some(warning) = params.temporal.check(sequence.len(), arguments.fps)? {
        eprintln!("warning: {warning}");
    }
    let layout = layout(&sequence)?;
    let mut gif = Vec::new();
    let output = Output::new(arguments, layout, sequence.len(), arguments.gif.then_some(&mut gif))?;
    let MagnifyParams { alpha, gain, temporal, chroma } = params.clone();
    match (arguments.method, temporal) {
        (Method::Linear, ClipFilter::Stream(temporal)) => {
            let params = StreamParams { alpha, gain, temporal, chroma };
            let mut magnifier = Magnifier::new(layout, arguments.fps, &params)?;
            magnify_stream(&sequence, |frame| magnifier.magnify(frame), output)?;
        }
        (Method::Linear, _) => magnify_whole(&sequence, arguments.fps, &params, output)?,
        (Method::Riesz, ClipFilter::Stream(temporal)) => {
            let params = RieszParams { alpha, temporal, ..Default::default() };
            let mut magnifier = RieszMagnifier::new(layout, arguments.fps, &params)?;
            magnify_stream(&sequence, |frame| magnifier.magnify(frame), output)?;
        }
        (Method::Riesz, _) => {
            return Err(
                "riesz works frame by frame: use --temporal butterworth, butterworth2 or exponential".into(),
            );
        }
    }
    if arguments.gif {
        atomic_file::write(arguments.out.join("side_by_side.gif"), &gif)?;
    }
    Ok(())
}

/// Frame by frame, in constant memory.
fn magnify_stream(
    sequence: &ImageSequence,
    mut magnify: impl FnMut(&mut [u8]) -> Result<(), MagnifyError>,
    mut output: Output<'_>,
) -> Result<(), Box<dyn Error>> {
    for (index, path) in sequence.paths().iter().enumerate() {
        let source = read(sequence, index, output.layout)?;
        let mut frame = source.clone();
        magnify(&mut frame)?;
        output.write(path, &source, &frame)?;
    }
    Ok(())
}

/// All frames at once, for filters that look ahead.
fn magnify_whole(
    sequence: &ImageSequence,
    fps: f64,
    params: &MagnifyParams,
    mut output: Output<'_>,
) -> Result<(), Box<dyn Error>> {
    let mut sources = Vec::new();
    for index in 0..sequence.len() {
        sources.extend(read(sequence, index, output.layout)?);
    }
    let mut frames = sources.clone();
    magnify_frames(&mut frames, output.layout, fps, params)?;
    let len = output.layout.len();
    let pairs = sources.chunks_exact(len).zip(frames.chunks_exact(len));
    for (path, (source, frame)) in sequence.paths().iter().zip(pairs) {
        output.write(path, source, frame)?;
    }
    Ok(())
}

/// The input's name with the extension `png`.
fn result_name(source: &Path) -> PathBuf {
    Path::new(source.file_stem().unwrap_or_default()).with_added_extension("png")
}

/// No two frames may be written to one file, as `a.jpg` and `a.png` would be.
fn check_names(sequence: &ImageSequence) -> Result<(), String> {
    let mut sources = HashMap::new();
    for path in sequence.paths() {
        let name = result_name(path);
        if let Some(other) = sources.insert(name.clone(), path) {
            return Err(format!(
                "{} and {} would both be written as {}: rename or remove one of them",
                other.display(),
                path.display(),
                name.display()
            ));
        }
    }
    Ok(())
}

fn settings(arguments: &Arguments) -> Result<MagnifyParams, Box<dyn Error>> {
    let mut params = match arguments.preset {
        Some(preset) if arguments.mit_compat => preset.mit_compat(arguments.fps),
        Some(preset) => preset.params(),
        None => MagnifyParams { temporal: temporal_filter(arguments)?, ..Default::default() },
    };
    if let Some(lambda_c_px) = arguments.lambda_c {
        params.gain = GainRule::Wu { lambda_c_px, boost: 2.0 };
    }
    if arguments.method == Method::Riesz {
        params.alpha = RieszParams::default().alpha;
    }
    params.alpha = arguments.alpha.unwrap_or(params.alpha);
    params.chroma = arguments.chroma.unwrap_or(params.chroma);
    Ok(params)
}

/// Colour if the first frame is in colour.
fn layout(sequence: &ImageSequence) -> Result<FrameLayout, CoreError> {
    let first = sequence.image(0)?;
    let (height, width) = (first.height() as usize, first.width() as usize);
    let color = first.color().has_color();
    Ok(if color { FrameLayout::rgb(height, width) } else { FrameLayout::grey(height, width) })
}

fn temporal_filter(arguments: &Arguments) -> Result<ClipFilter, Box<dyn Error>> {
    let causal = arguments.band.is_some() || arguments.method == Method::Riesz;
    let default = if causal { Temporal::Butterworth } else { Temporal::Onset };
    let temporal = arguments.temporal.unwrap_or(default);
    let onset = matches!(temporal, Temporal::Onset);
    let everything = Band { low_hz: if onset { 0.0 } else { 0.5 }, high_hz: 10.0 };
    let Band { low_hz, high_hz } = arguments.band.unwrap_or(everything);
    let butterworth = |order| StreamFilter::Butterworth { low_hz, high_hz, order }.into();
    Ok(match temporal {
        Temporal::Onset if low_hz != 0.0 => {
            return Err("the onset filter keeps all motion since the first frame: write --band 0..HI".into());
        }
        Temporal::Onset => ClipFilter::OnsetLowPass { cutoff_hz: high_hz },
        Temporal::Butterworth => butterworth(ButterworthOrder::First),
        Temporal::Butterworth2 => butterworth(ButterworthOrder::Second),
        Temporal::Exponential => StreamFilter::Exponential { low_hz, high_hz }.into(),
        Temporal::ZeroPhase => ClipFilter::ZeroPhaseBand { low_hz, high_hz },
        Temporal::Ideal => ClipFilter::Ideal { low_hz, high_hz, extension: Extension::Periodic },
        Temporal::IdealMirrored => ClipFilter::Ideal { low_hz, high_hz, extension: Extension::Mirrored },
    })
}

fn read(sequence: &ImageSequence, index: usize, layout: FrameLayout) -> Result<Vec<u8>, Box<dyn Error>> {
    let image = sequence.image(index)?;
    let (expected, found) =
        ((layout.height, layout.width), (image.height() as usize, image.width() as usize));
    if expected != found {
        return Err(CoreError::FrameSize { path: sequence.paths()[index].clone(), expected, found }.into());
    }
    Ok(match layout.color {
        ColorModel::Grey => image.into_luma8().into_raw(),
        ColorModel::Rgb => image.into_rgb8().into_raw(),
    })
}

/// Where magnified frames go.
struct Output<'a> {
    folder: &'a Path,
    layout: FrameLayout,
    progress: indicatif::ProgressBar,
    gif: Option<GifEncoder<&'a mut Vec<u8>>>,
    delay: Delay,
}

impl<'a> Output<'a> {
    fn new(
        arguments: &'a Arguments,
        layout: FrameLayout,
        frames: usize,
        gif: Option<&'a mut Vec<u8>>,
    ) -> Result<Self, Box<dyn Error>> {
        let mut gif = gif.map(|bytes| GifEncoder::new_with_speed(bytes, 10));
        if let Some(encoder) = &mut gif {
            encoder.set_repeat(Repeat::Infinite)?;
        }
        let milliseconds = (1000.0 / arguments.fps).round().max(20.0) as u32;
        Ok(Self {
            folder: &arguments.out,
            layout,
            progress: shared::progress_bar(frames as u64, "magnifying"),
            gif,
            delay: Delay::from_numer_denom_ms(milliseconds, 1),
        })
    }

    fn write(&mut self, source_path: &Path, source: &[u8], frame: &[u8]) -> Result<(), Box<dyn Error>> {
        let mut png = Cursor::new(Vec::new());
        picture(frame, self.layout)?.write_to(&mut png, ImageFormat::Png)?;
        atomic_file::write(self.folder.join(result_name(source_path)), png.get_ref())?;
        if let Some(gif) = &mut self.gif {
            let pair = side_by_side(&picture(source, self.layout)?, &picture(frame, self.layout)?);
            gif.encode_frame(Frame::from_parts(pair, 0, 0, self.delay))?;
        }
        self.progress.inc(1);
        Ok(())
    }
}

fn picture(values: &[u8], layout: FrameLayout) -> Result<DynamicImage, Box<dyn Error>> {
    let (width, height) = (layout.width as u32, layout.height as u32);
    let picture = match layout.color {
        ColorModel::Grey => GrayImage::from_raw(width, height, values.to_vec()).map(DynamicImage::from),
        ColorModel::Rgb => RgbImage::from_raw(width, height, values.to_vec()).map(DynamicImage::from),
    };
    picture.ok_or_else(|| "a frame is smaller than its size says".into())
}

fn side_by_side(left: &DynamicImage, right: &DynamicImage) -> RgbaImage {
    let mut pair = RgbaImage::new(2 * left.width(), left.height());
    image::imageops::replace(&mut pair, &left.to_rgba8(), 0, 0);
    image::imageops::replace(&mut pair, &right.to_rgba8(), i64::from(left.width()), 0);
    pair
}
