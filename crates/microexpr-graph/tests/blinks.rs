//! Eyes that blink.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use microexpr_core::{FlowField, LandmarkScheme, Landmarks};
use microexpr_graph::{
    Blinks, GraphParams, PatchFeature, PositionFeature, TEMPLATE_51, Trend, VideoGraph, build,
};
use ndarray::Array2;

const INTER_OCULAR_PX: f64 = 60.0;
/// The paper's 51 points begin with the eyes.
const EYES: [std::ops::Range<usize>; 2] = [0..6, 6..12];
const MOUTH_CORNER: usize = 22;

/// Vertical motion of the eyes and of a corner of the mouth, in inter-ocular distances, while the head bends.
#[derive(Clone, Copy, Default)]
struct Motion {
    eyes: [f64; 2],
    mouth: f64,
    head: f64,
}

fn face(motion: Motion) -> Landmarks {
    let mut points = TEMPLATE_51.map(|[x, y]| {
        let head = motion.head * (1.0 + 0.3 * x - 0.2 * x * y);
        [100.0 + INTER_OCULAR_PX * x, 80.0 + INTER_OCULAR_PX * (y + head)]
    });
    for (eye, motion) in EYES.into_iter().zip(motion.eyes) {
        points[eye].iter_mut().for_each(|p| p[1] += INTER_OCULAR_PX * motion);
    }
    points[MOUTH_CORNER][1] += INTER_OCULAR_PX * motion.mouth;
    Landmarks::new(LandmarkScheme::Paper51, points.to_vec()).unwrap()
}

/// The graph of frames since one at rest; the flow is as high as the eyes move above row 100, and nothing below.
fn graph(motions: &[Motion], blinks: Blinks) -> VideoGraph {
    let frames: Vec<Landmarks> =
        std::iter::once(Motion::default()).chain(motions.iter().copied()).map(face).collect();
    let down = |motion: &Motion| (INTER_OCULAR_PX * motion.eyes[0]) as f32;
    let field = |down: f32| {
        let v = Array2::from_shape_fn((200, 254), |(row, _)| if row < 100 { down } else { 0.0 });
        FlowField::new(Array2::zeros((200, 254)), v).unwrap()
    };
    let flows: Vec<FlowField> = std::iter::once(0.0).chain(motions.iter().map(down)).map(field).collect();
    let kept: Vec<usize> = (0..frames.len()).collect();
    let params = GraphParams {
        position_feature: PositionFeature::RelativeDisplacement,
        patch_feature: PatchFeature::Mean,
        trend: Trend::Remove { degree: 2 },
        blinks,
        ..GraphParams::default()
    };
    build(&frames, &flows, &kept, &params).unwrap()
}

/// Horizontal and vertical displacement of a landmark in the given frame, in thousandths of the inter-ocular distance.
fn way(graph: &VideoGraph, frame: usize, landmark: usize) -> [f32; 2] {
    let row = graph.location().node_features().row(51 * frame + landmark).to_vec();
    [row[0], row[1]]
}

const HIDE: Blinks = Blinks::Hide { eye_motion: 0.008 };

#[test]
fn in_a_blink_the_eyes_rest_and_the_rest_of_the_face_is_seen_as_without_it() {
    let smile = Motion { mouth: -0.01, head: 0.02, ..Motion::default() };
    let blinking = |depth: f64| graph(&[Motion { eyes: [depth; 2], ..smile }, smile], HIDE);
    let [shallow, deep, up] = [0.03, 0.06, -0.03].map(blinking);
    for landmark in 0..51 {
        for other in [&deep, &up] {
            let [a, b] = [&shallow, other].map(|graph| way(graph, 1, landmark));
            assert!((a[0] - b[0]).abs() < 1e-3 && (a[1] - b[1]).abs() < 1e-3, "{landmark}: {a:?} {b:?}");
        }
        if landmark < 12 {
            assert_eq!(way(&deep, 1, landmark), [0.0, 0.0]);
            assert_eq!(deep.flow().node_features().row(51 + landmark).to_vec(), [0.0, 0.0]);
        }
    }
    let corner = way(&deep, 1, MOUTH_CORNER)[1];
    assert!((-10.0..-8.0).contains(&corner), "nearly the 10 thousandths that it moved: {corner}");
    // The frame without a blink is the one that it would be anyway.
    let plain = graph(&[Motion { eyes: [0.06; 2], ..smile }, smile], Blinks::Keep);
    assert!((0..51).all(|landmark| way(&plain, 2, landmark) == way(&deep, 2, landmark)));
    // Kept, the blink drags along what rests.
    assert!(way(&plain, 1, 15)[1].abs() > 3.0 && way(&deep, 1, 15)[1].abs() < 1.0);
}

#[test]
fn a_wink_a_squint_and_a_nod_are_no_blinks() {
    let wink = Motion { eyes: [0.04, 0.0], ..Motion::default() };
    let squint = Motion { eyes: [0.006; 2], ..Motion::default() };
    let opposite = Motion { eyes: [0.03, -0.03], ..Motion::default() };
    let nod = Motion { head: 0.1, ..Motion::default() };
    let all = [wink, squint, opposite, nod];
    assert_eq!(graph(&all, HIDE), graph(&all, Blinks::Keep));
}

#[test]
fn a_threshold_without_motion_is_refused() {
    for eye_motion in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let params = GraphParams { blinks: Blinks::Hide { eye_motion }, ..GraphParams::default() };
        let refused =
            build(&[face(Motion::default())], &[FlowField::zeros(9, 9)], &[0], &params).unwrap_err();
        assert!(refused.to_string().contains("blinks must be a positive motion of the eyes"), "{refused}");
    }
}

#[test]
fn points_that_name_no_eyes_keep_what_moves() {
    let frame = |down: f64| {
        let points =
            TEMPLATE_51.map(|[x, y]| [100.0 + 60.0 * x, 80.0 + 60.0 * y + if y < 0.1 { down } else { 0.0 }]);
        Landmarks::new(LandmarkScheme::Custom, points.to_vec()).unwrap()
    };
    let built = |blinks| {
        let params =
            GraphParams { position_feature: PositionFeature::Displacement, blinks, ..GraphParams::default() };
        let flow = FlowField::zeros(200, 254);
        build(&[frame(0.0), frame(5.0)], &[flow.clone(), flow], &[0, 1], &params).unwrap()
    };
    assert_eq!(built(HIDE), built(Blinks::Keep));
}

#[test]
fn in_a_blink_patches_of_every_kind_rest_at_the_eyes_and_nowhere_else() {
    let frames = [Motion::default(), Motion { eyes: [0.05; 2], ..Motion::default() }].map(face);
    let v = Array2::from_shape_fn((200, 254), |(row, column)| 0.5 + 0.01 * (row + 2 * column) as f32);
    let flows = [FlowField::zeros(200, 254), FlowField::new(v.clone(), v * 0.3).unwrap()];
    for patch_feature in [PatchFeature::Magnitude, PatchFeature::HalfComponents, PatchFeature::Strain] {
        let built = |blinks| {
            let params = GraphParams { patch_feature, blinks, ..GraphParams::default() };
            build(&frames, &flows, &[0, 4], &params).unwrap()
        };
        let [hidden, kept] = [HIDE, Blinks::Keep].map(built);
        let [hidden, kept] = [&hidden, &kept].map(|graph| graph.flow().node_features());
        for node in 51..102 {
            let expected =
                if node - 51 < 12 { kept.row(node).mapv(|_| 0.0) } else { kept.row(node).to_owned() };
            assert!(kept.row(node).iter().any(|value| *value != 0.0));
            assert_eq!(hidden.row(node), expected, "{patch_feature:?}, {node}");
        }
    }
}
