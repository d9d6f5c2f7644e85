//! Median filter of planes.

use crate::plane::Plane;
use crate::simd::vectorized;

/// A median filter with its workspace; beyond the image its border repeats.
#[derive(Debug, Clone, Default)]
pub(crate) struct Median {
    source: Plane,
    /// The rows around a pixel's row, with repeated ends.
    rows: Vec<Vec<f32>>,
    /// Values of a sorted row of columns, by column.
    shifted: Vec<Vec<f32>>,
    /// Values among which the median is sought.
    candidates: Vec<Vec<f32>>,
}

impl Median {
    /// Median of 3×3 pixels.
    pub(crate) fn filter_3(&mut self, plane: &mut Plane) {
        self.filter(plane, 1, &[(2, 0), (1, 1), (0, 2)]);
    }

    /// Median of 5×5 pixels.
    pub(crate) fn filter_5(&mut self, plane: &mut Plane) {
        self.filter(plane, 2, &[(3, 0), (2, 0), (1, 1), (0, 2), (0, 3)]);
    }

    /// With every column sorted, the smallest values of neighbouring columns, then the second ones and so on, need not all be
    /// looked at: `dropped` says how many of the smallest and of the largest of each are known to lie below or above the
    /// median, equally many on both sides.
    fn filter(&mut self, plane: &mut Plane, radius: usize, dropped: &[(usize, usize)]) {
        let (height, width) = plane.dim();
        let side = 2 * radius + 1;
        let kept: usize = dropped.iter().map(|(low, high)| side - low - high).sum();
        self.source.clone_from(plane);
        resize(&mut self.rows, side, width + 2 * radius);
        resize(&mut self.shifted, side, width);
        resize(&mut self.candidates, kept, width);
        for at in 0..height {
            for (k, row) in self.rows.iter_mut().enumerate() {
                let source = self.source.row((at + k).saturating_sub(radius).min(height - 1));
                row[..radius].fill(source[0]);
                row[radius..radius + width].copy_from_slice(source);
                row[radius + width..].fill(source[width - 1]);
            }
            sort(&mut self.rows);
            let mut candidates = self.candidates.iter_mut();
            for (row, (low, high)) in self.rows.iter().zip(dropped) {
                for (shift, line) in self.shifted.iter_mut().enumerate() {
                    line.copy_from_slice(&row[shift..shift + width]);
                }
                (0..*low).for_each(|k| smallest_first(&mut self.shifted[k..]));
                (0..*high).for_each(|k| largest_last(&mut self.shifted[*low..side - k]));
                for (line, candidate) in self.shifted[*low..side - high].iter_mut().zip(&mut candidates) {
                    std::mem::swap(line, candidate);
                }
            }
            middle_first(&mut self.candidates);
            plane.row_mut(at).copy_from_slice(&self.candidates[0]);
        }
    }
}

fn resize(lines: &mut Vec<Vec<f32>>, count: usize, length: usize) {
    lines.resize_with(count, Vec::new);
    lines.iter_mut().for_each(|line| line.resize(length, 0.0));
}

/// Sorts lines position by position.
fn sort(lines: &mut [Vec<f32>]) {
    for k in 0..lines.len() {
        smallest_first(&mut lines[k..]);
    }
}

fn smallest_first(lines: &mut [Vec<f32>]) {
    if let Some((first, rest)) = lines.split_first_mut() {
        rest.iter_mut().for_each(|line| order(first, line));
    }
}

fn largest_last(lines: &mut [Vec<f32>]) {
    if let Some((last, rest)) = lines.split_last_mut() {
        rest.iter_mut().for_each(|line| order(line, last));
    }
}

/// Puts the median of an odd number of lines into the first.
///
/// Of `count / 2 + 2` values neither the smallest nor the largest can be the median: both make room for the next.
fn middle_first(lines: &mut [Vec<f32>]) {
    let (mut held, mut rest) = lines.split_at_mut(lines.len() / 2 + 2);
    loop {
        let count = held.len();
        for k in 0..count / 2 {
            let (front, back) = held.split_at_mut(count - 1 - k);
            order(&mut front[k], &mut back[0]);
        }
        smallest_first(&mut held[..count.div_ceil(2)]);
        largest_last(&mut held[count / 2..]);
        if rest.is_empty() {
            break;
        }
        let (next, others) = rest.split_at_mut(1);
        std::mem::swap(&mut held[0], &mut next[0]);
        rest = others;
        held = &mut held[..count - 1];
    }
    held.swap(0, 1);
}

vectorized! {
    /// Puts the smaller value of every position into the first line.
    fn order(first: &mut [f32], second: &mut [f32]) {
        for (x, y) in first.iter_mut().zip(second) {
            let (a, b) = (*x, *y);
            *x = if a < b { a } else { b };
            *y = if a > b { a } else { b };
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
            let (mut three, mut five) =
                (Plane::from_frame(image.view()).unwrap(), Plane::from_frame(image.view()).unwrap());
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
