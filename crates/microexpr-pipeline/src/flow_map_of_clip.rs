use microexpr_core::{Clip, FlowField, Landmarks, Point, sample::bilinear};
use microexpr_flow::{DisPreset, FlowAlgorithm, FlowMap, flow_pairs};
use microexpr_graph::canonical_window;
use microexpr_landmarks::AlignedClip;
use ndarray::{Array2, ArrayView2};

use crate::{Pipeline, PipelineError};

/// Samples of the flow along a side of one pixel of the map.
const SAMPLES: usize = 4;

impl Pipeline {
    /// The motion of an aligned clip from its first frame to the apex as a flow map of `size` pixels a side: the window of the face
    /// in which [`canonical_face`](microexpr_graph::canonical_face) has its eyes, flow by the pipeline's algorithm. Where no apex
    /// is given, it is the frame that has moved furthest from the first one.
    ///
    /// # Errors
    ///
    /// [`PipelineError::Flow`] for an apex that the clip does not have and for a size below [`FlowMap::MIN_SIZE`].
    pub fn flow_map(
        &self,
        aligned: &AlignedClip,
        apex: Option<usize>,
        size: usize,
    ) -> Result<FlowMap, PipelineError> {
        let apex = apex.map_or_else(|| furthest_frame(&aligned.clip), Ok)?;
        let flows = flow_pairs(&aligned.clip, &[(0, apex)], &self.settings().flow)?;
        let window = canonical_window(eye_centres(&aligned.landmarks[0]));
        let part = |plane| window_samples(plane, window, size.saturating_mul(SAMPLES));
        // Every pixel of the map is the mean of SAMPLES² samples.
        let of_face = FlowField::new(part(flows[0].u()), part(flows[0].v()))?;
        Ok(FlowMap::from_flow(&of_face, size)?)
    }
}

/// The frame whose mean displacement from the first one is the largest.
fn furthest_frame(clip: &Clip) -> Result<usize, PipelineError> {
    let pairs: Vec<(usize, usize)> = (1..clip.len()).map(|frame| (0, frame)).collect();
    let flows = flow_pairs(clip, &pairs, &FlowAlgorithm::Dis(DisPreset::Ultrafast.params()))?;
    let means = flows.iter().map(|flow| flow.magnitude().mean().unwrap_or_default());
    let furthest = means.enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
    Ok(furthest.map_or(0, |(at, _)| at + 1))
}

/// Means of the six points of each eye.
fn eye_centres(face: &Landmarks) -> [Point; 2] {
    let centre = |eye: std::ops::Range<usize>| {
        let points = &face.points()[eye];
        [0, 1].map(|axis| points.iter().map(|p| p[axis]).sum::<f64>() / points.len() as f64)
    };
    [centre(36..42), centre(42..48)]
}

/// `count`×`count` samples of the window `[left, top, side]`; beyond the border the plane goes on as it ends.
fn window_samples(plane: ArrayView2<'_, f32>, [left, top, side]: [f64; 3], count: usize) -> Array2<f32> {
    let place = |start: f64, i: usize| (start + (i as f64 + 0.5) / count as f64 * side - 0.5) as f32;
    Array2::from_shape_fn((count, count), |(row, col)| bilinear(plane, place(left, col), place(top, row)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_of_a_ramp_is_a_ramp() {
        let plane = Array2::from_shape_fn((40, 60), |(row, col)| (100 * row + col) as f32);
        let samples = window_samples(plane.view(), [10.0, 4.0, 16.0], 8);
        // Samples lie in the middle of areas of 2×2 pixels: at columns 10.5, 12.5 and so on, rows 4.5, 6.5.
        assert_eq!((samples[[0, 0]], samples[[0, 1]], samples[[1, 0]]), (460.5, 462.5, 660.5));
        let beyond = window_samples(plane.view(), [-100.0, -100.0, 8.0], 2);
        assert!(beyond.iter().all(|value| *value == 0.0));
    }
}
