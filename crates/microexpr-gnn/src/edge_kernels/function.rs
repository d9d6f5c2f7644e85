/// A function of every edge `j → i`, summed over the edges into `i`. With `z_e = x_j + W x_e` where `W` is that of the operands'
/// edge terms; `H` heads of `C` channels lie side by side, and the columns of a node hold the parts named here one after the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum EdgeFunction {
    /// GAT: `Σ_j α_ij h_j`, `α = softmax_j LeakyReLU(t_i + s_j + W x_e)`.
    ///
    /// Nodes: `h [H·C] ‖ t [H] ‖ s [H]`; `W`: `[H, De]`.
    SplitAttention {
        /// `H`.
        heads: usize,
        /// Slope of LeakyReLU below zero.
        negative_slope: f32,
    },
    /// GATv2: `Σ_j α_ij s_j`, `α = softmax_j aᵀ LeakyReLU(t_i + s_j + W x_e)`.
    ///
    /// Nodes: `t [H·C] ‖ s [H·C]`; vector: `a`; `W`: `[H·C, De]`.
    PairAttention {
        /// `H`.
        heads: usize,
        /// Slope of LeakyReLU below zero.
        negative_slope: f32,
    },
    /// Graph transformer: `Σ_j α_ij (v_j + W x_e)`, `α = softmax_j q_iᵀ (k_j + W x_e) / √C`.
    ///
    /// Nodes: `q [H·C] ‖ k [H·C] ‖ v [H·C]`, and `r [H·C]` if that is added to the sum; `W`: `[H·C, De]`.
    DotAttention {
        /// `H`.
        heads: usize,
        /// Whether there is `r`.
        root: Root,
    },
    /// GINE: `Σ_j relu(x_j + b + W x_e)`.
    ///
    /// Nodes: `x [C]`; vector: `b`; `W`: `[C, De]`.
    ReluSum,
}

/// What a node adds to the sum over its edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Root {
    /// Nothing.
    Absent,
    /// The last part of its columns.
    Added,
}

impl EdgeFunction {
    /// Number of heads of which the output is made up.
    pub(crate) fn heads(self) -> usize {
        match self {
            Self::SplitAttention { heads, .. }
            | Self::PairAttention { heads, .. }
            | Self::DotAttention { heads, .. } => heads,
            Self::ReluSum => 1,
        }
    }

    /// Columns of the output, `H·C`, given those of the nodes.
    pub(crate) fn channels(self, columns: usize) -> usize {
        match self {
            Self::SplitAttention { heads, .. } => columns - 2 * heads,
            Self::PairAttention { .. } => columns / 2,
            Self::DotAttention { root: Root::Absent, .. } => columns / 3,
            Self::DotAttention { root: Root::Added, .. } => columns / 4,
            Self::ReluSum => columns,
        }
    }
}
