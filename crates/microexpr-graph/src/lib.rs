//! Spatio-temporal facial landmark graphs with node and edge features.
//!
//! Landmarks of the kept frames of a video become nodes, joined within a frame by the triangulation of a
//! canonical face and across frames landmark by landmark. Stream 1 describes a node by its position, stream 2
//! by the optical flow around it; edges carry the Jaccard index of the graph's structure and a radial basis
//! function of each stream's features.
//!
//! ```
//! use microexpr_core::{FlowField, LandmarkScheme, Landmarks};
//! use microexpr_graph::{GraphParams, build};
//!
//! let square = vec![[10.0, 10.0], [30.0, 10.0], [10.0, 30.0], [32.0, 32.0]];
//! let face = Landmarks::new(LandmarkScheme::Custom, square)?;
//! let flow = FlowField::zeros(48, 48);
//! let graph = build(&[face.clone(), face], &[flow.clone(), flow], &[0, 3], &GraphParams::default())?;
//! assert_eq!(graph.nodes(), 8);
//! assert_eq!(graph.flow().node_features().dim(), (8, 100));
//! // Per frame 5 edges both ways and 4 self-loops; between the frames 4 edges both ways.
//! assert_eq!(graph.edges().len(), 2 * (2 * 5 + 4) + 2 * 4);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | item | holds |
//! |---|---|
//! | [`build`], [`build_triplets`], [`GraphParams`] | landmarks and flow to graphs, and its settings |
//! | [`VideoGraph`], [`VideoGraphParts`], [`Stream`] | the result, or a graph of features from elsewhere |
//! | [`SpatialTopology`], [`TEMPLATE_51`] | edges within a frame |
//! | [`canonical_face`], [`canonical_grid`], [`canonical_window`] | points in a flow map, which has no landmarks: the template's, or a grid; and where to cut one |
//! | [`mirrored_face`], [`MIRROR_51`] | the face seen in a mirror |
//! | [`EdgeList`], [`Temporal`] | edges over space and time |
//! | [`NodeFrames`], [`PositionFeature`], [`PatchFeature`], [`ClipScale`], [`Trend`], [`Blinks`], [`MotionAxes`], [`FeatureColumns`] | nodes and their features |
//! | [`jaccard`], [`rbf`] | edge features of any graph |

#![doc(html_root_url = "https://docs.rs/microexpr-graph/latest")]

mod adjacency;
mod blinks;
mod build;
mod canonical_face;
mod canonical_grid;
mod clip_scale;
mod edge_list;
mod error;
mod feature_columns;
mod jaccard;
mod mirror;
mod motion_axes;
mod node_frames;
mod params;
mod patch_feature;
mod position_feature;
mod rbf;
mod self_loops;
mod stream;
mod template;
mod topology;
mod trend;
mod video_graph;

// The crates whose types stand in public signatures, in the versions that they have there.
pub use microexpr_core;
pub use ndarray;

pub use blinks::Blinks;
pub use build::{build, build_triplets};
pub use canonical_face::{canonical_face, canonical_window};
pub use canonical_grid::canonical_grid;
pub use clip_scale::ClipScale;
pub use edge_list::{EdgeList, Temporal, TemporalDirection, TemporalPartners};
pub use error::GraphError;
pub use feature_columns::FeatureColumns;
pub use jaccard::{Neighbourhood, jaccard};
pub use mirror::{MIRROR_51, mirrored_face};
pub use motion_axes::MotionAxes;
pub use node_frames::NodeFrames;
pub use params::GraphParams;
pub use patch_feature::PatchFeature;
pub use position_feature::PositionFeature;
pub use rbf::{Bandwidth, rbf};
pub use self_loops::SelfLoops;
pub use stream::Stream;
pub use template::TEMPLATE_51;
pub use topology::SpatialTopology;
pub use trend::Trend;
pub use video_graph::{VideoGraph, VideoGraphParts};

/// The program of the crate's front page, which is to work.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct FrontPage;
