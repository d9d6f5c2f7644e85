use image::metadata::Orientation;

use super::boxes::{Fields, child, children, needed};
use super::edit_list::{ShownPart, shown_part};
use super::sample_table::{Sample, samples};
use crate::error::Fault;
use crate::luma::Range;

/// How the frames of a track are coded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Coding {
    /// H.264, with its decoder configuration (ISO/IEC 14496-15).
    H264 {
        /// Bytes of the length before each unit.
        length_size: usize,
        /// Parameter sets, without start codes.
        parameter_sets: Vec<Vec<u8>>,
    },
    /// Each frame a JPEG file.
    Jpeg,
}

/// The video of a file.
#[derive(Debug)]
pub(crate) struct Track {
    pub(crate) coding: Coding,
    /// Units of time per second.
    pub(crate) timescale: u32,
    /// What turns the frames upright.
    pub(crate) orientation: Orientation,
    /// Range of luma, where the container says it.
    pub(crate) range: Option<Range>,
    /// The coded frames in decoding order.
    pub(crate) samples: Vec<Sample>,
    part: ShownPart,
}

impl Track {
    /// The first video track of the box `moov`.
    pub(crate) fn of_movie(movie: &[u8]) -> Result<Self, Fault> {
        let is_video = |track: &&[u8]| {
            let handler = child(track, b"mdia").and_then(|media| child(media, b"hdlr"));
            handler.and_then(|handler| handler.get(8..12)) == Some(b"vide")
        };
        let track = children(movie).filter(|(kind, _)| kind == b"trak").map(|(_, track)| track);
        let track =
            track.into_iter().find(is_video).ok_or_else(|| Fault::damaged("there is no video in it"))?;
        let media = needed(track, b"mdia")?;
        let table = needed(needed(media, b"minf")?, b"stbl")?;
        let (coding, range) = coding(needed(table, b"stsd")?)?;
        let movie_timescale = timescale(needed(movie, b"mvhd")?)?;
        let timescale = timescale(needed(media, b"mdhd")?)?;
        Ok(Self {
            coding,
            timescale,
            orientation: orientation(needed(track, b"tkhd")?)?,
            range,
            samples: samples(table)?,
            part: shown_part(track, movie_timescale, timescale)?,
        })
    }

    /// The samples that are shown, by their place in decoding order, as they are shown.
    pub(crate) fn shown(&self) -> Vec<usize> {
        let shown = |index: &usize| self.part.contains(self.samples[*index].time);
        let mut order: Vec<usize> = (0..self.samples.len()).filter(shown).collect();
        order.sort_by_key(|index| self.samples[*index].time);
        order
    }
}

/// Units per second of `mvhd` and `mdhd`.
fn timescale(header: &[u8]) -> Result<u32, Fault> {
    let mut fields = Fields(header);
    let read = |fields: &mut Fields<'_>| {
        let version = fields.version()?;
        fields.sized(version)?;
        fields.sized(version)?;
        fields.u32().filter(|scale| *scale > 0)
    };
    read(&mut fields).ok_or_else(|| Fault::damaged("its time scale is missing"))
}

/// The transformation matrix of `tkhd`: quarter turns and mirrors.
fn orientation(header: &[u8]) -> Result<Orientation, Fault> {
    let mut fields = Fields(header);
    let matrix = fields.version().and_then(|version| {
        // Times, track number, duration; layer, group, volume.
        fields.take(if version == 0 { 20 } else { 32 })?;
        fields.take(16)?;
        let [a, b, _, c, d] = [(); 5].map(|()| fields.i32());
        Some([a?.signum(), b?.signum(), c?.signum(), d?.signum()])
    });
    match matrix.ok_or_else(|| Fault::damaged("its track header is cut off"))? {
        [1, 0, 0, 1] | [0, 0, 0, 0] => Ok(Orientation::NoTransforms),
        [0, 1, -1, 0] => Ok(Orientation::Rotate90),
        [-1, 0, 0, -1] => Ok(Orientation::Rotate180),
        [0, -1, 1, 0] => Ok(Orientation::Rotate270),
        [-1, 0, 0, 1] => Ok(Orientation::FlipHorizontal),
        [1, 0, 0, -1] => Ok(Orientation::FlipVertical),
        [0, 1, 1, 0] => Ok(Orientation::Rotate90FlipH),
        [0, -1, -1, 0] => Ok(Orientation::Rotate270FlipH),
        _ => Err(Fault::unsupported("a picture turned by an angle")),
    }
}

/// Codec and range of the box `stsd`.
fn coding(descriptions: &[u8]) -> Result<(Coding, Option<Range>), Fault> {
    let entries = descriptions.get(8..).unwrap_or_default();
    let mut entries = children(entries);
    let (kind, entry) = entries.next().ok_or_else(|| Fault::damaged("the codec is not named"))?;
    if entries.next().is_some() {
        return Err(Fault::unsupported("a video whose coding changes"));
    }
    // The fields of a visual sample entry take 78 bytes.
    let extensions = entry.get(78..).unwrap_or_default();
    let coding = match &kind {
        b"avc1" | b"avc3" => h264(needed(extensions, b"avcC")?)
            .ok_or_else(|| Fault::damaged("the decoder configuration is cut off"))?,
        b"jpeg" => Coding::Jpeg,
        kind => return Err(Fault::unsupported(codec_name(kind))),
    };
    Ok((coding, child(extensions, b"colr").and_then(range)))
}

fn codec_name(kind: &[u8; 4]) -> String {
    match kind {
        b"hvc1" | b"hev1" | b"dvh1" | b"dvhe" => "HEVC (H.265)".to_owned(),
        b"av01" => "AV1".to_owned(),
        b"vp08" => "VP8".to_owned(),
        b"vp09" => "VP9".to_owned(),
        b"mp4v" => "MPEG-4 Part 2".to_owned(),
        [b'a', b'p', ..] => "ProRes".to_owned(),
        _ => format!("the codec {}", kind.escape_ascii()),
    }
}

fn h264(configuration: &[u8]) -> Option<Coding> {
    let mut fields = Fields(configuration);
    fields.take(4)?;
    let length_size = usize::from(fields.u8()? & 3) + 1;
    let mut parameter_sets = Vec::new();
    for mask in [0x1f, 0xff] {
        for _ in 0..fields.u8()? & mask {
            let length = fields.u16()?;
            parameter_sets.push(fields.take(length.into())?.to_vec());
        }
    }
    Some(Coding::H264 { length_size, parameter_sets })
}

/// Of `colr`, which knows the range in its form `nclx` alone.
fn range(color: &[u8]) -> Option<Range> {
    let mut fields = Fields(color);
    if fields.kind()? != *b"nclx" {
        return None;
    }
    fields.take(6)?;
    Some(if fields.u8()? & 0x80 == 0 { Range::Limited } else { Range::Full })
}
