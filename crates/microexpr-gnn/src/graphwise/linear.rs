use super::product::{Start, Strided, lanes_of, product};
use crate::attention::flex::dispatch::dispatched;
use crate::attention::flex::lanes::{Eight, LANES, Lanes};
use crate::attention::flex::vectors::{add, add_scaled};

/// Rows of features that a linear map is applied to.
#[derive(Clone, Copy)]
pub(super) enum Features<'a> {
    /// `width` values of every row, `step` apart from row to row.
    Dense { values: &'a [f32], width: usize, step: usize },
    /// Row `i` has `width` values, in the columns from `first[i]` on; all others are 0.
    Columns { values: &'a [f32], width: usize, first: &'a [u32] },
}

/// A linear map `y = x M + c`, in the forms that the kernels read.
#[derive(Debug, Clone)]
pub(super) struct LinearMap {
    input: usize,
    output: usize,
    /// `M`, `[input, output]`, rows in whole lanes.
    weight: Vec<Eight>,
    /// `Mᵀ`, `[output, input]`, likewise.
    transposed: Vec<Eight>,
    /// `c`, in whole lanes.
    constant: Vec<Eight>,
}

/// Its gradient, or a sum of such.
#[derive(Debug, Clone)]
pub(super) struct LinearGradient {
    /// That of `M`.
    pub(super) weight: Vec<Eight>,
    /// That of `c`.
    pub(super) constant: Vec<Eight>,
}

/// A linear map that comes before others: `[output, input]` as it lies among the parameters, and its constant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Embedding<'a> {
    pub(super) weight: &'a [f32],
    pub(super) bias: &'a [f32],
}

/// Gradient of an [`Embedding`].
#[derive(Debug, Clone)]
pub(super) struct EmbeddingGradient {
    /// Transposed, `[input, output]`, rows in whole lanes.
    pub(super) weight: Vec<Eight>,
    pub(super) bias: Vec<Eight>,
}

impl LinearMap {
    /// The map of a matrix `[output, input]` given by its entries, and a constant.
    pub(super) fn new(
        [input, output]: [usize; 2],
        entry: impl Fn(usize, usize) -> f32,
        constant: impl Fn(usize) -> f32,
    ) -> Self {
        let (of_output, of_input) = (lanes_of(output) * LANES, lanes_of(input) * LANES);
        let mut weight = vec![[0.0; LANES]; input * lanes_of(output)];
        let mut transposed = vec![[0.0; LANES]; output * lanes_of(input)];
        let (flat, flat_transposed) = (weight.as_flattened_mut(), transposed.as_flattened_mut());
        for o in 0..output {
            for k in 0..input {
                let value = entry(o, k);
                flat[k * of_output + o] = value;
                flat_transposed[o * of_input + k] = value;
            }
        }
        let mut constants = vec![[0.0; LANES]; lanes_of(output)];
        for (o, place) in constants.as_flattened_mut()[..output].iter_mut().enumerate() {
            *place = constant(o);
        }
        Self { input, output, weight, transposed, constant: constants }
    }

    /// Lanes of a row of the output.
    pub(super) fn lanes(&self) -> usize {
        lanes_of(self.output)
    }

    pub(super) fn zero_gradient(&self) -> LinearGradient {
        LinearGradient {
            weight: vec![[0.0; LANES]; self.weight.len()],
            constant: vec![[0.0; LANES]; self.constant.len()],
        }
    }

    /// The map after an embedding, as one: `M' = Eᵀ M`. Its transposed form is left out: nobody asks for the gradient of what is
    /// embedded.
    pub(super) fn after(&self, embedding: Embedding<'_>) -> Self {
        let (lanes, input) = (self.lanes(), embedding.weight.len() / self.input);
        let mut weight = vec![[0.0; LANES]; input * lanes];
        let columns = Strided { values: embedding.weight, row_step: 1, inner_step: input };
        product(&mut weight, Start::Nothing, columns, self.input, &self.weight, lanes);
        let mut constant = vec![[0.0; LANES]; lanes];
        let bias = Strided { values: embedding.bias, row_step: self.input, inner_step: 1 };
        product(&mut constant, Start::Row(&self.constant), bias, self.input, &self.weight, lanes);
        Self { input, output: self.output, weight, transposed: Vec::new(), constant }
    }

    /// What the gradient of [`LinearMap::after`] means for the map itself, and, added to `embedding_gradient`, for the embedding.
    pub(super) fn before(
        &self,
        gradient: &LinearGradient,
        embedding: Embedding<'_>,
        embedding_gradient: &mut EmbeddingGradient,
    ) -> LinearGradient {
        let (lanes, input) = (self.lanes(), embedding.weight.len() / self.input);
        let mut own = self.zero_gradient();
        let rows = Strided { values: embedding.weight, row_step: input, inner_step: 1 };
        product(&mut own.weight, Start::Nothing, rows, input, &gradient.weight, lanes);
        let bias = Strided { values: embedding.bias, row_step: 1, inner_step: 1 };
        product(&mut own.weight, Start::Sum, bias, 1, &gradient.constant, lanes);
        own.constant.copy_from_slice(&gradient.constant);
        self.input_gradient(&gradient.weight, Start::Sum, &mut embedding_gradient.weight);
        self.input_gradient(&gradient.constant, Start::Sum, &mut embedding_gradient.bias);
        own
    }

    /// `x M + c`, row by row.
    pub(super) fn apply(&self, x: Features<'_>, out: &mut [Eight]) {
        match x {
            Features::Dense { values, width, step } => {
                let rows = Strided { values, row_step: step, inner_step: 1 };
                product(out, Start::Row(&self.constant), rows, width, &self.weight, self.lanes());
            }
            Features::Columns { values, width, first } => {
                gather(out, &self.constant, &self.weight, values, width, first);
            }
        }
    }

    /// The gradient of `x`, given that of `y`.
    pub(super) fn input_gradient(&self, gradient: &[Eight], start: Start<'_>, out: &mut [Eight]) {
        let flat = gradient.as_flattened();
        let rows = Strided { values: flat, row_step: self.lanes() * LANES, inner_step: 1 };
        product(out, start, rows, self.output, &self.transposed, lanes_of(self.input));
    }
}

impl LinearGradient {
    /// Adds what the gradient of `y` means for the map.
    pub(super) fn add(&mut self, x: Features<'_>, gradient: &[Eight]) {
        let lanes = self.constant.len();
        match x {
            Features::Dense { values, step, .. } => {
                let columns = Strided { values, row_step: 1, inner_step: step };
                product(&mut self.weight, Start::Sum, columns, gradient.len() / lanes, gradient, lanes);
            }
            Features::Columns { values, width, first } => {
                scatter(&mut self.weight, values, width, first, gradient, lanes);
            }
        }
        add_rows(&mut self.constant, gradient);
    }

    /// Adds another gradient.
    pub(super) fn merge(&mut self, other: &Self) {
        add_rows(&mut self.weight, &other.weight);
        add_rows(&mut self.constant, &other.constant);
    }

    /// Entry of `Mᵀ`'s gradient.
    pub(super) fn entry(&self, output: usize, input: usize) -> f32 {
        self.weight.as_flattened()[input * self.constant.len() * LANES + output]
    }
}

dispatched! {
    fn gather(
        out: &mut [Eight],
        constant: &[Eight],
        weight: &[Eight],
        values: &[f32],
        width: usize,
        first: &[u32],
    ) => gather_rows
}

#[inline(always)]
fn gather_rows<V: Lanes>(
    out: &mut [Eight],
    constant: &[Eight],
    weight: &[Eight],
    values: &[f32],
    width: usize,
    first: &[u32],
) {
    let lanes = constant.len();
    let rows = out.chunks_exact_mut(lanes).zip(values.chunks_exact(width)).zip(first);
    for ((out, values), first) in rows {
        out.copy_from_slice(constant);
        let weights = weight[*first as usize * lanes..].chunks_exact(lanes);
        for (value, row) in values.iter().zip(weights) {
            add_scaled::<V>(out, *value, row);
        }
    }
}

dispatched! {
    fn scatter(
        sums: &mut [Eight],
        values: &[f32],
        width: usize,
        first: &[u32],
        gradient: &[Eight],
        lanes: usize,
    ) => scatter_rows
}

#[inline(always)]
fn scatter_rows<V: Lanes>(
    sums: &mut [Eight],
    values: &[f32],
    width: usize,
    first: &[u32],
    gradient: &[Eight],
    lanes: usize,
) {
    let rows = gradient.chunks_exact(lanes).zip(values.chunks_exact(width)).zip(first);
    for ((gradient, values), first) in rows {
        let sums = sums[*first as usize * lanes..].chunks_exact_mut(lanes);
        for (value, sum) in values.iter().zip(sums) {
            add_scaled::<V>(sum, *value, gradient);
        }
    }
}

dispatched! {
    /// Adds every row to `sum`, in order.
    pub(super) fn add_rows(sum: &mut [Eight], rows: &[Eight]) => add_every_row
}

#[inline(always)]
fn add_every_row<V: Lanes>(sum: &mut [Eight], rows: &[Eight]) {
    for row in rows.chunks_exact(sum.len().max(1)) {
        add::<V>(sum, row);
    }
}
