use std::ops::Range;

/// What the trees add to a shape: one row of `2 · landmarks` values per leaf, `[cascade][tree][leaf]`.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Leaves {
    /// As they are: one arena, so that a prediction only ever reads forward in it.
    Rows(Vec<f32>),
    /// On a few principal components.
    Projected(Projected),
}

/// Rows as `Σ_k coefficient[k] · scale[cascade][k] · basis[k]`, with coefficients of one byte.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Projected {
    /// `[component][2 · landmarks]`.
    pub(super) basis: Vec<f32>,
    /// `[cascade][component]`.
    pub(super) scales: Vec<f32>,
    /// `[cascade][tree][leaf][component]`.
    pub(super) coefficients: Vec<i8>,
    pub(super) components: usize,
}

/// Trees whose leaves, half a kilobyte each, stay in the processor's cache while several shapes are moved by them.
const TREES_AT_ONCE: usize = 64;

impl Leaves {
    /// Adds the leaves `numbers` (counted from the model's first leaf) of a cascade to `shape`.
    pub(super) fn add_to(&self, shape: &mut [f32], cascade: usize, numbers: &[usize]) {
        match self {
            // One row after the other, as dlib adds them: the sums are the same to the last bit.
            Self::Rows(values) => {
                for number in numbers {
                    let row = &values[number * shape.len()..][..shape.len()];
                    shape.iter_mut().zip(row).for_each(|(s, l)| *s += l);
                }
            }
            Self::Projected(projected) => projected.add_to(shape, cascade, numbers),
        }
    }

    /// [`Leaves::add_to`] for several shapes with as many leaves each: leaves that they share are read from memory once.
    pub(super) fn add_to_all(&self, shapes: &mut [Vec<f32>], cascade: usize, numbers: &[Vec<usize>]) {
        let trees = numbers.first().map_or(0, Vec::len);
        let at_once = match self {
            Self::Rows(_) => TREES_AT_ONCE,
            Self::Projected(_) => trees.max(1),
        };
        for first in (0..trees).step_by(at_once) {
            for (shape, numbers) in shapes.iter_mut().zip(numbers) {
                self.add_to(shape, cascade, &numbers[first..(first + at_once).min(trees)]);
            }
        }
    }

    /// The rows of the leaves `numbers`, which belong to `cascade`.
    pub(super) fn rows(&self, cascade: usize, numbers: Range<usize>, row: usize) -> Vec<f32> {
        match self {
            Self::Rows(values) => values[numbers.start * row..numbers.end * row].to_vec(),
            Self::Projected(projected) => {
                let mut rows = vec![0.0; numbers.len() * row];
                for (number, values) in numbers.zip(rows.chunks_exact_mut(row)) {
                    projected.add_to(values, cascade, &[number]);
                }
                rows
            }
        }
    }
}

impl Projected {
    fn add_to(&self, shape: &mut [f32], cascade: usize, numbers: &[usize]) {
        let k = self.components;
        let mut sums = vec![0_i32; k];
        for number in numbers {
            let coefficients = &self.coefficients[number * k..][..k];
            sums.iter_mut().zip(coefficients).for_each(|(s, c)| *s += i32::from(*c));
        }
        let weights = sums.iter().zip(&self.scales[cascade * k..]).map(|(sum, scale)| *sum as f32 * scale);
        for (weight, component) in weights.zip(self.basis.chunks_exact(shape.len())) {
            shape.iter_mut().zip(component).for_each(|(s, b)| *s += weight * b);
        }
    }
}
