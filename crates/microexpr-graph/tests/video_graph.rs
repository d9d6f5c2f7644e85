//! Graphs of features from elsewhere.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use microexpr_core::{FlowField, LandmarkScheme, Landmarks};
use microexpr_graph::{
    EdgeList, GraphError, GraphParams, SpatialTopology, Stream, VideoGraph, VideoGraphParts, build,
};
use ndarray::Array2;

/// Two landmarks in two frames, three and one features per node, four edges over time.
fn parts() -> VideoGraphParts {
    let stream = |width: usize| {
        let features = Array2::from_shape_fn((4, width), |(node, feature)| (node + feature) as f32);
        Stream::new(features, vec![[0.5, 1.0]; 4]).unwrap()
    };
    VideoGraphParts {
        landmarks: 2,
        kept_frames: vec![0, 7],
        positions_px: vec![[10.0, 20.0], [30.0, 20.0], [10.0, 21.0], [30.0, 20.5]],
        edges: EdgeList { source: vec![2, 3, 0, 1], target: vec![0, 1, 2, 3] },
        location: stream(3),
        flow: stream(1),
    }
}

fn refused(change: impl Fn(&mut VideoGraphParts)) -> String {
    let mut parts = parts();
    change(&mut parts);
    VideoGraph::new(parts).unwrap_err().to_string()
}

#[test]
fn parts_come_back_as_they_were_given() {
    let graph = VideoGraph::new(parts()).unwrap();
    assert_eq!((graph.landmarks(), graph.nodes(), graph.kept_frames()), (2, 4, &[0, 7][..]));
    assert_eq!(graph.positions_px().row(3).to_vec(), [30.0, 20.5]);
    assert_eq!(graph.location().node_features().row(1).to_vec(), [1.0, 2.0, 3.0]);
    assert_eq!(graph.flow().edge_features().dim(), (4, 2));
    assert_eq!(graph.into_parts(), parts());
}

#[test]
fn built_graphs_are_made_of_parts_that_fit() {
    let square = vec![[10.0, 10.0], [30.0, 10.0], [10.0, 30.0], [32.0, 32.0]];
    let face = Landmarks::new(LandmarkScheme::Custom, square).unwrap();
    let flow = FlowField::zeros(48, 48);
    let graph =
        build(&[face.clone(), face], &[flow.clone(), flow], &[0, 3], &GraphParams::default()).unwrap();
    assert_eq!(VideoGraph::new(graph.clone().into_parts()).unwrap(), graph);
}

#[test]
fn parts_that_do_not_fit_are_named() {
    assert_eq!(refused(|p| p.kept_frames.clear()), "a video graph needs at least one kept frame, found none");
    assert_eq!(
        refused(|p| p.landmarks = 0),
        "a video graph needs at least one landmark per frame, found none"
    );
    assert_eq!(refused(|p| p.kept_frames = vec![7, 7]), "kept frames must rise, but frame 7 follows frame 7");
    assert_eq!(refused(|p| p.landmarks = 3), "positions must hold 6 values, found 4");
    assert!(refused(|p| p.landmarks = usize::MAX).starts_with("a graph holds at most 4294967295 nodes"));
    assert_eq!(
        refused(|p| p.positions_px[2][1] = f32::INFINITY),
        "positions must be finite, but those in row 2 are not"
    );
    assert_eq!(refused(|p| p.edges.source[1] = 4), "edge 1 names node 4, but there are 4 nodes");
    assert_eq!(refused(|p| p.edges.target.truncate(3)), "target must hold 4 values, found 3");
    let short =
        |rows: usize, edges: usize| Stream::new(Array2::zeros((rows, 2)), vec![[0.0; 2]; edges]).unwrap();
    assert_eq!(refused(|p| p.location = short(3, 4)), "node features must hold 8 values, found 6");
    assert_eq!(refused(|p| p.flow = short(4, 5)), "edge features must hold 4 values, found 5");
}

#[test]
fn streams_without_features_or_with_nan_are_refused() {
    assert!(matches!(Stream::new(Array2::zeros((4, 0)), Vec::new()), Err(GraphError::NoFeatures)));
    let mut features = Array2::zeros((4, 3));
    features[[2, 0]] = f32::NAN;
    let found = Stream::new(features, Vec::new());
    assert!(matches!(found, Err(GraphError::FeatureNotFinite { name: "node features", row: 2 })));
    let found = Stream::new(Array2::zeros((1, 1)), vec![[0.0, 0.0], [0.0, f32::NEG_INFINITY]]);
    assert!(matches!(found, Err(GraphError::FeatureNotFinite { name: "edge features", row: 1 })));
}

#[test]
fn positions_too_far_for_single_precision_are_refused_when_a_graph_is_built() {
    let face = Landmarks::new(LandmarkScheme::Custom, vec![[1e300, 0.0]]).unwrap();
    let params = GraphParams { topology: SpatialTopology::Full, ..GraphParams::default() };
    let found = build(&[face], &[FlowField::zeros(8, 8)], &[0], &params);
    assert!(matches!(found, Err(GraphError::FeatureNotFinite { .. })), "{found:?}");
}

#[test]
fn written_graphs_name_their_fields_as_before() {
    let text = serde_json::to_string(&VideoGraph::new(parts()).unwrap()).unwrap();
    let expected = concat!(
        r#"{"landmarks":2,"kept_frames":[0,7],"positions_px":[[10.0,20.0],[30.0,20.0],[10.0,21.0],[30.0,20.5]],"#,
        r#""edges":{"source":[2,3,0,1],"target":[0,1,2,3]},"#,
        r#""position":{"width":3,"nodes":[0.0,1.0,2.0,1.0,2.0,3.0,2.0,3.0,4.0,3.0,4.0,5.0],"#,
        r#""edges":[[0.5,1.0],[0.5,1.0],[0.5,1.0],[0.5,1.0]]},"#,
        r#""patch":{"width":1,"nodes":[0.0,1.0,2.0,3.0],"edges":[[0.5,1.0],[0.5,1.0],[0.5,1.0],[0.5,1.0]]}}"#,
    );
    assert_eq!(text, expected);
    assert_eq!(serde_json::from_str::<VideoGraph>(&text).unwrap().into_parts(), parts());
}
