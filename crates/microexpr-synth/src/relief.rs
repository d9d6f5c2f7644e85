//! The head as a height field, and how a lamp shades it.

use microexpr_core::Point;
use ndarray::Array2;

use crate::identity::Appearance;

/// Head half axes in inter-ocular distances (across, along, towards the camera) and the height of its centre.
const HEAD: [f64; 3] = [1.27, 1.90, 1.25];
const HEAD_CENTRE: f64 = 0.5;

/// A Gaussian hill (or hollow) of the face: centre, half widths and height in inter-ocular distances.
struct Hill {
    at: Point,
    sigma: [f64; 2],
    height: f64,
}

/// How bright the lamp makes every pixel of the skin: `ambient + (1 − ambient)·max(0, n·l)` plus a soft highlight.
///
/// `points` are in inter-ocular distances from `origin`, the middle between the eyes.
pub(crate) fn shading(
    points: &[Point; 68],
    look: &Appearance,
    origin: Point,
    unit_px: f64,
    size: (usize, usize),
) -> Array2<f32> {
    let depth = depth(points, origin, unit_px, size);
    let (height, width) = size;
    let half = half_vector(look.light);
    Array2::from_shape_fn(size, |(r, c)| {
        let across = depth[[r, (c + 1).min(width - 1)]] - depth[[r, c.saturating_sub(1)]];
        let down = depth[[(r + 1).min(height - 1), c]] - depth[[r.saturating_sub(1), c]];
        let (nx, ny) = (-0.5 * across, -0.5 * down);
        let length = (nx * nx + ny * ny + 1.0).sqrt();
        let facing = |l: [f32; 3]| ((nx * l[0] + ny * l[1] + l[2]) / length).max(0.0);
        look.ambient + (1.0 - look.ambient) * facing(look.light) + 0.10 * facing(half).powi(24)
    })
}

/// Height towards the camera in pixels.
fn depth(points: &[Point; 68], origin: Point, unit_px: f64, (height, width): (usize, usize)) -> Array2<f32> {
    let widest = points[16][0] - points[0][0];
    let across = HEAD[0] * widest / 2.26;
    let mut depth = Array2::from_shape_fn((height, width), |(r, c)| {
        let x = (c as f64 - origin[0]) / unit_px / across;
        let y = ((r as f64 - origin[1]) / unit_px - HEAD_CENTRE) / HEAD[1];
        (HEAD[2] * unit_px * (1.0 - x * x - y * y).max(0.02).sqrt()) as f32
    });
    for hill in hills(points) {
        let bell = |len: usize, axis: usize| -> Vec<f32> {
            (0..len)
                .map(|i| ((i as f64 - origin[axis]) / unit_px - hill.at[axis]) / hill.sigma[axis])
                .map(|d| (-0.5 * d * d).exp() as f32)
                .collect()
        };
        let (columns, rows) = (bell(width, 0), bell(height, 1));
        for (mut line, weight) in depth.outer_iter_mut().zip(rows) {
            let scale = weight * (hill.height * unit_px) as f32;
            line.iter_mut().zip(&columns).for_each(|(d, w)| *d += scale * w);
        }
    }
    depth
}

fn hills(p: &[Point; 68]) -> Vec<Hill> {
    let hill = |at: Point, sigma: [f64; 2], height: f64| Hill { at, sigma, height };
    let moved = |q: Point, dx: f64, dy: f64| [q[0] + dx, q[1] + dy];
    let mut hills = vec![
        hill(p[27], [0.10, 0.12], 0.05),
        hill(p[28], [0.09, 0.13], 0.09),
        hill(p[29], [0.10, 0.13], 0.14),
        hill(p[30], [0.12, 0.11], 0.20),
        hill(moved(p[31], 0.03, -0.07), [0.07, 0.08], 0.07),
        hill(moved(p[35], -0.03, -0.07), [0.07, 0.08], 0.07),
        hill(p[51], [0.22, 0.05], 0.035),
        hill(moved(p[57], 0.0, -0.07), [0.20, 0.06], 0.06),
        hill(moved(p[57], 0.0, 0.12), [0.22, 0.06], -0.05),
        hill(moved(p[8], 0.0, -0.24), [0.24, 0.17], 0.10),
        hill([0.0, p[33][1] + 0.12], [0.05, 0.08], -0.02),
    ];
    for side in [-1.0, 1.0] {
        hills.push(hill([0.50 * side, -0.02], [0.27, 0.15], -0.10));
        hills.push(hill([0.50 * side, 0.0], [0.15, 0.09], 0.06));
        hills.push(hill([0.56 * side, p[19][1] + 0.03], [0.30, 0.10], 0.06));
        hills.push(hill([0.66 * side, 0.58], [0.30, 0.26], 0.09));
        hills.push(hill([0.30 * side, p[27][1] + 0.12], [0.06, 0.14], -0.04));
    }
    hills
}

/// Half way between the lamp and the camera.
fn half_vector(light: [f32; 3]) -> [f32; 3] {
    let sum = [light[0], light[1], light[2] + 1.0];
    let length = sum.iter().map(|v| v * v).sum::<f32>().sqrt();
    sum.map(|v| v / length)
}
