//! Jaccard index: how much of their neighbourhoods the ends of an edge share.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::adjacency;
use crate::{GraphError, SelfLoops};

/// Which nodes count as neighbours in the Jaccard index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Neighbourhood {
    /// The neighbours and the node itself, `N[i]`.
    #[default]
    Closed,
    /// The neighbours without the node itself, `N(i)`: 0 for every edge whose ends share no neighbour.
    Open,
}

/// Jaccard index `|N[i] ∩ N[j]| / |N[i] ∪ N[j]|` of every edge from j to i, in `0..=1`; edges from a node to
/// itself are 1.
///
/// Two nodes are neighbours if an edge joins them in either direction; repeated edges count once.
///
/// Source: P. Jaccard, "The Distribution of the Flora in the Alpine Zone", New Phytologist 1912; as edge
/// feature in A. Kumar, B. Bhanu, "Relational Edge-Node Graph Attention Network for Classification of
/// Micro-Expressions", CVPRW 2023.
///
/// # Errors
///
/// [`GraphError::NodeRange`] if an edge names a node not below `nodes`, [`GraphError::Length`] if the lists
/// differ in length.
///
/// # Example
///
/// ```
/// use microexpr_graph::{Neighbourhood, jaccard};
///
/// // A triangle 0-1-2 with a tail 2-3: N[2] has 4 nodes, N[3] = {2, 3}.
/// let index = jaccard(4, &[0, 1, 2, 2], &[1, 2, 0, 3], Neighbourhood::Closed)?;
/// assert_eq!(index, [1.0, 0.75, 0.75, 0.5]);
/// # Ok::<(), microexpr_graph::GraphError>(())
/// ```
pub fn jaccard(
    nodes: usize,
    source: &[u32],
    target: &[u32],
    neighbourhood: Neighbourhood,
) -> Result<Vec<f32>, GraphError> {
    let itself = match neighbourhood {
        Neighbourhood::Closed => SelfLoops::With,
        Neighbourhood::Open => SelfLoops::Without,
    };
    let adjacency = adjacency::neighbours(nodes, source, target, itself)?;
    let index = |(s, t): (&u32, &u32)| {
        if s == t {
            return 1.0;
        }
        let (a, b) = (adjacency.of(*s as usize), adjacency.of(*t as usize));
        let shared = shared(a, b);
        shared as f32 / (a.len() + b.len() - shared) as f32
    };
    Ok(source.iter().zip(target).map(index).collect())
}

/// Number of values that two rising lists share.
fn shared(a: &[u32], b: &[u32]) -> usize {
    let (mut i, mut j, mut count) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            Ordering::Less => i += 1,
            Ordering::Greater => j += 1,
            Ordering::Equal => {
                (i, j, count) = (i + 1, j + 1, count + 1);
            }
        }
    }
    count
}
