//! Frames from wherever they are: a folder, a video, standard input.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};

use clap::Args;
use microexpr::core::{ImageSequence, SampleBits};
use microexpr::data::DatasetIndex;
use microexpr::video::{Compression, MOST_CLIP_BYTES, Video, VideoParams, is_video};

use super::frames::{at_depth, parse_bits};

/// Options that name the frames of one recording.
#[derive(Debug, Args)]
pub(crate) struct InputOptions {
    /// Folder of frames, played in natural order; or a video (MP4, MOV, AVI, Y4M); or - for Y4M on standard input, as by
    /// `ffmpeg -i VIDEO -f yuv4mpegpipe -`
    #[arg(long, value_name = "DIR|VIDEO|-")]
    pub(crate) input: PathBuf,
    /// Frames per second of the recording [default: the video's]
    #[arg(long)]
    fps: Option<f64>,
    /// Depth of the camera where 16-bit frames of a folder hold fewer bits: 10, 12 or 14
    #[arg(long, value_name = "N", value_parser = parse_bits)]
    bits: Option<SampleBits>,
}

/// One recording and its frames per second.
pub(crate) enum Recording {
    Folder(ImageSequence, f64),
    Video(Box<Video>, f64),
}

impl Recording {
    /// Frames per second.
    pub(crate) fn fps(&self) -> f64 {
        let (Self::Folder(_, fps) | Self::Video(_, fps)) = self;
        *fps
    }

    /// How many frames there are; `None` where only the end will tell.
    pub(crate) fn frame_count(&self) -> Option<usize> {
        match self {
            Self::Folder(frames, _) => Some(frames.len()),
            Self::Video(video, _) => video.frame_count(),
        }
    }
}

impl InputOptions {
    /// A folder of frames within the input, with the input's options.
    pub(crate) fn at(&self, folder: &Path) -> Result<Recording, Box<dyn Error>> {
        let frames = at_depth(ImageSequence::open(folder)?, self.bits)?;
        Ok(Recording::Folder(frames, self.rate(None)?))
    }

    /// All frames, those of a video in memory.
    pub(crate) fn sequence(&self) -> Result<(ImageSequence, f64), Box<dyn Error>> {
        match self.recording()? {
            Recording::Folder(frames, fps) => Ok((frames, fps)),
            Recording::Video(video, fps) => Ok((video.into_sequence(MOST_CLIP_BYTES)?, fps)),
        }
    }

    /// The frames for two readings: where they are, or, of standard input, in memory.
    pub(crate) fn twice(&self) -> Result<[Recording; 2], Box<dyn Error>> {
        if is_standard_input(&self.input) {
            let (frames, fps) = self.sequence()?;
            return Ok([Recording::Folder(frames.clone(), fps), Recording::Folder(frames, fps)]);
        }
        let first = self.recording()?;
        let second = match &first {
            Recording::Folder(frames, fps) => Recording::Folder(frames.clone(), *fps),
            Recording::Video(_, fps) => Recording::Video(Box::new(open_video(&self.input)?), *fps),
        };
        Ok([first, second])
    }

    /// The frames where they are, and their rate.
    pub(crate) fn recording(&self) -> Result<Recording, Box<dyn Error>> {
        if self.input.is_dir() || !(is_standard_input(&self.input) || self.input.is_file()) {
            let frames = at_depth(ImageSequence::open(&self.input)?, self.bits)?;
            return Ok(Recording::Folder(frames, self.rate(None)?));
        }
        let video = self.video()?;
        let fps = self.rate(video.fps())?;
        Ok(Recording::Video(Box::new(video), fps))
    }

    fn video(&self) -> Result<Video, Box<dyn Error>> {
        if let Some(bits) = self.bits {
            return Err(
                format!("--bits {} is for folders: a video says its depth itself", bits.bits()).into()
            );
        }
        let video = open_video(&self.input)?;
        warn_of_resampling(&video);
        if video.compression() == Compression::BetweenFrames {
            eprintln!("warning: {}: {COMPRESSION_COSTS}", self.input.display());
        }
        Ok(video)
    }

    fn rate(&self, own: Option<f64>) -> Result<f64, String> {
        let unknown =
            || format!("{} does not say how many frames make a second: give --fps", self.input.display());
        self.fps.or(own).ok_or_else(unknown)
    }
}

/// What docs of microexpr-video tell in full.
const COMPRESSION_COSTS: &str = "frames are coded as changes of other frames, which takes fine motion away: by H.264 at its \
     usual quality (CRF 23) UF1 fell from .87 to .60 for motion of 0.1 to 0.4 px, from .98 to .89 for 0.5 to 1.8 px; raw \
     frames and Motion JPEG lose nothing";

fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

/// Opens a video, or standard input if the path is `-`.
pub(crate) fn open_video(path: &Path) -> Result<Video, Box<dyn Error>> {
    if is_standard_input(path) {
        return Ok(Video::from_standard_input(VideoParams::default())?);
    }
    Ok(Video::open(path)?)
}

fn warn_of_resampling(video: &Video) {
    let resampled = video.resampled();
    if resampled.repeated + resampled.left_out > 0 {
        eprintln!(
            "warning: {}: for a constant frame rate {} frames are shown twice and {} are left out: between them motion is not \
             what it was",
            video.path().display(),
            resampled.repeated,
            resampled.left_out
        );
    }
}

/// One word for all clips of a dataset that lie in videos whose frames are coded as changes of others.
pub(crate) fn warn_of_videos(dataset: &DatasetIndex) {
    let frames = dataset.clips.iter().filter_map(|clip| clip.frames.first());
    let videos: BTreeSet<&Path> = frames.filter_map(|frame| video_of(frame)).collect();
    let coded: Vec<&Path> = videos
        .iter()
        .copied()
        .filter(|path| Video::open(path).is_ok_and(|video| video.compression() == Compression::BetweenFrames))
        .collect();
    if let Some(first) = coded.first() {
        eprintln!(
            "warning: {} of {} videos, {} first: {COMPRESSION_COSTS}",
            coded.len(),
            videos.len(),
            first.display()
        );
    }
}

/// The video in which a frame lies, be it named alone (`clip.avi`) or with a number (`clip.avi/00012`).
fn video_of(frame: &Path) -> Option<&Path> {
    let parent = frame.parent().filter(|parent| parent.is_file());
    parent.or_else(|| is_video(frame).then_some(frame))
}
