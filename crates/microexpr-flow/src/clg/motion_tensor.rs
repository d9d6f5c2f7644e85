use microexpr_core::vectorized;

use crate::filter::{blur, derivatives};
use crate::plane::Plane;
use crate::plane_warp::{mark_inside, warp_cubic};

/// The six entries of the windowed motion tensor `J = K ∗ (∇₃I ∇₃Iᵀ)`, `∇₃I = (I_x, I_y, I_t)`.
#[derive(Debug, Clone, Default)]
pub(super) struct MotionTensor {
    pub(super) xx: Plane,
    pub(super) xy: Plane,
    pub(super) yy: Plane,
    pub(super) xt: Plane,
    pub(super) yt: Plane,
    pub(super) tt: Plane,
    warped: Plane,
    inside: Plane,
    mean: Plane,
    dx: Plane,
    dy: Plane,
    scratch: Plane,
}

impl MotionTensor {
    /// Linearises brightness constancy around the flow `(u, v)`: spatial derivatives of the mean of `from` and the
    /// warped `to`, their difference in time; pixels that come from outside `to` do not count.
    pub(super) fn linearize(&mut self, from: &Plane, to: &Plane, u: &Plane, v: &Plane, window_px: f32) {
        let dim = from.dim();
        for plane in [&mut self.xx, &mut self.xy, &mut self.yy, &mut self.xt, &mut self.yt, &mut self.tt] {
            plane.resize(dim);
        }
        self.mean.resize(dim);
        warp_cubic(to, u, v, &mut self.warped);
        mark_inside(u, v, &mut self.inside);
        for row in 0..dim.0 {
            mean(from.row(row), self.warped.row(row), self.mean.row_mut(row));
        }
        derivatives(&self.mean, &mut self.dx, &mut self.dy);
        for row in 0..dim.0 {
            let rows = [
                from.row(row),
                self.warped.row(row),
                self.inside.row(row),
                self.dx.row(row),
                self.dy.row(row),
            ];
            products(
                rows,
                [
                    self.xx.row_mut(row),
                    self.xy.row_mut(row),
                    self.yy.row_mut(row),
                    self.xt.row_mut(row),
                    self.yt.row_mut(row),
                    self.tt.row_mut(row),
                ],
            );
        }
        for plane in [&mut self.xx, &mut self.xy, &mut self.yy, &mut self.xt, &mut self.yt, &mut self.tt] {
            blur(plane, window_px, &mut self.scratch);
        }
    }
}

vectorized! {
    fn mean(a: &[f32], b: &[f32], out: &mut [f32]) {
        for ((value, a), b) in out.iter_mut().zip(a).zip(b) {
            *value = 0.5 * (a + b);
        }
    }
}

vectorized! {
    fn products(from: [&[f32]; 5], to: [&mut [f32]; 6]) {
        let [xx, xy, yy, xt, yt, tt] = to;
        let width = xx.len();
        let [before, after, inside, dx, dy] = from.map(|row| &row[..width]);
        let (xy, yy, xt) = (&mut xy[..width], &mut yy[..width], &mut xt[..width]);
        let (yt, tt) = (&mut yt[..width], &mut tt[..width]);
        for i in 0..width {
            let (x, y, t) = (inside[i] * dx[i], inside[i] * dy[i], inside[i] * (after[i] - before[i]));
            xx[i] = x * x;
            xy[i] = x * y;
            yy[i] = y * y;
            xt[i] = x * t;
            yt[i] = y * t;
            tt[i] = t * t;
        }
    }
}
