//! Median filter of planes.

use microexpr_core::vectorized;

use crate::lanes::{LANES, Lanes, load_whole};
use crate::plane::Plane;

/// A median filter with its workspace; beyond the image its border repeats.
///
/// Columns are sorted once and serve all windows they are part of. With every column sorted, only some of the smallest, of the
/// second smallest and so on can be the median of a window; the others are dropped, equally many below and above it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Median {
    /// The values of a row of columns, smallest first, with repeated ends.
    sorted: [Vec<f32>; 5],
    medians: Plane,
}

impl Median {
    /// Median of 3×3 pixels.
    pub(crate) fn filter_3(&mut self, plane: &mut Plane) {
        self.filter::<3>(plane, sort_columns_3, medians_3);
    }

    /// Median of 5×5 pixels.
    pub(crate) fn filter_5(&mut self, plane: &mut Plane) {
        self.filter::<5>(plane, sort_columns_5, medians_5);
    }

    fn filter<const SIDE: usize>(
        &mut self,
        plane: &mut Plane,
        sort_columns: fn([&[f32]; SIDE], [&mut [f32]; SIDE]),
        medians: fn([&[f32]; SIDE], &mut [f32]),
    ) {
        let (height, width) = plane.dim();
        if width < LANES {
            let mut wide = with_width(plane, LANES);
            self.filter(&mut wide, sort_columns, medians);
            *plane = with_width(&wide, width);
            return;
        }
        let radius = SIDE / 2;
        self.medians.resize((height, width));
        self.sorted.iter_mut().for_each(|line| line.resize(width + 2 * radius, 0.0));
        for row in 0..height {
            let rows = std::array::from_fn(|k| plane.row((row + k).saturating_sub(radius).min(height - 1)));
            let mut lines = self.sorted.iter_mut();
            let lines = std::array::from_fn(|_| {
                &mut lines.next().expect("no window is larger than 5")[radius..radius + width]
            });
            sort_columns(rows, lines);
            for line in &mut self.sorted[..SIDE] {
                let (first, last) = (line[radius], line[radius + width - 1]);
                line[..radius].fill(first);
                line[radius + width..].fill(last);
            }
            medians(std::array::from_fn(|k| self.sorted[k].as_slice()), self.medians.row_mut(row));
        }
        std::mem::swap(plane, &mut self.medians);
    }
}

/// The plane with columns left out or the last one repeated.
fn with_width(plane: &Plane, width: usize) -> Plane {
    let (height, old_width) = plane.dim();
    let mut out = Plane::zeros((height, width));
    for row in 0..height {
        for (col, value) in out.row_mut(row).iter_mut().enumerate() {
            *value = plane.row(row)[col.min(old_width - 1)];
        }
    }
    out
}

/// The register of a line of `width` values that begins at or, where it would not fit, before `at`.
#[inline(always)]
fn start(at: usize, width: usize) -> usize {
    if at + LANES > width { width - LANES } else { at }
}

/// Puts, lane by lane, the smaller of two values into the first place.
#[inline(always)]
fn order<const N: usize>(values: &mut [Lanes; N], first: usize, second: usize) {
    let (a, b) = (values[first], values[second]);
    for lane in 0..LANES {
        values[first][lane] = if a[lane] < b[lane] { a[lane] } else { b[lane] };
        values[second][lane] = if a[lane] < b[lane] { b[lane] } else { a[lane] };
    }
}

/// [`order`] of several pairs, written out so that the values stay in registers.
macro_rules! order_pairs {
    ($values:ident: $($first:literal $second:literal),* $(,)?) => {
        $(order(&mut $values, $first, $second);)*
    };
}

vectorized! {
    fn sort_columns_3(rows: [&[f32]; 3], sorted: [&mut [f32]; 3]) {
        for at in (0..rows[0].len()).step_by(LANES) {
            let at = start(at, rows[0].len());
            let mut v = [load_whole(rows[0], at), load_whole(rows[1], at), load_whole(rows[2], at)];
            order_pairs!(v: 0 1, 1 2, 0 1);
            for k in 0..3 {
                sorted[k][at..at + LANES].copy_from_slice(&v[k]);
            }
        }
    }
}

vectorized! {
    fn medians_3(sorted: [&[f32]; 3], out: &mut [f32]) {
        for at in (0..out.len()).step_by(LANES) {
            let at = start(at, out.len());
            let mut v = [[0.0; LANES]; 9];
            for k in 0..3 {
                for shift in 0..3 {
                    v[3 * k + shift] = load_whole(sorted[k], at + shift);
                }
            }
            // The largest of the smallest, the middle of the middle and the smallest of the largest remain.
            order_pairs!(v: 0 2, 1 2, 3 4, 4 5, 3 4, 6 7, 6 8);
            order_pairs!(v: 2 4, 4 6, 2 4);
            out[at..at + LANES].copy_from_slice(&v[4]);
        }
    }
}

vectorized! {
    fn sort_columns_5(rows: [&[f32]; 5], sorted: [&mut [f32]; 5]) {
        for at in (0..rows[0].len()).step_by(LANES) {
            let at = start(at, rows[0].len());
            let mut v = [[0.0; LANES]; 5];
            for k in 0..5 {
                v[k] = load_whole(rows[k], at);
            }
            order_pairs!(v: 0 1, 3 4, 2 4, 2 3, 1 4, 0 3, 0 2, 1 3, 1 2);
            for k in 0..5 {
                sorted[k][at..at + LANES].copy_from_slice(&v[k]);
            }
        }
    }
}

vectorized! {
    fn medians_5(sorted: [&[f32]; 5], out: &mut [f32]) {
        for at in (0..out.len()).step_by(LANES) {
            let at = start(at, out.len());
            let mut v = [[0.0; LANES]; 25];
            for k in 0..5 {
                for shift in 0..5 {
                    v[5 * k + shift] = load_whole(sorted[k], at + shift);
                }
            }
            // Of the smallest the two largest remain, in 3 and 4; of the second smallest the three largest, in 7, 8 and 9.
            order_pairs!(v: 0 4, 1 4, 2 4, 3 4, 0 3, 1 3, 2 3);
            order_pairs!(v: 5 6, 5 7, 5 8, 5 9, 6 7, 6 8, 6 9);
            // Of the middle ones the three in the middle: 11, 12 and 14.
            order_pairs!(v: 10 11, 12 13, 10 12, 11 13, 10 14, 14 13);
            // Of the second largest the three smallest, in 15, 16 and 17; of the largest the two smallest, in 20 and 21.
            order_pairs!(v: 15 19, 16 19, 17 19, 18 19, 15 18, 16 18, 17 18);
            order_pairs!(v: 20 21, 20 22, 20 23, 20 24, 21 22, 21 23, 21 24);
            // Of 8 of those 13 neither the smallest nor the largest is the median: they make room for the next, and so on.
            order_pairs!(v: 3 14, 4 12, 7 11, 8 9, 3 4, 3 7, 3 8, 12 14, 11 14, 9 14);
            order_pairs!(v: 4 15, 7 12, 8 11, 4 7, 4 8, 4 9, 12 15, 11 15, 9 15);
            order_pairs!(v: 7 16, 8 12, 9 11, 7 8, 7 9, 12 16, 11 16);
            order_pairs!(v: 8 17, 9 12, 8 9, 8 11, 12 17, 11 17);
            order_pairs!(v: 9 20, 11 12, 9 11, 12 20);
            order_pairs!(v: 11 12, 12 21, 11 12);
            out[at..at + LANES].copy_from_slice(&v[12]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    fn sorted_median(image: &Array2<f32>, (row, col): (usize, usize), radius: isize) -> f32 {
        let at = |i: usize, by: isize, len: usize| (i as isize + by).clamp(0, len as isize - 1) as usize;
        let (height, width) = image.dim();
        let mut values: Vec<f32> = (-radius..=radius)
            .flat_map(|y| (-radius..=radius).map(move |x| (y, x)))
            .map(|(y, x)| image[[at(row, y, height), at(col, x, width)]])
            .collect();
        values.sort_by(f32::total_cmp);
        values[values.len() / 2]
    }

    #[test]
    fn the_median_is_the_middle_of_the_sorted_values() {
        for size in [(1, 1), (3, 20), (19, 23)] {
            let image = Array2::from_shape_fn(size, |(r, c)| ((r * 7919 + c * 104_729) % 1009) as f32);
            let (mut three, mut five) = (Plane::from_array(image.view()), Plane::from_array(image.view()));
            Median::default().filter_3(&mut three);
            Median::default().filter_5(&mut five);
            let (three, five) = (three.into_array(), five.into_array());
            for (at, found) in three.indexed_iter() {
                assert_eq!(*found, sorted_median(&image, at, 1));
                assert_eq!(five[at], sorted_median(&image, at, 2));
            }
        }
    }
}
