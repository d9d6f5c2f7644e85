use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use microexpr_core::{CoreError, Digest, Digester, atomic_file};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::PipelineError;

/// Changes whenever preprocessing gives other results for the same settings, so that old entries are not found.
const FORMAT: &str = "microexpr graph 11";

/// Graphs on disk, found by what they were made from: the bytes of the frames and the settings.
///
/// An entry that is damaged counts as absent. Entries are written beside their place and renamed, so several programs
/// may share a folder. A folder that cannot be written costs time, not the run: the first failure is kept for
/// [`Cache::warning`], and nothing more is written.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: Option<PathBuf>,
    failure: Arc<OnceLock<String>>,
}

/// Name of a cache entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CacheKey(Digest);

/// A value from the cache, or one that could be there, with the digest of its bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Cached<T> {
    /// The value.
    pub value: T,
    /// Digest of its encoding: equal for equal values.
    pub digest: Digest,
}

impl Cache {
    /// A cache in `folder`, which is made when the first entry is written.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: Some(folder.into()), failure: Arc::default() }
    }

    /// No cache: nothing is ever found.
    #[must_use]
    pub fn none() -> Self {
        Self { folder: None, failure: Arc::default() }
    }

    /// The folder that programs use unless told otherwise: `MICROEXPR_CACHE`, else `microexpr` in the user's cache folder.
    #[must_use]
    pub fn default_folder() -> Option<PathBuf> {
        let from = |variable: &str| std::env::var_os(variable).filter(|v| !v.is_empty()).map(PathBuf::from);
        from("MICROEXPR_CACHE").or_else(|| {
            let user = from("XDG_CACHE_HOME").or_else(|| from("LOCALAPPDATA"));
            let user = user.or_else(|| std::env::home_dir().map(|home| home.join(".cache")));
            user.map(|folder| folder.join("microexpr"))
        })
    }

    /// Reads an entry; `None` if there is none or it is damaged.
    #[must_use]
    pub fn get<T: DeserializeOwned>(&self, key: CacheKey) -> Option<Cached<T>> {
        let bytes = std::fs::read(self.path(key)?).ok()?;
        let (digest, body) = bytes.split_at_checked(32)?;
        let found = Digest::of(body);
        let value = (found.bytes() == digest).then(|| postcard::from_bytes(body).ok())??;
        Some(Cached { value, digest: found })
    }

    /// Keeps a value, if there is a folder that can be written, and gives it its digest.
    ///
    /// # Errors
    ///
    /// [`PipelineError::EncodeGraph`] if the value has no encoding.
    pub fn put<T: Serialize>(&self, key: CacheKey, value: T) -> Result<Cached<T>, PipelineError> {
        let body = postcard::to_stdvec(&value).map_err(PipelineError::EncodeGraph)?;
        let digest = Digest::of(&body);
        if let Some(path) = self.path(key).filter(|_| self.failure.get().is_none()) {
            let bytes = [&digest.bytes()[..], &body].concat();
            if let Err(error) = atomic_file::write(path, &bytes) {
                self.failure.get_or_init(|| failed_to_write(&error));
            }
        }
        Ok(Cached { value, digest })
    }

    /// Why nothing is kept, if the folder cannot be written.
    #[must_use]
    pub fn warning(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }

    fn path(&self, CacheKey(digest): CacheKey) -> Option<PathBuf> {
        let name = digest.to_string();
        self.folder.as_ref().map(|folder| folder.join(&name[..2]).join(format!("{name}.graph")))
    }
}

fn failed_to_write(error: &CoreError) -> String {
    let reason = std::error::Error::source(error).map_or(String::new(), |source| format!(": {source}"));
    format!("preprocessed clips are not kept: {error}{reason}")
}

impl CacheKey {
    /// The entry of what was made from `source` under `settings`.
    ///
    /// # Errors
    ///
    /// [`PipelineError::EncodeSettings`] if the settings hold numbers that JSON lacks.
    pub fn new<S: Serialize>(source: Digest, settings: &S) -> Result<Self, PipelineError> {
        let settings = serde_json::to_vec(settings).map_err(PipelineError::EncodeSettings)?;
        Ok(Self(Digester::new().add(FORMAT).add(source.bytes()).add(settings).finish()))
    }

    /// Digest of everything the entry is made from: equal on every machine.
    #[must_use]
    pub fn digest(self) -> Digest {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_entry_counts_as_absent() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path());
        let key = CacheKey::new(Digest::of(b"frames"), &4.0).unwrap();
        assert_eq!(cache.get::<Vec<u32>>(key), None);
        let kept = cache.put(key, vec![1u32, 2, 3]).unwrap();
        assert_eq!(cache.get::<Vec<u32>>(key), Some(kept));
        let path = cache.path(key).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(cache.get::<Vec<u32>>(key), None);
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_a_warning() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, b"").unwrap();
        let cache = Cache::at(&file);
        let key = CacheKey::new(Digest::of(b"frames"), &4.0).unwrap();
        assert_eq!(cache.put(key, 7u32).unwrap().value, 7);
        assert!(cache.warning().is_some_and(|text| text.contains("are not kept")), "{:?}", cache.warning());
        assert_eq!(Cache::none().put(key, 7u32).unwrap().value, 7);
        assert_eq!(Cache::none().warning(), None);
    }
}
