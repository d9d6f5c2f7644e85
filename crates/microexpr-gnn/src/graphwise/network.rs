use std::sync::{Mutex, PoisonError};

use burn::prelude::*;
use rayon::prelude::*;

use super::graph::HostGraph;
use super::head::{HeadGradient, HeadPlan, cross_entropy};
use super::masks::BatchMasks;
use super::parameters::Parameters;
use super::stream::{Masks, StreamAtWork, StreamRun, StreamScratch};
use super::stream_plan::{StreamGradient, StreamPlan, StreamWeights};
use crate::TwoStreamModel;

/// Graphs whose gradients are summed one after the other; the sums of all parts of a batch are added in their order, so results
/// do not depend on the number of threads.
const PART: usize = 4;

/// The two-stream network on the host, one graph after the other.
///
/// What a graph needs stays in the processor's cache, nothing is recorded for the gradient that is not used, and linear maps that
/// follow each other are one.
#[derive(Debug)]
pub struct GraphwiseNetwork {
    pub(super) parameters: Parameters,
    pub(super) streams: [Option<StreamPlan>; 2],
    head: HeadPlan,
    /// Room that graphs leave to the next ones.
    rooms: Mutex<Vec<Room>>,
}

/// The weights in the form that the kernels read.
pub(super) struct Weights {
    streams: [Option<StreamWeights>; 2],
}

/// A graph to learn from.
#[derive(Debug, Clone, Copy)]
pub struct HostSample<'a> {
    /// The graph.
    pub graph: &'a HostGraph<'a>,
    /// Its class.
    pub class: usize,
    /// How much it counts.
    pub weight: f32,
}

/// What is computed for one graph after the other.
#[derive(Debug, Default)]
struct Room {
    runs: [StreamRun; 2],
    scratch: StreamScratch,
}

/// Loss and gradients, summed over graphs.
struct Sums {
    loss: f64,
    streams: [Option<StreamGradient>; 2],
    head: HeadGradient,
}

impl GraphwiseNetwork {
    /// The network with the weights of `model`; none if it has what only Burn's operations can do: GATv2's scores, recomputed
    /// similarities, Fourier features, or a stream without attention layers.
    #[must_use]
    pub fn of<B: Backend>(model: &TwoStreamModel<B>) -> Option<Self> {
        if model.fourier.is_some() {
            return None;
        }
        let parameters = Parameters::of(model);
        let mut streams = [None, None];
        for (plan, stream) in streams.iter_mut().zip([&model.location, &model.flow]) {
            if let Some(stream) = stream {
                *plan = Some(StreamPlan::of(stream, &parameters)?);
            }
        }
        let head = HeadPlan::of(&model.classifier, &parameters);
        Some(Self { parameters, streams, head, rooms: Mutex::default() })
    }

    /// `model` with the weights of this network, which was made from it.
    #[must_use]
    pub fn written_to<B: Backend>(&self, model: TwoStreamModel<B>) -> TwoStreamModel<B> {
        self.parameters.written_to(model)
    }

    /// Whether the features of a graph are laid out in a way that the network can read.
    #[must_use]
    pub fn reads(&self, graph: &HostGraph<'_>) -> bool {
        self.streams
            .iter()
            .enumerate()
            .all(|(k, plan)| plan.as_ref().is_none_or(|plan| plan.reads(graph.stream(k))))
    }

    /// Class scores of every graph before softmax, without dropout.
    #[must_use]
    pub fn scores(&self, graphs: &[HostGraph<'_>]) -> Vec<Vec<f32>> {
        let weights = self.weights();
        let none = [Masks { input: &[], pooled: &[] }; 2];
        let scores = |graph: &HostGraph<'_>| {
            let mut room = self.room();
            let vectors = self.forward(&weights, graph, none, &mut room);
            self.leave(room);
            vectors.into_iter().next_back().unwrap_or_default()
        };
        graphs.par_iter().map(scores).collect()
    }

    pub(super) fn weights(&self) -> Weights {
        let of = |plan: &Option<StreamPlan>| Some(plan.as_ref()?.weights(&self.parameters.values));
        Weights { streams: [of(&self.streams[0]), of(&self.streams[1])] }
    }

    /// `Σ weight·loss` of all samples, and its gradient by every weight.
    pub(super) fn gradient(&self, samples: &[HostSample<'_>], masks: &BatchMasks) -> (f64, Vec<f32>) {
        let weights = self.weights();
        let parts: Vec<Sums> = samples
            .par_chunks(PART)
            .enumerate()
            .map(|(part, samples)| {
                let (mut sums, mut room) = (self.zero(&weights), self.room());
                for (place, sample) in samples.iter().enumerate() {
                    let masks = masks.of(part * PART + place);
                    self.add_sample(&weights, sample, masks, &mut room, &mut sums);
                }
                self.leave(room);
                sums
            })
            .collect();
        let mut parts = parts.into_iter();
        let mut sums = parts.next().unwrap_or_else(|| self.zero(&weights));
        parts.for_each(|part| sums.merge(&part));
        (sums.loss, self.flat(&sums, &weights))
    }

    fn zero(&self, weights: &Weights) -> Sums {
        let of = |k: usize| Some(self.streams[k].as_ref()?.zero_gradient(weights.streams[k].as_ref()?));
        Sums { loss: 0.0, streams: [of(0), of(1)], head: self.head.zero_gradient() }
    }

    /// The gradient in the order of the parameters.
    fn flat(&self, sums: &Sums, weights: &Weights) -> Vec<f32> {
        let parameters = &self.parameters.values;
        let mut flat = vec![0.0; parameters.len()];
        for k in 0..self.streams.len() {
            if let (Some(plan), Some(gradient), Some(weights)) =
                (&self.streams[k], &sums.streams[k], &weights.streams[k])
            {
                plan.add_gradient(gradient, weights, parameters, &mut flat);
            }
        }
        self.head.add_gradient(&sums.head, &mut flat);
        flat
    }

    /// What the streams compute for a graph without dropout.
    pub(super) fn runs(&self, weights: &Weights, graph: &HostGraph<'_>) -> [StreamRun; 2] {
        let mut room = self.room();
        self.forward(weights, graph, [Masks { input: &[], pooled: &[] }; 2], &mut room);
        let runs = room.runs.clone();
        self.leave(room);
        runs
    }

    /// The class scores for the streams' vectors side by side.
    pub(super) fn head(&self, embedding: Vec<f32>) -> Vec<f32> {
        self.head.forward(&self.parameters.values, embedding).pop().unwrap_or_default()
    }

    /// The streams at work on a graph, with their numbers.
    pub(super) fn at_work<'a>(
        &'a self,
        weights: &'a Weights,
        graph: &'a HostGraph<'a>,
    ) -> impl DoubleEndedIterator<Item = (usize, StreamAtWork<'a>)> {
        (0..self.streams.len()).filter_map(|k| {
            let (plan, weights) = (self.streams[k].as_ref()?, weights.streams[k].as_ref()?);
            Some((k, StreamAtWork { plan, weights, graph, features: graph.stream(k) }))
        })
    }

    fn forward(
        &self,
        weights: &Weights,
        graph: &HostGraph<'_>,
        masks: [Masks<'_>; 2],
        room: &mut Room,
    ) -> Vec<Vec<f32>> {
        let mut embedding = Vec::new();
        for (k, stream) in self.at_work(weights, graph) {
            stream.forward(masks[k], &mut room.runs[k]);
            embedding.extend_from_slice(&room.runs[k].out);
        }
        self.head.forward(&self.parameters.values, embedding)
    }

    fn add_sample(
        &self,
        weights: &Weights,
        sample: &HostSample<'_>,
        masks: [Masks<'_>; 2],
        room: &mut Room,
        sums: &mut Sums,
    ) {
        let vectors = self.forward(weights, sample.graph, masks, room);
        let Some(scores) = vectors.last() else { return };
        let (loss, mut d_scores) = cross_entropy(scores, sample.class);
        sums.loss += f64::from(loss) * f64::from(sample.weight);
        d_scores.iter_mut().for_each(|d| *d *= sample.weight);
        let mut d_embedding = self.head.backward(&self.parameters.values, &vectors, d_scores, &mut sums.head);
        let mut first = 0;
        for (k, stream) in self.at_work(weights, sample.graph) {
            let length = room.runs[k].out.len();
            let d_out = &mut d_embedding[first..first + length];
            if let Some(sum) = &mut sums.streams[k] {
                stream.backward(masks[k], &room.runs[k], d_out, sum, &mut room.scratch);
            }
            first += length;
        }
    }

    fn room(&self) -> Room {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn leave(&self, room: Room) {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner).push(room);
    }
}

impl Sums {
    fn merge(&mut self, other: &Self) {
        self.loss += other.loss;
        for (sum, other) in self.streams.iter_mut().zip(&other.streams) {
            if let (Some(sum), Some(other)) = (sum, other) {
                sum.merge(other);
            }
        }
        for (sum, other) in self.head.iter_mut().flatten().zip(other.head.iter().flatten()) {
            sum.iter_mut().zip(other).for_each(|(sum, value)| *sum += value);
        }
    }
}
