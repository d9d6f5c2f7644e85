//! Positions and flow patches as node features.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::f32::consts::{FRAC_PI_2, PI};

use microexpr_core::{FlowField, LandmarkScheme, Landmarks};
use microexpr_graph::{
    ClipScale, FeatureColumns, GraphParams, MIRROR_51, MotionAxes, PatchFeature, PositionFeature,
    TEMPLATE_51, Trend, VideoGraph, build, mirrored_face,
};
use ndarray::Array2;

/// u = 100·row + col, v = −u: the pixel a value came from can be read off.
fn ramp(height: usize, width: usize) -> FlowField {
    let u = Array2::from_shape_fn((height, width), |(row, col)| (100 * row + col) as f32);
    FlowField::new(u.clone(), -u).unwrap()
}

fn face(shift: [f64; 2]) -> Landmarks {
    let points = TEMPLATE_51.map(|p| [100.0 + 60.0 * p[0] + shift[0], 80.0 + 60.0 * p[1] + shift[1]]);
    Landmarks::new(LandmarkScheme::Paper51, points.to_vec()).unwrap()
}

fn graph(faces: &[Landmarks], position_feature: PositionFeature) -> VideoGraph {
    let flows = vec![FlowField::zeros(200, 254); faces.len()];
    let kept: Vec<usize> = (0..faces.len()).collect();
    build(faces, &flows, &kept, &GraphParams { position_feature, ..GraphParams::default() }).unwrap()
}

#[test]
fn patch_covers_the_half_open_square_row_by_row() {
    let patch = PatchFeature::Horizontal.patch(&ramp(40, 40), [20.0, 10.0], 10);
    let expected: Vec<f32> =
        (5..15).flat_map(|row| (15..25).map(move |col| (100 * row + col) as f32)).collect();
    assert_eq!(patch, expected);
}

#[test]
fn patch_holds_the_pixels_whose_centres_lie_in_the_square() {
    // [15.4, 25.4) × [5, 15) holds the columns 16 to 25; [14.5, 24.5) the columns 15 to 24.
    let first = |x: f64| PatchFeature::Horizontal.patch(&ramp(40, 40), [x, 10.0], 10)[0];
    assert_eq!([first(20.4), first(20.0), first(19.5), first(19.9999)], [516.0, 515.0, 515.0, 515.0]);
    // An odd side: [18.5, 21.5).
    let odd = PatchFeature::Horizontal.patch(&ramp(40, 40), [20.0, 10.0], 3);
    assert_eq!(odd, [919.0, 920.0, 921.0, 1019.0, 1020.0, 1021.0, 1119.0, 1120.0, 1121.0]);
}

#[test]
fn patch_repeats_the_border_outside_the_image() {
    let at = |row: usize, col: usize| (100 * row + col) as f32;
    let corner = PatchFeature::Horizontal.patch(&ramp(30, 40), [0.0, 0.0], 10);
    assert_eq!((corner[0], corner[9], corner[90], corner[99]), (at(0, 0), at(0, 4), at(4, 0), at(4, 4)));
    let corner = PatchFeature::Horizontal.patch(&ramp(30, 40), [39.0, 29.0], 10);
    assert_eq!(
        (corner[0], corner[9], corner[90], corner[99]),
        (at(24, 34), at(24, 39), at(29, 34), at(29, 39))
    );
    let far = PatchFeature::Horizontal.patch(&ramp(30, 40), [-1e12, 1e12], 10);
    assert!(far.iter().all(|v| *v == at(29, 0)));
}

#[test]
fn half_components_are_means_of_two_columns_u_before_v() {
    let patch = PatchFeature::HalfComponents.patch(&ramp(40, 40), [20.0, 10.0], 10);
    // Rows 5 to 14, columns 15 to 24 by twos: 15.5, 17.5 and so on.
    let u: Vec<f32> = (5..15)
        .flat_map(|row| (0..5).map(move |pair| (100 * row) as f32 + 15.5 + (2 * pair) as f32))
        .collect();
    let v: Vec<f32> = u.iter().map(|value| -value).collect();
    assert_eq!(patch, [u, v].concat());
    assert_eq!(PatchFeature::HalfComponents.width(10), 100);
    let (flows, odd) = ([FlowField::zeros(200, 254)], PatchFeature::HalfComponents);
    let params = GraphParams { patch_feature: odd, patch_size_px: 9, ..GraphParams::default() };
    let refused = build(&[face([0.0, 0.0])], &flows, &[0], &params).unwrap_err();
    assert!(refused.to_string().contains("even"), "{refused}");
}

#[test]
fn patch_of_a_uniform_motion_shows_its_length_and_direction() {
    let flow = FlowField::new(Array2::from_elem((20, 20), 3.0), Array2::from_elem((20, 20), -4.0)).unwrap();
    let all = |feature: PatchFeature, value: f32| {
        let patch = feature.patch(&flow, [10.0, 10.0], 10);
        assert_eq!(patch.len(), 100);
        assert!(patch.iter().all(|v| (v - value).abs() < 1e-6), "{feature:?} {patch:?}");
    };
    all(PatchFeature::Magnitude, 5.0);
    all(PatchFeature::Horizontal, 3.0);
    all(PatchFeature::Vertical, -4.0);
    all(PatchFeature::Orientation, (-4.0_f32).atan2(3.0));
    let both = PatchFeature::Components.patch(&flow, [10.0, 10.0], 10);
    assert_eq!(both, [[3.0; 100], [-4.0; 100]].concat());
}

#[test]
fn strain_of_a_linear_motion_is_that_of_its_matrix() {
    let motion =
        |a: f32, b: f32| Array2::from_shape_fn((20, 20), |(row, col)| a * col as f32 + b * row as f32);
    let flow = FlowField::new(motion(0.02, 0.05), motion(-0.01, -0.03)).unwrap();
    let expected = (0.02_f32.powi(2) + 0.03_f32.powi(2) + 0.5 * 0.04_f32.powi(2)).sqrt();
    let patch = PatchFeature::Strain.patch(&flow, [10.0, 10.0], 10);
    assert_eq!(patch.len(), 100);
    assert!(patch.iter().all(|v| (v - expected).abs() < 1e-6), "{patch:?}");

    let turned = FlowField::new(motion(0.0, -0.05), motion(0.05, 0.0)).unwrap();
    let patch = PatchFeature::Strain.patch(&turned, [10.0, 10.0], 10);
    assert!(patch.iter().all(|v| v.abs() < 1e-6), "a turn deforms nothing: {patch:?}");
}

#[test]
fn orientation_runs_clockwise_on_the_screen_from_the_right() {
    let direction = |u: f32, v: f32| {
        let flow = FlowField::new(Array2::from_elem((4, 4), u), Array2::from_elem((4, 4), v)).unwrap();
        PatchFeature::Orientation.patch(&flow, [2.0, 2.0], 1)[0]
    };
    assert_eq!([direction(1.0, 0.0), direction(0.0, 1.0), direction(-1.0, 0.0)], [0.0, FRAC_PI_2, PI]);
    assert_eq!(direction(0.0, 0.0), 0.0);
}

#[test]
fn normalised_positions_ignore_where_and_how_large_the_face_is() {
    let plain = graph(&[face([0.0; 2]), face([0.7, -0.2])], PositionFeature::Normalised);
    let moved = graph(&[face([31.0, -12.0]), face([31.7, -12.2])], PositionFeature::Normalised);
    let larger: Vec<_> = [face([0.0; 2]), face([0.7, -0.2])]
        .iter()
        .map(|f| f.map(|p| [1.5 * p[0], 1.5 * p[1]]).unwrap())
        .collect();
    let larger = graph(&larger, PositionFeature::Normalised);
    for other in [&moved, &larger] {
        let difference = &plain.location().node_features() - &other.location().node_features();
        assert!(difference.iter().all(|d| d.abs() < 1e-5));
    }
}

#[test]
fn normalised_positions_are_centred_on_the_first_frame_in_inter_ocular_distances() {
    let graph = graph(&[face([0.0; 2]), face([6.0, 0.0])], PositionFeature::Normalised);
    let x = graph.location().node_features();
    let mean = |rows: std::ops::Range<usize>, axis: usize| x.slice(ndarray::s![rows, axis]).mean().unwrap();
    assert!(mean(0..51, 0).abs() < 1e-5 && mean(0..51, 1).abs() < 1e-5);
    // Six pixels are a tenth of the eyes' 60; the second frame is measured from the first frame's centroid.
    assert!((mean(51..102, 0) - 0.1).abs() < 1e-3);
    assert!((mean(6..12, 0) - mean(0..6, 0) - 1.0).abs() < 1e-5);
}

#[test]
fn other_position_features_are_their_definitions() {
    let faces = [face([0.0; 2]), face([0.5, -0.25])];
    let point = faces[1].points()[7];
    let row = |feature| {
        let graph = graph(&faces, feature);
        let row = graph.location().node_features().row(51 + 7).to_vec();
        [row[0], row[1]]
    };
    assert_eq!(row(PositionFeature::Pixels), point.map(|c| c as f32));
    assert_eq!(row(PositionFeature::FrameFraction), [(point[0] / 254.0) as f32, (point[1] / 200.0) as f32]);
    assert_eq!(row(PositionFeature::Displacement), [0.5, -0.25]);
    let first = graph(&faces, PositionFeature::Displacement);
    assert!(first.location().node_features().rows().into_iter().take(51).all(|r| r[0] == 0.0 && r[1] == 0.0));
}

#[test]
fn relative_displacements_are_thousandths_of_the_inter_ocular_distance() {
    let sheared = |dx: f64| {
        let points = TEMPLATE_51.map(|p| [127.0 + 80.0 * p[0] + dx * p[1], 90.0 + 80.0 * p[1]]);
        Landmarks::new(LandmarkScheme::Paper51, points.to_vec()).unwrap()
    };
    let flow = FlowField::new(ramp(254, 254).u().to_owned(), Array2::ones((254, 254))).unwrap();
    let params =
        GraphParams { position_feature: PositionFeature::RelativeDisplacement, ..GraphParams::default() };
    let faces = [sheared(0.0), sheared(0.4)];
    let graph = build(&faces, &[flow.clone(), flow], &[0, 5], &params).unwrap();
    // A shear of 0.4 px per unit of the template: 0.4·y / 80 px of inter-ocular distance, in thousandths.
    let moved = graph.location().node_features()[[51 + 40, 0]];
    let expected = 1000.0 * 0.4 * TEMPLATE_51[40][1] / 80.0;
    assert!((f64::from(moved) - expected).abs() < 0.01, "{moved} {expected}");
}

#[test]
fn every_landmark_has_columns_of_its_own_in_every_frame() {
    assert_eq!(FeatureColumns::PerLandmark.width(2, 51), 102);
    assert_eq!(FeatureColumns::Shared.width(2, 51), 2);
    let first: Vec<usize> = (0..2 * 51).map(|node| FeatureColumns::PerLandmark.first(node, 2, 51)).collect();
    let blocks: Vec<usize> = (0..102).step_by(2).collect();
    assert_eq!((&first[..51], &first[51..]), (&blocks[..], &blocks[..]));
    assert_eq!(FeatureColumns::Shared.first(60, 2, 51), 0);
}

#[test]
fn an_exaggerated_face_is_the_template_with_its_motion_enlarged() {
    let faces = [face([3.0, 1.0]), face([3.6, 1.0])];
    let graph = graph(&faces, PositionFeature::Exaggerated { factor: 30, inter_ocular: 5 });
    let x = graph.location().node_features();
    for (i, place) in TEMPLATE_51.iter().enumerate() {
        assert!((f64::from(x[[i, 0]]) - 5.0 * place[0]).abs() < 1e-5, "the first frame is the template");
        // 0.6 px of the eyes' 60, thirty times, in fifths of their distance.
        assert!((f64::from(x[[51 + i, 0]]) - 5.0 * (place[0] + 0.3)).abs() < 5e-3);
        assert!((f64::from(x[[51 + i, 1]]) - 5.0 * place[1]).abs() < 1e-5);
    }
}

/// A face whose landmark `i` moves by `0.1·(i mod 7 − 3, i mod 5 − 2)` px, and the flow that says the same everywhere around it.
fn restless(shown: fn(&Landmarks, &FlowField) -> (Landmarks, FlowField), params: &GraphParams) -> VideoGraph {
    let start = face([27.0, 20.0]);
    let way = |i: usize| [0.1 * ((i % 7) as f64 - 3.0), 0.1 * ((i % 5) as f64 - 2.0)];
    let moved =
        start.points().iter().enumerate().map(|(i, p)| [p[0] + way(i)[0], p[1] + way(i)[1]]).collect();
    let moved = Landmarks::new(LandmarkScheme::Paper51, moved).unwrap();
    let wave =
        |a: f32, b: f32| Array2::from_shape_fn((254, 254), |(y, x)| (a * x as f32 + b * y as f32).sin());
    let still = FlowField::zeros(254, 254);
    let flow = FlowField::new(wave(0.05, 0.03), wave(-0.02, 0.04)).unwrap();
    let (faces, flows): (Vec<_>, Vec<_>) =
        [(start, still), (moved, flow)].iter().map(|(l, f)| shown(l, f)).unzip();
    build(&faces, &flows, &[0, 4], params).unwrap()
}

fn as_seen(face: &Landmarks, flow: &FlowField) -> (Landmarks, FlowField) {
    (face.clone(), flow.clone())
}

fn in_a_mirror(face: &Landmarks, flow: &FlowField) -> (Landmarks, FlowField) {
    (mirrored_face(face, 254).unwrap(), flow.mirrored())
}

#[test]
fn outward_motion_is_positive_on_either_half_of_the_face() {
    let image = GraphParams {
        position_feature: PositionFeature::Displacement,
        patch_feature: PatchFeature::HalfComponents,
        ..GraphParams::default()
    };
    let outward = GraphParams { axes: MotionAxes::Outward, ..image };
    let (image, outward) = (restless(as_seen, &image), restless(as_seen, &outward));
    // Brow and mouth, on the image's left and right; the middle of the lower lip, which has no side.
    for (landmark, signs) in
        [(14, [-1.0, -1.0]), (19, [1.0, -1.0]), (22, [-1.0, 1.0]), (28, [1.0, 1.0]), (31, [0.0, 1.0])]
    {
        for (column, way) in image.location().node_features().row(51 + landmark).iter().enumerate() {
            assert_eq!(outward.location().node_features()[[51 + landmark, column]], way * signs[column]);
        }
        for (column, way) in image.flow().node_features().row(51 + landmark).iter().enumerate() {
            let expected = way * signs[usize::from(column >= 50)];
            assert_eq!(
                outward.flow().node_features()[[51 + landmark, column]],
                expected,
                "{landmark} {column}"
            );
        }
    }
}

#[test]
fn outward_motion_is_the_same_in_a_mirror() {
    let params = GraphParams {
        position_feature: PositionFeature::RelativeDisplacement,
        patch_feature: PatchFeature::Mean,
        axes: MotionAxes::Outward,
        ..GraphParams::default()
    };
    let (seen, mirrored) = (restless(as_seen, &params), restless(in_a_mirror, &params));
    for (stream, reflected) in [(seen.location(), mirrored.location()), (seen.flow(), mirrored.flow())] {
        assert!(stream.node_features().iter().any(|way| way.abs() > 0.1));
        for (landmark, partner) in MIRROR_51.iter().enumerate() {
            let rows = stream.node_features();
            let (row, other) =
                (rows.row(51 + landmark).to_vec(), reflected.node_features().row(51 + partner).to_vec());
            // A patch of an even side covers one column more on the left of a landmark than on its right.
            let near = |(a, b): (&f32, &f32)| (a - b).abs() < 0.06;
            assert!(row.iter().zip(&other).all(near), "{landmark}: {row:?} {other:?}");
        }
    }
}

#[test]
fn patches_of_half_components_lose_the_trend_of_their_means() {
    let kept = GraphParams { patch_feature: PatchFeature::HalfComponents, ..GraphParams::default() };
    let removed = GraphParams { trend: Trend::Remove { degree: 2 }, ..kept };
    let means = GraphParams { patch_feature: PatchFeature::Mean, ..removed };
    let [kept, removed, means] = [kept, removed, means].map(|params| restless(as_seen, &params));
    for node in 51..102 {
        let [kept, removed] = [&kept, &removed].map(|graph| graph.flow().node_features().row(node).to_vec());
        for (axis, half) in [0..50, 50..100].into_iter().enumerate() {
            let mean = removed[half.clone()].iter().sum::<f32>() / 50.0;
            assert!((mean - means.flow().node_features()[[node, axis]]).abs() < 1e-5);
            // What differs inside a patch stays.
            let shift = kept[half.start] - removed[half.start];
            assert!(half.into_iter().all(|i| (kept[i] - removed[i] - shift).abs() < 1e-5));
        }
    }
}

#[test]
fn displacements_over_their_root_mean_square_keep_their_pattern() {
    let measured =
        GraphParams { position_feature: PositionFeature::RelativeDisplacement, ..GraphParams::default() };
    let scaled = GraphParams { position_scale: ClipScale::RootMeanSquare, ..measured };
    let [measured, scaled] = [measured, scaled].map(|params| restless(as_seen, &params));
    let (measured, scaled) = (measured.location().node_features(), scaled.location().node_features());
    let mean_square = scaled.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / 204.0;
    assert!((mean_square - 1.0).abs() < 1e-6);
    let ratio = measured[[51, 0]] / scaled[[51, 0]];
    assert!(measured.iter().zip(&scaled).all(|(m, s)| (m - ratio * s).abs() < 1e-4));
    assert!(scaled.rows().into_iter().take(51).all(|row| row[0] == 0.0 && row[1] == 0.0), "what rests is 0");
}

#[test]
fn patches_without_both_components_keep_their_trend() {
    for patch_size_px in [1, 10] {
        for patch_feature in [PatchFeature::Magnitude, PatchFeature::Horizontal, PatchFeature::Vertical] {
            let kept = GraphParams { patch_feature, patch_size_px, ..GraphParams::default() };
            let removed = GraphParams { trend: Trend::Remove { degree: 2 }, ..kept };
            let [kept, removed] = [kept, removed].map(|params| restless(as_seen, &params));
            assert_eq!(kept.flow().node_features(), removed.flow().node_features());
        }
    }
}
