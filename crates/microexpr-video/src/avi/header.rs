use super::frame_format::FrameFormat;
use super::riff::chunks;
use crate::error::Fault;
use crate::luma::checked_size;

/// The first video stream of a file.
pub(super) struct VideoStream {
    /// The two digits with which its chunks begin.
    pub(super) number: [u8; 2],
    pub(super) fps: f64,
    pub(super) format: FrameFormat,
}

impl VideoStream {
    /// Reads the content of the list `hdrl`.
    pub(super) fn of_header(header: &[u8]) -> Result<Self, Fault> {
        let streams = chunks(header).filter(|(id, list)| id == b"LIST" && list.starts_with(b"strl"));
        for (number, (_, list)) in streams.enumerate() {
            let part = |wanted: &[u8; 4]| {
                chunks(&list[4..]).find(|(id, _)| id == wanted).map(|(_, content)| content)
            };
            let (Some(stream), Some(format)) = (part(b"strh"), part(b"strf")) else { continue };
            if stream.starts_with(b"vids") {
                let number = u8::try_from(number).ok().filter(|number| *number < 100);
                let number = number.ok_or_else(|| Fault::damaged("it has more than 100 streams"))?;
                let number = [b'0' + number / 10, b'0' + number % 10];
                return Ok(Self { number, fps: rate(stream)?, format: frame_format(format)? });
            }
        }
        Err(Fault::damaged("there is no video in it"))
    }
}

/// Frames per second of a stream header (AVISTREAMHEADER): rate over scale.
fn rate(stream: &[u8]) -> Result<f64, Fault> {
    let rate =
        u32_at(stream, 20).zip(u32_at(stream, 24)).map(|(scale, rate)| f64::from(rate) / f64::from(scale));
    rate.filter(|fps| fps.is_finite() && *fps > 0.0)
        .ok_or_else(|| Fault::damaged("its frame rate is no positive number"))
}

/// A bitmap header (BITMAPINFOHEADER) with its palette.
fn frame_format(header: &[u8]) -> Result<FrameFormat, Fault> {
    let broken = || Fault::damaged("its picture format is cut off");
    let [width, height] = [4, 8].map(|at| u32_at(header, at).map(u32::cast_signed));
    let (width, height) = (width.ok_or_else(broken)?, height.ok_or_else(broken)?);
    let bits = u32_at(header, 12).ok_or_else(broken)? >> 16;
    let codec = header.get(16..20).and_then(|codec| codec.try_into().ok()).ok_or_else(broken)?;
    let palette = header.get(40..).unwrap_or_default();
    let size = checked_size(width.unsigned_abs().into(), height.unsigned_abs().into())?;
    FrameFormat::new(codec, bits, size, height > 0, palette)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}
