use microexpr_graph::VideoGraph;
use serde::{Deserialize, Serialize};

/// Mean and deviation of the flow patches of the training clips: what makes them comparable across recordings.
///
/// One pair for all values of a patch, so the ratio between neighbouring pixels stays.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Standardisation {
    /// Mean of all patch values.
    pub mean: f32,
    /// Their standard deviation; 1 if they are all equal.
    pub deviation: f32,
}

impl Standardisation {
    /// Measures the patches of `graphs`.
    #[must_use]
    pub fn fit<'a>(graphs: impl IntoIterator<Item = &'a VideoGraph>) -> Self {
        let (mut count, mut sum, mut squares) = (0usize, 0.0f64, 0.0f64);
        for graph in graphs {
            for value in graph.flow().node_features() {
                let value = f64::from(*value);
                count += 1;
                sum += value;
                squares += value * value;
            }
        }
        let mean = sum / count.max(1) as f64;
        let variance = squares / count.max(1) as f64 - mean * mean;
        let deviation = if variance > 1e-20 { variance.sqrt() } else { 1.0 };
        Self { mean: mean as f32, deviation: deviation as f32 }
    }

    pub(crate) fn apply(self, value: f32) -> f32 {
        (value - self.mean) / self.deviation
    }
}
