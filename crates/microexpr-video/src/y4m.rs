//! Y4M (YUV4MPEG2): what ffmpeg pipes, a line of text before raw frames.

use std::io::{BufRead, Read};

use image::DynamicImage;

use crate::error::Fault;
use crate::luma::{Levels, Range, checked_size, image_of_bytes, image_of_words};
use crate::video::{Compression, Opened, Pictures};

/// First word of the stream.
const MAGIC: &[u8] = b"YUV4MPEG2";
/// Longest line that is read.
const MOST_LINE: u64 = 4096;

/// What the first line says.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Header {
    size: (usize, usize),
    fps: Option<f64>,
    bits: u32,
    /// Bytes of chroma and transparency in each frame.
    chroma_bytes: u64,
    range: Range,
}

struct Y4m<R> {
    reader: R,
    header: Header,
    levels: Levels,
    given: usize,
}

/// Reads the first line.
pub(crate) fn open<R: BufRead + Send + 'static>(mut reader: R, levels: Levels) -> Result<Opened, Fault> {
    let line = line(&mut reader)?.ok_or_else(|| Fault::damaged("it is empty"))?;
    let header = Header::parse(&line)?;
    let pictures = Box::new(Y4m { reader, header, levels, given: 0 });
    Ok(Opened { fps: header.fps, frame_count: None, compression: Compression::None, pictures })
}

impl<R: BufRead + Send> Pictures for Y4m<R> {
    fn next_picture(&mut self) -> Result<Option<DynamicImage>, Fault> {
        match line(&mut self.reader)? {
            None => return Ok(None),
            Some(line) if line.split(' ').next() == Some("FRAME") => {}
            Some(_) => return Err(Fault::damaged(format!("no frame follows frame {}", self.given))),
        }
        self.given += 1;
        let cut_off = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => {
                Fault::damaged(format!("it ends within frame {}", self.given))
            }
            _ => Fault::Read(error),
        };
        let Header { size, bits, chroma_bytes, range, .. } = self.header;
        let mut luma = vec![0; size.0 * size.1 * if bits > 8 { 2 } else { 1 }];
        self.reader.read_exact(&mut luma).map_err(cut_off)?;
        let skipped = std::io::copy(&mut (&mut self.reader).take(chroma_bytes), &mut std::io::sink())
            .map_err(cut_off)?;
        if skipped < chroma_bytes {
            return Err(cut_off(std::io::ErrorKind::UnexpectedEof.into()));
        }
        let image = match bits {
            8 => image_of_bytes(luma, size, range, self.levels),
            _ => image_of_words(&luma, size, bits, range, self.levels),
        };
        image.map(Some)
    }
}

impl Header {
    fn parse(line: &str) -> Result<Self, Fault> {
        let mut words = line.split(' ');
        if words.next().map(str::as_bytes) != Some(MAGIC) {
            return Err(Fault::damaged("it does not begin like Y4M"));
        }
        let (mut width, mut height, mut fps) = (0, 0, None);
        let (mut format, mut range) = ("420", None);
        for word in words.filter(|word| !word.is_empty()) {
            let (key, value) = word.split_at_checked(1).unwrap_or((word, ""));
            let number = || value.parse().map_err(|_| Fault::damaged(format!("its header says {word:?}")));
            match key {
                "W" => width = number()?,
                "H" => height = number()?,
                "F" => fps = rate(value),
                "C" => format = value,
                "I" if !matches!(value, "p" | "?") => {
                    let found = "interlaced Y4M".to_owned();
                    return Err(Fault::Unsupported { found, options: "-vf yadif" });
                }
                "X" if value == "COLORRANGE=FULL" => range = Some(Range::Full),
                "X" if value == "COLORRANGE=LIMITED" => range = Some(Range::Limited),
                _ => {}
            }
        }
        let size = checked_size(width, height)?;
        let (chroma, bits) = layout(format)
            .ok_or_else(|| Fault::unsupported(format!("Y4M in the format {}", format.escape_default())))?;
        // Grey pictures are of full range where nothing else is said.
        let usual = if chroma == Chroma::None { Range::Full } else { Range::Limited };
        let chroma_bytes = chroma.samples(width, height) * if bits > 8 { 2 } else { 1 };
        Ok(Self { size, fps, bits, chroma_bytes, range: range.unwrap_or(usual) })
    }
}

/// `30000:1001`; `None` for `0:0`, which means unknown.
fn rate(value: &str) -> Option<f64> {
    let (frames, seconds) = value.split_once(':')?;
    let fps = frames.parse::<f64>().ok()? / seconds.parse::<f64>().ok()?;
    (fps.is_finite() && fps > 0.0).then_some(fps)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chroma {
    None,
    /// Two planes, each smaller than luma by these factors.
    Planes(u64, u64),
    /// Two planes and transparency, as large as luma.
    WithAlpha,
}

impl Chroma {
    fn samples(self, width: u64, height: u64) -> u64 {
        match self {
            Self::None => 0,
            Self::Planes(x, y) => 2 * width.div_ceil(x) * height.div_ceil(y),
            Self::WithAlpha => 3 * width * height,
        }
    }
}

/// Chroma and bits of a format such as `420jpeg`, `422p10` or `mono16`.
fn layout(format: &str) -> Option<(Chroma, u32)> {
    if let Some(bits) = format.strip_prefix("mono") {
        let bits = if bits.is_empty() { 8 } else { bits.parse().ok()? };
        return (8..=16).contains(&bits).then_some((Chroma::None, bits));
    }
    let (chroma, rest) = match format.split_at_checked(3)? {
        ("420", rest) => (Chroma::Planes(2, 2), rest),
        ("422", rest) => (Chroma::Planes(2, 1), rest),
        ("444", "alpha") => (Chroma::WithAlpha, ""),
        ("444", rest) => (Chroma::Planes(1, 1), rest),
        ("440", rest) => (Chroma::Planes(1, 2), rest),
        ("411", rest) => (Chroma::Planes(4, 1), rest),
        ("410", rest) => (Chroma::Planes(4, 4), rest),
        _ => return None,
    };
    match rest {
        "" | "jpeg" | "mpeg2" | "paldv" => Some((chroma, 8)),
        _ => {
            let bits = rest.strip_prefix('p')?.parse().ok()?;
            (9..=16).contains(&bits).then_some((chroma, bits))
        }
    }
}

/// The next line without its end; `None` at the end of the stream.
fn line<R: BufRead>(reader: &mut R) -> Result<Option<String>, Fault> {
    let mut line = Vec::new();
    reader.by_ref().take(MOST_LINE).read_until(b'\n', &mut line)?;
    match line.pop() {
        None => Ok(None),
        Some(b'\n') => Ok(Some(String::from_utf8_lossy(&line).into_owned())),
        Some(_) => Err(Fault::damaged("a line of its header does not end")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_those_that_ffmpeg_writes() {
        let bytes = |format: &str| layout(format).map(|(chroma, bits)| (chroma.samples(5, 3), bits));
        assert_eq!(bytes("420jpeg"), Some((12, 8)));
        assert_eq!(bytes("422"), Some((18, 8)));
        assert_eq!(bytes("444alpha"), Some((45, 8)));
        assert_eq!(bytes("411"), Some((12, 8)));
        assert_eq!(bytes("420p10"), Some((12, 10)));
        assert_eq!(bytes("mono"), Some((0, 8)));
        assert_eq!(bytes("mono16"), Some((0, 16)));
        assert_eq!([bytes("rgb"), bytes("420p99"), bytes("4é"), bytes("")], [None; 4]);
    }

    #[test]
    fn interlaced_and_odd_headers_are_refused() {
        let refused = |line: &str| Header::parse(line).is_err();
        assert!(!refused("YUV4MPEG2 W4 H2 F25:1 Ip A1:1 C420jpeg XYSCSS=420JPEG"));
        assert!(refused("YUV4MPEG2 W4 H2 It") && refused("YUV4MPEG2 W4 H") && refused("YUV4MPEG2 H2"));
        assert!(refused("YUV4MPEG2 W4 H2 Cfoo") && refused("YUV4MPEG W4 H2"));
        assert_eq!(Header::parse("YUV4MPEG2 W4 H2 F0:0").unwrap().fps, None);
        assert_eq!(Header::parse("YUV4MPEG2 W4 H2 F30000:1001").unwrap().fps, Some(30_000.0 / 1001.0));
    }
}
