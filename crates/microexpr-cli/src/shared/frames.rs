//! Frames that a program reads, and the depth of their values.

use std::path::Path;

use microexpr::core::{CoreError, ImageSequence, SampleBits};

/// Reads the number of bits on a command line.
pub(crate) fn parse_bits(text: &str) -> Result<SampleBits, String> {
    let bits = text.parse().map_err(|_| format!("expected a number from 9 to 16, found {text:?}"))?;
    SampleBits::new(bits).map_err(|error| error.to_string())
}

/// The frames at the depth that was told; else as they are, and a word on standard error where their values look as if a camera
/// had left the upper bits empty.
pub(crate) fn at_depth(
    sequence: ImageSequence,
    bits: Option<SampleBits>,
) -> Result<ImageSequence, CoreError> {
    if let Some(bits) = bits {
        return Ok(sequence.with_bits(bits));
    }
    if may_be_deep(&sequence.paths()[0])
        && let Some(bits) = SampleBits::suspected(&sequence.image(0)?)
    {
        let (path, bits) = (sequence.paths()[0].display(), bits.bits());
        eprintln!(
            "note: {path}: its 16-bit values fill {bits} bits at most: if that is the camera's depth, --bits {bits} brings them \
             to the full range"
        );
    }
    Ok(sequence)
}

/// JPEG and BMP have 8 bits: they need not be decoded to know it.
fn may_be_deep(path: &Path) -> bool {
    let extension = path.extension().map(|e| e.to_ascii_lowercase());
    !extension.is_some_and(|e| e == "jpg" || e == "jpeg" || e == "bmp")
}
