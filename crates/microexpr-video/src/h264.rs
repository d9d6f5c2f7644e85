use std::panic::{AssertUnwindSafe, catch_unwind};

use image::DynamicImage;
use rusty_h264_decoder::{DecodeError, Decoder};

use crate::error::Fault;
use crate::luma::{Levels, Range, checked_size, image_of_bytes};
use crate::sequence_parameters::SequenceParameters;

const START_CODE: [u8; 4] = [0, 0, 0, 1];
/// Unit that holds a sequence parameter set (ITU-T H.264, table 7-1).
const SEQUENCE_PARAMETER_SET: u8 = 7;

/// Luma of H.264 frames in decoding order.
pub(crate) struct H264 {
    decoder: Decoder,
    length_size: usize,
    sequence: Option<SequenceParameters>,
    /// Range that the container says.
    range: Option<Range>,
    levels: Levels,
    /// The frame on its way, with start codes instead of lengths.
    stream: Vec<u8>,
}

impl H264 {
    /// Takes the parameter sets of a container.
    pub(crate) fn new(
        length_size: usize,
        parameter_sets: &[Vec<u8>],
        range: Option<Range>,
        levels: Levels,
    ) -> Result<Self, Fault> {
        let (decoder, stream) = (Decoder::new(), Vec::new());
        let mut h264 = Self { decoder, length_size, sequence: None, range, levels, stream };
        for unit in parameter_sets {
            h264.push(unit)?;
        }
        h264.run()?;
        Ok(h264)
    }

    /// The frame of one sample.
    pub(crate) fn decode(&mut self, mut sample: &[u8]) -> Result<DynamicImage, Fault> {
        let broken = || Fault::damaged("its parts are longer than the frame");
        while !sample.is_empty() {
            let (length, rest) = sample.split_at_checked(self.length_size).ok_or_else(broken)?;
            let length = length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
            let (unit, rest) = rest.split_at_checked(length).ok_or_else(broken)?;
            self.push(unit)?;
            sample = rest;
        }
        let (luma, width, height) = self.run()?.ok_or_else(|| Fault::damaged("it is incomplete"))?;
        let sequence = self.sequence.ok_or_else(|| Fault::damaged("its parameters are missing"))?;
        // The decoder crops at right and bottom alone.
        let (left, top) = (sequence.crop.0 as usize, sequence.crop.1 as usize);
        let size = (width.saturating_sub(left), height.saturating_sub(top));
        let luma = match (left, top) {
            (0, 0) => luma,
            _ => {
                let rows = luma.chunks_exact(width.max(1)).skip(top);
                rows.flat_map(|row| row.iter().skip(left).copied()).collect()
            }
        };
        let range = sequence.range.or(self.range).unwrap_or(Range::Limited);
        image_of_bytes(luma, size, range, self.levels)
    }

    /// Adds a unit to the frame on its way.
    fn push(&mut self, unit: &[u8]) -> Result<(), Fault> {
        if unit.first().is_some_and(|header| header & 0x1f == SEQUENCE_PARAMETER_SET) {
            let sequence = SequenceParameters::parse(unit)
                .ok_or_else(|| Fault::damaged("the parameters of its H.264 mean nothing"))?;
            checked_size(sequence.coded.0, sequence.coded.1)?;
            check_format(&sequence)?;
            self.sequence = Some(sequence);
        }
        self.stream.extend(START_CODE);
        self.stream.extend(unit);
        Ok(())
    }

    /// Decodes what was pushed: luma, its width and its height. The decoder's authors hold that it never panics; what it does on a damaged file is nevertheless no
    /// reason to end the whole program.
    fn run(&mut self) -> Result<Option<(Vec<u8>, usize, usize)>, Fault> {
        let (decoder, stream) = (&mut self.decoder, &self.stream);
        let decoded = catch_unwind(AssertUnwindSafe(|| decoder.decode(stream)));
        self.stream.clear();
        match decoded {
            Ok(Ok(frame)) => Ok(frame.map(|frame| (frame.y, frame.width, frame.height))),
            Ok(Err(DecodeError::Unsupported(tool))) => Err(Fault::unsupported(format!("H.264 with {tool}"))),
            Ok(Err(error)) => Err(Fault::damaged(error.to_string())),
            Err(_) => Err(Fault::damaged("the H.264 decoder gave up on it")),
        }
    }
}

/// More bits and more chroma are refused by name, with the option that ffmpeg then needs.
fn check_format(sequence: &SequenceParameters) -> Result<(), Fault> {
    match (sequence.bits, sequence.chroma_format) {
        (8, 1) => Ok(()),
        (8, format) => {
            let format = ["no", "4:2:0", "4:2:2", "4:4:4"].get(format as usize).unwrap_or(&"odd");
            Err(Fault::unsupported(format!("H.264 with {format} chroma")))
        }
        (bits, _) => {
            Err(Fault::Unsupported { found: format!("H.264 of {bits} bits"), options: "-strict -1" })
        }
    }
}
