//! Which landmarks of one frame are joined.

use microexpr_core::{LandmarkScheme, Landmarks, OutOfRange, Point};
use serde::{Deserialize, Serialize};

use crate::GraphError;
use crate::template::{CONTOURS_51, TEMPLATE_51};

/// Which landmarks of one frame are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SpatialTopology {
    /// The Delaunay triangulation; 139 edges for [`TEMPLATE_51`]. Of coinciding points only one gets edges.
    #[default]
    Delaunay,
    /// Each point with its `neighbours` nearest ones, joined if either is near the other.
    Nearest {
        /// Neighbours that each point looks for.
        neighbours: usize,
    },
    /// The outlines of eyes, brows, mouth, nose and forehead and their connections (51-point scheme only).
    Contours,
    /// Every point with every other.
    Full,
}

impl SpatialTopology {
    /// Undirected edges `[a, b]` between `points`, `a < b`, each once, in rising order.
    ///
    /// [`SpatialTopology::Contours`] takes the points for a 51-point face.
    ///
    /// # Errors
    ///
    /// [`GraphError::NoTriangle`] for a triangulation of fewer than three points or of points on one line,
    /// [`GraphError::NoContours`] for contours of other than 51 points, [`GraphError::Setting`] for zero
    /// neighbours, [`GraphError::TooManyNodes`].
    ///
    /// # Example
    ///
    /// ```
    /// use microexpr_graph::SpatialTopology;
    ///
    /// let edges = SpatialTopology::Delaunay.edges(&[[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [3.0, 3.0]])?;
    /// assert_eq!(edges, [[0, 1], [0, 2], [1, 2], [1, 3], [2, 3]]);
    /// # Ok::<(), microexpr_graph::GraphError>(())
    /// ```
    pub fn edges(self, points: &[Point]) -> Result<Vec<[u32; 2]>, GraphError> {
        if u32::try_from(points.len()).is_err() {
            return Err(GraphError::TooManyNodes { nodes: points.len() });
        }
        let mut edges = match self {
            Self::Delaunay => delaunay(points)?,
            Self::Nearest { neighbours } => nearest(points, neighbours)?,
            Self::Contours if points.len() == TEMPLATE_51.len() => {
                CONTOURS_51.iter().flat_map(|line| line.windows(2).map(|w| [w[0], w[1]])).collect()
            }
            Self::Contours => return Err(GraphError::NoContours { points: points.len() }),
            Self::Full => {
                let n = points.len() as u32;
                (0..n).flat_map(|a| (a + 1..n).map(move |b| [a, b])).collect()
            }
        };
        for edge in &mut edges {
            edge.sort_unstable();
        }
        edges.sort_unstable();
        edges.dedup();
        Ok(edges)
    }

    /// The edges of every frame of a video: those of [`TEMPLATE_51`] for the 51-point scheme, so that all
    /// faces share one graph; for any other scheme those of the given first frame.
    ///
    /// # Errors
    ///
    /// As [`SpatialTopology::edges`]; [`GraphError::NoContours`] for contours of another scheme.
    pub fn video_edges(self, first: &Landmarks) -> Result<Vec<[u32; 2]>, GraphError> {
        match first.scheme() {
            LandmarkScheme::Paper51 => self.edges(&TEMPLATE_51),
            _ if self == Self::Contours => Err(GraphError::NoContours { points: first.points().len() }),
            _ => self.edges(first.points()),
        }
    }
}

fn delaunay(points: &[Point]) -> Result<Vec<[u32; 2]>, GraphError> {
    let sites: Vec<_> = points.iter().map(|p| delaunator::Point { x: p[0], y: p[1] }).collect();
    let triangles = delaunator::triangulate(&sites).triangles;
    if triangles.is_empty() {
        return Err(GraphError::NoTriangle { points: points.len() });
    }
    let sides = |t: &[usize]| [[t[0], t[1]], [t[1], t[2]], [t[2], t[0]]];
    Ok(triangles.chunks_exact(3).flat_map(sides).map(|e| e.map(|i| i as u32)).collect())
}

fn nearest(points: &[Point], neighbours: usize) -> Result<Vec<[u32; 2]>, GraphError> {
    OutOfRange::unless_within(1.., "neighbours", "at least 1", neighbours)?;
    let mut edges = Vec::new();
    for (i, p) in points.iter().enumerate() {
        let distance = |j: usize| (points[j][0] - p[0]).powi(2) + (points[j][1] - p[1]).powi(2);
        let mut others: Vec<usize> = (0..points.len()).filter(|j| *j != i).collect();
        others.sort_by(|a, b| distance(*a).total_cmp(&distance(*b)).then(a.cmp(b)));
        edges.extend(others.iter().take(neighbours).map(|j| [i as u32, *j as u32]));
    }
    Ok(edges)
}
