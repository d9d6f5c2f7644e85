//! Backward warping of planes.

use microexpr_core::vectorized;

use crate::plane::Plane;

/// Samples `image` at `x + (u, v)` by cubic convolution; beyond the image its border repeats.
pub(crate) fn warp_cubic(image: &Plane, u: &Plane, v: &Plane, out: &mut Plane) {
    out.resize(image.dim());
    for row in 0..image.dim().0 {
        warp_row(image, row, u.row(row), v.row(row), out.row_mut(row));
    }
}

/// Samples `image` at `x + (u, v)` by bilinear interpolation; beyond the image its border repeats.
pub(crate) fn warp_linear(image: &Plane, u: &Plane, v: &Plane, out: &mut Plane) {
    out.resize(image.dim());
    for row in 0..image.dim().0 {
        warp_row_linear(image, row, u.row(row), v.row(row), out.row_mut(row));
    }
}

/// Sets `inside` to 1 where `x + (u, v)` lies in the image, else to 0.
pub(crate) fn mark_inside(u: &Plane, v: &Plane, inside: &mut Plane) {
    let dim = u.dim();
    inside.resize(dim);
    let (last_row, last_col) = ((dim.0 - 1) as f32, (dim.1 - 1) as f32);
    for row in 0..dim.0 {
        let flow = u.row(row).iter().zip(v.row(row));
        for (col, (inside, (u, v))) in inside.row_mut(row).iter_mut().zip(flow).enumerate() {
            let (x, y) = (col as f32 + u, row as f32 + v);
            *inside = f32::from(u8::from(x >= 0.0 && y >= 0.0 && x <= last_col && y <= last_row));
        }
    }
}

vectorized! {
    fn warp_row(image: &Plane, row: usize, u: &[f32], v: &[f32], out: &mut [f32]) {
        let (height, width) = image.dim();
        let (last_row, last_col) = ((height - 1) as f32, (width - 1) as f32);
        for (col, (value, (u, v))) in out.iter_mut().zip(u.iter().zip(v)).enumerate() {
            // Signed numbers convert in one instruction.
            let x = (col as i32 as f32 + u).clamp(0.0, last_col);
            let y = (row as i32 as f32 + v).clamp(0.0, last_row);
            *value = cubic(image, x, y);
        }
    }
}

vectorized! {
    fn warp_row_linear(image: &Plane, row: usize, u: &[f32], v: &[f32], out: &mut [f32]) {
        let (height, width) = image.dim();
        let (last_row, last_col) = ((height - 1) as f32, (width - 1) as f32);
        for (col, (value, (u, v))) in out.iter_mut().zip(u.iter().zip(v)).enumerate() {
            let x = (col as i32 as f32 + u).clamp(0.0, last_col);
            let y = (row as i32 as f32 + v).clamp(0.0, last_row);
            let (left, above) = (x as i32, y as i32);
            let (part_x, part_y) = (x - left as f32, y - above as f32);
            let (left, above) = (left as usize, above as usize);
            let right = (left + 1).min(width - 1);
            let (above, below) = (image.row(above), image.row((above + 1).min(height - 1)));
            let upper = above[left] + part_x * (above[right] - above[left]);
            let lower = below[left] + part_x * (below[right] - below[left]);
            *value = upper + part_y * (lower - upper);
        }
    }
}

/// Catmull-Rom interpolation at a position inside the image.
#[inline(always)]
fn cubic(image: &Plane, x: f32, y: f32) -> f32 {
    let (height, width) = image.dim();
    let (col, row) = (x as i32, y as i32);
    let (wx, wy) = (cubic_weights(x - col as f32), cubic_weights(y - row as f32));
    let (col, row) = (col as usize, row as usize);
    let mut columns = [0.0; 4];
    if col >= 1 && col + 2 < width && row >= 1 && row + 2 < height {
        for (k, wy) in wy.iter().enumerate() {
            let taps = &image.row(row + k - 1)[col - 1..col + 3];
            for i in 0..4 {
                columns[i] += wy * taps[i];
            }
        }
    } else {
        for (k, wy) in wy.iter().enumerate() {
            let line = image.row((row + k).saturating_sub(1).min(height - 1));
            for i in 0..4 {
                columns[i] += wy * line[(col + i).saturating_sub(1).min(width - 1)];
            }
        }
    }
    (wx[0] * columns[0] + wx[1] * columns[1]) + (wx[2] * columns[2] + wx[3] * columns[3])
}

/// Catmull-Rom weights of the pixels at −1, 0, 1, 2 for a position `t` in `0..1`.
#[inline(always)]
pub(crate) fn cubic_weights(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        0.5 * (-t + 2.0 * t2 - t3),
        0.5 * (2.0 - 5.0 * t2 + 3.0 * t3),
        0.5 * (t + 4.0 * t2 - 3.0 * t3),
        0.5 * (t3 - t2),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linear_warping_of_a_plane_is_exact_and_repeats_the_border() {
        let (dim, count) = ((6, 9), 54);
        let image =
            Plane::from_data(dim, (0..count).map(|i| (i % 9) as f32 + 10.0 * (i / 9) as f32).collect());
        let (u, v) = (Plane::from_data(dim, vec![0.25; count]), Plane::from_data(dim, vec![-0.5; count]));
        let mut out = Plane::default();
        warp_linear(&image, &u, &v, &mut out);
        assert_eq!([out.row(3)[4], out.row(0)[0], out.row(5)[8]], [4.25 + 25.0, 0.25, 8.0 + 45.0]);
    }
}
