use microexpr_core::{Clip, FlowField};
#[cfg(feature = "rayon")]
use rayon::prelude::*;

use crate::{DenseFlow, FlowAlgorithm, FlowError, PreparedFrame};

/// The flow between pairs `(from, to)` of frames of a clip, in the order of `pairs`.
///
/// Pairs run in parallel; neighbours in `pairs` that share a frame, such as `(0, 1), (0, 2)` or `(0, 1), (1, 2)`, share its
/// preparation. The result does not depend on the number of threads.
///
/// # Errors
///
/// [`FlowError::FrameIndex`], and as [`DenseFlow::flow`].
///
/// # Example
///
/// ```
/// use microexpr_core::Clip;
/// use microexpr_flow::{FlowAlgorithm, flow_pairs};
/// use ndarray::Array3;
///
/// let clip = Clip::new(Array3::from_shape_fn((3, 20, 30), |(t, row, col)| ((row * col + t) % 7) as f32 / 7.0), 100.0)?;
/// let from_onset = flow_pairs(&clip, &[(0, 1), (0, 2)], &FlowAlgorithm::default())?;
/// assert_eq!(from_onset[1].dim(), (20, 30));
/// # Ok::<(), microexpr_flow::FlowError>(())
/// ```
pub fn flow_pairs(
    clip: &Clip,
    pairs: &[(usize, usize)],
    algorithm: &FlowAlgorithm,
) -> Result<Vec<FlowField>, FlowError> {
    map_pairs(clip, pairs, algorithm, |_, flow| Ok(flow))
}

/// What `of` makes of the flow between pairs of frames; the flows themselves are not kept.
pub(crate) fn map_pairs<T: Send>(
    clip: &Clip,
    pairs: &[(usize, usize)],
    algorithm: &FlowAlgorithm,
    of: impl Fn((usize, usize), FlowField) -> Result<T, FlowError> + Sync + Send,
) -> Result<Vec<T>, FlowError> {
    let frames = clip.len();
    if let Some(index) = pairs.iter().flat_map(|p| [p.0, p.1]).find(|index| *index >= frames) {
        return Err(FlowError::FrameIndex { index, frames });
    }
    let runs: Vec<Vec<T>> = in_runs(pairs, |run| PairSolver::new(clip, algorithm).solve(run, &of))?;
    Ok(runs.into_iter().flatten().collect())
}

/// The flow of every frame of a clip to the next one: one field fewer than frames.
///
/// # Errors
///
/// As [`flow_pairs`].
pub fn flow_sequence(clip: &Clip, algorithm: &FlowAlgorithm) -> Result<Vec<FlowField>, FlowError> {
    flow_pairs(clip, &consecutive(clip), algorithm)
}

/// Every frame with the next one.
pub(crate) fn consecutive(clip: &Clip) -> Vec<(usize, usize)> {
    (1..clip.len()).map(|next| (next - 1, next)).collect()
}

#[cfg(feature = "rayon")]
fn in_runs<T: Send>(
    pairs: &[(usize, usize)],
    solve: impl Fn(&[(usize, usize)]) -> Result<Vec<T>, FlowError> + Sync + Send,
) -> Result<Vec<Vec<T>>, FlowError> {
    let length = pairs.len().div_ceil(rayon::current_num_threads()).max(1);
    pairs.par_chunks(length).map(solve).collect()
}

#[cfg(not(feature = "rayon"))]
fn in_runs<T>(
    pairs: &[(usize, usize)],
    solve: impl Fn(&[(usize, usize)]) -> Result<Vec<T>, FlowError>,
) -> Result<Vec<Vec<T>>, FlowError> {
    Ok(vec![solve(pairs)?])
}

/// A solver that remembers the two frames it has prepared last.
struct PairSolver<'a> {
    clip: &'a Clip,
    solver: Box<dyn DenseFlow + Send>,
    prepared: Vec<(usize, PreparedFrame)>,
}

impl<'a> PairSolver<'a> {
    fn new(clip: &'a Clip, algorithm: &FlowAlgorithm) -> Self {
        Self { clip, solver: algorithm.solver(), prepared: Vec::new() }
    }

    fn solve<T>(
        mut self,
        pairs: &[(usize, usize)],
        of: &impl Fn((usize, usize), FlowField) -> Result<T, FlowError>,
    ) -> Result<Vec<T>, FlowError> {
        pairs.iter().map(|pair| of(*pair, self.solve_pair(*pair)?)).collect()
    }

    fn solve_pair(&mut self, (from, to): (usize, usize)) -> Result<FlowField, FlowError> {
        self.prepared.retain(|(index, _)| *index == from || *index == to);
        for index in [from, to] {
            if self.prepared.iter().all(|(known, _)| *known != index) {
                let frame = self.solver.prepare(self.clip.frame(index))?;
                self.prepared.push((index, frame));
            }
        }
        let prepared = |index: usize| {
            let found = self.prepared.iter().find(|(known, _)| *known == index);
            &found.expect("both frames were just prepared").1
        };
        self.solver.flow_between(prepared(from), prepared(to), None)
    }
}
