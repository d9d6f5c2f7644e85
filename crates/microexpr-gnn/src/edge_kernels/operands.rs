use burn::prelude::*;

/// What an [`EdgeFunction`](super::EdgeFunction) is computed from, or one thing for each operand: its tensor, its gradient, whether
/// that is wanted.
#[derive(Debug, Clone)]
pub(crate) struct EdgeOperands<T> {
    /// What every node brings, `[N, columns of the function]`.
    pub(crate) nodes: T,
    /// The function's vector, `[1, H·C]`, if it has one.
    pub(crate) vector: Option<T>,
    /// What every edge brings, if it brings something.
    pub(crate) edges: Option<EdgeTerms<T>>,
}

/// `W x_e`.
#[derive(Debug, Clone)]
pub(crate) struct EdgeTerms<T> {
    /// `W`, `[H·C, De]` or `[H, De]`.
    pub(crate) weight: T,
    /// `x_e`, `[E, De]`.
    pub(crate) features: T,
}

/// The sums, and what they weigh the edges with.
#[derive(Debug, Clone)]
pub(crate) struct EdgeOutput<B: Backend> {
    /// `[N, H·C]`.
    pub(crate) values: Tensor<B, 2>,
    /// `α`, `[E, H]`, without a gradient; `[0, 0]` of a function without attention.
    pub(crate) alpha: Tensor<B, 2>,
}

impl<T> EdgeOperands<T> {
    /// The same for every operand.
    pub(crate) fn map<U>(self, mut change: impl FnMut(T) -> U) -> EdgeOperands<U> {
        EdgeOperands {
            nodes: change(self.nodes),
            vector: self.vector.map(&mut change),
            edges: self
                .edges
                .map(|edges| EdgeTerms { weight: change(edges.weight), features: change(edges.features) }),
        }
    }

    /// Every operand by reference.
    pub(crate) fn as_ref(&self) -> EdgeOperands<&T> {
        EdgeOperands {
            nodes: &self.nodes,
            vector: self.vector.as_ref(),
            edges: self.edges.as_ref().map(EdgeTerms::as_ref),
        }
    }
}

impl<T> EdgeTerms<T> {
    fn as_ref(&self) -> EdgeTerms<&T> {
        EdgeTerms { weight: &self.weight, features: &self.features }
    }
}
