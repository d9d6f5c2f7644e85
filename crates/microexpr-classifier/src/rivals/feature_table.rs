use microexpr_core::{Digest, Digester};
use microexpr_graph::{Stream, VideoGraph};
use nalgebra::DMatrix;

use crate::Streams;

/// Graphs as rows of numbers: of every landmark the mean of its node features over the frames, stream after stream.
#[derive(Debug, Clone)]
pub(super) struct FeatureTable {
    /// The rows of every example, one per graph.
    examples: Vec<Vec<Vec<f64>>>,
    /// Where the second stream begins.
    split: usize,
}

impl FeatureTable {
    pub(super) fn new<'a>(graphs: impl Iterator<Item = Vec<&'a VideoGraph>>, streams: Streams) -> Self {
        let mut split = 0;
        let mut row = |graph: &VideoGraph| {
            let location = if streams == Streams::Flow { Vec::new() } else { means(graph, graph.location()) };
            let flow = if streams == Streams::Location { Vec::new() } else { means(graph, graph.flow()) };
            split = location.len();
            [location, flow].concat()
        };
        let examples = graphs.map(|graphs| graphs.into_iter().map(&mut row).collect()).collect();
        Self { examples, split }
    }

    pub(super) fn digest(&self, example: usize) -> Digest {
        let mut digester = Digester::default();
        for value in self.examples[example].iter().flatten() {
            digester.add(value.to_le_bytes());
        }
        digester.finish()
    }

    /// What the values of both streams are divided by: their root mean square over these examples.
    pub(super) fn scales(&self, examples: impl Iterator<Item = usize>) -> [f64; 2] {
        let (mut sums, mut counts) = ([0.0; 2], [0usize; 2]);
        for row in examples.flat_map(|example| &self.examples[example]) {
            let (location, flow) = row.split_at(self.split);
            for (stream, values) in [location, flow].into_iter().enumerate() {
                sums[stream] += values.iter().map(|value| value * value).sum::<f64>();
                counts[stream] += values.len();
            }
        }
        [0, 1].map(|stream| {
            let scale = (sums[stream] / counts[stream].max(1) as f64).sqrt();
            if scale > 0.0 { scale } else { 1.0 }
        })
    }

    /// The rows of some examples in their order, scaled, and how many each has.
    pub(super) fn rows(
        &self,
        examples: impl Iterator<Item = usize>,
        scales: [f64; 2],
    ) -> (DMatrix<f64>, Vec<usize>) {
        let (mut rows, mut counts) = (Vec::new(), Vec::new());
        for example in examples {
            counts.push(self.examples[example].len());
            rows.extend(&self.examples[example]);
        }
        let width = rows.first().map_or(0, |row| row.len());
        let scale = |column: usize| scales[usize::from(column >= self.split)];
        let matrix = DMatrix::from_fn(rows.len(), width, |row, column| rows[row][column] / scale(column));
        (matrix, counts)
    }
}

/// Landmark after landmark, the means of its features over the frames.
fn means(graph: &VideoGraph, stream: &Stream) -> Vec<f64> {
    let (features, landmarks) = (stream.node_features(), graph.landmarks());
    let frames = graph.kept_frames().len() as f64;
    let mut means = vec![0.0; landmarks * features.ncols()];
    for (node, row) in features.outer_iter().enumerate() {
        let own = &mut means[node % landmarks * features.ncols()..][..features.ncols()];
        own.iter_mut().zip(row).for_each(|(mean, value)| *mean += f64::from(*value) / frames);
    }
    means
}

#[cfg(test)]
mod tests {
    use microexpr_core::{FlowField, LandmarkScheme, Landmarks};
    use microexpr_graph::{GraphParams, PatchFeature, PositionFeature, build};
    use ndarray::Array2;

    use super::*;

    /// Four landmarks in two frames; everything moves down by 2 px, then by 4 px.
    fn graph() -> VideoGraph {
        let corners = [[4.0, 4.0], [20.0, 4.0], [4.0, 20.0], [20.0, 24.0]];
        let frame = |shift: f64| {
            Landmarks::new(LandmarkScheme::Custom, corners.map(|[x, y]| [x, y + shift]).to_vec()).unwrap()
        };
        let flow = |v: f32| FlowField::new(Array2::zeros((32, 32)), Array2::from_elem((32, 32), v)).unwrap();
        let params = GraphParams {
            position_feature: PositionFeature::Displacement,
            patch_feature: PatchFeature::Mean,
            ..GraphParams::default()
        };
        build(&[frame(0.0), frame(4.0)], &[flow(2.0), flow(4.0)], &[0, 5], &params).unwrap()
    }

    #[test]
    fn a_row_holds_the_mean_of_every_landmark_over_the_frames() {
        let graph = graph();
        let table = FeatureTable::new([vec![&graph, &graph]].into_iter(), Streams::Both);
        // Displacements 0 and 4 px, flows of 2 and 4 px, both down.
        assert_eq!(table.examples[0][1], [[0.0, 2.0].repeat(4), [0.0, 3.0].repeat(4)].concat());
        assert!((table.scales([0].into_iter())[0] - 2.0f64.sqrt()).abs() < 1e-12);
        let (rows, counts) = table.rows([0].into_iter(), [2.0, 3.0]);
        assert_eq!((rows.nrows(), counts), (2, vec![2]));
        assert!((0..8).all(|landmark| rows[(0, 2 * landmark + 1)] == 1.0));
        let alone = FeatureTable::new([vec![&graph]].into_iter(), Streams::Flow);
        assert_eq!(alone.examples[0][0], [0.0, 3.0].repeat(4));
        assert_ne!(table.digest(0), alone.digest(0));
    }
}
