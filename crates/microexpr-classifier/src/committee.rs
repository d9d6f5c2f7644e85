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
    /// The networks' mean answer for the graphs of one clip, whose class scores are averaged.
    pub(crate) fn answer(
        &self,
        graphs: &[VideoGraph],
        standardisation: Standardisation,
        columns: FeatureColumns,
        device: &B::Device,
    ) -> Result<Answer, ClassifierError> {
        let layout = BatchLayout::<B> { standardisation, columns, device };
        let prepared = graphs.iter().map(PreparedGraph::new).collect::<Result<Vec<_>, _>>()?;
        let input = layout.batch(&prepared.iter().collect::<Vec<_>>())?;
        let (mut probabilities, mut attention) = (Vec::new(), Vec::new());
        for network in &self.networks {
            let (scores, explanation) = network.forward_explained(&input, None);
            probabilities.push(softmax(scores.mean_dim(0), 1).into_data().iter::<f64>().collect());
            attention.push(received_attention(&explanation, graphs));
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use burn::tensor::backend::AutodiffBackend;
    use microexpr_core::{FlowField, LandmarkScheme, Landmarks};
    use microexpr_gnn::SeededRng;
    use microexpr_graph::{GraphParams, TEMPLATE_51, build_triplets};

    use super::*;
    use crate::device::OnBackend;
    use crate::{Device, ModelSettings};

    /// Answers of an untrained network: for all graphs, and for every graph alone.
    struct Answers {
        graphs: Vec<VideoGraph>,
    }

    impl OnBackend for Answers {
        type Output = (Answer, Vec<Answer>);

        fn run<B>(self, device: &B::Device) -> Self::Output
        where
            B: AutodiffBackend + GraphBackend,
            B::InnerBackend: GraphBackend,
        {
            let settings = ModelSettings::default();
            let network = settings.network(settings.input_widths(&self.graphs[0]), 3);
            let networks = vec![network.init::<B::InnerBackend>(device, &mut SeededRng::new(5))];
            let committee = Committee { networks };
            let standardisation = Standardisation::fit(&self.graphs);
            let answer = |graphs: &[VideoGraph]| {
                committee.answer(graphs, standardisation, settings.columns, device).unwrap()
            };
            (answer(&self.graphs), self.graphs.chunks(1).map(answer).collect())
        }
    }

    #[test]
    fn a_clip_of_several_graphs_gets_their_mean_class_scores() {
        let face = |t: usize| {
            let place = |p: [f64; 2]| [127.0 + 70.0 * p[0], 90.0 + (70.0 + t as f64) * p[1]];
            Landmarks::new(LandmarkScheme::Paper51, TEMPLATE_51.map(place).to_vec()).unwrap()
        };
        let moving = |t: usize| {
            let wave = ndarray::Array2::from_shape_fn((254, 254), |(y, x)| (0.1 * (t * y + x) as f32).sin());
            FlowField::new(wave.clone(), wave).unwrap()
        };
        let (faces, flows): (Vec<_>, Vec<_>) = (0..5).map(|t| (face(t), moving(t))).unzip();
        let graphs = build_triplets(&faces, &flows, &[0, 3, 5, 8, 9], &GraphParams::default()).unwrap();
        assert_eq!(graphs.len(), 3);
        let (together, alone) = Device::Cpu.run(Answers { graphs }).unwrap();
        // The softmax of mean scores is the normalised geometric mean of the probabilities.
        let product = |class: usize| alone.iter().map(|a| a.probabilities[class]).product::<f64>().cbrt();
        let products: Vec<f64> = (0..3).map(product).collect();
        for (class, probability) in together.probabilities.iter().enumerate() {
            let expected = products[class] / products.iter().sum::<f64>();
            assert!((probability - expected).abs() < 1e-5, "{probability} {expected}");
        }
        assert!(
            (alone[0].probabilities[0] - alone[2].probabilities[0]).abs() > 1e-3,
            "graphs that are all alike"
        );
        for (landmark, attention) in together.attention.iter().enumerate() {
            let mean = alone.iter().map(|a| a.attention[landmark]).sum::<f64>() / 3.0;
            assert!((attention - mean).abs() < 1e-5, "{attention} {mean}");
        }
    }
}
