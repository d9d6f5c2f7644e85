use microexpr_core::vectorized;

use super::patch::{MARGIN, SIDE, for_each_row};
use super::search::Grid;
use crate::plane::Plane;

/// Grey difference up to which all patches count alike.
const EQUAL_GREY: f32 = 1.0 / 255.0;

/// Makes patch displacements dense: their mean at every pixel, each weighing less the worse it fits there.
#[derive(Debug, Clone, Default)]
pub(super) struct Densify {
    weight: Plane,
}

impl Densify {
    pub(super) fn run(&mut self, grid: &Grid, from: &Plane, to: &Plane, u: &mut Plane, v: &mut Plane) {
        debug_assert_eq!(to.dim().0, from.dim().0 + 2 * MARGIN);
        self.weight.resize(from.dim());
        for plane in [&mut self.weight, &mut *u, &mut *v] {
            plane.fill(0.0);
        }
        for (index, flow) in grid.flow.iter().enumerate() {
            let place = (grid.rows[index / grid.cols.len()], grid.cols[index % grid.cols.len()]);
            spread(*flow, place, (from, to), &mut self.weight, u, v);
        }
        for row in 0..from.dim().0 {
            divide(self.weight.row(row), u.row_mut(row));
            divide(self.weight.row(row), v.row_mut(row));
        }
    }
}

vectorized! {
    fn spread(
        flow: [f32; 2],
        place: (usize, usize),
        frames: (&Plane, &Plane),
        weight: &mut Plane,
        u: &mut Plane,
        v: &mut Plane,
    ) {
        let (row, col) = place;
        let (from, to) = frames;
        for_each_row(to, col as f32 + flow[0], row as f32 + flow[1], |i, values| {
            let pixels = &from.row(row + i)[col..col + SIDE];
            let mut weights = [0.0; SIDE];
            for lane in 0..SIDE {
                let difference = (values[lane] - pixels[lane]).abs();
                weights[lane] = EQUAL_GREY / if difference > EQUAL_GREY { difference } else { EQUAL_GREY };
            }
            let sums = &mut weight.row_mut(row + i)[col..col + SIDE];
            for lane in 0..SIDE {
                sums[lane] += weights[lane];
            }
            let u = &mut u.row_mut(row + i)[col..col + SIDE];
            for lane in 0..SIDE {
                u[lane] += weights[lane] * flow[0];
            }
            let v = &mut v.row_mut(row + i)[col..col + SIDE];
            for lane in 0..SIDE {
                v[lane] += weights[lane] * flow[1];
            }
        });
    }
}

vectorized! {
    fn divide(weight: &[f32], sums: &mut [f32]) {
        for (sum, weight) in sums.iter_mut().zip(weight) {
            *sum /= weight;
        }
    }
}
