//! A recording's frames, one after the other or expression by expression.

use std::error::Error;
use std::sync::mpsc::sync_channel;
use std::thread;

use microexpr::core::{Clip, ImageSequence, grey_from_image};
use microexpr::spot::{Interval, SpottedExpression};
use ndarray::{Array2, Array3, Axis};

use crate::shared::input::Recording;

/// Why a frame could not be had; crosses threads.
type FrameError = Box<dyn Error + Send + Sync>;

/// What became of what somebody did with a frame.
type Seen = Result<(), Box<dyn Error>>;

/// Frames that are decoded ahead.
const AHEAD: usize = 16;

/// Calls `see` for every frame in order, with the next ones being decoded on another thread.
pub(crate) fn each_frame(recording: Recording, see: &mut dyn FnMut(&Array2<f32>) -> Seen) -> Seen {
    let (sender, receiver) = sync_channel::<Result<Array2<f32>, FrameError>>(AHEAD);
    thread::scope(|scope| {
        scope.spawn(move || {
            // Nobody listens any more after an error: then there is no more to do.
            for frame in greys(recording) {
                if sender.send(frame).is_err() {
                    break;
                }
            }
        });
        for frame in receiver {
            see(&frame.map_err(|error| -> Box<dyn Error> { error })?)?;
        }
        Ok(())
    })
}

/// The frames of a recording, one after the other.
fn greys(recording: Recording) -> Box<dyn Iterator<Item = Result<Array2<f32>, FrameError>>> {
    match recording {
        Recording::Folder(frames, _) => {
            Box::new((0..frames.len()).map(move |index| frames.grey(index).map_err(Into::into)))
        }
        Recording::Video(video, _) => {
            Box::new(video.map(|frame| frame.map(|image| grey_from_image(&image)).map_err(Into::into)))
        }
    }
}

/// The frames of a spotted expression.
pub(crate) struct ExpressionClip {
    pub(crate) clip: Clip,
    /// Index of the apex in the clip.
    pub(crate) apex: usize,
}

/// Longer expressions are looked at in fewer frames.
const MOST_FRAMES: usize = 100;

/// Calls `see` with the frames of every expression, by its place among `expressions`; no more of them are in memory than overlap.
///
/// A video is read from its beginning to the end of the last expression.
pub(crate) fn each_expression(
    recording: Recording,
    expressions: &[SpottedExpression],
    see: &mut dyn FnMut(usize, ExpressionClip) -> Seen,
) -> Seen {
    if let Recording::Folder(frames, fps) = &recording {
        for (index, expression) in expressions.iter().enumerate() {
            see(index, clip_of(frames, *fps, expression)?)?;
        }
        return Ok(());
    }
    let (Recording::Folder(_, fps) | Recording::Video(_, fps)) = recording;
    let mut open: Vec<Vec<Array2<f32>>> = vec![Vec::new(); expressions.len()];
    let last = expressions.iter().map(|expression| expression.interval.offset).max();
    let frames = greys(recording).take(last.map_or(0, |last| last + 1));
    for (number, frame) in frames.enumerate() {
        let frame = frame.map_err(|error| -> Box<dyn Error> { error })?;
        for (index, expression) in expressions.iter().enumerate() {
            if numbers(&expression.interval).any(|wanted| wanted == number) {
                open[index].push(frame.clone());
            }
            if expression.interval.offset == number {
                let seen = std::mem::take(&mut open[index]);
                see(index, joined(&seen, fps, expression)?)?;
            }
        }
    }
    Ok(())
}

fn step(interval: &Interval) -> usize {
    interval.frames().div_ceil(MOST_FRAMES)
}

fn numbers(interval: &Interval) -> impl Iterator<Item = usize> + use<> {
    (interval.onset..=interval.offset).step_by(step(interval))
}

fn clip_of(
    frames: &ImageSequence,
    fps: f64,
    expression: &SpottedExpression,
) -> Result<ExpressionClip, Box<dyn Error>> {
    let all: Result<Vec<_>, _> = numbers(&expression.interval).map(|number| frames.grey(number)).collect();
    joined(&all?, fps, expression)
}

fn joined(
    frames: &[Array2<f32>],
    fps: f64,
    expression: &SpottedExpression,
) -> Result<ExpressionClip, Box<dyn Error>> {
    let (height, width) = frames.first().map_or((0, 0), Array2::dim);
    let mut all = Array3::zeros((frames.len(), height, width));
    for (frame, mut place) in frames.iter().zip(all.axis_iter_mut(Axis(0))) {
        place.assign(frame);
    }
    let step = step(&expression.interval);
    let apex = (expression.apex - expression.interval.onset) / step;
    Ok(ExpressionClip { clip: Clip::new(all, fps / step as f64)?, apex })
}
