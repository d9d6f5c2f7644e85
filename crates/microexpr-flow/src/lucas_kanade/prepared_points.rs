use microexpr_core::Point;

use super::window::Template;

/// Points of a template with their windows: made once by [`LucasKanade::prepare_points`](crate::LucasKanade::prepare_points),
/// looked for in any number of frames.
#[derive(Debug, Clone)]
pub struct PreparedPoints {
    pub(super) points: Vec<Point>,
    /// Per point, the windows of the template's levels, finest first; none for a point outside the template.
    pub(super) windows: Vec<Vec<PointWindow>>,
    pub(super) dim: (usize, usize),
    pub(super) levels: usize,
}

/// The window around a point on one level, and the entries `[xx, xy, yy]` of its mean gradient matrix.
#[derive(Debug, Clone)]
pub(super) struct PointWindow {
    pub(super) template: Template,
    pub(super) gradient: [f64; 3],
}
