//! Where the head is in the frame.

use microexpr_core::Point;

/// A magnification and rotation about a centre followed by a shift.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pose {
    pub(crate) centre: Point,
    /// Clockwise on the screen, in radians.
    pub(crate) angle: f64,
    pub(crate) shift: [f64; 2],
    /// Magnification, 1 for none.
    pub(crate) zoom: f64,
}

impl Pose {
    /// From the face's own frame to the picture's.
    pub(crate) fn to_frame(self, p: Point) -> Point {
        let [x, y] = rotate([p[0] - self.centre[0], p[1] - self.centre[1]], self.angle);
        [self.zoom * x + self.centre[0] + self.shift[0], self.zoom * y + self.centre[1] + self.shift[1]]
    }

    /// The inverse of [`Pose::to_frame`].
    pub(crate) fn to_face(self, p: Point) -> Point {
        let moved = [p[0] - self.shift[0] - self.centre[0], p[1] - self.shift[1] - self.centre[1]];
        let [x, y] = rotate(moved, -self.angle);
        [x / self.zoom + self.centre[0], y / self.zoom + self.centre[1]]
    }
}

fn rotate([x, y]: Point, angle: f64) -> Point {
    let (sin, cos) = angle.sin_cos();
    [cos * x - sin * y, sin * x + cos * y]
}
