use image::GrayImage;

use super::model::{Model, PoolPixel, Split};
use crate::FaceBox;

/// The mean shape about its centroid: what every cascade's similarity is fitted to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reference {
    centred: Vec<[f64; 2]>,
    square_sum: f64,
}

impl Reference {
    pub(super) fn new(initial_shape: &[f32]) -> Self {
        let centred = centre(initial_shape);
        let square_sum = centred.iter().map(|r| r[0] * r[0] + r[1] * r[1]).sum();
        Self { centred, square_sum }
    }

    /// `[[a, −b], [b, a]]` of the least-squares similarity from the mean shape to `shape`.
    pub(super) fn rotation_and_scale(&self, shape: &[f32]) -> (f32, f32) {
        if self.square_sum == 0.0 {
            return (1.0, 0.0);
        }
        let (mut dot, mut cross) = (0.0, 0.0);
        for (r, c) in self.centred.iter().zip(centre(shape)) {
            dot += r[0] * c[0] + r[1] * c[1];
            cross += r[0] * c[1] - r[1] * c[0];
        }
        ((dot / self.square_sum) as f32, (cross / self.square_sum) as f32)
    }
}

fn centre(shape: &[f32]) -> Vec<[f64; 2]> {
    let points = shape.chunks_exact(2).map(|p| [f64::from(p[0]), f64::from(p[1])]);
    let n = (shape.len() / 2) as f64;
    let sum = points.clone().fold([0.0, 0.0], |s, p| [s[0] + p[0], s[1] + p[1]]);
    points.map(|p| [p[0] - sum[0] / n, p[1] - sum[1] / n]).collect()
}

/// The shapes in box coordinates after all cascades.
///
/// Cascade by cascade for all boxes: boxes of one face lead to many leaves in common, which are then read from memory once.
pub(super) fn run(
    model: &Model,
    reference: &Reference,
    image: &GrayImage,
    faces: &[FaceBox],
) -> Vec<Vec<f32>> {
    let mut shapes = vec![model.initial_shape.clone(); faces.len()];
    let per_tree = (1 << model.depth) - 1;
    let mut values = Vec::new();
    let mut numbers = vec![Vec::new(); faces.len()];
    let (mut splits, mut leaf) = (model.splits.as_slice(), 0);
    for (cascade, (pool, trees)) in model.pools.iter().zip(&model.trees).enumerate() {
        let (now, later) = splits.split_at(trees * per_tree);
        splits = later;
        for ((face, shape), numbers) in faces.iter().zip(&shapes).zip(&mut numbers) {
            look(pool, reference.rotation_and_scale(shape), shape, image, face, &mut values);
            // All leaf numbers first: the sum below then reads memory whose addresses are long known.
            numbers.clear();
            let trees = now.chunks_exact(per_tree).enumerate();
            numbers.extend(
                trees.map(|(t, splits)| leaf + t * (per_tree + 1) + descend(splits, model.depth, &values)),
            );
        }
        leaf += trees * (per_tree + 1);
        model.leaves.add_to_all(&mut shapes, cascade, &numbers);
    }
    shapes
}

/// Values of the pool's pixels; zero outside the image.
pub(super) fn look(
    pool: &[PoolPixel],
    (a, b): (f32, f32),
    shape: &[f32],
    image: &GrayImage,
    face: &FaceBox,
    values: &mut Vec<f32>,
) {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let pixels = image.as_raw();
    values.clear();
    values.extend(pool.iter().map(|pixel| {
        let [dx, dy] = pixel.delta;
        let anchor = 2 * usize::from(pixel.anchor);
        let [x, y] = to_image(face, a * dx - b * dy + shape[anchor], b * dx + a * dy + shape[anchor + 1]);
        let (x, y) = ((x + 0.5).floor(), (y + 0.5).floor());
        if x >= 0.0 && y >= 0.0 && x < width as f64 && y < height as f64 {
            f32::from(pixels[y as usize * width + x as usize])
        } else {
            0.0
        }
    }));
}

/// Number of the leaf that the pixel values lead to.
fn descend(splits: &[Split], depth: usize, values: &[f32]) -> usize {
    let mut node = 0;
    for _ in 0..depth {
        let split = splits[node];
        let right = values[usize::from(split.a)] - values[usize::from(split.b)] <= split.threshold;
        node = 2 * node + 1 + usize::from(right);
    }
    node - splits.len()
}

/// Box coordinates to pixels.
pub(super) fn to_image(face: &FaceBox, x: f32, y: f32) -> [f64; 2] {
    [face.left() + f64::from(x) * face.width(), face.top() + f64::from(y) * face.height()]
}
