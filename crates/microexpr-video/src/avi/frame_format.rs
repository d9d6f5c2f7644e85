use image::{DynamicImage, RgbImage};

use crate::error::Fault;
use crate::jpeg;
use crate::luma::{Levels, Range, image_of_bytes};

/// How the chunks of a video hold its frames.
pub(super) enum FrameFormat {
    /// Each a JPEG file of this width and height.
    Jpeg { size: (usize, usize) },
    /// Not compressed.
    Raw(Raw),
}

/// Frames that are not compressed.
pub(super) struct Raw {
    size: (usize, usize),
    pixels: Pixels,
    rows: RowOrder,
}

/// Which row comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RowOrder {
    TopFirst,
    BottomFirst,
}

enum Pixels {
    /// Luma alone, or before chroma; bits per pixel of the whole frame.
    Planar { bits_per_pixel: usize, range: Range },
    /// Luma in every other byte, the first one at `first`.
    Interleaved { first: usize },
    /// Blue, green, red, and perhaps a byte without meaning.
    Bgr { bytes: usize },
    /// Numbers of colours.
    Palette(Vec<[u8; 3]>),
}

impl FrameFormat {
    /// The format of a bitmap header: codec, bits per pixel, width and height, whether the height is positive, palette.
    pub(super) fn new(
        codec: [u8; 4],
        bits: u32,
        size: (usize, usize),
        bottom_first: bool,
        palette: &[u8],
    ) -> Result<Self, Fault> {
        let planar = |bits_per_pixel, range| Pixels::Planar { bits_per_pixel, range };
        let pixels = match &codec.map(|c| c.to_ascii_uppercase()) {
            b"MJPG" | b"JPEG" => return Ok(Self::Jpeg { size }),
            b"\0\0\0\0" | b"DIB " | b"RGB " | b"RAW " => match bits {
                8 => Pixels::Palette(colors(palette)),
                24 | 32 => Pixels::Bgr { bytes: bits as usize / 8 },
                bits => return Err(Fault::unsupported(format!("AVI with raw frames of {bits} bits"))),
            },
            b"Y800" | b"GREY" | b"Y8  " => planar(8, Range::Full),
            b"I420" | b"IYUV" | b"YV12" | b"NV12" | b"NV21" => planar(12, Range::Limited),
            b"YUY2" | b"YUYV" | b"YVYU" => Pixels::Interleaved { first: 0 },
            b"UYVY" => Pixels::Interleaved { first: 1 },
            _ => return Err(Fault::unsupported(format!("AVI with the codec {}", codec.escape_ascii()))),
        };
        let is_rgb = matches!(pixels, Pixels::Bgr { .. } | Pixels::Palette(_));
        let rows = if is_rgb && bottom_first { RowOrder::BottomFirst } else { RowOrder::TopFirst };
        Ok(Self::Raw(Raw { size, pixels, rows }))
    }

    /// The frame of one chunk.
    pub(super) fn decode(&self, chunk: Vec<u8>, levels: Levels) -> Result<DynamicImage, Fault> {
        match self {
            Self::Raw(raw) => raw.decode(chunk, levels),
            Self::Jpeg { size } => {
                let image = jpeg::decode(&chunk, levels)?;
                let (width, height) = *size;
                let found = (image.width() as usize, image.height() as usize);
                if found == (width, height.div_ceil(2)) && height > 1 {
                    let found = "AVI with interlaced Motion JPEG".to_owned();
                    return Err(Fault::Unsupported { found, options: "-vf yadif" });
                }
                Ok(image)
            }
        }
    }
}

impl Raw {
    fn decode(&self, mut chunk: Vec<u8>, levels: Levels) -> Result<DynamicImage, Fault> {
        let (width, height) = self.size;
        match &self.pixels {
            Pixels::Planar { bits_per_pixel, range } => {
                // Rows are sometimes filled up to a multiple of four bytes.
                let stride = self.stride(&chunk, width, *bits_per_pixel)?;
                let luma = match stride == width {
                    true => {
                        chunk.truncate(width * height);
                        chunk
                    }
                    false => self.rows(&chunk, stride, width).flatten().copied().collect(),
                };
                image_of_bytes(luma, self.size, *range, levels)
            }
            Pixels::Interleaved { first } => {
                let stride = self.stride(&chunk, 2 * width.next_multiple_of(2), 8)?;
                let row = |row: &[u8]| row.iter().skip(*first).step_by(2).copied().collect::<Vec<_>>();
                let luma = self.rows(&chunk, stride, 2 * width).flat_map(row).collect();
                image_of_bytes(luma, self.size, Range::Limited, levels)
            }
            Pixels::Bgr { bytes } => {
                let stride = self.stride(&chunk, bytes * width, 8)?;
                let pixels =
                    self.rows(&chunk, stride, bytes * width).flat_map(|row| row.chunks_exact(*bytes));
                color_image(self.size, pixels.map(|pixel| [pixel[2], pixel[1], pixel[0]]))
            }
            Pixels::Palette(colors) => {
                let stride = self.stride(&chunk, width, 8)?;
                let numbers = self.rows(&chunk, stride, width).flatten();
                if colors.iter().all(|[r, g, b]| r == g && g == b) {
                    let grey = numbers.map(|number| colors[usize::from(*number)][0]).collect();
                    return image_of_bytes(grey, self.size, Range::Full, levels);
                }
                color_image(self.size, numbers.map(|number| colors[usize::from(*number)]))
            }
        }
    }

    /// Bytes from row to row of the first plane, of which `row` hold pixels; `bits` is eight times the size of the chunk over that
    /// of the plane.
    fn stride(&self, chunk: &[u8], row: usize, bits: usize) -> Result<usize, Fault> {
        let needed = |stride: usize| stride * self.size.1 * bits / 8;
        let padded = row.next_multiple_of(4);
        match chunk.len() {
            found if found >= needed(padded) => Ok(padded),
            found if found >= needed(row) => Ok(row),
            found => Err(Fault::damaged(format!("it has {found} bytes instead of {}", needed(row)))),
        }
    }

    /// The pixels' bytes of the rows, from top to bottom.
    fn rows<'a>(&self, chunk: &'a [u8], stride: usize, bytes: usize) -> impl Iterator<Item = &'a [u8]> {
        let (height, order) = (self.size.1, self.rows);
        (0..height).map(move |row| {
            let row = if order == RowOrder::TopFirst { row } else { height - 1 - row };
            &chunk[row * stride..row * stride + bytes]
        })
    }
}

/// 256 colours of a palette of blue, green, red and nothing; grey where it ends, or is missing.
fn colors(palette: &[u8]) -> Vec<[u8; 3]> {
    let mut colors: Vec<[u8; 3]> = (0..=255).map(|grey| [grey; 3]).collect();
    for (color, entry) in colors.iter_mut().zip(palette.chunks_exact(4)) {
        *color = [entry[2], entry[1], entry[0]];
    }
    colors
}

fn color_image(
    (width, height): (usize, usize),
    pixels: impl Iterator<Item = [u8; 3]>,
) -> Result<DynamicImage, Fault> {
    RgbImage::from_raw(width as u32, height as u32, pixels.flatten().collect())
        .map(Into::into)
        .ok_or_else(|| Fault::damaged("a frame is smaller than its size says"))
}
