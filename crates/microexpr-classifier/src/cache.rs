use std::path::{Path, PathBuf};

use microexpr_core::{ImageSequence, atomic_file};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::ClassifierError;

/// Changes whenever preprocessing gives other results for the same settings, so that old entries are not found.
const FORMAT: &str = "microexpr graph 7";

/// Graphs on disk, found by what they were made from: the bytes of the frames and the settings.
///
/// An entry that is damaged counts as absent. Entries are written beside their place and renamed, so several programs
/// may share a folder.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: Option<PathBuf>,
}

/// Name of a cache entry, a SHA-256 digest.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CacheKey(String);

/// Digest of the bytes of a clip's files.
#[derive(Debug, Clone)]
pub struct ClipDigest(Vec<u8>);

impl Cache {
    /// A cache in `folder`, which is made when the first entry is written.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: Some(folder.into()) }
    }

    /// No cache: nothing is ever found.
    #[must_use]
    pub fn none() -> Self {
        Self { folder: None }
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
    pub fn get<T: DeserializeOwned>(&self, key: &CacheKey) -> Option<T> {
        let bytes = std::fs::read(self.path(key)?).ok()?;
        let (digest, body) = bytes.split_at_checked(32)?;
        (Sha256::digest(body).as_slice() == digest).then(|| postcard::from_bytes(body).ok())?
    }

    /// Writes an entry.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::Core`] if the folder cannot be written.
    pub fn put<T: Serialize>(&self, key: &CacheKey, value: &T) -> Result<(), ClassifierError> {
        let Some(path) = self.path(key) else { return Ok(()) };
        let body = postcard::to_stdvec(value).map_err(ClassifierError::EncodeCache)?;
        let mut bytes = Sha256::digest(&body).to_vec();
        bytes.extend(body);
        Ok(atomic_file::write(path, &bytes)?)
    }

    fn path(&self, key: &CacheKey) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(&key.0[..2]).join(format!("{}.graph", key.0)))
    }
}

impl ClipDigest {
    /// Digests the frames of a clip, and `beside`, a file that also decides the result.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::ReadFile`] naming the file.
    pub fn of(frames: &ImageSequence, beside: Option<&Path>) -> Result<Self, ClassifierError> {
        let mut digest = Sha256::new();
        for path in frames.paths().iter().map(PathBuf::as_path).chain(beside) {
            let bytes = std::fs::read(path)
                .map_err(|source| ClassifierError::ReadFile { path: path.to_owned(), source })?;
            digest.update((bytes.len() as u64).to_le_bytes());
            digest.update(&bytes);
        }
        Ok(Self(digest.finalize().to_vec()))
    }

    /// The entry of this clip under `settings`.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::EncodeSettings`] if the settings hold numbers that JSON lacks.
    pub fn key<S: Serialize>(&self, settings: &S) -> Result<CacheKey, ClassifierError> {
        let settings = serde_json::to_vec(settings).map_err(ClassifierError::EncodeSettings)?;
        let digest =
            Sha256::new().chain_update(FORMAT).chain_update(&self.0).chain_update(settings).finalize();
        Ok(CacheKey(digest.iter().map(|b| format!("{b:02x}")).collect()))
    }
}
