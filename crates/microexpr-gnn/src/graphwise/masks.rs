use super::graph::HostGraph;
use super::stream::Masks;
use super::stream_plan::StreamPlan;
use crate::SeededRng;
use crate::dropout::masked;

/// The dropout of a batch, drawn in the order in which [`TwoStreamModel`](crate::TwoStreamModel) draws it: stream by stream,
/// first of the node features of all graphs, then of all kept nodes.
#[derive(Debug, Default)]
pub(super) struct BatchMasks {
    streams: [StreamMasks; 2],
}

#[derive(Debug, Default)]
struct StreamMasks {
    input: Factors,
    pooled: Factors,
}

/// Factors of all graphs, one after the other; none where there is no dropout.
#[derive(Debug, Default)]
struct Factors {
    values: Vec<f32>,
    /// Graph `g` owns `start[g]..start[g + 1]`.
    start: Vec<usize>,
}

impl BatchMasks {
    pub(super) fn draw(
        plans: &[Option<StreamPlan>; 2],
        graphs: &[&HostGraph<'_>],
        random: &mut SeededRng,
    ) -> Self {
        let mut streams: [StreamMasks; 2] = Default::default();
        for (k, (masks, plan)) in streams.iter_mut().zip(plans).enumerate() {
            let Some(plan) = plan else { continue };
            let values = graphs.iter().map(|graph| graph.stream(k).nodes.len());
            masks.input = Factors::draw(values, plan.input_dropout, random);
            let values = graphs.iter().map(|graph| plan.pooled_values(graph.topology().nodes()));
            masks.pooled = Factors::draw(values, plan.dropout, random);
        }
        Self { streams }
    }

    /// Those of one graph.
    pub(super) fn of(&self, graph: usize) -> [Masks<'_>; 2] {
        let [first, second] = &self.streams;
        [first, second].map(|m| Masks { input: m.input.of(graph), pooled: m.pooled.of(graph) })
    }
}

impl Factors {
    fn draw(lengths: impl Iterator<Item = usize>, probability: f64, random: &mut SeededRng) -> Self {
        if probability <= 0.0 {
            return Self::default();
        }
        let mut start = vec![0];
        start.extend(lengths.scan(0, |end, length| {
            *end += length;
            Some(*end)
        }));
        let all = start.last().copied().unwrap_or_default();
        Self { values: masked(vec![1.0; all], probability, random), start }
    }

    fn of(&self, graph: usize) -> &[f32] {
        match self.start.get(graph..graph + 2) {
            Some([first, end]) => &self.values[*first..*end],
            _ => &[],
        }
    }
}
