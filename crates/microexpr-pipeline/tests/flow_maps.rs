//! Clips to flow maps, and flow maps to graphs.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use microexpr_core::FlowField;
use microexpr_flow::{FlowMap, area_mean};
use microexpr_graph::canonical_face;
use microexpr_pipeline::{
    FlowMapChannels, FlowMapFrames, FlowMapNodes, FlowMapParams, LandmarkSource, Pipeline, PipelineSettings,
    Views, flow_map_graph, flow_map_graphs,
};
use microexpr_synth::{Acting, Expression, Nuisance, Subject, SynthClip, SynthParams};
use ndarray::Array2;

/// A map without symmetry.
fn map() -> FlowMap {
    let plane = |a: f32, b: f32| {
        Array2::from_shape_fn((28, 28), |(row, col)| (a * row as f32 + 0.3).sin() + (b * col as f32).cos())
    };
    FlowMap::from_flow(&FlowField::new(plane(0.3, 0.17), plane(0.11, 0.4)).unwrap(), 28).unwrap()
}

#[test]
fn a_grid_node_holds_the_mean_flow_of_its_area() {
    let map = map();
    let graph = flow_map_graph(&map, &FlowMapParams::default()).unwrap();
    let (u, v) = map.to_flow().into_components();
    let (u, v) = (area_mean(u.view(), 10), area_mean(v.view(), 10));
    for (node, features) in graph.flow().node_features().outer_iter().enumerate() {
        let at = [node / 10, node % 10];
        assert!(
            (f64::from(features[0]) - u[at]).abs() < 1e-6 && (f64::from(features[1]) - v[at]).abs() < 1e-6
        );
    }
}

#[test]
fn the_mirrored_view_is_the_same_motion_on_the_other_side() {
    let views = flow_map_graphs(&map(), &FlowMapParams::default()).unwrap();
    let [own, mirrored] = &views[..] else { panic!("{} views", views.len()) };
    let (own, mirrored) = (own.flow().node_features(), mirrored.flow().node_features());
    for node in 0..100 {
        let partner = node / 10 * 10 + 9 - node % 10;
        assert!((own[[node, 0]] + mirrored[[partner, 0]]).abs() < 1e-5);
        assert!((own[[node, 1]] - mirrored[[partner, 1]]).abs() < 1e-5);
    }
    let single = FlowMapParams { views: Views::Single, ..FlowMapParams::default() };
    assert_eq!(flow_map_graphs(&map(), &single).unwrap().len(), 1);
}

#[test]
fn onset_and_offset_are_at_rest_and_strain_is_a_third_value() {
    let params = FlowMapParams {
        nodes: FlowMapNodes::Face { patch_px: 4 },
        channels: FlowMapChannels::FlowAndStrain,
        frames: FlowMapFrames::OnsetApexOffset,
        ..FlowMapParams::default()
    };
    let graph = flow_map_graph(&map(), &params).unwrap();
    assert_eq!((graph.landmarks(), graph.kept_frames().len()), (51, 3));
    let features = graph.flow().node_features();
    assert_eq!(features.dim(), (153, 3));
    assert!(features.rows().into_iter().take(51).flatten().all(|value| *value == 0.0));
    assert!(features.rows().into_iter().skip(102).flatten().all(|value| *value == 0.0));
    let apex = flow_map_graph(&map(), &FlowMapParams { frames: FlowMapFrames::Apex, ..params }).unwrap();
    assert_eq!(features.slice(ndarray::s![51..102, ..]), apex.flow().node_features());
    let strain = apex.flow().node_features().column(2).to_vec();
    assert!(strain.iter().any(|e| *e > 0.3) && strain.iter().any(|e| *e < -0.3), "{strain:?}");
}

#[test]
fn a_grid_finer_than_the_map_is_refused() {
    for side in [0, 1, 29] {
        let params = FlowMapParams { nodes: FlowMapNodes::Grid { side }, ..FlowMapParams::default() };
        let error = flow_map_graph(&map(), &params).unwrap_err();
        assert!(error.to_string().contains("side"), "{error}");
    }
}

#[test]
fn the_map_of_a_smile_moves_the_mouth_corners_up_and_outwards() {
    let params = SynthParams {
        acting: Acting::Prototypical { peak_px: [3.0, 3.0] },
        nuisance: Nuisance { noise_levels: 0.5, ..Nuisance::fluttering() },
        ..SynthParams::prototypical()
    };
    let subject = Subject::new(&params, 1).unwrap();
    let smile = SynthClip::render(&params, &subject, 1, Expression::Positive).unwrap();
    let settings = PipelineSettings { landmarks: LandmarkSource::Files, ..PipelineSettings::default() };
    let pipeline = Pipeline::new(&settings).unwrap();
    let aligned = pipeline.register_clip(smile.to_clip().unwrap(), Some(&smile.truth.landmarks)).unwrap();
    let map = pipeline.flow_map(&aligned, Some(smile.truth.apex), FlowMap::SIZE).unwrap();
    let graph = flow_map_graph(
        &map,
        &FlowMapParams { nodes: FlowMapNodes::Face { patch_px: 4 }, ..FlowMapParams::default() },
    )
    .unwrap();
    let motion = graph.flow().node_features();
    // The corners of the mouth, points 22 and 28 of the 51 (image left and right), rise more than all other points but their
    // neighbours do.
    let up = |point: usize| -motion[[point, 1]];
    let mean = (0..51).map(up).sum::<f32>() / 51.0;
    assert!(up(22) > mean + 1.0 && up(28) > mean + 1.0, "{} {} {mean}", up(22), up(28));
    assert_eq!(canonical_face(28).points().len(), 51);
    // Without an annotated apex the frame that has moved furthest is taken: nearly the same map.
    let found = pipeline.flow_map(&aligned, None, FlowMap::SIZE).unwrap();
    let difference = |a: &u8, b: &u8| f64::from(a.abs_diff(*b));
    let pairs = found.v().into_iter().zip(map.v().into_iter().copied().collect::<Vec<u8>>());
    let mean = pairs.map(|(a, b)| difference(a, &b)).sum::<f64>() / 784.0;
    assert!(mean < 20.0, "{mean}");
}
