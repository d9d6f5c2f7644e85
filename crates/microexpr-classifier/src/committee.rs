use burn::prelude::*;
use burn::tensor::activation::softmax;
use microexpr_gnn::{GraphBackend, TwoStreamModel};
use microexpr_graph::{FeatureColumns, VideoGraph};

use crate::batch::{BatchLayout, PreparedGraph};
use crate::explanation::received_attention;
use crate::{ClassifierError, Standardisation};

/// Networks of one kind that were trained on the same clips from different initial weights, and answer together.
///
/// A single network's answer on a few hundred clips depends on its initial weights more than on most settings; the mean
/// does so far less.
#[derive(Module, Debug)]
pub(crate) struct Committee<B: Backend> {
    pub(crate) networks: Vec<TwoStreamModel<B>>,
}

/// What a committee says about one clip.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// Mean probability of every class.
    pub(crate) probabilities: Vec<f64>,
    /// Mean attention that every landmark receives.
    pub(crate) attention: Vec<f64>,
}

impl<B: GraphBackend> Committee<B> {
    /// The networks' mean answer for one graph.
    pub(crate) fn answer(
        &self,
        graph: &VideoGraph,
        standardisation: Standardisation,
        columns: FeatureColumns,
        device: &B::Device,
    ) -> Result<Answer, ClassifierError> {
        let layout = BatchLayout::<B> { standardisation, columns, device };
        let input = layout.batch(&[&PreparedGraph::new(graph)?])?;
        let (mut probabilities, mut attention) = (Vec::new(), Vec::new());
        for network in &self.networks {
            let (scores, explanation) = network.forward_explained(&input, None);
            probabilities.push(softmax(scores, 1).into_data().iter::<f64>().collect());
            attention.push(received_attention(&explanation, graph));
        }
        Ok(Answer { probabilities: mean(&probabilities), attention: mean(&attention) })
    }

    /// λ of every layer, first those of stream 1, then of stream 2; the mean of the networks.
    pub(crate) fn lambdas(&self) -> Vec<f64> {
        let of = |network: &TwoStreamModel<B>| -> Vec<f64> {
            let streams = [&network.location, &network.flow].into_iter().flatten();
            streams.flat_map(|s| &s.layers).map(|layer| layer.lambda().into_scalar().elem()).collect()
        };
        mean(&self.networks.iter().map(of).collect::<Vec<_>>())
    }
}

/// Mean of rows of equal length, value by value.
pub(crate) fn mean(rows: &[Vec<f64>]) -> Vec<f64> {
    let mut sums = vec![0.0; rows.first().map_or(0, Vec::len)];
    rows.iter().for_each(|row| sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value));
    sums.iter().map(|sum| sum / rows.len() as f64).collect()
}
