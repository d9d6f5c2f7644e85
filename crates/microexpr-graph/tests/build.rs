//! Whole graphs.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use microexpr_core::{FlowField, LandmarkScheme, Landmarks, OutOfRange};
use microexpr_graph::{
    ClipScale, GraphError, GraphParams, NodeFrames, PatchFeature, PositionFeature, SelfLoops,
    SpatialTopology, TEMPLATE_51, Temporal, VideoGraph, build, build_triplets, jaccard, rbf,
};
use ndarray::{Array2, s};

/// A face that smiles a little more in every frame, and the flow that goes with it.
fn video(frames: usize) -> (Vec<Landmarks>, Vec<FlowField>, Vec<usize>) {
    let points = |t: usize| {
        let point = |p: [f64; 2]| [127.0 + 70.0 * p[0], 90.0 + 70.0 * p[1] - 0.1 * (t as f64) * p[1].sin()];
        Landmarks::new(LandmarkScheme::Paper51, TEMPLATE_51.map(point).to_vec()).unwrap()
    };
    let flow = |t: usize| {
        let wave = |k: f32| {
            Array2::from_shape_fn((254, 254), |(y, x)| (k * (y as f32 + t as f32)).sin() + 0.01 * x as f32)
        };
        FlowField::new(wave(0.03), wave(0.05)).unwrap()
    };
    ((0..frames).map(points).collect(), (0..frames).map(flow).collect(), (0..frames).map(|t| 3 * t).collect())
}

fn default_graph(frames: usize) -> VideoGraph {
    let (points, flows, kept) = video(frames);
    build(&points, &flows, &kept, &GraphParams::default()).unwrap()
}

#[test]
fn default_graph_has_the_papers_shapes() {
    let graph = default_graph(9);
    let edges = 9 * (2 * 139 + 51) + 8 * 2 * 51;
    assert_eq!((graph.landmarks(), graph.nodes(), graph.edges().len()), (51, 459, edges));
    assert_eq!(graph.kept_frames(), [0, 3, 6, 9, 12, 15, 18, 21, 24]);
    assert_eq!(graph.positions_px().dim(), (459, 2));
    assert_eq!(graph.location().node_features().dim(), (459, 2));
    assert_eq!(graph.flow().node_features().dim(), (459, 100));
    assert_eq!(graph.location().edge_features().dim(), (edges, 2));
    assert_eq!(graph.flow().edge_features().dim(), (edges, 2));
}

#[test]
fn edge_features_are_those_of_each_streams_own_nodes() {
    let graph = default_graph(4);
    let (s, t) = (&graph.edges().source, &graph.edges().target);
    let params = GraphParams::default();
    let index = jaccard(graph.nodes(), s, t, params.neighbourhood).unwrap();
    for stream in [graph.location(), graph.flow()] {
        assert_eq!(stream.edge_features().column(0).to_vec(), index);
        let alike = rbf(stream.node_features(), s, t, params.bandwidth).unwrap();
        assert_eq!(stream.edge_features().column(1).to_vec(), alike);
    }
    assert_ne!(graph.location().edge_features(), graph.flow().edge_features());
}

#[test]
fn self_edges_are_one_and_all_features_lie_between_zero_and_one() {
    let graph = default_graph(4);
    for stream in [graph.location(), graph.flow()] {
        let features = stream.edge_features();
        assert!(features.iter().all(|v| (0.0..=1.0).contains(v)));
        for (e, (s, t)) in graph.edges().source.iter().zip(&graph.edges().target).enumerate() {
            // Closed neighbourhoods of joined nodes always share both nodes.
            assert!(features[[e, 0]] > 0.0);
            if s == t {
                assert_eq!(features.row(e).to_vec(), [1.0, 1.0]);
            }
        }
    }
}

#[test]
fn patches_are_the_flow_at_the_landmarks() {
    let (points, flows, kept) = video(3);
    let params =
        GraphParams { patch_feature: PatchFeature::Components, patch_size_px: 6, ..GraphParams::default() };
    let graph = build(&points, &flows, &kept, &params).unwrap();
    assert_eq!(graph.flow().node_features().ncols(), 72);
    let row = graph.flow().node_features().row(2 * 51 + 30).to_vec();
    let expected = PatchFeature::Components.patch(&flows[2], points[2].points()[30], 6);
    assert_eq!(row, expected);
}

#[test]
fn a_still_face_and_a_single_landmark_stay_finite() {
    let face = video(1).0.remove(0);
    let (faces, flows) = (vec![face; 3], vec![FlowField::zeros(254, 254); 3]);
    let params = GraphParams { position_feature: PositionFeature::Displacement, ..GraphParams::default() };
    let graph = build(&faces, &flows, &[0, 1, 2], &params).unwrap();
    assert!(graph.location().edge_features().column(1).iter().all(|v| *v == 1.0));
    assert!(graph.flow().edge_features().column(1).iter().all(|v| *v == 1.0));

    let one = Landmarks::new(LandmarkScheme::Custom, vec![[4.0, 4.0]]).unwrap();
    let params = GraphParams { topology: SpatialTopology::Full, ..GraphParams::default() };
    let graph = build(&[one], &[FlowField::zeros(8, 8)], &[0], &params).unwrap();
    assert_eq!((graph.nodes(), graph.edges().len()), (1, 1));
    assert_eq!(graph.location().node_features().row(0).to_vec(), [0.0, 0.0]);
    assert_eq!(graph.location().edge_features().row(0).to_vec(), [1.0, 1.0]);
}

#[test]
fn triplets_are_windows_of_the_whole_video() {
    let (points, flows, kept) = video(6);
    let params = GraphParams::default();
    let whole = build(&points, &flows, &kept, &params).unwrap();
    let triplets = build_triplets(&points, &flows, &kept, &params).unwrap();
    assert_eq!(triplets.len(), 4);
    for (first, triplet) in triplets.iter().enumerate() {
        assert_eq!(triplet.kept_frames(), &kept[first..first + 3]);
        let rows = s![first * 51..(first + 3) * 51, ..];
        assert_eq!(triplet.positions_px(), whole.positions_px().slice(rows));
        assert_eq!(triplet.location().node_features(), whole.location().node_features().slice(rows));
        assert_eq!(triplet.flow().node_features(), whole.flow().node_features().slice(rows));
        assert_eq!(triplet.edges().len(), 3 * (2 * 139 + 51) + 2 * 2 * 51);
    }
    let short = build_triplets(&points[..2], &flows[..2], &kept[..2], &params).unwrap();
    assert_eq!(short, [build(&points[..2], &flows[..2], &kept[..2], &params).unwrap()]);
}

#[test]
fn inner_frames_keep_the_features_they_have_among_all_frames() {
    let (points, flows, kept) = video(5);
    let params = GraphParams { position_feature: PositionFeature::Displacement, ..GraphParams::default() };
    let all = build(&points, &flows, &kept, &params).unwrap();
    let params = GraphParams { node_frames: NodeFrames::Inner, ..params };
    let inner = build(&points, &flows, &kept, &params).unwrap();
    assert_eq!((inner.nodes(), inner.kept_frames()), (3 * 51, &kept[1..4]));
    for (inner, all) in [(inner.location(), all.location()), (inner.flow(), all.flow())] {
        assert_eq!(inner.node_features(), all.node_features().slice(s![51..4 * 51, ..]));
    }
    // Their edges are those of a video of three frames.
    assert_eq!(
        inner.edges(),
        build(&points[..3], &flows[..3], &kept[..3], &GraphParams::default()).unwrap().edges()
    );
    // Three triplets of five frames, one of three.
    assert_eq!(build_triplets(&points, &flows, &kept, &params).unwrap(), [inner]);
    // Ends are better than nothing.
    assert_eq!(build(&points[..2], &flows[..2], &kept[..2], &params).unwrap().kept_frames(), &kept[..2]);
}

#[test]
fn graphs_and_settings_survive_json() {
    let graph = default_graph(2);
    let text = serde_json::to_string(&graph).unwrap();
    assert_eq!(serde_json::from_str::<VideoGraph>(&text).unwrap(), graph);
    let params = GraphParams {
        topology: SpatialTopology::Nearest { neighbours: 4 },
        temporal: Temporal { reach_frames: 2, ..Temporal::default() },
        self_loops: SelfLoops::Without,
        ..GraphParams::default()
    };
    let text = serde_json::to_string(&params).unwrap();
    assert_eq!(serde_json::from_str::<GraphParams>(&text).unwrap(), params);
    assert_eq!(serde_json::from_str::<GraphParams>("{}").unwrap(), GraphParams::default());
}

#[test]
fn damaged_graphs_are_refused_when_read_back() {
    let text = serde_json::to_string(&default_graph(1)).unwrap();
    for (from, to, expected) in [
        (r#""landmarks":51"#, r#""landmarks":50"#, "positions must hold 50 values, found 51"),
        (r#""width":100"#, r#""width":99"#, "node features must hold 5049 values, found 5100"),
        (r#""width":100"#, r#""width":0"#, "at least one feature per node"),
        (r#""kept_frames":[0]"#, r#""kept_frames":[]"#, "at least one kept frame"),
        (r#""kept_frames":[0]"#, r#""kept_frames":[3,3]"#, "frame 3 follows frame 3"),
        (r#""edges":[["#, r#""edges":[[0.0,0.0],["#, "edge features must hold"),
        (r#""source":["#, r#""source":[51,"#, "target must hold"),
        (r#""source":[0,"#, r#""source":[51,"#, "edge 0 names node 51"),
    ] {
        assert!(text.contains(from), "{from}");
        let error = serde_json::from_str::<VideoGraph>(&text.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(expected), "{to}: {error}");
    }
}

#[test]
fn input_that_does_not_fit_is_named() {
    let (points, flows, kept) = video(3);
    let params = GraphParams::default();
    let error = |p: &[Landmarks], f: &[FlowField], k: &[usize], params: &GraphParams| {
        build(p, f, k, params).unwrap_err().to_string()
    };
    assert_eq!(error(&[], &[], &[], &params), "a video graph needs at least one kept frame, found none");
    assert_eq!(
        error(&points, &flows[..2], &kept, &params),
        "expected one set of landmarks and one flow field per kept frame (3), found 3 and 2"
    );
    assert_eq!(
        error(&points, &flows, &[0, 4, 4], &params),
        "kept frames must rise, but frame 4 follows frame 4"
    );
    let mut other = points.clone();
    other[2] = Landmarks::new(LandmarkScheme::Custom, vec![[0.0, 0.0]]).unwrap();
    assert_eq!(
        error(&other, &flows, &kept, &params),
        "kept frame 2 has 1 landmarks, but the first one has 51 of the same scheme"
    );
    let mut other = flows.clone();
    other[1] = FlowField::zeros(254, 200);
    assert_eq!(
        error(&points, &other, &kept, &params),
        "the flow field of kept frame 1 is 200x254 pixels, but the first one is 254x254"
    );
    other[1] = FlowField::zeros(0, 200);
    assert_eq!(error(&points, &other, &kept, &params), "the flow field of kept frame 1 has no pixels");
    let mut u = Array2::zeros((254, 254));
    let corner = points[2].points()[0];
    u[[corner[1] as usize, corner[0] as usize]] = f32::NAN;
    other[1] = flows[1].clone();
    other[2] = FlowField::new(u, Array2::zeros((254, 254))).unwrap();
    assert_eq!(
        error(&points, &other, &kept, &params),
        "the flow around landmark 0 of kept frame 2 is not finite"
    );
    for patch_size_px in [0, 257, 100_000, usize::MAX] {
        let params = GraphParams { patch_size_px, ..params };
        assert!(matches!(
            build(&points, &flows, &kept, &params),
            Err(GraphError::Setting(OutOfRange { setting: "patch_size_px", .. }))
        ));
    }
    let nobody = Landmarks::new(LandmarkScheme::Custom, Vec::new()).unwrap();
    let params = GraphParams { topology: SpatialTopology::Full, ..params };
    assert_eq!(
        error(&[nobody], &flows[..1], &kept[..1], &params),
        "a video graph needs at least one landmark per frame, found none"
    );
}

#[test]
fn patches_of_a_clip_can_be_standardised_on_their_own() {
    let (points, flows, kept) = video(3);
    let params = GraphParams { patch_scale: ClipScale::PerClip, ..GraphParams::default() };
    let values = |params: &GraphParams| -> Vec<f64> {
        let graph = build(&points, &flows, &kept, params).unwrap();
        graph.flow().node_features().iter().map(|v| f64::from(*v)).collect()
    };
    let (scaled, measured) = (values(&params), values(&GraphParams::default()));
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let deviation = |v: &[f64]| {
        let mean = mean(v);
        (v.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / v.len() as f64).sqrt()
    };
    assert!(mean(&scaled).abs() < 1e-6 && (deviation(&scaled) - 1.0).abs() < 1e-6);
    let expected = |m: f64| (m - mean(&measured)) / deviation(&measured);
    assert!(scaled.iter().zip(&measured).all(|(s, m)| (s - expected(*m)).abs() < 1e-5));

    // A clip of one uniform motion has no deviation to divide by.
    let still = vec![FlowField::zeros(254, 254); 3];
    let graph = build(&points, &still, &kept, &params).unwrap();
    assert!(graph.flow().node_features().iter().all(|v| *v == 0.0));
}
