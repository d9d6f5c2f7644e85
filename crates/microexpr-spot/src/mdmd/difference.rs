use microexpr_core::FlowField;

use super::MdmdParams;

/// `d`: how much farther the face moves to the current frame than to the tail frame, in pixels.
///
/// In every block the main direction is the sector that holds most vectors to the current frame; of the vectors in it the lengths to the
/// current frame less the lengths to the tail frame at the same points are sorted, and the largest third averaged. The largest
/// third of the blocks' values, averaged, is `d`.
///
/// Source: S.-J. Wang et al., Neurocomputing 230, 2017, as its authors' published program does it; thirds are rounded, one at least is taken.
#[must_use]
pub fn maximal_difference(to_current: &FlowField, to_tail: &FlowField, params: &MdmdParams) -> f64 {
    let (height, width) = to_current.dim();
    let (tall, wide) = (height / params.blocks, width / params.blocks);
    let block = |row: usize, col: usize| Block { top: row * tall, left: col * wide, tall, wide };
    let blocks = (0..params.blocks).flat_map(|row| (0..params.blocks).map(move |col| block(row, col)));
    let values = blocks.map(|block| block.difference(to_current, to_tail, params.directions)).collect();
    mean_of_largest_third(values)
}

struct Block {
    top: usize,
    left: usize,
    tall: usize,
    wide: usize,
}

impl Block {
    fn difference(&self, to_current: &FlowField, to_tail: &FlowField, directions: usize) -> f64 {
        let mut by_direction: Vec<Vec<f64>> = vec![Vec::new(); directions];
        for row in self.top..self.top + self.tall {
            for col in self.left..self.left + self.wide {
                let at = |flow: &FlowField| [flow.u()[[row, col]], flow.v()[[row, col]]].map(f64::from);
                let ([u, v], [tail_u, tail_v]) = (at(to_current), at(to_tail));
                by_direction[sector(u, v, directions)].push(u.hypot(v) - tail_u.hypot(tail_v));
            }
        }
        // Of equally many the first sector.
        let main = by_direction.into_iter().rev().max_by_key(Vec::len).unwrap_or_default();
        mean_of_largest_third(main)
    }
}

/// Which of the equal sectors, counted from the positive x axis, a vector points into.
fn sector(u: f64, v: f64, directions: usize) -> usize {
    let turn = v.atan2(u).rem_euclid(std::f64::consts::TAU) / std::f64::consts::TAU;
    ((turn * directions as f64) as usize).min(directions - 1)
}

fn mean_of_largest_third(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(|a, b| b.total_cmp(a));
    let count = ((values.len() as f64 / 3.0).round() as usize).max(1);
    values.truncate(count);
    values.iter().sum::<f64>() / values.len().max(1) as f64
}
