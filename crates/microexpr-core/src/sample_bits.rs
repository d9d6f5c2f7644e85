//! Cameras' 10, 12 or 14 bits in files of 16.

use image::DynamicImage;
use serde::{Deserialize, Serialize};

use crate::OutOfRange;

/// How many of the 16 bits of a value a camera has filled: the brightest value is `2^bits - 1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct SampleBits(u8);

impl SampleBits {
    /// From 9 to 16 bits.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] for any other number.
    pub fn new(bits: u8) -> Result<Self, OutOfRange> {
        OutOfRange::unless((9..=16).contains(&bits), "bits", "9 to 16", bits)?;
        Ok(Self(bits))
    }

    /// The number of bits.
    #[must_use]
    pub fn bits(self) -> u8 {
        self.0
    }

    /// The brightest value.
    #[must_use]
    pub fn highest(self) -> u16 {
        u16::MAX >> (16 - self.0)
    }

    /// The depth of a camera, 10, 12 or 14 bits, that all values of a 16-bit image would fit: then the image is most likely meant
    /// to be brighter. `None` if it is not of 16 bits, is black, or fills more.
    #[must_use]
    pub fn suspected(image: &DynamicImage) -> Option<Self> {
        let brightest = values(image)?.iter().copied().max().filter(|value| *value > 0)?;
        [10, 12, 14].into_iter().map(Self).find(|bits| brightest <= bits.highest())
    }

    /// Brings the values of a 16-bit image to the full range, rounded; the largest value that is too large, if there is one.
    pub(crate) fn fill_range(self, image: &mut DynamicImage) -> Result<(), DepthMismatch> {
        let values = values_mut(image).ok_or(DepthMismatch::NotSixteenBits)?;
        let highest = self.highest();
        if let Some(found) = values.iter().copied().max().filter(|value| *value > highest) {
            return Err(DepthMismatch::TooBright { found });
        }
        let highest = u32::from(highest);
        for value in values {
            *value = ((u32::from(*value) * u32::from(u16::MAX) + highest / 2) / highest) as u16;
        }
        Ok(())
    }
}

impl TryFrom<u8> for SampleBits {
    type Error = OutOfRange;

    fn try_from(bits: u8) -> Result<Self, OutOfRange> {
        Self::new(bits)
    }
}

impl From<SampleBits> for u8 {
    fn from(bits: SampleBits) -> Self {
        bits.0
    }
}

/// Why an image does not have the depth that was told.
pub(crate) enum DepthMismatch {
    NotSixteenBits,
    TooBright { found: u16 },
}

fn values(image: &DynamicImage) -> Option<&[u16]> {
    match image {
        DynamicImage::ImageLuma16(image) => Some(image.as_raw()),
        DynamicImage::ImageRgb16(image) => Some(image.as_raw()),
        _ => None,
    }
}

fn values_mut(image: &mut DynamicImage) -> Option<&mut [u16]> {
    match image {
        DynamicImage::ImageLuma16(image) => Some(image),
        DynamicImage::ImageRgb16(image) => Some(image),
        _ => None,
    }
}
