//! Rows of any length, eight values at a time: what is missing in the last eight counts as 0.

use super::lanes::{Eight, LANES, Lanes};

/// The `k`-th eight values.
#[inline(always)]
pub(crate) fn load<V: Lanes>(row: &[f32], k: usize) -> V {
    let rest = &row[k * LANES..];
    if let Some(eight) = rest.first_chunk() {
        return V::load(eight);
    }
    let mut eight = [0.0; LANES];
    for (to, value) in eight.iter_mut().zip(rest) {
        *to = *value;
    }
    V::load(&eight)
}

/// Replaces the `k`-th eight values, as far as there are any.
#[inline(always)]
pub(crate) fn store<V: Lanes>(row: &mut [f32], k: usize, values: V) {
    let rest = &mut row[k * LANES..];
    if let Some(eight) = rest.first_chunk_mut() {
        return values.store(eight);
    }
    let mut eight = [0.0; LANES];
    values.store(&mut eight);
    for (to, value) in rest.iter_mut().zip(eight) {
        *to = value;
    }
}

/// Adds to the `k`-th eight values.
#[inline(always)]
pub(crate) fn add<V: Lanes>(row: &mut [f32], k: usize, values: V) {
    let sums = load::<V>(row, k).plus(values);
    store(row, k, sums);
}

/// `Σ_k x_k y_k`.
#[inline(always)]
pub(crate) fn dot<V: Lanes>(x: &[f32], y: &[f32]) -> f32 {
    let mut sum = V::splat(0.0);
    for k in 0..x.len().div_ceil(LANES) {
        sum = sum.plus(load::<V>(x, k).times(load(y, k)));
    }
    sum.total()
}

/// Adds to an eight.
#[inline(always)]
pub(crate) fn add_eight<V: Lanes>(eight: &mut Eight, values: V) {
    V::load(eight).plus(values).store(eight);
}

#[cfg(test)]
mod tests {
    use super::super::lanes::Portable;
    use super::*;

    #[test]
    fn what_is_missing_in_the_last_eight_counts_as_nothing() {
        let mut row: Vec<f32> = (0..11).map(|k| k as f32).collect();
        assert_eq!(load::<Portable>(&row, 1).total(), 27.0);
        assert_eq!(dot::<Portable>(&row, &row), 385.0);
        add(&mut row, 1, Portable::splat(1.0));
        assert_eq!(row[7..], [7.0, 9.0, 10.0, 11.0]);
    }

    #[test]
    fn only_values_beside_a_positive_one_are_kept() {
        let signs = [1.0, -1.0, 0.0, -0.0, f32::MIN_POSITIVE, f32::INFINITY, f32::NEG_INFINITY, f32::NAN];
        let mut kept = [0.0; LANES];
        Portable::splat(3.0).where_positive(Portable::load(&signs)).store(&mut kept);
        assert_eq!(kept, [3.0, 0.0, 0.0, 0.0, 3.0, 3.0, 0.0, 0.0]);
    }
}
