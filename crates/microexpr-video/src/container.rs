use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Bytes that tell what a file is.
pub(crate) const MAGIC_LEN: u64 = 12;

/// What a file is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Container {
    /// MP4 or MOV.
    Mp4,
    Avi,
    Y4m,
    /// A video that others read.
    Foreign(&'static str),
}

impl Container {
    /// `None` if it is no video, as far as one can tell.
    pub(crate) fn of(start: &[u8]) -> Option<Self> {
        // The kinds of boxes that MP4 or MOV may begin with.
        const FIRST_BOXES: [&[u8]; 6] = [b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"];
        if start.get(4..8).is_some_and(|kind| FIRST_BOXES.contains(&kind)) {
            return Some(Self::Mp4);
        }
        match start {
            [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', ..] => Some(Self::Avi),
            [b'Y', b'U', b'V', b'4', b'M', b'P', b'E', b'G', b'2', ..] => Some(Self::Y4m),
            [0x1a, 0x45, 0xdf, 0xa3, ..] => Some(Self::Foreign("Matroska or WebM")),
            [0, 0, 1, 0xba, ..] | [0x47, ..] => Some(Self::Foreign("an MPEG stream")),
            [0, 0, 1, 0x09 | 0x27 | 0x67 | 0xb3, ..] | [0, 0, 0, 1, ..] => {
                Some(Self::Foreign("a stream without a container"))
            }
            [b'F', b'L', b'V', ..] => Some(Self::Foreign("Flash video")),
            [0x30, 0x26, 0xb2, 0x75, ..] => Some(Self::Foreign("Windows Media")),
            _ => None,
        }
    }
}

/// Whether a file is a video by its first bytes, be it one that is read here or not.
#[must_use]
pub fn is_video(path: impl AsRef<Path>) -> bool {
    let start = || {
        let mut start = Vec::new();
        File::open(path).ok()?.take(MAGIC_LEN).read_to_end(&mut start).ok()?;
        Container::of(&start)
    };
    start().is_some()
}
