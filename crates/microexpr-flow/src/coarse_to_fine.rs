//! The course of an estimate over the levels of a pyramid.

use microexpr_core::{FlowField, vectorized};

use crate::FlowError;
use crate::plane::Plane;
use crate::plane_halving::halved_plane;
use crate::plane_resize::resize;

/// How the sizes of successive levels of a pyramid are related, and so how a flow gets from one to the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Scaling {
    /// Every level is the one before, halved by [`halved_plane`].
    Halved,
    /// Every level is about `step` times as large as the one before, resized bilinearly.
    Resized {
        /// Below 1.
        step: f64,
    },
}

/// The flow between two frames given by `levels`, the planes of both, finest first: from no motion or `initial` on the coarsest
/// level, enlarged from level to level and refined on each of them down to `finest` (or the coarsest one, if there are fewer).
///
/// `refine` is given the planes of both frames on a level, the first of which has the level's size, and the flow there.
pub(crate) fn coarse_to_fine(
    levels: &[(&[Plane], &[Plane])],
    scaling: Scaling,
    initial: Option<&FlowField>,
    finest: usize,
    mut refine: impl FnMut(&[Plane], &[Plane], &mut Plane, &mut Plane),
) -> Result<FlowField, FlowError> {
    let dims: Vec<(usize, usize)> = levels.iter().map(|(from, _)| from[0].dim()).collect();
    let (mut u, mut v) = scaling.coarsest_flow(initial, &dims);
    let finest = finest.min(levels.len() - 1);
    for (level, (from, to)) in levels.iter().enumerate().rev() {
        if u.dim() != dims[level] {
            (u, v) = (scaling.enlarged(&u, dims[level]), scaling.enlarged(&v, dims[level]));
        }
        if level >= finest {
            refine(from, to, &mut u, &mut v);
        }
    }
    Ok(FlowField::new(u.into_array(), v.into_array())?)
}

impl Scaling {
    /// The initial flow, or none, on the last of levels of these sizes.
    fn coarsest_flow(self, initial: Option<&FlowField>, dims: &[(usize, usize)]) -> (Plane, Plane) {
        let (full, coarsest, steps) = (dims[0], dims[dims.len() - 1], dims.len() - 1);
        let Some(flow) = initial else {
            return (Plane::zeros(coarsest), Plane::zeros(coarsest));
        };
        let shrunk = |plane: Plane| match self {
            Self::Halved => {
                let mut small = (0..steps).fold(plane, |plane, _| halved_plane(&plane));
                small.scale(0.5_f32.powi(steps as i32));
                small
            }
            Self::Resized { .. } => resize(&plane, coarsest, coarsest.1 as f32 / full.1 as f32),
        };
        (shrunk(Plane::from_array(flow.u())), shrunk(Plane::from_array(flow.v())))
    }

    /// A component of the flow on the next finer level, of size `dim`.
    fn enlarged(self, component: &Plane, dim: (usize, usize)) -> Plane {
        match self {
            Self::Halved => double_flow(component, dim),
            Self::Resized { step } => resize(component, dim, (1.0 / step) as f32),
        }
    }
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
