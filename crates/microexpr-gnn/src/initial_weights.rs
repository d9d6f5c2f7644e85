use std::ops::RangeInclusive;

use burn::module::Param;
use burn::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{GnnError, SeededRng, initializer};

/// Where the linear map of node features, `W x + b`, starts.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InitialWeights {
    /// `W` by Glorot's rule, `b` zero.
    #[default]
    Glorot,
    /// `W` from `U(−a, a)` with `a = √(3/D)/width`, `b` from `U(−π, π)`: of features of variance 1, `W x` has the standard deviation
    /// `1/width`. With [`Activation::Sine`](crate::attention::Activation) and a small width nodes start as random Fourier features of
    /// what they carry, which a mean over nodes does not wash out.
    ///
    /// Source: A. Rahimi, B. Recht, "Random Features for Large-Scale Kernel Machines", NIPS 2007.
    RandomFourier {
        /// How far apart features are told apart, in units of their standard deviation times `√D`.
        width: f64,
    },
}

impl InitialWeights {
    /// The widths of [`InitialWeights::RandomFourier`] that single precision can tell from nothing and from everything.
    pub const WIDTHS: RangeInclusive<f64> = 1e-3..=1e3;

    /// Whether they can be drawn.
    ///
    /// # Errors
    ///
    /// [`GnnError::Setting`] for a width outside [`InitialWeights::WIDTHS`].
    pub fn check(self) -> Result<(), GnnError> {
        match self {
            Self::Glorot => Ok(()),
            Self::RandomFourier { width } => {
                let holds = Self::WIDTHS.contains(&width);
                GnnError::check_setting(holds, "initial_weights", "a width in 0.001..=1000", width)
            }
        }
    }

    /// `W`, `[C, D]`, and `b`, `[C]`.
    pub(crate) fn draw<B: Backend>(
        self,
        [output, input]: [usize; 2],
        device: &B::Device,
        random: &mut SeededRng,
    ) -> (Param<Tensor<B, 2>>, Param<Tensor<B, 1>>) {
        match self {
            Self::Glorot => {
                let weight = initializer::glorot([output, input], device, random);
                (weight, initializer::constant(output, 0.0, device))
            }
            Self::RandomFourier { width } => {
                let bound = (3.0 / input as f64).sqrt() / width;
                let weight = initializer::uniform([output, input], bound as f32, device, random);
                (weight, initializer::uniform([output], std::f32::consts::PI, device, random))
            }
        }
    }
}

#[cfg(test)]
#[cfg(feature = "flex")]
mod tests {
    use burn::backend::Flex;

    use super::*;

    const SHAPE: [usize; 2] = [400, 100];

    fn drawn(weights: InitialWeights) -> [Vec<f32>; 2] {
        let (weight, bias) = weights.draw::<Flex>(SHAPE, &Default::default(), &mut SeededRng::new(1));
        [weight.val().into_data(), bias.val().into_data()].map(|data| data.to_vec().unwrap())
    }

    fn variance(values: &[f32]) -> f64 {
        values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / values.len() as f64
    }

    #[test]
    fn of_features_of_variance_one_fourier_maps_have_the_standard_deviation_of_one_over_their_width() {
        let [weight, bias] = drawn(InitialWeights::RandomFourier { width: 0.5 });
        let spread = (variance(&weight) * SHAPE[1] as f64).sqrt();
        assert!((spread - 2.0).abs() < 0.02, "{spread}");
        // A uniform distribution over a whole turn has the variance π²/3.
        let turns = variance(&bias) / (std::f64::consts::PI.powi(2) / 3.0);
        assert!((turns - 1.0).abs() < 0.15, "{turns}");
        assert!(bias.iter().any(|b| *b > 2.5) && bias.iter().any(|b| *b < -2.5));
    }

    #[test]
    fn glorots_maps_start_without_bias() {
        let [weight, bias] = drawn(InitialWeights::Glorot);
        let expected = 2.0 / (SHAPE[0] + SHAPE[1]) as f64;
        assert!((variance(&weight) / expected - 1.0).abs() < 0.02);
        assert!(bias.iter().all(|b| *b == 0.0));
    }

    #[test]
    fn a_width_of_nothing_or_everything_is_refused() {
        for width in [0.0, -1.0, 1e-40, 1e40, f64::NAN, f64::INFINITY] {
            assert!(InitialWeights::RandomFourier { width }.check().is_err(), "{width}");
        }
        for width in [*InitialWeights::WIDTHS.start(), *InitialWeights::WIDTHS.end()] {
            let [weight, _] = drawn(InitialWeights::RandomFourier { width });
            assert!(weight.iter().all(|w| w.is_finite()) && variance(&weight) > 0.0, "{width}");
        }
    }
}
