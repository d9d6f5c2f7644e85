use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use image::DynamicImage;
use image::metadata::Orientation;

use crate::error::Fault;
use crate::h264::H264;
use crate::isobmff::{Coding, Sample, Track, read_movie};
use crate::jpeg;
use crate::luma::Levels;
use crate::timeline::{Timeline, timeline};
use crate::video::{Compression, Opened, Pictures};

/// More frames than H.264 lets wait for an earlier one (ITU-T H.264, A.3.1: 16).
const MOST_WAITING: usize = 32;

/// Frames of an MP4 or MOV file, decoded in decoding order and given in playing order.
struct Mp4 {
    file: File,
    decoder: FrameDecoder,
    levels: Levels,
    orientation: Orientation,
    /// In decoding order.
    samples: Vec<Sample>,
    /// Next sample to decode.
    next: usize,
    /// Samples to show, one after the other; the same one again where a frame is repeated.
    to_show: VecDeque<usize>,
    /// For every sample, whether it is to be shown at all.
    is_shown: Vec<bool>,
    /// Decoded and not yet shown.
    waiting: BTreeMap<usize, DynamicImage>,
}

enum FrameDecoder {
    H264(Box<H264>),
    Jpeg,
}

/// Reads the table of contents.
pub(crate) fn open(mut file: File, levels: Levels) -> Result<(Opened, Timeline), Fault> {
    let track = Track::of_movie(&read_movie(&mut file)?)?;
    let file_len = file.seek(SeekFrom::End(0))?;
    if let Some(missing) = track.samples.iter().position(|s| s.offset + u64::from(s.size) > file_len) {
        let frames = track.samples.len();
        return Err(Fault::damaged(format!("the file ends before frame {} of {frames}", missing + 1)));
    }
    let order = track.shown();
    let times: Vec<i64> = order.iter().map(|index| track.samples[*index].time).collect();
    let last_duration = order.last().map_or(0, |last| track.samples[*last].duration.into());
    let line = timeline(&times, last_duration, track.timescale)
        .ok_or_else(|| Fault::damaged("it has no frames, or no time passes between them"))?;
    let to_show: VecDeque<usize> = match &line.shown {
        None => order.into(),
        Some(shown) => shown.iter().map(|place| order[*place]).collect(),
    };
    let compression = match &track.coding {
        Coding::H264 { .. } if track.samples.iter().any(|sample| !sample.is_sync) => {
            Compression::BetweenFrames
        }
        _ => Compression::WithinFrames,
    };
    let pictures = Mp4::new(file, track, to_show, levels)?;
    let frame_count = Some(pictures.to_show.len());
    let fps = Some(line.fps);
    Ok((Opened { fps, frame_count, compression, pictures: Box::new(pictures) }, line))
}

impl Mp4 {
    fn new(file: File, track: Track, to_show: VecDeque<usize>, levels: Levels) -> Result<Self, Fault> {
        let Track { coding, orientation, range, samples, .. } = track;
        let decoder = match coding {
            Coding::H264 { length_size, parameter_sets } => {
                FrameDecoder::H264(Box::new(H264::new(length_size, &parameter_sets, range, levels)?))
            }
            Coding::Jpeg => FrameDecoder::Jpeg,
        };
        let mut is_shown = vec![false; samples.len()];
        to_show.iter().for_each(|index| is_shown[*index] = true);
        let waiting = BTreeMap::new();
        Ok(Self { file, decoder, levels, orientation, samples, next: 0, to_show, is_shown, waiting })
    }

    /// Decodes one more sample.
    fn advance(&mut self) -> Result<(), Fault> {
        let index = self.next;
        let Sample { offset, size, .. } = self.samples[index];
        self.next += 1;
        let mut bytes = vec![0; size as usize];
        self.file.seek(SeekFrom::Start(offset))?;
        self.file.read_exact(&mut bytes)?;
        let image = match &mut self.decoder {
            FrameDecoder::H264(decoder) => decoder.decode(&bytes),
            FrameDecoder::Jpeg => jpeg::decode(&bytes, self.levels),
        };
        let mut image = image.map_err(|fault| in_frame(fault, index))?;
        if self.is_shown[index] {
            image.apply_orientation(self.orientation);
            self.waiting.insert(index, image);
        }
        if self.waiting.len() > MOST_WAITING {
            return Err(Fault::damaged("its frames are in no order that a decoder can follow"));
        }
        Ok(())
    }
}

fn in_frame(fault: Fault, index: usize) -> Fault {
    match fault {
        Fault::Damaged(reason) => Fault::Damaged(format!("frame {}: {reason}", index + 1)),
        other => other,
    }
}

impl Pictures for Mp4 {
    fn next_picture(&mut self) -> Result<Option<DynamicImage>, Fault> {
        let Some(index) = self.to_show.pop_front() else { return Ok(None) };
        while self.next <= index {
            self.advance()?;
        }
        if self.to_show.front() == Some(&index) {
            return Ok(self.waiting.get(&index).cloned());
        }
        Ok(self.waiting.remove(&index))
    }
}
