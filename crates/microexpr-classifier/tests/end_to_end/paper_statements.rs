//! The preset `paper` keeps every statement of the paper (`docs/paper.md` marks them [P]); what it leaves open is not asserted here.

use std::collections::BTreeSet;

use microexpr_classifier::{Attention, Device, LastLayer, NetworkLearner, Preset, Settings, Streams};
use microexpr_core::{FlowField, LandmarkScheme, Landmarks};
use microexpr_flow::{IntensityMeasure, KeepRule};
use microexpr_gnn::Readout;
use microexpr_graph::{Stream, TEMPLATE_51, VideoGraph, build};
use microexpr_landmarks::MotionModel;
use ndarray::Array2;
use safetensors::SafeTensors;

const LANDMARKS: usize = 51;
const KEPT: [usize; 5] = [0, 3, 9, 14, 20];
/// The graph is of the three frames between the first and the last.
const FRAMES: usize = 3;

fn paper() -> Settings {
    Preset::Paper.settings()
}

/// The graph of a face that comes apart, each landmark at its own speed, in five kept frames.
fn graph() -> VideoGraph {
    let face = TEMPLATE_51.map(|p| [127.0 + 60.0 * p[0], 110.0 + 60.0 * p[1]]);
    let points = |frame: usize| {
        let place =
            |(i, p): (usize, &[f64; 2])| [p[0] + 1e-3 * (frame * i) as f64, p[1] - 2e-3 * (frame * i) as f64];
        Landmarks::new(LandmarkScheme::Paper51, face.iter().enumerate().map(place).collect()).unwrap()
    };
    let flow = |frame: usize| {
        let u = Array2::from_shape_fn((254, 254), |(y, x)| 1e-4 * (frame * (x + 2 * y)) as f32);
        let v = Array2::from_shape_fn((254, 254), |(y, x)| -1e-4 * (frame * (2 * x + y)) as f32);
        FlowField::new(u, v).unwrap()
    };
    let points: Vec<_> = KEPT.iter().map(|frame| points(*frame)).collect();
    let flows: Vec<_> = KEPT.iter().map(|frame| flow(*frame)).collect();
    build(&points, &flows, &KEPT, &paper().pipeline.graph).unwrap()
}

#[test]
fn frames_are_aligned_to_254_by_254_pixels_magnified_by_4_and_kept_where_they_exceed_the_mean_of_8() {
    let pipeline = paper().pipeline;
    assert_ne!(pipeline.alignment.motion, MotionModel::None);
    assert_eq!(pipeline.alignment.crop.size_px, 254);
    assert_eq!(pipeline.alpha(), 4.0);
    let selection = pipeline.selection;
    assert_eq!((selection.measure, selection.keep), (IntensityMeasure::Magnitude, KeepRule::Greater));
    assert_eq!((selection.segment, selection.stride), (8, 8));
}

#[test]
fn fifty_one_landmarks_are_37_of_the_68_10_of_the_forehead_and_4_beside_the_mouth() {
    let points = paper().pipeline.paper51;
    let kept: BTreeSet<usize> = points.kept.iter().copied().collect();
    assert_eq!((kept.len(), points.mouth_pairs.len()), (37, 4));
    assert_eq!(kept.len() + 10 + points.mouth_pairs.len(), LANDMARKS);
}

#[test]
fn a_node_has_2_values_in_one_stream_and_a_10_by_10_flow_patch_in_the_other() {
    let graph = graph();
    assert_eq!(graph.nodes(), LANDMARKS * FRAMES);
    assert_eq!(graph.location().node_features().ncols(), 2);
    assert_eq!(paper().pipeline.graph.patch_size_px, 10);
    assert_eq!(graph.flow().node_features().ncols(), 10 * 10);
}

#[test]
fn a_graph_of_three_frames_joins_a_node_to_its_own_frame_and_to_itself_in_the_frame_before_and_after() {
    assert_eq!(paper().pipeline.selection.max_kept, Some(FRAMES + 2));
    let graph = graph();
    let edges: BTreeSet<(u32, u32)> =
        graph.edges().source.iter().copied().zip(graph.edges().target.iter().copied()).collect();
    let (frame, landmark) = (|node: u32| node as usize / LANDMARKS, |node: u32| node as usize % LANDMARKS);
    let between = edges.iter().filter(|(from, to)| frame(*from) != frame(*to));
    let mut three_frames = 0;
    for (from, to) in between {
        assert_eq!((landmark(*from), frame(*from).abs_diff(frame(*to))), (landmark(*to), 1));
        three_frames += 1;
    }
    assert_eq!(three_frames, 2 * LANDMARKS * (FRAMES - 1));
    assert!(edges.iter().any(|(from, to)| frame(*from) == frame(*to) && from != to));
}

#[test]
fn an_edge_carries_the_jaccard_index_of_its_ends_and_the_radial_basis_function_of_their_features() {
    let graph = graph();
    let edges = graph.edges();
    let mut closed: Vec<BTreeSet<u32>> = (0..graph.nodes() as u32).map(|node| [node].into()).collect();
    for (from, to) in edges.source.iter().zip(&edges.target) {
        closed[*from as usize].insert(*to);
        closed[*to as usize].insert(*from);
    }
    let square = |stream: &Stream, from: u32, to: u32| {
        let rows = stream.node_features();
        let differences = rows.row(from as usize).to_owned() - rows.row(to as usize);
        differences.iter().map(|d| f64::from(*d).powi(2)).sum::<f64>()
    };
    for stream in [graph.location(), graph.flow()] {
        let ends = || edges.source.iter().copied().zip(edges.target.iter().copied());
        let mut distances: Vec<f64> =
            ends().filter(|(a, b)| a != b).map(|(a, b)| square(stream, a, b)).collect();
        distances.sort_by(f64::total_cmp);
        let middle = [(distances.len() - 1) / 2, distances.len() / 2].map(|i| distances[i].sqrt());
        let sigma = f64::midpoint(middle[0], middle[1]);
        for ((from, to), found) in ends().zip(stream.edge_features().rows()) {
            let (a, b) = (&closed[from as usize], &closed[to as usize]);
            let index = a.intersection(b).count() as f64 / a.union(b).count() as f64;
            let alike = (-square(stream, from, to) / (2.0 * sigma * sigma)).exp();
            assert!(
                (f64::from(found[0]) - index).abs() < 1e-6,
                "Jaccard {} of {from}-{to}: {index}",
                found[0]
            );
            assert!(
                (f64::from(found[1]) - alike).abs() < 1e-4,
                "radial {} of {from}-{to}: {alike}",
                found[1]
            );
        }
    }
}

#[test]
fn two_streams_of_three_adaptive_layers_of_32_pool_three_quarters_with_dropout_of_one_half() {
    let model = paper().model;
    assert_eq!((model.attention, model.streams), (Attention::Adaptive, Streams::Both));
    assert_eq!((model.layers, model.hidden, model.embedding), (3, 32, None));
    assert_eq!((model.pooling_ratio, model.dropout), (0.75, 0.5));
    assert_eq!(model.readout, Readout::MaxMean);
    assert!(!model.input_readout && model.fourier_features.is_none() && model.fully_connected.is_empty());
}

/// §4.6: 0.038 million.
#[test]
fn the_network_that_is_trained_has_37_861_parameters() {
    let mut settings = paper();
    // Copies are made from recordings; one pass is enough for the sizes.
    settings.training.augmentation_alphas.clear();
    settings.training.epochs = 1;
    let learner = NetworkLearner::new(vec![vec![graph()]; 3], settings, Device::Cpu).unwrap();
    let classes = ["negative", "positive", "surprise"].map(String::from).to_vec();
    let model = learner.train(&[0, 1, 2], classes, 1, "three graphs".into(), &mut || ()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    model.save(&path).unwrap();
    let file = std::fs::read(path).unwrap();
    let tensors = SafeTensors::deserialize(&file).unwrap();
    let parameters: usize = tensors.tensors().iter().map(|(_, t)| t.shape().iter().product::<usize>()).sum();
    assert_eq!(parameters, 37_861);
}

#[test]
fn one_network_is_trained_by_adam_at_a_thousandth_with_copies_magnified_by_2_to_5() {
    let training = paper().training;
    assert_eq!((training.learning_rate, training.weight_decay, training.networks), (1e-3, 0.0, 1));
    assert_eq!(training.last_layer, LastLayer::Trained);
    let alphas = &training.augmentation_alphas;
    assert!(!alphas.is_empty() && alphas.iter().all(|alpha| (2.0..=5.0).contains(alpha)));
    assert!(paper().inner_validation.is_none());
}
