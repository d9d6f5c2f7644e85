//! MediaPipe's three custom operations: a region of the face is cut out around its points, and what is found in it moved back.
//!
//! Source: I. Grishchenko, A. Ablavatski, Y. Kartynnik, K. Raveendran, M. Grundmann, "Attention Mesh: High-fidelity Face Mesh
//! Prediction in Real-time", CVPR Workshops 2020, §2: spatial transformers fed with the points of the first submodel.

use crate::face_mesh::tensor::Tensor;

/// The two rows of a plane's map, each for `[x, y, z, 1]`.
pub(super) type Rows = [[f32; 4]; 2];

/// Which region of a face is cut out: a box around some of its points, turned upright and widened.
///
/// The map from the region's pixels to those that the points are in:
/// `move(middle) · turn(angle) · grow(scale · size / output) · move(−output / 2)`.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::face_mesh) struct RegionTransform {
    /// Numbers of the points that the region encloses.
    pub(in crate::face_mesh) points: Vec<usize>,
    /// Two points on a line that is level in the region.
    pub(in crate::face_mesh) level: [usize; 2],
    /// Angle of that line in the region, in radians.
    pub(in crate::face_mesh) target_angle: f32,
    /// Height and width of the region in pixels of its own.
    pub(in crate::face_mesh) output: [usize; 2],
    /// How much larger than the points' box the region is, along its width and its height.
    pub(in crate::face_mesh) scale: [f32; 2],
}

impl RegionTransform {
    /// The highest number of a point that is looked at.
    pub(super) fn last_point(&self) -> usize {
        self.points.iter().chain(&self.level).copied().max().unwrap_or(0)
    }

    /// The 4×4 matrix of the region whose `[x, y, z]` are the rows of `mesh`.
    pub(super) fn run(&self, mesh: &Tensor, output: &mut Tensor) {
        let point = |i: usize| (mesh.values[3 * i], mesh.values[3 * i + 1]);
        let [left, right] = self.level.map(point);
        let angle = (right.1 - left.1).atan2(right.0 - left.0) - self.target_angle;
        let (sin, cos) = angle.sin_cos();
        // The points' box in a plane turned upright.
        let (mut low, mut high) = ([f32::INFINITY; 2], [f32::NEG_INFINITY; 2]);
        for (x, y) in self.points.iter().map(|i| point(*i)) {
            for (axis, value) in [cos * x + sin * y, cos * y - sin * x].into_iter().enumerate() {
                (low[axis], high[axis]) = (low[axis].min(value), high[axis].max(value));
            }
        }
        let middle = [0, 1].map(|axis| f32::midpoint(low[axis], high[axis]));
        let [height, width] = self.output.map(|pixels| pixels as f32);
        let grow_x = self.scale[0] * (high[0] - low[0]) / width;
        let grow_y = self.scale[1] * (high[1] - low[1]) / height;
        let shift = [middle[0] - grow_x * width / 2.0, middle[1] - grow_y * height / 2.0];
        output.values.copy_from_slice(&[
            cos * grow_x,
            -sin * grow_y,
            0.0,
            cos * shift[0] - sin * shift[1], //
            sin * grow_x,
            cos * grow_y,
            0.0,
            sin * shift[0] + cos * shift[1], //
            0.0,
            0.0,
            1.0,
            0.0, //
            0.0,
            0.0,
            0.0,
            1.0,
        ]);
    }
}

/// The first two rows of a 4×4 matrix.
pub(super) fn rows(matrix: &Tensor) -> Rows {
    let v = &matrix.values;
    [[v[0], v[1], v[2], v[3]], [v[4], v[5], v[6], v[7]]]
}

/// Where a map of the plane takes a point.
fn apply(rows: &Rows, x: f32, y: f32) -> [f32; 2] {
    rows.map(|r| r[0] * x + r[1] * y + r[3])
}

/// Looks a region up between pixels: `output[r, c] = input` at the place that the map gives for the middle of pixel `(c, r)`,
/// interpolated bilinearly; zero outside.
pub(super) fn look_up(input: &Tensor, rows: &Rows, output: &mut Tensor) {
    let (height, width) = (input.shape.height, input.shape.width);
    let (right, bottom) = ((width - 1) as f32, (height - 1) as f32);
    let places = (0..output.shape.height).flat_map(|r| (0..output.shape.width).map(move |c| (r, c)));
    for ((row, column), out) in places.zip(output.values.chunks_exact_mut(input.shape.channels)) {
        let [x, y] = apply(rows, column as f32 + 0.5, row as f32 + 0.5).map(|v| v - 0.5);
        if !((0.0..=right).contains(&x) && (0.0..=bottom).contains(&y)) {
            out.fill(0.0);
            continue;
        }
        let (c, r) = (x as usize, y as usize);
        let (next_c, next_r) = ((c + 1).min(width - 1), (r + 1).min(height - 1));
        let (u, v) = (x - c as f32, y - r as f32);
        let corners = [
            (input.at(r, c), (1.0 - u) * (1.0 - v)),
            (input.at(r, next_c), u * (1.0 - v)),
            (input.at(next_r, c), (1.0 - u) * v),
            (input.at(next_r, next_c), u * v),
        ];
        out.fill(0.0);
        for (values, weight) in corners {
            out.iter_mut().zip(values).for_each(|(y, x)| *y += weight * x);
        }
    }
}

/// Points `[x, y]`, one in every row, taken from their region back to the image.
pub(super) fn move_points(points: &Tensor, rows: &Rows, output: &mut Tensor) {
    for (moved, point) in output.values.as_chunks_mut().0.iter_mut().zip(points.values.as_chunks::<2>().0) {
        *moved = apply(rows, point[0], point[1]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::tensor::Shape;
    use super::*;

    const UPRIGHT: Rows = [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]];

    fn region(scale: f32) -> RegionTransform {
        RegionTransform {
            points: vec![0, 1, 2, 3],
            level: [0, 1],
            target_angle: 0.0,
            output: [16, 8],
            scale: [scale; 2],
        }
    }

    /// A box of 40 by 20 about (50, 30), turned by an angle: its corners, from the top left one on.
    fn corners(angle: f32) -> Tensor {
        let (sin, cos) = angle.sin_cos();
        let at = |x: f32, y: f32| [50.0 + cos * x - sin * y, 30.0 + sin * x + cos * y, 7.0];
        let corners = [at(-20.0, -10.0), at(20.0, -10.0), at(20.0, 10.0), at(-20.0, 10.0)];
        Tensor::new(Shape::new(1, 4, 3), corners.concat())
    }

    #[test]
    fn a_region_of_scale_one_has_its_corners_where_the_points_have_theirs() {
        for angle in [0.0, 0.4, -1.2, 2.5] {
            let mut matrix = Tensor::zeros_in(Shape::new(1, 4, 4), Vec::new());
            region(1.0).run(&corners(angle), &mut matrix);
            let expected = corners(angle);
            for (i, (x, y)) in [(0.0, 0.0), (8.0, 0.0), (8.0, 16.0), (0.0, 16.0)].into_iter().enumerate() {
                let found = apply(&rows(&matrix), x, y);
                for axis in [0, 1] {
                    assert!((found[axis] - expected.values[3 * i + axis]).abs() < 1e-4, "{angle}: {found:?}");
                }
            }
        }
    }

    #[test]
    fn a_wider_region_keeps_its_middle() {
        let mut matrix = Tensor::zeros_in(Shape::new(1, 4, 4), Vec::new());
        region(1.5).run(&corners(0.7), &mut matrix);
        let middle = apply(&rows(&matrix), 4.0, 8.0);
        assert!((middle[0] - 50.0).abs() < 1e-4 && (middle[1] - 30.0).abs() < 1e-4, "{middle:?}");
        let edge = apply(&rows(&matrix), 8.0, 8.0);
        assert!(((edge[0] - 50.0).hypot(edge[1] - 30.0) - 30.0).abs() < 1e-4, "{edge:?}");
    }

    #[test]
    fn the_identity_looks_up_the_image_itself_and_zero_beyond_it() {
        let image = Tensor::new(Shape::new(2, 3, 1), vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let mut found = Tensor::zeros_in(Shape::new(2, 4, 1), Vec::new());
        look_up(&image, &UPRIGHT, &mut found);
        assert_eq!(found.values, [1.0, 2.0, 3.0, 0.0, 4.0, 5.0, 6.0, 0.0]);
    }

    #[test]
    fn between_pixels_a_slope_is_itself() {
        let image = Tensor::new(Shape::new(3, 3, 1), (0..9).map(|i| (i % 3 + 10 * (i / 3)) as f32).collect());
        let mut found = Tensor::zeros_in(Shape::new(1, 1, 1), Vec::new());
        look_up(&image, &[[1.0, 0.0, 0.0, 0.25], [0.0, 1.0, 0.0, 1.5]], &mut found);
        assert_eq!(found.values, [15.25]);
    }

    #[test]
    fn points_are_moved_by_the_map() {
        let points = Tensor::new(Shape::new(1, 2, 2), vec![0.0, 0.0, 2.0, 1.0]);
        let mut moved = points.clone();
        move_points(&points, &[[0.0, -1.0, 0.0, 5.0], [1.0, 0.0, 0.0, 6.0]], &mut moved);
        assert_eq!(moved.values, [5.0, 6.0, 4.0, 8.0]);
    }
}
