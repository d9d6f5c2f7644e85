//! The fully connected layers after the streams and the loss, for one graph, forward and backward.

use std::ops::Range;

use burn::prelude::*;

use super::parameters::Parameters;
use crate::FullyConnected;

/// The layers, and where their weights are among the parameters; ReLU between them.
#[derive(Debug, Clone)]
pub(super) struct HeadPlan {
    layers: Vec<[Range<usize>; 2]>,
}

/// Sum of the gradients of their weights and biases over graphs.
pub(super) type HeadGradient = Vec<[Vec<f32>; 2]>;

impl HeadPlan {
    pub(super) fn of<B: Backend>(layers: &[FullyConnected<B>], parameters: &Parameters) -> Self {
        let places = |l: &FullyConnected<B>| [parameters.place(&l.weight), parameters.place(&l.bias)];
        Self { layers: layers.iter().map(places).collect() }
    }

    pub(super) fn zero_gradient(&self) -> HeadGradient {
        self.layers.iter().map(|places| places.clone().map(|place| vec![0.0; place.len()])).collect()
    }

    /// Adds `gradient` to that of the parameters.
    pub(super) fn add_gradient(&self, gradient: &HeadGradient, sum: &mut [f32]) {
        for (places, values) in self.layers.iter().zip(gradient) {
            for (place, values) in places.iter().zip(values) {
                sum[place.clone()].iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
            }
        }
    }

    /// Inputs of all layers, the streams' vectors first, and at the end the class scores.
    pub(super) fn forward(&self, parameters: &[f32], embedding: Vec<f32>) -> Vec<Vec<f32>> {
        let mut vectors = vec![embedding];
        for (index, [weight, bias]) in self.layers.iter().enumerate() {
            let x = &vectors[index];
            let rows = parameters[weight.clone()].chunks_exact(x.len()).zip(&parameters[bias.clone()]);
            let sums = rows.map(|(row, bias)| row.iter().zip(x).map(|(w, x)| w * x).sum::<f32>() + bias);
            let is_last = index + 1 == self.layers.len();
            vectors.push(sums.map(|sum| if is_last { sum } else { sum.max(0.0) }).collect());
        }
        vectors
    }

    /// Adds to `sum` what the gradient of the class scores means for the weights, and returns that of the streams' vectors.
    pub(super) fn backward(
        &self,
        parameters: &[f32],
        vectors: &[Vec<f32>],
        d_scores: Vec<f32>,
        sum: &mut HeadGradient,
    ) -> Vec<f32> {
        let mut d_out = d_scores;
        for (index, [weight, _]) in self.layers.iter().enumerate().rev() {
            let (x, [of_weight, of_bias]) = (&vectors[index], &mut sum[index]);
            let mut d_x = vec![0.0; x.len()];
            let rows =
                parameters[weight.clone()].chunks_exact(x.len()).zip(of_weight.chunks_exact_mut(x.len()));
            for ((row, of_row), (d, of_bias)) in rows.zip(d_out.iter().zip(of_bias)) {
                *of_bias += d;
                of_row.iter_mut().zip(x).for_each(|(sum, x)| *sum += d * x);
                d_x.iter_mut().zip(row).for_each(|(d_x, w)| *d_x += d * w);
            }
            if index > 0 {
                d_x.iter_mut().zip(x).for_each(|(d, x)| *d = if *x > 0.0 { *d } else { 0.0 });
            }
            d_out = d_x;
        }
        d_out
    }
}

/// `−ln softmax(scores)[class]`, and its gradient.
pub(super) fn cross_entropy(scores: &[f32], class: usize) -> (f32, Vec<f32>) {
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = scores.iter().map(|score| (score - largest).exp()).sum();
    let loss = sum.ln() - (scores[class] - largest);
    let own = |(c, score): (usize, &f32)| (score - largest).exp() / sum - if c == class { 1.0 } else { 0.0 };
    (loss, scores.iter().enumerate().map(own).collect())
}
