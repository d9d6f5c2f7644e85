//! Faces and graphs seen in a mirror, and the face of flow maps.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use microexpr_core::{FlowField, LandmarkScheme, Landmarks};
use microexpr_graph::{
    GraphError, GraphParams, MIRROR_51, NodeFrames, PatchFeature, PositionFeature, TEMPLATE_51, Trend,
    VideoGraph, build, canonical_face, canonical_grid, mirrored_face,
};
use ndarray::Array2;

const SIZE: usize = 28;

/// A field that is nowhere symmetric.
fn flow() -> FlowField {
    let wave = |a: f32, b: f32| {
        Array2::from_shape_fn((SIZE, SIZE), |(row, col)| (a * row as f32 + b * col as f32 * col as f32).sin())
    };
    FlowField::new(wave(0.3, 0.01), wave(-0.2, 0.02)).unwrap()
}

fn params(patch_feature: PatchFeature, trend: Trend) -> GraphParams {
    let position_feature = PositionFeature::Normalised;
    GraphParams { patch_size_px: 3, patch_feature, position_feature, trend, ..GraphParams::default() }
}

fn graph_of(face: &Landmarks, flow: &FlowField, params: &GraphParams) -> VideoGraph {
    build(std::slice::from_ref(face), std::slice::from_ref(flow), &[0], params).unwrap()
}

/// The graph of [`flow`], and that of its mirror image.
fn pair(params: &GraphParams) -> [VideoGraph; 2] {
    let (face, flow) = (canonical_face(SIZE), flow());
    [graph_of(&face, &flow, params), graph_of(&mirrored_face(&face, SIZE).unwrap(), &flow.mirrored(), params)]
}

#[test]
fn partners_are_mutual_and_opposite_in_the_template() {
    for (i, partner) in MIRROR_51.into_iter().enumerate() {
        assert_eq!(MIRROR_51[partner], i);
        let ([x, y], [px, py]) = (TEMPLATE_51[i], TEMPLATE_51[partner]);
        // The template is a mean of real faces: its halves differ by up to 0.036 inter-ocular distances.
        assert!((x + px).hypot(y - py) < 0.04, "{i}");
    }
}

#[test]
fn mirrored_twice_is_the_same() {
    // Binary fractions, so that the differences are exact.
    let points = (0..51).map(|i| [f64::from(i) * 0.5 + 0.25, f64::from(i * i % 17)]).collect();
    let face = Landmarks::new(LandmarkScheme::Paper51, points).unwrap();
    let once = mirrored_face(&face, 64).unwrap();
    assert_ne!(once, face);
    assert_eq!(mirrored_face(&once, 64).unwrap(), face);
    assert_eq!(flow().mirrored().mirrored(), flow());
    assert_ne!(flow().mirrored(), flow());
}

#[test]
fn a_mirrored_graph_has_every_landmarks_motion_reversed_at_its_partner() {
    for trend in [Trend::Keep, Trend::Remove { degree: 1 }] {
        let [graph, mirrored] = pair(&params(PatchFeature::Mean, trend));
        assert_eq!(mirrored.edges(), graph.edges());
        for (i, partner) in MIRROR_51.into_iter().enumerate() {
            let (motion, seen) = (graph.flow().node_features(), mirrored.flow().node_features());
            let differs =
                (seen[[i, 0]] + motion[[partner, 0]]).abs() + (seen[[i, 1]] - motion[[partner, 1]]).abs();
            assert!(differs < 1e-5, "{trend:?}, landmark {i}: {differs}");
            let (place, seen) = (graph.location().node_features(), mirrored.location().node_features());
            assert!(
                (seen[[i, 0]] + place[[partner, 0]]).abs() + (seen[[i, 1]] - place[[partner, 1]]).abs()
                    < 1e-6
            );
        }
    }
}

#[test]
fn a_mirrored_patch_is_the_patch_from_right_to_left() {
    let [graph, mirrored] = pair(&params(PatchFeature::Strain, Trend::Keep));
    for (i, partner) in MIRROR_51.into_iter().enumerate() {
        for (row, col) in (0..3).flat_map(|row| (0..3).map(move |col| (row, col))) {
            let seen = mirrored.flow().node_features()[[i, 3 * row + col]];
            assert!((seen - graph.flow().node_features()[[partner, 3 * row + 2 - col]]).abs() < 1e-6);
        }
    }
}

#[test]
fn other_faces_have_no_partners() {
    let face = Landmarks::new(LandmarkScheme::Custom, vec![[1.0, 2.0]; 5]).unwrap();
    assert!(matches!(mirrored_face(&face, 30), Err(GraphError::NoMirror { points: 5 })));
}

#[test]
fn the_canonical_face_fills_maps_of_any_size_alike() {
    for size in [8, 28, 56, 224] {
        let (face, small) = (canonical_face(size), canonical_face(28));
        for (p, q) in face.points().iter().zip(small.points()) {
            assert!(p.iter().all(|c| (0.0..=size as f64 - 1.0).contains(c)));
            // The same place in parts of the side, up to the half pixel by which border pixels' centres lie inside.
            let part = |c: f64, size: usize| (c + 0.5) / size as f64;
            assert!((0..2).all(|a| (part(p[a], size) - part(q[a], 28)).abs() < 0.5 / 8.0));
        }
    }
}

#[test]
fn onset_apex_offset_and_a_single_map_have_the_same_node_features() {
    let (face, apex, still) = (canonical_face(SIZE), flow(), FlowField::zeros(SIZE, SIZE));
    let params = GraphParams { node_frames: NodeFrames::Inner, ..params(PatchFeature::Mean, Trend::Keep) };
    let faces = [face.clone(), face.clone(), face.clone()];
    let three = build(&faces, &[still.clone(), apex.clone(), still], &[0, 1, 2], &params).unwrap();
    let one = graph_of(&face, &apex, &params);
    assert_eq!((three.nodes(), three.flow(), three.edges()), (51, one.flow(), one.edges()));
}

#[test]
fn a_grid_is_joined_square_by_square_and_mirrored_by_its_columns() {
    // Patches as large as the squares: no pixel lies on an edge between two of them.
    let (side, params) = (7, GraphParams { patch_size_px: 4, ..params(PatchFeature::Mean, Trend::Keep) });
    let grid = canonical_grid(SIZE, side).unwrap();
    let [graph, mirrored] = [flow(), flow().mirrored()].map(|flow| graph_of(&grid, &flow, &params));
    // Both ways: 2·7·6 sides of squares, a diagonal in each of 36; and a self-loop for each of 49 points.
    assert_eq!(graph.edges().len(), 2 * (2 * 7 * 6 + 36) + 49);
    let (motion, seen) = (graph.flow().node_features(), mirrored.flow().node_features());
    for (i, partner) in (0..49).map(|i| (i, i / side * side + side - 1 - i % side)) {
        let differs =
            (seen[[i, 0]] + motion[[partner, 0]]).abs() + (seen[[i, 1]] - motion[[partner, 1]]).abs();
        assert!(differs < 1e-5, "point {i}: {differs}");
    }
}

#[test]
fn grids_that_cannot_be_are_refused() {
    assert_eq!(canonical_grid(28, 28).unwrap().points()[29], [1.0, 1.0]);
    for side in [0, 29] {
        let text = canonical_grid(28, side).unwrap_err().to_string();
        assert_eq!(text, format!("side must be from 1 to the map's side in pixels, found {side}"));
    }
}
