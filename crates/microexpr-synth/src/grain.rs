//! What makes skin and hair more than an even grey.

use ndarray::Array2;
use rand::Rng;

use crate::texture::noise;

/// The textures of one portrait, relative changes of brightness.
pub(crate) struct Grain {
    pub(crate) skin: Array2<f32>,
    pub(crate) hair: Array2<f32>,
}

impl Grain {
    /// Pores and blotches of the skin, times `contrast`, and strands of hair, of a face `px` times as large as the default.
    pub(crate) fn new(contrast: f32, px: f32, size: (usize, usize), rng: &mut impl Rng) -> Self {
        Self {
            skin: contrast
                * (0.030 * noise(rng, size, 0.9 * px, 0.9 * px)
                    + 0.035 * noise(rng, size, 2.0 * px, 2.0 * px)
                    + 0.025 * noise(rng, size, 6.0 * px, 6.0 * px)),
            hair: 0.6 * noise(rng, size, 0.9 * px, 9.0 * px) + 0.4 * noise(rng, size, 3.0 * px, 20.0 * px),
        }
    }
}
