use microexpr_core::{OutOfRange, pyramid::half_size};

use crate::color::ColorPath;
use crate::frame::{ColorModel, FrameLayout};
use crate::{GainRule, MagnifyError};

/// What the linear method does to frames of one layout: sizes, colour planes and gains.
///
/// With `gain[−1] = 0`, `Σ gain[l] · U^l (G[l] − U G[l+1]) = Σ (gain[l] − gain[l−1]) · U^l G[l]`, where `G` are the levels of
/// the Gaussian pyramid and `U` expands a level: one expansion per level and no Laplacian at all.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    pub(crate) layout: FrameLayout,
    pub(crate) color: ColorPath,
    /// Height and width of the levels `0..=coarsest`.
    pub(crate) sizes: Vec<(usize, usize)>,
    /// `gain[l] − gain[l−1]` of the levels `0..=coarsest`.
    pub(crate) steps: Vec<f32>,
    /// The level that is filtered in time.
    pub(crate) finest: usize,
}

impl Plan {
    /// `None` if no level of such frames is amplified.
    pub(crate) fn new(
        layout: FrameLayout,
        gain: &GainRule,
        alpha: f64,
        chroma: f64,
    ) -> Result<Option<Self>, MagnifyError> {
        layout.check()?;
        OutOfRange::unless_within(0.0..=1e6, "chroma", "between 0 and 1e6", chroma)?;
        let gains = gain.gains(layout.height, layout.width, alpha)?;
        let previous = std::iter::once(0.0).chain(gains.iter().copied());
        let mut steps: Vec<f32> = gains.iter().zip(previous).map(|(g, p)| (g - p) as f32).collect();
        let Some(finest) = steps.iter().position(|s| *s != 0.0) else { return Ok(None) };
        steps.truncate(1 + steps.iter().rposition(|s| *s != 0.0).unwrap_or(finest));
        let mut sizes = vec![(layout.height, layout.width)];
        while sizes.len() < steps.len() {
            sizes.push(half_size(sizes[sizes.len() - 1]));
        }
        let color = match layout.color {
            ColorModel::Grey => ColorPath::Grey,
            ColorModel::Rgb => ColorPath::rgb(chroma),
        };
        Ok(Some(Self { layout, color, sizes, steps, finest }))
    }

    /// Pixels of one plane of a level.
    pub(crate) fn area(&self, level: usize) -> usize {
        self.sizes[level].0 * self.sizes[level].1
    }

    /// Values of the filtered level, all planes.
    pub(crate) fn band_len(&self) -> usize {
        self.color.planes() * self.area(self.finest)
    }

    /// Whether two plans filter the same planes in time.
    pub(crate) fn shares_band(&self, other: &Self) -> bool {
        (self.layout, self.color, self.finest) == (other.layout, other.color, other.finest)
    }
}
