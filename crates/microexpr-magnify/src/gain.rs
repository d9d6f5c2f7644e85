use microexpr_core::OutOfRange;
use serde::{Deserialize, Serialize};

use crate::MagnifyError;

/// How strongly each pyramid level is amplified. Level 0 is the finest (the frame minus its blur), the last level is the
/// residual (the blurred rest).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum GainRule {
    /// α at the levels `finest..=coarsest`, 0 elsewhere.
    ///
    /// Level 1 is the finest that is worth amplifying: level 0 is four fifths of all pixel noise and little motion. With the
    /// levels from 1 on, a pattern of wavelength 8 / 16 / 32 / 64 px gets 0.53 / 0.86 / 0.96 / 0.99 of α, one of 4 px
    /// 0.06 of α, and independent pixel noise 0.20 of α (in standard deviation, before the temporal filter).
    Uniform {
        /// First amplified level.
        finest: usize,
        /// Last amplified level; `None`: the last before the residual, so that the brightness of the whole frame stays.
        coarsest: Option<usize>,
    },
    /// Wu's bound on how far a wavelength may be moved: with `δ = λ_c / 8 / (1 + α)` the gain of a level is
    /// `boost · (λ / 8δ − 1)`, at least 0 and at most α; 0 at the finest level and the residual. The wavelength λ is
    /// `√(height² + width²) / 3` at the residual and halves at every finer level. A negative α needs no bound.
    ///
    /// Source: H.-Y. Wu et al., "Eulerian Video Magnification for Revealing Subtle Changes in the World", SIGGRAPH 2012,
    /// equation 14 and the authors' MATLAB release. Differs: clamped at 0 from below, where the release attenuates or
    /// reverses the motion of fine levels.
    Wu {
        /// Spatial wavelength λ_c in pixels above which the full α is used.
        lambda_c_px: f64,
        /// Factor on the bound; 2 in the release.
        boost: f64,
    },
    /// Wu's rule as the MIT release has it, for comparing with its videos: `boost = 2`, and fine levels may get negative
    /// gains, that is attenuated or reversed motion. Everything times `factor`.
    #[serde(alias = "mit_release")]
    MitRelease {
        /// Spatial wavelength λ_c in pixels above which the full α is used.
        lambda_c_px: f64,
        /// 1, or 0.5 for the release's one-sided ideal filter.
        factor: f64,
    },
    /// α for everything coarser than `2^level` pixels, brightness of the whole frame included: pulse in skin colour instead
    /// of motion. It is the level of the Gaussian pyramid that is amplified, at most the residual.
    #[serde(alias = "color_change")]
    ColorChange {
        /// Level of the Gaussian pyramid, 4 to 6 for faces that fill the frame.
        level: usize,
    },
    /// `α · weights[level]`, finest level first; missing levels get 0.
    #[serde(alias = "per_level")]
    PerLevel {
        /// Weight of every level.
        weights: Vec<f64>,
    },
}

impl Default for GainRule {
    /// Uniform from level 1 to the last before the residual.
    fn default() -> Self {
        Self::Uniform { finest: 1, coarsest: None }
    }
}

impl GainRule {
    /// Gain of every pyramid level of frames of `height` × `width` pixels, finest first, residual last.
    ///
    /// # Errors
    ///
    /// [`MagnifyError::LevelOrder`], [`MagnifyError::LevelCount`] or [`MagnifyError::Setting`].
    pub fn gains(&self, height: usize, width: usize, alpha: f64) -> Result<Vec<f64>, MagnifyError> {
        check_factor("alpha", alpha)?;
        let count = level_count(height, width);
        let from_finest = |gain: &dyn Fn(usize) -> f64| (0..count).map(gain).collect::<Vec<f64>>();
        let wavelength = |level| (height as f64).hypot(width as f64) / 3.0 / pow2(count - 1 - level);
        // All but the finest level and the residual.
        let is_band = |level| 0 < level && level + 1 < count;
        Ok(match self {
            Self::Uniform { finest, coarsest } => {
                if let Some(coarsest) = coarsest.filter(|c| c < finest) {
                    return Err(MagnifyError::LevelOrder { finest: *finest, coarsest });
                }
                let amplified = |l| *finest <= l && coarsest.map_or(l + 1 < count, |c| l <= c);
                from_finest(&|l| if amplified(l) { alpha } else { 0.0 })
            }
            Self::Wu { lambda_c_px, boost } => {
                check_positive("lambda_c_px", *lambda_c_px)?;
                check_positive("boost", *boost)?;
                let bounded = |bound: f64| if alpha > 0.0 { bound.clamp(0.0, alpha) } else { alpha };
                let gain = |level| bounded(boost * wu_bound(wavelength(level), *lambda_c_px, alpha));
                from_finest(&|l| if is_band(l) { gain(l) } else { 0.0 })
            }
            Self::MitRelease { lambda_c_px, factor } => {
                check_positive("lambda_c_px", *lambda_c_px)?;
                check_factor("factor", *factor)?;
                let gain = |level| (2.0 * wu_bound(wavelength(level), *lambda_c_px, alpha)).min(alpha);
                from_finest(&|l| if is_band(l) { factor * gain(l) } else { 0.0 })
            }
            Self::ColorChange { level } => {
                let first = (*level).min(count - 1);
                from_finest(&|l| if l >= first { alpha } else { 0.0 })
            }
            Self::PerLevel { weights } => {
                let found = weights.len();
                if found > count {
                    return Err(MagnifyError::LevelCount { height, width, expected: count, found });
                }
                for weight in weights {
                    check_factor("a level's weight", *weight)?;
                }
                from_finest(&|l| alpha * weights.get(l).unwrap_or(&0.0))
            }
        })
    }
}

/// Number of pyramid levels of a frame, the residual included: it is halved (rounding down) while its smaller side has
/// at least 5 pixels.
///
/// Source: E. Simoncelli, matlabPyrTools, `maxPyrHt` with a 5-tap filter.
#[must_use]
pub fn level_count(height: usize, width: usize) -> usize {
    let side = height.min(width);
    1 + (0..).take_while(|halvings| side >> halvings >= 5).count()
}

/// Checks a number that multiplies pixel values: far beyond use, but products of a few of them stay finite in `f32`.
pub(crate) fn check_factor(setting: &'static str, found: f64) -> Result<(), OutOfRange> {
    OutOfRange::unless_within(-1e6..=1e6, setting, "between -1e6 and 1e6", found)
}

fn check_positive(setting: &'static str, found: f64) -> Result<(), OutOfRange> {
    OutOfRange::unless_within(1e-6..=1e6, setting, "between 1e-6 and 1e6", found)
}

/// `λ / 8δ − 1` with `δ = λ_c / 8 / (1 + α)`.
fn wu_bound(wavelength: f64, lambda_c: f64, alpha: f64) -> f64 {
    wavelength * (1.0 + alpha) / lambda_c - 1.0
}

fn pow2(exponent: usize) -> f64 {
    (1_u64 << exponent) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn level_counts_follow_maxpyrht() {
        let sides = [1, 4, 5, 9, 10, 63, 64, 254, 255, 480];
        let counts = sides.map(|s| level_count(s, 1000));
        assert_eq!(counts, [1, 1, 2, 2, 3, 5, 5, 7, 7, 8]);
    }
}
