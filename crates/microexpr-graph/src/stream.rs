//! Node and edge features of one stream.

use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use crate::GraphError;

/// Node and edge features of one of the two streams; values, not yet standardised, all finite.
///
/// # Example
///
/// ```
/// use microexpr_graph::Stream;
/// use ndarray::array;
///
/// let two_nodes_one_edge = Stream::new(array![[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]], vec![[1.0, 0.5]])?;
/// assert_eq!(two_nodes_one_edge.node_features().dim(), (2, 3));
/// assert!(Stream::new(array![[f32::NAN]], Vec::new()).is_err());
/// # Ok::<(), microexpr_graph::GraphError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Stream {
    width: usize,
    nodes: Vec<f32>,
    edges: Vec<[f32; 2]>,
}

impl Stream {
    /// Takes the features of the nodes `[node, feature]` and of the edges, two values each:
    /// [`jaccard`](crate::jaccard) and [`rbf`](crate::rbf) give those of the paper.
    ///
    /// # Errors
    ///
    /// [`GraphError::NoFeatures`] for nodes without a value, [`GraphError::FeatureNotFinite`] for NaN or infinite values.
    pub fn new(node_features: Array2<f32>, edge_features: Vec<[f32; 2]>) -> Result<Self, GraphError> {
        let width = node_features.ncols();
        Self::from_rows(width, node_features.into_iter().collect(), edge_features)
    }

    /// [`Stream::new`] of the nodes' features row by row.
    pub(crate) fn from_rows(width: usize, nodes: Vec<f32>, edges: Vec<[f32; 2]>) -> Result<Self, GraphError> {
        if width == 0 {
            return Err(GraphError::NoFeatures);
        }
        check_length("node features", nodes.len() / width * width, nodes.len())?;
        check_finite("node features", &nodes, width)?;
        check_finite("edge features", edges.as_flattened(), 2)?;
        Ok(Self { width, nodes, edges })
    }

    /// Node features `[node, feature]`.
    #[must_use]
    pub fn node_features(&self) -> ArrayView2<'_, f32> {
        matrix(&self.nodes, self.width)
    }

    /// Edge features `[edge, 2]`; of graphs from [`build`](crate::build): Jaccard index, radial basis function, both in
    /// `0..=1`.
    #[must_use]
    pub fn edge_features(&self) -> ArrayView2<'_, f32> {
        matrix(self.edges.as_flattened(), 2)
    }

    /// Checks that there are features for so many nodes and edges.
    pub(crate) fn check_counts(&self, nodes: usize, edges: usize) -> Result<(), GraphError> {
        check_length("node features", nodes.saturating_mul(self.width), self.nodes.len())?;
        check_length("edge features", edges, self.edges.len())
    }
}

/// A stream as it is written.
#[derive(Deserialize)]
#[serde(rename = "Stream")]
struct Unchecked {
    width: usize,
    nodes: Vec<f32>,
    edges: Vec<[f32; 2]>,
}

impl TryFrom<Unchecked> for Stream {
    type Error = GraphError;

    fn try_from(Unchecked { width, nodes, edges }: Unchecked) -> Result<Self, GraphError> {
        Self::from_rows(width, nodes, edges)
    }
}

pub(crate) fn check_length(name: &'static str, expected: usize, found: usize) -> Result<(), GraphError> {
    if expected == found { Ok(()) } else { Err(GraphError::Length { name, expected, found }) }
}

/// Checks the values of rows of `width`.
pub(crate) fn check_finite(name: &'static str, values: &[f32], width: usize) -> Result<(), GraphError> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(GraphError::FeatureNotFinite { name, row: index / width }),
        None => Ok(()),
    }
}

/// Whole rows of `width` values, at least one.
pub(crate) fn matrix(values: &[f32], width: usize) -> ArrayView2<'_, f32> {
    ArrayView2::from_shape((values.len() / width, width), values).expect("whole rows of values")
}
