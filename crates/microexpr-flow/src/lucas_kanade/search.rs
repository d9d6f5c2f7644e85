use microexpr_core::Point;

use super::spline_plane::SplinePlane;
use super::window::{Template, Window};
use super::{LucasKanadeParams, TrackStatus};

/// Steps on coarse levels only have to bring the next level close.
const COARSE_EPSILON_PX: f64 = 0.03;

/// Where a search ended.
pub(super) struct Match {
    pub(super) position: Point,
    pub(super) status: TrackStatus,
    pub(super) residual: f64,
}

/// The search for one point: its window in the other frame, and how far it has come.
pub(super) struct Search<'a> {
    params: &'a LucasKanadeParams,
    window: &'a mut Window,
    /// In pixels of the frame.
    position: Point,
    /// Halvings between the frame and level 0 of the search.
    finest: usize,
    /// Whether the last level had enough texture.
    textured: bool,
}

impl<'a> Search<'a> {
    /// Begins at `start`, in pixels of a frame that is halved `finest` times on level 0 of the search.
    pub(super) fn new(
        params: &'a LucasKanadeParams,
        window: &'a mut Window,
        start: Point,
        finest: usize,
    ) -> Self {
        Self { params, window, position: start, finest, textured: false }
    }

    /// Goes on with the window `template` of one level of the search, 0 being the finest.
    pub(super) fn on_level(
        &mut self,
        level: usize,
        image: &SplinePlane,
        template: &Template,
        gradient: [f64; 3],
    ) {
        self.textured = smaller_eigenvalue(gradient) >= self.params.min_eigenvalue.max(f64::MIN_POSITIVE);
        if self.textured {
            let epsilon = if level == 0 { self.params.epsilon_px } else { COARSE_EPSILON_PX };
            let halvings = self.finest + level;
            let found = self.descend(image, template, gradient, on_level(self.position, halvings), epsilon);
            self.position = found.map(|c| c * level_scale(halvings));
        }
    }

    /// Newton steps on one level until short enough, from positions within reach of the image; the window stays where the last
    /// step began.
    fn descend(
        &mut self,
        image: &SplinePlane,
        template: &Template,
        [xx, xy, yy]: [f64; 3],
        start: Point,
        epsilon: f64,
    ) -> Point {
        let side = 2 * self.params.window_radius_px + 1;
        let determinant = (xx * yy - xy * xy) * (side * side) as f64;
        let mut at = start;
        for _ in 0..self.params.max_iterations {
            let [x, y] = image.within_reach(at);
            self.window.sample(image, x, y);
            let [bx, by] = self.window.mismatch(template);
            let step = [(xy * by - yy * bx) / determinant, (xy * bx - xx * by) / determinant];
            if !(step[0].is_finite() && step[1].is_finite()) {
                break;
            }
            at = [x + step[0], y + step[1]];
            if step[0] * step[0] + step[1] * step[1] < epsilon * epsilon {
                break;
            }
        }
        at
    }

    /// What the search has found in a frame of size `dim`; `image` and the template's window `finest` are those of the finest
    /// level.
    pub(super) fn finish(self, dim: (usize, usize), image: &SplinePlane, finest: &Template) -> Match {
        let Self { window, position, textured, .. } = self;
        if !textured {
            let [x, y] = image.within_reach(on_level(position, self.finest));
            window.sample(image, x, y);
        }
        let residual = window.mean_difference(finest.pixels());
        let status = match (textured, is_inside(position, dim)) {
            (false, _) => TrackStatus::NoTexture,
            (true, false) => TrackStatus::OutsideImage,
            (true, true) => TrackStatus::Tracked,
        };
        Match { position, status, residual }
    }
}

/// A position in pixels of a level of the pyramid.
pub(super) fn on_level(position: Point, level: usize) -> Point {
    position.map(|c| c / level_scale(level))
}

fn level_scale(level: usize) -> f64 {
    (1_usize << level) as f64
}

pub(super) fn is_inside(point: Point, (height, width): (usize, usize)) -> bool {
    point[0] >= -0.5 && point[1] >= -0.5 && point[0] <= width as f64 - 0.5 && point[1] <= height as f64 - 0.5
}

fn smaller_eigenvalue([xx, xy, yy]: [f64; 3]) -> f64 {
    0.5 * (xx + yy - ((xx - yy) * (xx - yy) + 4.0 * xy * xy).sqrt())
}
