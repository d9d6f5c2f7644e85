use std::path::Path;

/// The last run of digits in a file's name, its extension left out: the frame's number.
///
/// # Example
///
/// ```
/// use microexpr_core::frame_number;
///
/// assert_eq!(frame_number("clip/006_05562.jpg".as_ref()), Some(5562));
/// assert_eq!(frame_number("clip/cover.jpg".as_ref()), None);
/// ```
#[must_use]
pub fn frame_number(path: &Path) -> Option<u64> {
    let stem = path.file_stem()?.to_str()?;
    let end = stem.rfind(|c: char| c.is_ascii_digit())? + 1;
    let digits = stem[..end].bytes().rev().take_while(u8::is_ascii_digit).count();
    stem[end - digits..end].parse().ok()
}
