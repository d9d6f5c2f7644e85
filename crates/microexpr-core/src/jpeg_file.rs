//! JPEG files as cameras and copies leave them: without an end marker, or with bytes behind it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use image::{DynamicImage, ImageError};

const END: [u8; 2] = [0xff, 0xd9];
/// So many zeros at the end of a file without an end marker are room that was never written to.
const UNWRITTEN: usize = 16;
/// Coded data that no decoder reads as it reads the zeros behind an end marker.
const OTHER_CODES: [u8; 32] = [0xfe; 32];

/// The part of a file that is the picture, with an end marker; or why it is none.
///
/// Decoders fill what a cut-off file lacks with grey, which would be taken for motion. Whether a file without an end marker is
/// whole is asked of the decoder itself: it is, if the picture does not depend on what follows.
pub(crate) fn whole_picture(
    file: &[u8],
    decode: impl Fn(&[u8]) -> Result<DynamicImage, ImageError>,
) -> Result<Cow<'_, [u8]>, &'static str> {
    const CUT_OFF: &str = "the file ends before the picture does";
    let mut scans = Scans::default();
    if let Some(end) = end_of_picture(file, &mut scans)? {
        return Ok(Cow::Borrowed(&file[..end]));
    }
    let written = file.strip_suffix(&[0xff]).unwrap_or(file);
    if written.ends_with(&[0; UNWRITTEN]) || !scans.are_complete() {
        return Err(CUT_OFF);
    }
    let ended = [written, &END].concat();
    match (decode(&ended), decode(&[written, &OTHER_CODES, &END].concat())) {
        (Ok(one), Ok(other)) if one == other => Ok(Cow::Owned(ended)),
        _ => Err(CUT_OFF),
    }
}

/// Where the first end marker ends; markers within segments, as a preview's, are passed over.
fn end_of_picture(file: &[u8], scans: &mut Scans) -> Result<Option<usize>, &'static str> {
    let mut at = 2;
    while let Some(marker) = next_marker(file, at) {
        at = marker + 2;
        let kind = file[marker + 1];
        match kind {
            0xd9 => return Ok(Some(at)),
            0xd8 | 0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf if scans.have_begun() => {
                return Err("the picture is broken off by the beginning of another one");
            }
            0xd8 => continue,
            _ => {}
        }
        let Some(length) = file.get(at..at + 2) else { return Ok(None) };
        let end = at + usize::from(u16::from_be_bytes([length[0], length[1]]));
        let segment = file.get(at + 2..end).unwrap_or_default();
        match kind {
            0xc0..=0xc3 => scans.begin_frame(segment),
            0xda => scans.add(segment),
            _ => {}
        }
        at = end;
    }
    Ok(None)
}

/// The next marker that is no stuffing, fill byte or restart.
fn next_marker(file: &[u8], from: usize) -> Option<usize> {
    let is_marker = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0x01 | 0xd0..=0xd7 | 0xff);
    file.get(from..)?.windows(2).position(is_marker).map(|at| from + at)
}

/// How many of its last bits every coefficient still lacks, by component.
#[derive(Default)]
struct Scans {
    missing_bits: BTreeMap<u8, [u8; 64]>,
    begun: bool,
}

impl Scans {
    const NOTHING_SENT: u8 = u8::MAX;

    fn have_begun(&self) -> bool {
        self.begun
    }

    /// From a frame header: precision, height, width, and three bytes for each component.
    fn begin_frame(&mut self, segment: &[u8]) {
        let components = segment.get(6..).unwrap_or_default().chunks_exact(3);
        self.missing_bits = components.map(|c| (c[0], [Self::NOTHING_SENT; 64])).collect();
    }

    /// From a scan header: the components, and which of their coefficients follow to which bit.
    fn add(&mut self, segment: &[u8]) {
        self.begun = true;
        let Some((&count, rest)) = segment.split_first() else { return };
        let Some((components, tail)) = rest.split_at_checked(2 * usize::from(count)) else { return };
        let [first, last, bits] = *tail else { return };
        for component in components.chunks_exact(2) {
            if let Some(missing) = self.missing_bits.get_mut(&component[0]) {
                let sent = missing.get_mut(usize::from(first)..=usize::from(last));
                sent.unwrap_or_default().fill(bits & 0x0f);
            }
        }
    }

    fn are_complete(&self) -> bool {
        !self.missing_bits.is_empty() && self.missing_bits.values().flatten().all(|bits| *bits == 0)
    }
}
