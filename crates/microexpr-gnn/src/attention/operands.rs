/// What the attention kernels work on, or one thing for each operand: its tensor, its gradient, whether that is wanted.
///
/// A tensor-valued operand has the shape given at its field; a mechanism that is absent is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttentionOperands<T> {
    /// Transformed node features, `[N, C]`; head `h` owns columns `h·C/H..(h + 1)·C/H`.
    pub values: T,
    /// Self-attention before LeakyReLU.
    pub own: Option<SelfOperands<T>>,
    /// The linear map of Gaussian attention.
    pub gaussian: Option<GaussianOperands<T>>,
    /// Weight of self-attention, `[1]`.
    pub lambda: T,
}

/// Logits of `H` heads: `target[i] + source[j] + edge[e]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SelfOperands<T> {
    /// Part of node *i*, `[N, H]`.
    pub target: T,
    /// Part of neighbour *j*, `[N, H]`.
    pub source: T,
    /// Part of the edge, `[E, H]`.
    pub edge: T,
}

/// Pair features `z = target[i] + source[j] + edge_weight · edge_features[e]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GaussianOperands<T> {
    /// Part of node *i*, `[N, D]`.
    pub target: T,
    /// Part of neighbour *j*, `[N, D]`.
    pub source: T,
    /// Weights of the edge features, `[D, De]`.
    pub edge_weight: T,
    /// `[E, De]`.
    pub edge_features: T,
}

impl<T> AttentionOperands<T> {
    /// The same for every operand.
    pub fn map<U>(self, mut change: impl FnMut(T) -> U) -> AttentionOperands<U> {
        AttentionOperands {
            values: change(self.values),
            own: self.own.map(|own| SelfOperands {
                target: change(own.target),
                source: change(own.source),
                edge: change(own.edge),
            }),
            gaussian: self.gaussian.map(|gaussian| gaussian.map(&mut change)),
            lambda: change(self.lambda),
        }
    }

    /// Every operand by reference.
    #[must_use]
    pub fn as_ref(&self) -> AttentionOperands<&T> {
        AttentionOperands {
            values: &self.values,
            own: self.own.as_ref().map(SelfOperands::as_ref),
            gaussian: self.gaussian.as_ref().map(GaussianOperands::as_ref),
            lambda: &self.lambda,
        }
    }
}

impl<T> SelfOperands<T> {
    /// Every operand by reference.
    #[must_use]
    pub fn as_ref(&self) -> SelfOperands<&T> {
        SelfOperands { target: &self.target, source: &self.source, edge: &self.edge }
    }
}

impl<T> GaussianOperands<T> {
    /// The same for every operand.
    pub fn map<U>(self, mut change: impl FnMut(T) -> U) -> GaussianOperands<U> {
        GaussianOperands {
            target: change(self.target),
            source: change(self.source),
            edge_weight: change(self.edge_weight),
            edge_features: change(self.edge_features),
        }
    }

    /// Every operand by reference.
    #[must_use]
    pub fn as_ref(&self) -> GaussianOperands<&T> {
        GaussianOperands {
            target: &self.target,
            source: &self.source,
            edge_weight: &self.edge_weight,
            edge_features: &self.edge_features,
        }
    }
}
