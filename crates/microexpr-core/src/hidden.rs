use std::path::Path;

/// Folder in which archives from a Mac keep what other systems have no place for: files named like the real ones.
const MAC_ARCHIVE: &str = "__MACOSX";

/// Whether a file or folder is none of the user's own: its name begins with a dot, or is `__MACOSX`.
///
/// # Example
///
/// ```
/// use microexpr_core::is_hidden;
///
/// assert!(is_hidden("clip/._img1.jpg".as_ref()) && is_hidden("__MACOSX".as_ref()));
/// assert!(!is_hidden("clip/img1.jpg".as_ref()));
/// ```
#[must_use]
pub fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".") || name == MAC_ARCHIVE)
}
