use super::patch::{Mismatch, Patch, SIDE};
use crate::filter::sobel;
use crate::plane::Plane;

/// Share of a Newton step that a descent takes: OpenCV's, whose sums of Sobel are eight times the derivative. Patches end
/// between where they started and where noise fits best.
const STEP: f32 = 0.125;
const SMALLEST_STEP_PX: f32 = 0.0025;

/// A regular grid of patches and the displacement of each.
#[derive(Debug, Clone, Default)]
pub(super) struct Grid {
    /// First rows and first columns of the patches.
    pub(super) rows: Vec<usize>,
    pub(super) cols: Vec<usize>,
    /// `[u, v]` of the patches, row by row.
    pub(super) flow: Vec<[f32; 2]>,
    /// How the patches differ there, if that is known.
    mismatch: Vec<Option<Mismatch>>,
    dx: Plane,
    dy: Plane,
    scratch: Plane,
    patch: Patch,
}

/// The order in which patches pass their displacement on.
#[derive(Clone, Copy)]
enum Direction {
    Forward,
    Backward,
}

impl Grid {
    /// Places the patches, finds their displacement from the dense flow `(u, v)` on, twice over the grid: neighbours seen
    /// before offer theirs.
    pub(super) fn search(
        &mut self,
        from: &Plane,
        to: &Plane,
        (u, v): (&Plane, &Plane),
        stride: usize,
        iterations: usize,
    ) {
        let (height, width) = from.dim();
        self.rows = starts(height, stride);
        self.cols = starts(width, stride);
        sobel(from, &mut self.dx, &mut self.dy, &mut self.scratch);
        let middle = SIDE / 2;
        self.flow.clear();
        for row in &self.rows {
            let at = |col: &usize| [u.row(row + middle)[col + middle], v.row(row + middle)[col + middle]];
            self.flow.extend(self.cols.iter().map(at));
        }
        self.mismatch.clear();
        self.mismatch.resize(self.flow.len(), None);
        self.pass(from, to, Direction::Forward, iterations.div_ceil(2));
        self.pass(from, to, Direction::Backward, iterations / 2);
    }

    fn pass(&mut self, from: &Plane, to: &Plane, direction: Direction, iterations: usize) {
        let (rows, cols) = (self.rows.len(), self.cols.len());
        for step in 0..rows * cols {
            let index = match direction {
                Direction::Forward => step,
                Direction::Backward => rows * cols - 1 - step,
            };
            let (row, col) = (index / cols, index % cols);
            let neighbours = match direction {
                Direction::Forward => [(col > 0).then(|| index - 1), (row > 0).then(|| index - cols)],
                Direction::Backward => {
                    [(col + 1 < cols).then_some(index + 1), (row + 1 < rows).then_some(index + cols)]
                }
            };
            let place = (self.rows[row], self.cols[col]);
            self.patch.take(from, &self.dx, &self.dy, place);
            let candidates = neighbours.map(|n| n.map(|n| self.flow[n]));
            let own = (self.flow[index], self.mismatch[index]);
            (self.flow[index], self.mismatch[index]) =
                descend(&self.patch, to, place, own, candidates, iterations);
        }
    }
}

/// The best of the candidates after gradient descent, which ends with the first step that does not improve; and the mismatch there, if
/// it was looked at.
fn descend(
    patch: &Patch,
    to: &Plane,
    (row, col): (usize, usize),
    (own, known): ([f32; 2], Option<Mismatch>),
    candidates: [Option<[f32; 2]>; 2],
    iterations: usize,
) -> ([f32; 2], Option<Mismatch>) {
    let compare = |flow: [f32; 2]| patch.compare(to, col as f32 + flow[0], row as f32 + flow[1]);
    let (mut best, mut mismatch) = (own, known.unwrap_or_else(|| compare(own)));
    for candidate in candidates.into_iter().flatten() {
        let other = compare(candidate);
        if other.square < mismatch.square {
            (best, mismatch) = (candidate, other);
        }
    }
    let start = best;
    for iteration in 1..=iterations {
        let step = patch.step(mismatch).map(|newton| STEP * newton);
        let next = [best[0] + step[0], best[1] + step[1]];
        // Not finite or farther than a patch away: lost.
        let near = (next[0] - start[0]).abs() + (next[1] - start[1]).abs() <= SIDE as f32;
        if !near {
            break;
        }
        if iteration == iterations || step[0].abs() + step[1].abs() < SMALLEST_STEP_PX {
            return (next, None);
        }
        let before = std::mem::replace(&mut mismatch, compare(next)).square;
        best = next;
        let better = mismatch.square < before;
        if !better {
            break;
        }
    }
    (best, Some(mismatch))
}

/// First pixels of patches that cover a line.
fn starts(length: usize, stride: usize) -> Vec<usize> {
    let last = length - SIDE;
    let mut starts: Vec<usize> = (0..=last).step_by(stride).collect();
    if !last.is_multiple_of(stride) {
        starts.push(last);
    }
    starts
}
