use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use super::header::VideoStream;
use crate::error::Fault;

/// Largest header list that is read.
const MOST_HEADER_BYTES: u64 = 16 << 20;
/// Lists within lists: RIFF, movi, rec.
const DEEPEST: usize = 4;

/// The bytes of one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) offset: u64,
    pub(super) size: u32,
}

/// The description of the video and where its frames lie.
pub(super) fn frame_chunks(file: &mut File) -> Result<(VideoStream, Vec<Chunk>), Fault> {
    let len = file.seek(SeekFrom::End(0))?;
    let mut found = Found { stream: None, chunks: Vec::new() };
    found.walk(file, 0, len, len, 0)?;
    let stream = found.stream.ok_or_else(|| Fault::damaged("its header is missing"))?;
    Ok((stream, found.chunks))
}

struct Found {
    stream: Option<VideoStream>,
    chunks: Vec<Chunk>,
}

impl Found {
    /// Reads the chunks from `at` to `end`.
    fn walk(&mut self, file: &mut File, mut at: u64, end: u64, len: u64, depth: usize) -> Result<(), Fault> {
        while at + 8 <= end {
            let mut header = [0; 12];
            file.seek(SeekFrom::Start(at))?;
            let available = (len - at).min(12) as usize;
            file.read_exact(&mut header[..available])?;
            let [id, size, kind] =
                [0, 4, 8].map(|at| [header[at], header[at + 1], header[at + 2], header[at + 3]]);
            let size = u32::from_le_bytes(size);
            let (start, next) = (at + 8, at + 8 + u64::from(size));
            if next > end {
                return Err(cut_off(self.chunks.len()));
            }
            match (&id, &kind) {
                (b"RIFF", b"AVI " | b"AVIX") | (b"LIST", b"movi" | b"rec ") if depth < DEEPEST => {
                    self.walk(file, start + 4, next, len, depth + 1)?;
                }
                (b"LIST", b"hdrl") if self.stream.is_none() => {
                    self.stream = Some(read_header(file, start + 4, next)?);
                }
                _ if self.is_frame(id) => self.chunks.push(Chunk { offset: start, size }),
                _ => {}
            }
            at = next + u64::from(size % 2);
        }
        Ok(())
    }

    /// Whether a chunk such as `00dc` is a frame of the video.
    fn is_frame(&self, id: [u8; 4]) -> bool {
        let of_stream = |stream: &VideoStream| id[..2] == stream.number;
        self.stream.as_ref().is_some_and(of_stream) && matches!(&id[2..], b"dc" | b"db")
    }
}

fn cut_off(frames: usize) -> Fault {
    Fault::damaged(format!("the file ends within a part that it announces, after {frames} frames"))
}

fn read_header(file: &mut File, start: u64, end: u64) -> Result<VideoStream, Fault> {
    let size = end.saturating_sub(start);
    if size > MOST_HEADER_BYTES {
        return Err(Fault::damaged("its header is larger than that of any video"));
    }
    let mut header = vec![0; size as usize];
    file.seek(SeekFrom::Start(start))?;
    file.read_exact(&mut header)?;
    VideoStream::of_header(&header)
}

/// The chunks of a list in memory; what is no whole chunk ends them.
pub(super) fn chunks(mut list: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let (id, rest) = list.split_first_chunk::<4>()?;
        let (size, rest) = rest.split_first_chunk::<4>()?;
        let (content, rest) = rest.split_at_checked(u32::from_le_bytes(*size) as usize)?;
        list = rest.get(content.len() % 2..).unwrap_or_default();
        Some((*id, content))
    })
}
