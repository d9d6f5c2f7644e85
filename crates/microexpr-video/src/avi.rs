//! AVI: a RIFF file with a list of chunks, one for each frame.

mod frame_format;
mod header;
mod riff;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use image::DynamicImage;

use crate::error::Fault;
use crate::luma::Levels;
use crate::video::{Compression, Opened, Pictures};
use frame_format::FrameFormat;
use header::VideoStream;
use riff::{Chunk, frame_chunks};

/// Frames of an AVI file.
struct Avi {
    file: File,
    format: FrameFormat,
    levels: Levels,
    chunks: std::vec::IntoIter<Chunk>,
    last: Option<DynamicImage>,
    given: usize,
}

/// Reads the headers and finds the frames. How many of them repeat the one before comes with the result.
pub(crate) fn open(mut file: File, levels: Levels) -> Result<(Opened, u64), Fault> {
    let (headers, chunks) = frame_chunks(&mut file)?;
    let VideoStream { fps, format, .. } = headers;
    if chunks.is_empty() {
        return Err(Fault::damaged("it has no frames"));
    }
    let compression = match format {
        FrameFormat::Jpeg { .. } => Compression::WithinFrames,
        FrameFormat::Raw(_) => Compression::None,
    };
    let repeated = chunks.iter().filter(|chunk| chunk.size == 0).count() as u64;
    let frame_count = Some(chunks.len());
    let pictures = Box::new(Avi { file, format, levels, chunks: chunks.into_iter(), last: None, given: 0 });
    Ok((Opened { fps: Some(fps), frame_count, compression, pictures }, repeated))
}

impl Pictures for Avi {
    fn next_picture(&mut self) -> Result<Option<DynamicImage>, Fault> {
        let Some(chunk) = self.chunks.next() else { return Ok(None) };
        self.given += 1;
        let in_frame = |fault| match fault {
            Fault::Damaged(reason) => Fault::Damaged(format!("frame {}: {reason}", self.given)),
            other => other,
        };
        // An empty chunk stands for a frame that was dropped: the one before it is shown on.
        if chunk.size > 0 {
            let mut bytes = vec![0; chunk.size as usize];
            self.file.seek(SeekFrom::Start(chunk.offset))?;
            self.file.read_exact(&mut bytes)?;
            self.last = Some(self.format.decode(bytes, self.levels).map_err(in_frame)?);
        }
        match &self.last {
            Some(image) => Ok(Some(image.clone())),
            None => Err(in_frame(Fault::damaged("it is empty and there is none before it"))),
        }
    }
}
