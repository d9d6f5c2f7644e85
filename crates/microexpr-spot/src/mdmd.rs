//! A published spotter for comparison: main directional maximal difference.

mod difference;
mod params;

use std::collections::VecDeque;

use microexpr_flow::{DenseFlow, FlowError, PreparedFrame};
use ndarray::ArrayView2;

pub use difference::maximal_difference;
pub use params::{MdmdParams, MdmdSearch};

use crate::{Interval, SpotError, SpottedExpression};

/// Main directional maximal difference analysis: how much farther the face has moved from a head frame `F(i−k)` to the current frame
/// `F(i)` than to the tail frame `F(i+k)`.
///
/// ```text
/// d(i) = mean of the largest third of the blocks' differences          (see maximal_difference)
/// r(i) = d(i) − ½·(d(i−k+1) + d(i+k−1))
/// T    = mean(r) + p·(max(r) − mean(r))
/// ```
///
/// Frames with `r(i) > T` move; a run of them is an interval if it is neither too short nor too long for its kind.
///
/// Source: S.-J. Wang, S. Wu, X. Qian, J. Li, X. Fu, "A main directional maximal difference analysis for spotting facial movements from
/// long-term videos", Neurocomputing 230, 2017 (d, r, T); Y. He, S.-J. Wang, J. Li, M. H. Yap, "Spotting Macro- and Micro-expression
/// Intervals in Long Video Sequences", FG 2020, arXiv 1912.11985 (k, blocks, directions, lengths of intervals).
/// Differs: the flow is this project's instead of robust local optical flow; k and lengths are in seconds (12 and 39 frames, 7 to 16
/// frames at CAS(ME)²'s 30 per second); faster recordings are thinned to about 30 frames per second.
/// Left open there, and decided as in the authors' published program: negative `r` stay in the mean; frames without `r` do not move.
pub struct Mdmd {
    params: MdmdParams,
    solver: Box<dyn DenseFlow + Send>,
    /// Every how many frames one is looked at.
    step: usize,
    /// Frames between head and current frame, per search.
    reaches: Vec<usize>,
    /// The last frames looked at.
    seen: VecDeque<PreparedFrame>,
    pushed: usize,
    /// `d` per search, of the frames from its reach on.
    differences: Vec<Vec<f64>>,
    thinned_fps: f64,
}

impl Mdmd {
    /// Starts on a recording.
    ///
    /// # Errors
    ///
    /// [`SpotError::Setting`].
    pub fn new(fps: f64, params: MdmdParams) -> Result<Self, SpotError> {
        params.check(fps)?;
        let step = ((fps / params.fps) as usize).max(1);
        let thinned_fps = fps / step as f64;
        let reach = |search: &MdmdSearch| ((search.reach_s * thinned_fps).round() as usize).max(2);
        let reaches: Vec<usize> = params.searches.iter().map(reach).collect();
        Ok(Self {
            solver: params.flow.solver(),
            step,
            differences: vec![Vec::new(); reaches.len()],
            reaches,
            seen: VecDeque::new(),
            pushed: 0,
            thinned_fps,
            params,
        })
    }

    /// Takes the next frame, cut to the face, `[row, col]` in `0..=1`.
    ///
    /// # Errors
    ///
    /// [`SpotError::Flow`] for a frame of another size, or not of grey in `0..=1`.
    pub fn push(&mut self, face: ArrayView2<'_, f32>) -> Result<(), SpotError> {
        let is_due = self.pushed.is_multiple_of(self.step);
        self.pushed += 1;
        if !is_due {
            return Ok(());
        }
        if let Some(expected) = self.seen.front().map(PreparedFrame::dim).filter(|dim| *dim != face.dim()) {
            return Err(FlowError::FrameSize { expected, found: face.dim() }.into());
        }
        self.seen.push_back(self.solver.prepare(face)?);
        let newest = self.seen.len() - 1;
        for (reach, differences) in self.reaches.iter().zip(&mut self.differences) {
            let Some(head) = newest.checked_sub(2 * reach) else { continue };
            let to = |frame: usize, solver: &mut Box<dyn DenseFlow + Send>| {
                solver.flow_between(&self.seen[head], &self.seen[frame], None)
            };
            let to_current = to(head + reach, &mut self.solver)?;
            let to_tail = to(newest, &mut self.solver)?;
            differences.push(maximal_difference(&to_current, &to_tail, &self.params));
        }
        let longest = 2 * self.reaches.iter().copied().max().unwrap_or(0);
        if self.seen.len() > longest {
            self.seen.pop_front();
        }
        Ok(())
    }

    /// What was spotted, at the settings' threshold.
    #[must_use]
    pub fn finish(&self) -> Vec<SpottedExpression> {
        self.at(self.params.threshold)
    }

    /// What was spotted, at another threshold `p`.
    #[must_use]
    pub fn at(&self, threshold: f64) -> Vec<SpottedExpression> {
        let mut found = Vec::new();
        for ((search, reach), differences) in
            self.params.searches.iter().zip(&self.reaches).zip(&self.differences)
        {
            let relative = relative_differences(differences, reach - 1);
            // The first relative difference belongs to frame k + (k − 1).
            let first = 2 * reach - 1;
            let seconds = |run: &Interval| run.frames() as f64 / self.thinned_fps;
            let runs = runs_above(&relative, threshold).into_iter();
            found.extend(runs.filter(|run| search.holds(seconds(run))).map(|run| {
                let apex = strongest(&relative, &run);
                let frame = |at: usize| (first + at) * self.step;
                SpottedExpression {
                    kind: search.kind,
                    interval: Interval { onset: frame(run.onset), offset: frame(run.offset) },
                    apex: frame(apex),
                    strength: relative[apex],
                    score: relative[apex] / limit(&relative, threshold).max(f64::MIN_POSITIVE),
                }
            }));
        }
        found.sort_by_key(|expression| expression.interval.onset);
        found
    }
}

impl std::fmt::Debug for Mdmd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mdmd")
            .field("params", &self.params)
            .field("pushed", &self.pushed)
            .finish_non_exhaustive()
    }
}

/// `r(i) = d(i) − ½·(d(i−m) + d(i+m))` where all three are known: from index `m` on.
fn relative_differences(differences: &[f64], m: usize) -> Vec<f64> {
    let inner = m..differences.len().saturating_sub(m);
    inner.map(|i| differences[i] - f64::midpoint(differences[i - m], differences[i + m])).collect()
}

/// `T = mean + p·(max − mean)`.
fn limit(relative: &[f64], p: f64) -> f64 {
    let mean = relative.iter().sum::<f64>() / relative.len().max(1) as f64;
    let max = relative.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    mean + p * (max - mean)
}

/// Runs of values above the limit.
fn runs_above(relative: &[f64], p: f64) -> Vec<Interval> {
    let limit = limit(relative, p);
    let mut runs: Vec<Interval> = Vec::new();
    for at in (0..relative.len()).filter(|at| relative[*at] > limit) {
        match runs.last_mut() {
            Some(run) if run.offset + 1 == at => run.offset = at,
            _ => runs.push(Interval { onset: at, offset: at }),
        }
    }
    runs
}

fn strongest(relative: &[f64], run: &Interval) -> usize {
    let all = run.onset..=run.offset;
    all.max_by(|a, b| relative[*a].total_cmp(&relative[*b]).then(b.cmp(a))).unwrap_or(run.onset)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bump narrower than the lag stands alone: `r` is the bump itself at its place, minus half of it a lag before and after.
    #[test]
    fn relative_differences_of_a_bump_are_the_bump_and_its_two_halves() {
        let mut differences = vec![0.5; 40];
        differences[20] = 2.5;
        let relative = relative_differences(&differences, 5);
        assert_eq!(relative.len(), 30);
        for (at, value) in relative.iter().enumerate() {
            let expected = match at + 5 {
                20 => 2.0,
                15 | 25 => -1.0,
                _ => 0.0,
            };
            assert!((value - expected).abs() < 1e-12, "{at}: {value}");
        }
    }

    #[test]
    fn runs_lie_above_the_mean_and_a_share_of_what_exceeds_it() {
        // Mean 1, max 4: p = 1/3 puts the limit at 2.
        let relative = [0.0, 3.0, 2.5, 0.0, 0.0, 4.0, 0.0, 2.0, 0.0, -1.5];
        assert!((limit(&relative, 1.0 / 3.0) - 2.0).abs() < 1e-12);
        let run = |onset, offset| Interval { onset, offset };
        assert_eq!(runs_above(&relative, 1.0 / 3.0), [run(1, 2), run(5, 5)]);
        assert_eq!(runs_above(&[], 0.5), []);
    }
}
