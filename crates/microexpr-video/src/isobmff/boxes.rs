use std::io::{Read, Seek, SeekFrom};

use crate::error::Fault;

/// Largest table of contents that is read; one of a day at 200 frames per second is not half as large.
const MOST_MOVIE_BYTES: u64 = 256 << 20;

/// The content of the box `moov`, the table of contents of the whole file.
pub(crate) fn read_movie<R: Read + Seek>(reader: &mut R) -> Result<Vec<u8>, Fault> {
    let file_len = reader.seek(SeekFrom::End(0))?;
    let mut at = 0;
    let mut fragmented = false;
    let mut movie = None;
    while let Some((kind, content, end)) = header_at(reader, at, file_len)? {
        match &kind {
            b"moov" if end - content > MOST_MOVIE_BYTES => {
                return Err(Fault::damaged("the table of contents is larger than that of any video"));
            }
            b"moov" => {
                let mut bytes = vec![0; (end - content) as usize];
                reader.seek(SeekFrom::Start(content))?;
                reader.read_exact(&mut bytes)?;
                movie = Some(bytes);
            }
            b"moof" => fragmented = true,
            _ => {}
        }
        at = end;
    }
    match movie {
        _ if fragmented => Err(Fault::unsupported("a fragmented MP4")),
        Some(movie) => Ok(movie),
        None => Err(Fault::damaged("there is no table of contents (moov), the recording was not finished")),
    }
}

/// Kind, start of the content and end of the box at `at`; `None` at the end of the file.
fn header_at<R: Read + Seek>(
    reader: &mut R,
    at: u64,
    file_len: u64,
) -> Result<Option<([u8; 4], u64, u64)>, Fault> {
    if file_len.saturating_sub(at) < 8 {
        return Ok(None);
    }
    reader.seek(SeekFrom::Start(at))?;
    let mut header = [0; 16];
    let header_len = if file_len - at < 16 { 8 } else { 16 };
    reader.read_exact(&mut header[..header_len])?;
    let mut fields = Fields(&header[..header_len]);
    let (short, kind) = (fields.u32(), fields.kind());
    let (Some(short), Some(kind)) = (short, kind) else { return Ok(None) };
    let (content, size) = match short {
        0 => (8, file_len - at),
        1 => (16, fields.u64().unwrap_or_default()),
        short => (8, u64::from(short)),
    };
    let end = at.checked_add(size).filter(|end| size >= content && *end <= file_len);
    match end {
        Some(end) => Ok(Some((kind, at + content, end))),
        None => Err(Fault::damaged(format!("its part {} is longer than the file", kind.escape_ascii()))),
    }
}

/// The boxes inside a box; what is no whole box ends them.
pub(super) fn children(mut content: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let mut fields = Fields(content);
        let (short, kind) = (fields.u32()?, fields.kind()?);
        let (header, size) = match short {
            0 => (8, content.len()),
            1 => (16, usize::try_from(fields.u64()?).ok()?),
            short => (8, short as usize),
        };
        let child = content.get(header..size)?;
        content = &content[size..];
        Some((kind, child))
    })
}

/// The first box of a kind inside a box.
pub(super) fn child<'a>(content: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    children(content).find(|(found, _)| found == kind).map(|(_, content)| content)
}

/// The first box of a kind inside a box, which cannot do without.
pub(super) fn needed<'a>(content: &'a [u8], kind: &[u8; 4]) -> Result<&'a [u8], Fault> {
    let missing = || Fault::damaged(format!("its part {} is missing", kind.escape_ascii()));
    child(content, kind).ok_or_else(missing)
}

/// Big-endian numbers one after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    /// The next bytes.
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(super) fn kind(&mut self) -> Option<[u8; 4]> {
        self.array()
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_be_bytes)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn i32(&mut self) -> Option<i32> {
        self.array().map(i32::from_be_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    /// A number of 32 bits in version 0 of a box, of 64 bits in version 1.
    pub(super) fn sized(&mut self, version: u8) -> Option<u64> {
        if version == 0 { self.u32().map(u64::from) } else { self.u64() }
    }

    /// Version of a full box; its flags are passed over.
    pub(super) fn version(&mut self) -> Option<u8> {
        let version = self.u8()?;
        self.take(3)?;
        Some(version)
    }
}
