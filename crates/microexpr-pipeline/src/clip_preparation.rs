use microexpr_core::{Digest, Digester, ImageSequence};
use microexpr_landmarks::AlignedClip;

use crate::{Cache, CacheKey, Cached, ClipGraph, Pipeline, PipelineError};

/// Files of a clip that are kept in memory between their digest and their decoding; larger clips are read twice.
const MOST_BYTES: u64 = 512 << 20;

/// One clip on its way to graphs at several magnifications: its files are read once, its face is followed and aligned at most
/// once, and what the [`Cache`] holds is not made again.
#[derive(Debug)]
pub struct ClipPreparation<'a> {
    pipeline: &'a Pipeline,
    cache: &'a Cache,
    frames: ImageSequence,
    fps: f64,
    content: Digest,
    source: Digest,
    aligned: Option<AlignedClip>,
}

impl Pipeline {
    /// Reads the files of a clip.
    ///
    /// # Errors
    ///
    /// [`PipelineError::Core`] naming a frame that cannot be read; those of [`landmarks_beside`](crate::landmarks_beside)
    /// if points come from files.
    pub fn prepare<'a>(
        &'a self,
        frames: &ImageSequence,
        fps: f64,
        cache: &'a Cache,
    ) -> Result<ClipPreparation<'a>, PipelineError> {
        let frames = frames.in_memory(MOST_BYTES)?;
        let mut files = Digester::new();
        for index in 0..frames.len() {
            files.add(frames.bytes(index)?);
        }
        if let Some(bits) = frames.bits() {
            files.number(bits.bits().into());
        }
        let content = files.finish();
        let mut source = Digester::new();
        source.add(content.bytes());
        if let Some(points) = self.digest_beside(&frames)? {
            source.add(points.bytes());
        }
        let source = source.finish();
        Ok(ClipPreparation { pipeline: self, cache, frames, fps, content, source, aligned: None })
    }
}

impl ClipPreparation<'_> {
    /// Digest of the frames' files alone: equal for the same recording, whatever the settings.
    #[must_use]
    pub fn content(&self) -> Digest {
        self.content
    }

    /// What decides the graph at a magnification: frames, landmarks, frame rate, settings, version.
    ///
    /// # Errors
    ///
    /// [`PipelineError::EncodeSettings`]; [`PipelineError::Landmarks`] if the landmark model cannot be read.
    pub fn key(&self, alpha: f64) -> Result<CacheKey, PipelineError> {
        CacheKey::new(self.source, &self.pipeline.cache_settings(alpha, self.fps)?)
    }

    /// The graph at a magnification, from the cache or made now.
    ///
    /// # Errors
    ///
    /// Those of [`Pipeline::register`] and [`Pipeline::graph`].
    pub fn graph(&mut self, alpha: f64) -> Result<Cached<ClipGraph>, PipelineError> {
        let key = self.key(alpha)?;
        if let Some(found) = self.cache.get(key) {
            return Ok(found);
        }
        let aligned = match self.aligned.take() {
            Some(aligned) => aligned,
            None => self.pipeline.register(&self.frames, self.fps)?,
        };
        let graph = self.pipeline.graph(&aligned, alpha)?;
        self.aligned = Some(aligned);
        self.cache.put(key, graph)
    }
}
