use burn::prelude::*;
use burn::tensor::activation::softmax;
use microexpr_evaluation::largest;
#[cfg(feature = "flex")]
use microexpr_gnn::graphwise::{GraphwiseNetwork, serves};
use microexpr_gnn::{GraphBackend, TwoStreamModel};
use microexpr_graph::FeatureColumns;

use crate::batch::BatchLayout;
use crate::explanation::{Shares, node_frames, received_attention};
#[cfg(feature = "flex")]
use crate::host_graphs::HostLayout;
use crate::prepared_graph::{GraphView, Hidden, PreparedGraph};
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
    /// Mean attention that every landmark and every frame receives.
    pub(crate) attention: Shares,
}

/// Nodes of a batch of graphs with a hidden part each.
const NODES_AT_ONCE: usize = 8192;

impl<B: GraphBackend> Committee<B> {
    /// The networks' mean answer for the graphs of one clip, whose class scores are averaged.
    pub(crate) fn answer(
        &self,
        graphs: &[PreparedGraph],
        standardisation: Standardisation,
        columns: FeatureColumns,
        device: &B::Device,
    ) -> Result<Answer, ClassifierError> {
        let layout = BatchLayout::<B> { standardisation, columns, device };
        let input = layout.batch(&whole(graphs))?;
        let probabilities = self.probabilities_of(&layout, &whole(graphs), 1)?.concat();
        let received = |network: &TwoStreamModel<B>| {
            received_attention(&network.forward_explained(&input, None).1, graphs)
        };
        let attention: Vec<Shares> = self.networks.iter().map(received).collect();
        let mean_of =
            |part: fn(Shares) -> Vec<f64>| mean(&attention.iter().cloned().map(part).collect::<Vec<_>>());
        let attention = Shares { landmarks: mean_of(|a| a.landmarks), frames: mean_of(|a| a.frames) };
        Ok(Answer { probabilities, attention })
    }

    /// By how much the probability of the most probable class falls when the node features of a landmark, or of a frame, are set
    /// to 0, for every landmark and every frame; below 0 where it rises.
    ///
    /// Source: occlusion sensitivity, M. Zeiler, R. Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014.
    pub(crate) fn relevance(
        &self,
        graphs: &[PreparedGraph],
        standardisation: Standardisation,
        columns: FeatureColumns,
        device: &B::Device,
    ) -> Result<Shares, ClassifierError> {
        let layout = BatchLayout::<B> { standardisation, columns, device };
        let landmarks = graphs.first().map_or(0, |g| g.graph.landmarks());
        let frames = node_frames(graphs).into_iter().map(Hidden::Frame);
        let parts: Vec<Hidden> = (0..landmarks).map(Hidden::Landmark).chain(frames).collect();
        let nodes: usize = graphs.iter().map(|g| g.graph.nodes()).sum();
        let answer = self.probabilities_of(&layout, &whole(graphs), 1)?.concat();
        let class = largest(&answer);
        let mut falls = Vec::with_capacity(parts.len());
        for some in parts.chunks(self.parts_at_once(nodes)) {
            let hidden: Vec<GraphView<'_>> =
                some.iter().flat_map(|part| graphs.iter().map(|graph| graph.without(*part))).collect();
            let without = self.probabilities_of(&layout, &hidden, some.len())?;
            falls.extend(without.iter().map(|probabilities| answer[class] - probabilities[class]));
        }
        let frames = falls.split_off(landmarks);
        Ok(Shares { landmarks: falls, frames })
    }

    /// How many copies of a clip's graphs, of so many nodes together, are worked on at once.
    fn parts_at_once(&self, nodes: usize) -> usize {
        #[cfg(feature = "flex")]
        if self.on_host().is_some() {
            // None is laid out as a copy.
            return usize::MAX;
        }
        (NODES_AT_ONCE / nodes.max(1)).max(1)
    }

    /// The mean probabilities of [`Committee::answer`] alone.
    pub(crate) fn probabilities(
        &self,
        graphs: &[PreparedGraph],
        standardisation: Standardisation,
        columns: FeatureColumns,
        device: &B::Device,
    ) -> Result<Vec<f64>, ClassifierError> {
        let layout = BatchLayout::<B> { standardisation, columns, device };
        Ok(self.probabilities_of(&layout, &whole(graphs), 1)?.concat())
    }

    /// Mean probabilities for several clips of equally many graphs, given one after the other.
    fn probabilities_of(
        &self,
        layout: &BatchLayout<'_, B>,
        graphs: &[GraphView<'_>],
        clips: usize,
    ) -> Result<Vec<Vec<f64>>, ClassifierError> {
        let mut of_networks = Vec::with_capacity(self.networks.len());
        for scores in self.scores(layout, graphs)? {
            let classes = scores.dims()[1];
            let scores = scores.reshape([clips, graphs.len() / clips, classes]).mean_dim(1);
            let probabilities = softmax(scores.reshape([clips, classes]), 1).into_data();
            of_networks.push(probabilities.iter::<f64>().collect::<Vec<_>>());
        }
        let mean = mean(&of_networks);
        Ok(mean.chunks(mean.len() / clips).map(<[f64]>::to_vec).collect())
    }

    /// Class scores of every graph, `[G, classes]`, by every network.
    fn scores(
        &self,
        layout: &BatchLayout<'_, B>,
        graphs: &[GraphView<'_>],
    ) -> Result<Vec<Tensor<B, 2>>, ClassifierError> {
        #[cfg(feature = "flex")]
        if let Some(scores) = self.host_scores(layout, graphs)? {
            return Ok(scores);
        }
        let input = layout.batch(graphs)?;
        Ok(self.networks.iter().map(|network| network.forward(&input, None)).collect())
    }

    /// The networks graph by graph on the processor, if that is where they are and they allow it.
    #[cfg(feature = "flex")]
    fn on_host(&self) -> Option<Vec<GraphwiseNetwork>> {
        serves::<B>().then(|| self.networks.iter().map(GraphwiseNetwork::of).collect()).flatten()
    }

    /// The scores by the networks on the host; of graphs that are there several times, with parts hidden, only what changes is
    /// computed anew.
    #[cfg(feature = "flex")]
    fn host_scores(
        &self,
        layout: &BatchLayout<'_, B>,
        views: &[GraphView<'_>],
    ) -> Result<Option<Vec<Tensor<B, 2>>>, ClassifierError> {
        let Some(networks) = self.on_host() else { return Ok(None) };
        let host = HostLayout { standardisation: layout.standardisation, columns: layout.columns };
        let mut scores = vec![vec![Vec::new(); views.len()]; networks.len()];
        for (place, view) in views.iter().enumerate() {
            let is_same = |other: &GraphView<'_>| std::ptr::eq(other.prepared, view.prepared);
            if views[..place].iter().any(is_same) {
                continue;
            }
            let graph = host.graph(view.prepared)?;
            if !networks.iter().all(|network| network.reads(&graph)) {
                return Ok(None);
            }
            let places: Vec<usize> = (place..views.len()).filter(|other| is_same(&views[*other])).collect();
            let hidden: Vec<Vec<u32>> = places.iter().map(|place| views[*place].hidden_nodes()).collect();
            for (network, of_network) in networks.iter().zip(&mut scores) {
                let found = network.occluded_scores(&graph, &hidden);
                places.iter().zip(found).for_each(|(place, scores)| of_network[*place] = scores);
            }
        }
        let tensor = |scores: Vec<Vec<f32>>| {
            let shape = [scores.len(), scores.first().map_or(0, Vec::len)];
            Tensor::from_data(TensorData::new(scores.concat(), shape), layout.device)
        };
        Ok(Some(scores.into_iter().map(tensor).collect()))
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

fn whole(graphs: &[PreparedGraph]) -> Vec<GraphView<'_>> {
    graphs.iter().map(PreparedGraph::whole).collect()
}

/// Mean of rows of equal length, value by value.
pub(crate) fn mean(rows: &[Vec<f64>]) -> Vec<f64> {
    let mut sums = vec![0.0; rows.first().map_or(0, Vec::len)];
    rows.iter().for_each(|row| sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value));
    sums.iter().map(|sum| sum / rows.len() as f64).collect()
}

#[cfg(test)]
mod tests {
    use burn::tensor::backend::AutodiffBackend;
    use microexpr_core::{FlowField, LandmarkScheme, Landmarks};
    use microexpr_gnn::SeededRng;
    use microexpr_graph::{GraphParams, TEMPLATE_51, VideoGraph, build, build_triplets};

    use super::*;
    use crate::device::OnBackend;
    use crate::{Device, ModelSettings, Streams};

    /// Answers of an untrained network for all graphs and for every graph alone, and the relevance of the landmarks.
    struct Answers {
        graphs: Vec<VideoGraph>,
        streams: Streams,
    }

    impl OnBackend for Answers {
        type Output = (Answer, Vec<Answer>, Shares);

        fn run<B>(self, device: &B::Device) -> Self::Output
        where
            B: AutodiffBackend + GraphBackend,
            B::InnerBackend: GraphBackend,
        {
            let settings = ModelSettings { streams: self.streams, ..ModelSettings::default() };
            let network = settings.network(settings.input_widths(&self.graphs[0]), 3);
            let networks = vec![network.init::<B::InnerBackend>(device, &mut SeededRng::new(5))];
            let committee = Committee { networks };
            let standardisation = Standardisation::fit(&self.graphs);
            let graphs = PreparedGraph::all(self.graphs).unwrap();
            let answer = |graphs: &[PreparedGraph]| {
                let answer = committee.answer(graphs, standardisation, settings.columns, device).unwrap();
                let alone = committee.probabilities(graphs, standardisation, settings.columns, device);
                assert_eq!(alone.unwrap(), answer.probabilities);
                answer
            };
            let relevance = committee.relevance(&graphs, standardisation, settings.columns, device).unwrap();
            (answer(&graphs), graphs.chunks(1).map(answer).collect(), relevance)
        }
    }

    fn face(t: usize) -> Landmarks {
        let place = |p: [f64; 2]| [127.0 + 70.0 * p[0], 90.0 + (70.0 + t as f64) * p[1]];
        Landmarks::new(LandmarkScheme::Paper51, TEMPLATE_51.map(place).to_vec()).unwrap()
    }

    #[test]
    fn a_clip_of_several_graphs_gets_their_mean_class_scores() {
        let moving = |t: usize| {
            let wave = ndarray::Array2::from_shape_fn((254, 254), |(y, x)| (0.1 * (t * y + x) as f32).sin());
            FlowField::new(wave.clone(), wave).unwrap()
        };
        let (faces, flows): (Vec<_>, Vec<_>) = (0..5).map(|t| (face(t), moving(t))).unzip();
        let graphs = build_triplets(&faces, &flows, &[0, 3, 5, 8, 9], &GraphParams::default()).unwrap();
        assert_eq!(graphs.len(), 3);
        let (together, alone, _) = Device::Cpu.run(Answers { graphs, streams: Streams::Both }).unwrap();
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
        for (landmark, attention) in together.attention.landmarks.iter().enumerate() {
            let mean = alone.iter().map(|a| a.attention.landmarks[landmark]).sum::<f64>() / 3.0;
            assert!((attention - mean).abs() < 1e-5, "{attention} {mean}");
        }
        // Frames 0, 3, 5, 8, 9: the graphs hold 0 3 5, 3 5 8 and 5 8 9.
        let frame = |graph: usize, at: usize| alone[graph].attention.frames[at];
        let means = [
            frame(0, 0),
            (frame(0, 1) + frame(1, 0)) / 2.0,
            (frame(0, 2) + frame(1, 1) + frame(2, 0)) / 3.0,
            (frame(1, 2) + frame(2, 1)) / 2.0,
            frame(2, 2),
        ];
        for (attention, mean) in together.attention.frames.iter().zip(means) {
            assert!((attention - mean).abs() < 1e-5, "{attention} {mean}");
        }
        assert_eq!(together.attention.frames.len(), 5);
    }

    #[test]
    fn only_landmarks_and_frames_whose_features_differ_from_0_are_relevant() {
        let faces = [face(0), face(0)];
        // The flow is 0 but around one landmark and whatever lies within its patch.
        let [x, y] = faces[0].points()[30].map(|c| c as usize);
        let mut u = ndarray::Array2::zeros((254, 254));
        u.slice_mut(ndarray::s![y - 3..y + 3, x - 3..x + 3]).fill(2.0);
        let flow = FlowField::new(u.clone(), u).unwrap();
        let still = FlowField::zeros(254, 254);
        let graph = build(&faces, &[still, flow], &[0, 4], &GraphParams::default()).unwrap();
        let features = graph.flow().node_features();
        let moves: Vec<bool> = (51..102).map(|node| features.row(node).iter().any(|v| *v != 0.0)).collect();
        assert!(moves[30] && moves.iter().filter(|moves| **moves).count() < 10);
        let answers = Answers { graphs: vec![graph], streams: Streams::Flow };
        let (.., relevance) = Device::Cpu.run(answers).unwrap();
        for (landmark, moves) in moves.iter().enumerate() {
            let fall = relevance.landmarks[landmark];
            assert_eq!(fall != 0.0, *moves, "landmark {landmark}: {fall}");
        }
        assert!(relevance.frames[0] == 0.0 && relevance.frames[1] != 0.0, "{:?}", relevance.frames);
    }

    /// Answers of an untrained network without layers for a graph, and for its nodes alone.
    struct OfNodes(VideoGraph);

    impl OnBackend for OfNodes {
        type Output = [Vec<f64>; 2];

        fn run<B>(self, device: &B::Device) -> Self::Output
        where
            B: AutodiffBackend + GraphBackend,
            B::InnerBackend: GraphBackend,
        {
            let settings = ModelSettings { layers: 0, input_readout: true, ..ModelSettings::default() };
            let network = settings.network(settings.input_widths(&self.0), 3);
            let networks = vec![network.init::<B::InnerBackend>(device, &mut SeededRng::new(5))];
            let committee = Committee { networks };
            let standardisation = Standardisation::fit(std::slice::from_ref(&self.0));
            let whole = PreparedGraph::all(vec![self.0]).unwrap();
            let nodes = whole.iter().cloned().map(|graph| graph.without_edges().unwrap()).collect();
            [whole, nodes].map(|graphs| {
                let answer = committee.answer(&graphs, standardisation, settings.columns, device).unwrap();
                let alone = committee.probabilities(&graphs, standardisation, settings.columns, device);
                assert_eq!(alone.unwrap(), answer.probabilities);
                answer.probabilities
            })
        }
    }

    #[test]
    fn a_network_without_layers_needs_no_edges() {
        let wave =
            |t: usize| ndarray::Array2::from_shape_fn((254, 254), |(y, x)| (0.1 * (t * y + x) as f32).sin());
        let (faces, flows): (Vec<_>, Vec<_>) =
            (0..3).map(|t| (face(t), FlowField::new(wave(t), wave(t + 1)).unwrap())).unzip();
        let graph = build(&faces, &flows, &[0, 3, 5], &GraphParams::default()).unwrap();
        assert!(graph.edges().len() > graph.nodes());
        let [with, without] = Device::Cpu.run(OfNodes(graph)).unwrap();
        assert_eq!(with, without);
    }
}
