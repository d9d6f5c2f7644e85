use std::collections::VecDeque;

use burn::module::{ModuleMapper, ModuleVisitor, Param};
use burn::prelude::*;
use microexpr_gnn::TwoStreamModel;

/// The mean weights of the last epochs: where steps of a constant rate wander around a minimum, their mean lies nearer to it.
///
/// Source: P. Izmailov et al., "Averaging Weights Leads to Wider Optima and Better Generalization", UAI 2018.
pub(crate) struct WeightAverage {
    epochs: usize,
    /// All weights after each of the last epochs, in the order in which a module visits them.
    last: VecDeque<Vec<f32>>,
}

impl WeightAverage {
    /// Over so many epochs, 1 for the last one's weights as they are.
    pub(crate) fn over(epochs: usize) -> Self {
        Self { epochs: epochs.max(1), last: VecDeque::new() }
    }

    /// Takes in the weights after one more epoch and returns the network with the mean of the last ones.
    pub(crate) fn after<B: Backend>(&mut self, network: TwoStreamModel<B>) -> TwoStreamModel<B> {
        if self.epochs == 1 {
            return network;
        }
        if self.last.len() == self.epochs {
            self.last.pop_front();
        }
        let mut weights = Weights(Vec::new());
        network.visit(&mut weights);
        self.last.push_back(weights.0);
        network.map(&mut Replacing { weights: &self.mean(), place: 0 })
    }

    fn mean(&self) -> Vec<f32> {
        let mut sums = vec![0.0f64; self.last.front().map_or(0, Vec::len)];
        for weights in &self.last {
            sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += f64::from(*weight));
        }
        sums.iter().map(|sum| (sum / self.last.len() as f64) as f32).collect()
    }
}

/// Reads all weights.
struct Weights(Vec<f32>);

impl<B: Backend> ModuleVisitor<B> for Weights {
    fn visit_float<const D: usize>(&mut self, weight: &Param<Tensor<B, D>>) {
        self.0.extend(weight.val().into_data().iter::<f32>());
    }
}

/// Writes weights one tensor after the other.
struct Replacing<'a> {
    weights: &'a [f32],
    place: usize,
}

impl<B: Backend> ModuleMapper<B> for Replacing<'_> {
    fn map_float<const D: usize>(&mut self, weight: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        let first = self.place;
        self.place += weight.val().shape().num_elements();
        let values = self.weights[first..self.place].to_vec();
        weight.map(|old| {
            let new = Tensor::from_data(TensorData::new(values, old.dims()), &old.device());
            if old.is_require_grad() { new.require_grad() } else { new }
        })
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::backend::AutodiffBackend;
    use microexpr_gnn::{GraphBackend, SeededRng};

    use super::*;
    use crate::device::OnBackend;
    use crate::{Device, ModelSettings};

    /// Weights of four networks, and of what is handed out after each.
    struct FourEpochs {
        averaged: usize,
    }

    impl OnBackend for FourEpochs {
        type Output = (Vec<Vec<f32>>, Vec<Vec<f32>>);

        fn run<B>(self, device: &B::Device) -> Self::Output
        where
            B: AutodiffBackend + GraphBackend,
            B::InnerBackend: GraphBackend,
        {
            let network = ModelSettings::default().network([2, 100], 3);
            let weights = |network: &TwoStreamModel<B>| {
                let mut weights = Weights(Vec::new());
                network.visit(&mut weights);
                weights.0
            };
            let mut average = WeightAverage::over(self.averaged);
            (1..5)
                .map(|seed| {
                    let network = network.init::<B>(device, &mut SeededRng::new(seed));
                    (weights(&network), weights(&average.after(network)))
                })
                .unzip()
        }
    }

    fn mean(networks: &[Vec<f32>], weight: usize) -> f32 {
        networks.iter().map(|weights| weights[weight]).sum::<f32>() / networks.len() as f32
    }

    #[test]
    fn every_weight_is_the_mean_over_the_last_epochs() {
        let (networks, averages) = Device::Cpu.run(FourEpochs { averaged: 3 }).unwrap();
        assert_ne!(networks[0], networks[1]);
        for (epoch, (average, first)) in averages.iter().zip([0, 0, 0, 1]).enumerate() {
            assert_eq!(average.len(), 37_861);
            for (weight, found) in average.iter().enumerate() {
                let expected = mean(&networks[first..=epoch], weight);
                assert!(
                    (found - expected).abs() < 1e-6,
                    "epoch {epoch}, weight {weight}: {found}, {expected}"
                );
            }
        }
    }

    #[test]
    fn over_one_epoch_the_weights_are_the_last_ones() {
        let (networks, averages) = Device::Cpu.run(FourEpochs { averaged: 1 }).unwrap();
        assert_eq!(networks, averages);
    }
}
