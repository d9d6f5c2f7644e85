//! YIQ: amplify luma fully, the two chroma components by a fraction.

use crate::sample::sealed::Kernel;

/// Rows: Y, I, Q of red, green and blue.
const YIQ: [[f64; 3]; 3] = [[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]];

/// Luma weights of red, green and blue.
const LUMA: [f32; 3] = [0.299, 0.587, 0.114];

/// What becomes of the planes of an RGB frame before amplification.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum ColorPath {
    /// One plane, as it is.
    Grey,
    /// One plane of luma; its change is added to all channels alike.
    Luma,
    /// Three planes, as they are.
    Rgb,
    /// Three planes, mixed by `YIQ⁻¹ · diag(1, c, c) · YIQ`.
    Mixed([[f32; 3]; 3]),
}

impl ColorPath {
    pub(crate) fn rgb(chroma: f64) -> Self {
        if chroma == 0.0 {
            Self::Luma
        } else if chroma == 1.0 {
            Self::Rgb
        } else {
            Self::Mixed(chroma_matrix(chroma))
        }
    }

    pub(crate) fn planes(self) -> usize {
        match self {
            Self::Grey | Self::Luma => 1,
            Self::Rgb | Self::Mixed(_) => 3,
        }
    }
}

/// `YIQ⁻¹ · diag(1, c, c) · YIQ = c · identity + (1 − c) · (YIQ⁻¹'s first column) · (luma weights)`.
fn chroma_matrix(chroma: f64) -> [[f32; 3]; 3] {
    let luma_to_rgb = first_column_of_inverse(YIQ);
    std::array::from_fn(|r| {
        std::array::from_fn(|c| {
            let identity = if r == c { chroma } else { 0.0 };
            (identity + (1.0 - chroma) * luma_to_rgb[r] * YIQ[0][c]) as f32
        })
    })
}

/// Cramer's rule: the cross product of the second and third row over the determinant.
fn first_column_of_inverse([a, b, c]: [[f64; 3]; 3]) -> [f64; 3] {
    let cross = [b[1] * c[2] - b[2] * c[1], b[2] * c[0] - b[0] * c[2], b[0] * c[1] - b[1] * c[0]];
    let determinant: f64 = a.iter().zip(cross).map(|(x, y)| x * y).sum();
    cross.map(|v| v / determinant)
}

/// The planes that are amplified of a row of interleaved values; `wide` is working space.
#[inline(always)]
pub(crate) fn split<'a>(color: ColorPath, line: &'a [f32], wide: &'a mut [Vec<f32>; 3]) -> [&'a [f32]; 3] {
    let [a, b, c] = wide;
    let pixels = line.as_chunks::<3>().0;
    match color {
        ColorPath::Grey => [line, &[], &[]],
        ColorPath::Luma => {
            for (y, [r, g, b]) in a.iter_mut().zip(pixels) {
                *y = LUMA[0] * r + LUMA[1] * g + LUMA[2] * b;
            }
            [a, &[], &[]]
        }
        ColorPath::Rgb | ColorPath::Mixed(_) => {
            for (((a, b), c), pixel) in a.iter_mut().zip(&mut *b).zip(&mut *c).zip(pixels) {
                [*a, *b, *c] = *pixel;
            }
            [a, b, c]
        }
    }
}

/// Adds the changes of a row to its interleaved values; `line` is working space of the row's length.
#[inline(always)]
pub(crate) fn add<P: Kernel + Copy>(
    color: ColorPath,
    [a, b, c]: [&[f32]; 3],
    line: &mut [f32],
    row: &mut [P],
) {
    let pixels = line.as_chunks_mut::<3>().0;
    let change = match color {
        ColorPath::Grey => a,
        ColorPath::Luma => {
            pixels.iter_mut().zip(a).for_each(|(pixel, change)| *pixel = [*change; 3]);
            line
        }
        ColorPath::Rgb | ColorPath::Mixed(_) => {
            for (((pixel, a), b), c) in pixels.iter_mut().zip(a).zip(b).zip(c) {
                *pixel = [*a, *b, *c];
            }
            line
        }
    };
    row.iter_mut().zip(change).for_each(|(value, change)| *value = value.add(*change));
}

/// Multiplies every pixel of three planes by a matrix.
#[inline(always)]
pub(crate) fn mix([a, b, c]: [&mut [f32]; 3], matrix: &[[f32; 3]; 3]) {
    for ((a, b), c) in a.iter_mut().zip(b).zip(c) {
        let pixel = [*a, *b, *c];
        [*a, *b, *c] = matrix.map(|m| m[0] * pixel[0] + m[1] * pixel[1] + m[2] * pixel[2]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grey_changes_pass_any_chroma_unchanged() {
        for row in chroma_matrix(0.1) {
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{row:?}");
        }
    }
}
