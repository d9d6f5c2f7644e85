use ndarray::{Array2, ArrayView2};

/// Mean over each of `size`×`size` equal areas that tile the plane; pixels on a boundary count by their share.
///
/// # Example
///
/// ```
/// use microexpr_flow::area_mean;
/// use ndarray::array;
///
/// // Three columns in two halves: the middle one belongs to both.
/// let halves = area_mean(array![[0.0, 3.0, 6.0], [0.0, 3.0, 6.0]].view(), 2);
/// assert!((halves[[0, 0]] - 1.0).abs() < 1e-12 && (halves[[1, 1]] - 5.0).abs() < 1e-12);
/// ```
#[must_use]
pub fn area_mean(plane: ArrayView2<'_, f32>, size: usize) -> Array2<f64> {
    let (height, width) = plane.dim();
    let rows = shares(height, size).dot(&plane.mapv(f64::from));
    rows.dot(&shares(width, size).t())
}

/// `[area, pixel]`: the share that each pixel of a line of `pixels` has in each of `areas` equal parts; rows sum to 1.
fn shares(pixels: usize, areas: usize) -> Array2<f64> {
    let length = pixels as f64 / areas as f64;
    Array2::from_shape_fn((areas, pixels), |(area, pixel)| {
        let (start, end) = (area as f64 * length, (area + 1) as f64 * length);
        (end.min((pixel + 1) as f64) - start.max(pixel as f64)).max(0.0) / length
    })
}
