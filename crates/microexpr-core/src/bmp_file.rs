//! A part of a BMP file without compression: only its rows are looked at.

use image::RgbImage;

use crate::ImagePart;

/// File header and the header that all programs write today.
const HEADERS: usize = 54;
const INFO_HEADER: u32 = 40;

/// The pixels that a decoder gives, of a part of a picture of `(height, width)` in 24 bits or 8 bits with a palette; `None` for any other
/// file, and one that is not whole.
pub(crate) fn rgb_part(file: &[u8], (height, width): (usize, usize), part: ImagePart) -> Option<RgbImage> {
    let header = file.first_chunk::<HEADERS>().filter(|header| header.starts_with(b"BM"))?;
    let field = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let (offset, rows) = (field(10) as usize, field(22).cast_signed());
    let (planes_and_depth, compression) = (field(26), field(30));
    let fits = field(18) as usize == width && rows.unsigned_abs() as usize == height;
    if field(14) != INFO_HEADER || compression != 0 || !fits {
        return None;
    }
    let depth = match planes_and_depth {
        0x0018_0001 => Depth::Colours,
        0x0008_0001 => Depth::Palette(palette(file, field(46) as usize)?),
        _ => return None,
    };
    let stride = (width * depth.bytes()).next_multiple_of(4);
    let pixels = file.get(offset..)?.get(..stride.checked_mul(height)?)?;
    let mut image = RgbImage::new(part.width.try_into().ok()?, part.height.try_into().ok()?);
    for (row, line) in image.chunks_exact_mut(3 * part.width.max(1)).enumerate() {
        let row = part.top + row;
        // A positive height begins at the bottom.
        let stored = if rows > 0 { height - 1 - row } else { row };
        depth.decode(&pixels[stored * stride + part.left * depth.bytes()..], line);
    }
    Some(image)
}

enum Depth {
    /// Blue, green, red.
    Colours,
    Palette(Box<[[u8; 3]; 256]>),
}

impl Depth {
    fn bytes(&self) -> usize {
        match self {
            Self::Colours => 3,
            Self::Palette(_) => 1,
        }
    }

    fn decode(&self, stored: &[u8], line: &mut [u8]) {
        let line = line.as_chunks_mut::<3>().0.iter_mut();
        match self {
            Self::Colours => line.zip(stored.as_chunks().0).for_each(|(to, [b, g, r])| *to = [*r, *g, *b]),
            Self::Palette(colours) => {
                line.zip(stored).for_each(|(to, level)| *to = colours[usize::from(*level)])
            }
        }
    }
}

/// The colours behind the headers; 0 stands for all of them.
fn palette(file: &[u8], count: usize) -> Option<Box<[[u8; 3]; 256]>> {
    let count = if count == 0 { 256 } else { count };
    let stored = file.get(HEADERS..HEADERS + 4 * count)?;
    let mut colours = Box::new([[0; 3]; 256]);
    let entries = stored.as_chunks().0.iter().map(|[b, g, r, _]| [*r, *g, *b]);
    (count <= 256).then(|| colours.iter_mut().zip(entries).for_each(|(to, colour)| *to = colour))?;
    Some(colours)
}
