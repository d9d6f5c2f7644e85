//! The course of an estimate over a pyramid of repeatedly halved images.

use microexpr_core::{FlowField, vectorized};
use ndarray::ArrayView2;

use crate::plane::Plane;
use crate::{FlowError, PreparedFrame};

/// The flow between two frames whose planes are their pyramids: from no motion or `initial` on the coarsest level, doubled from
/// level to level and refined on each of them down to `finest` (or the coarsest one, if there are fewer).
///
/// `refine` is given a level of both frames and the components of the flow there.
pub(crate) fn coarse_to_fine(
    (from, to): (&PreparedFrame, &PreparedFrame),
    initial: Option<&FlowField>,
    finest: usize,
    mut refine: impl FnMut(&Plane, &Plane, &mut Plane, &mut Plane),
) -> Result<FlowField, FlowError> {
    let (from, to) = (from.planes(), to.planes());
    let (mut u, mut v) = coarsest_flow(initial, from);
    let finest = finest.min(from.len() - 1);
    for (level, (from, to)) in from.iter().zip(to).enumerate().rev() {
        if u.dim() != from.dim() {
            (u, v) = (double_flow(&u, from.dim()), double_flow(&v, from.dim()));
        }
        if level >= finest {
            refine(from, to, &mut u, &mut v);
        }
    }
    Ok(FlowField::new(u.into_array(), v.into_array())?)
}

/// The initial flow, or none, on the last of repeatedly halved `levels`.
fn coarsest_flow(initial: Option<&FlowField>, levels: &[Plane]) -> (Plane, Plane) {
    let Some(flow) = initial else {
        let dim = levels[levels.len() - 1].dim();
        return (Plane::zeros(dim), Plane::zeros(dim));
    };
    let coarse = |component: ArrayView2<'_, f32>| {
        let halvings = levels.len() - 1;
        let mut plane = Plane::from_array(component);
        for _ in 0..halvings {
            plane = plane.halved();
        }
        plane.scale(0.5_f32.powi(halvings as i32));
        plane
    };
    (coarse(flow.u()), coarse(flow.v()))
}

/// A coarse flow on the next finer grid, of size `dim`: twice the displacement at half the position.
fn double_flow(coarse: &Plane, dim: (usize, usize)) -> Plane {
    let mut fine = Plane::zeros(dim);
    let height = coarse.dim().0;
    let mut line = vec![0.0; coarse.dim().1 + 1];
    for row in 0..dim.0 {
        let (a, b) = (coarse.row(row / 2), coarse.row((row / 2 + row % 2).min(height - 1)));
        let (last, middle) = line.split_last_mut().expect("a plane has columns");
        add_rows(a, b, middle);
        *last = middle[middle.len() - 1];
        double_row(&line, fine.row_mut(row));
    }
    fine
}

vectorized! {
    fn add_rows(a: &[f32], b: &[f32], out: &mut [f32]) {
        for ((sum, a), b) in out.iter_mut().zip(a).zip(b) {
            *sum = a + b;
        }
    }
}

vectorized! {
    /// Values and means of neighbours in turn, times two for the displacement and by two for the sum of two rows.
    fn double_row(line: &[f32], out: &mut [f32]) {
        let pairs = out.len() / 2;
        let (here, next) = (&line[..pairs], &line[1..pairs + 1]);
        for (i, pair) in out.chunks_exact_mut(2).enumerate() {
            pair[0] = here[i];
            pair[1] = 0.5 * (here[i] + next[i]);
        }
        if out.len() % 2 == 1 {
            out[2 * pairs] = line[pairs];
        }
    }
}
