//! Edges within a frame.

use std::collections::BTreeSet;

use microexpr_core::{LandmarkScheme, Landmarks, Point};
use microexpr_graph::{GraphError, SpatialTopology, TEMPLATE_51};
use proptest::prelude::*;

fn triangles(edges: &[[u32; 2]]) -> usize {
    let set: BTreeSet<[u32; 2]> = edges.iter().copied().collect();
    let closes =
        |[a, b]: &[u32; 2]| set.range([*b, 0]..[*b + 1, 0]).filter(|e| set.contains(&[*a, e[1]])).count();
    set.iter().map(closes).sum()
}

/// Area to the left of the line from `a` to `b`, times two.
fn side(a: Point, b: Point, p: Point) -> f64 {
    (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
}

fn hull_size(points: &[Point]) -> usize {
    let on_hull =
        |a: &Point, b: &Point| a != b && points.iter().all(|p| p == a || p == b || side(*a, *b, *p) > 0.0);
    points.iter().map(|a| points.iter().filter(|b| on_hull(a, b)).count()).sum()
}

#[test]
fn template_triangulation_has_about_140_edges_and_fulfils_eulers_formula() {
    let edges = SpatialTopology::Delaunay.edges(&TEMPLATE_51).unwrap();
    assert_eq!(edges.len(), 139);
    // V − E + F = 2 with F = triangles + outer face: E = 3V − 3 − hull.
    assert_eq!(edges.len(), 3 * 51 - 3 - hull_size(&TEMPLATE_51));
}

#[test]
fn template_edges_have_an_empty_circle() {
    // A Delaunay edge has a circle through its ends with no point inside: one of those through a third point.
    let p = &TEMPLATE_51;
    for [a, b] in SpatialTopology::Delaunay.edges(p).unwrap() {
        let (a, b) = (p[a as usize], p[b as usize]);
        let has_empty_circle = p.iter().filter(|c| side(a, b, **c) != 0.0).any(|c| {
            let (centre, radius) = circle(a, b, *c);
            p.iter().all(|q| (q[0] - centre[0]).hypot(q[1] - centre[1]) >= radius * (1.0 - 1e-9))
        });
        assert!(has_empty_circle, "{a:?} {b:?}");
    }
}

fn circle(a: Point, b: Point, c: Point) -> (Point, f64) {
    let (bx, by, cx, cy) = (b[0] - a[0], b[1] - a[1], c[0] - a[0], c[1] - a[1]);
    let (b2, c2, d) = (bx * bx + by * by, cx * cx + cy * cy, 2.0 * (bx * cy - by * cx));
    let (x, y) = ((cy * b2 - by * c2) / d, (bx * c2 - cx * b2) / d);
    ([a[0] + x, a[1] + y], x.hypot(y))
}

#[test]
fn fifty_one_point_faces_share_the_templates_graph() {
    let odd = TEMPLATE_51.map(|p| [p[1] * p[1] * 50.0, (3.0 * p[0]).sin() * 90.0]);
    let face = Landmarks::new(LandmarkScheme::Paper51, odd.to_vec()).unwrap();
    let custom = Landmarks::new(LandmarkScheme::Custom, odd.to_vec()).unwrap();
    let frozen = SpatialTopology::Delaunay.edges(&TEMPLATE_51).unwrap();
    assert_eq!(SpatialTopology::Delaunay.video_edges(&face).unwrap(), frozen);
    assert_ne!(SpatialTopology::Delaunay.video_edges(&custom).unwrap(), frozen);
    assert_eq!(
        SpatialTopology::Delaunay.video_edges(&custom).unwrap(),
        SpatialTopology::Delaunay.edges(&odd).unwrap()
    );
}

#[test]
fn template_eyes_are_one_unit_apart_and_level() {
    let mean =
        |r: std::ops::Range<usize>, axis: usize| TEMPLATE_51[r].iter().map(|p| p[axis]).sum::<f64>() / 6.0;
    // The table has three decimals.
    assert!((mean(6..12, 0) - mean(0..6, 0) - 1.0).abs() < 1e-3);
    assert!(mean(0..6, 1).abs() < 1e-3 && mean(6..12, 1).abs() < 1e-3);
}

#[test]
fn full_joins_every_pair() {
    let edges = SpatialTopology::Full.edges(&TEMPLATE_51).unwrap();
    assert_eq!(edges.len(), 51 * 50 / 2);
    assert_eq!(triangles(&edges), 51 * 50 * 49 / 6);
    assert!(SpatialTopology::Full.edges(&[[1.0, 2.0]]).unwrap().is_empty());
}

#[test]
fn nearest_joins_points_on_a_line_to_the_ones_beside_them() {
    let line: Vec<Point> = [0.0, 1.0, 3.0, 7.0, 8.0].iter().map(|x| [*x, 0.0]).collect();
    let edges = SpatialTopology::Nearest { neighbours: 1 }.edges(&line).unwrap();
    assert_eq!(edges, [[0, 1], [1, 2], [3, 4]]);
    let edges = SpatialTopology::Nearest { neighbours: 9 }.edges(&line).unwrap();
    assert_eq!(edges, SpatialTopology::Full.edges(&line).unwrap());
}

#[test]
fn contours_connect_all_51_points() {
    let edges = SpatialTopology::Contours.edges(&TEMPLATE_51).unwrap();
    let mut reached = BTreeSet::from([0]);
    for _ in 0..51 {
        for [a, b] in &edges {
            if reached.contains(a) || reached.contains(b) {
                reached.extend([*a, *b]);
            }
        }
    }
    assert_eq!(reached.len(), 51);
}

#[test]
fn unfit_points_and_settings_are_named() {
    let line: Vec<Point> = (0..5).map(|i| [f64::from(i), 2.0 * f64::from(i)]).collect();
    assert!(matches!(SpatialTopology::Delaunay.edges(&line), Err(GraphError::NoTriangle { points: 5 })));
    assert!(matches!(SpatialTopology::Delaunay.edges(&[]), Err(GraphError::NoTriangle { points: 0 })));
    assert!(matches!(SpatialTopology::Contours.edges(&line), Err(GraphError::NoContours { points: 5 })));
    let error = SpatialTopology::Nearest { neighbours: 0 }.edges(&line).unwrap_err();
    assert_eq!(error.to_string(), "neighbours must be at least 1, found 0");
}

proptest! {
    #[test]
    fn triangulation_ignores_shift_and_scale(
        points in prop::collection::vec([0.0..200.0_f64, 0.0..200.0_f64], 4..30),
        shift in [-500.0..500.0_f64, -500.0..500.0_f64],
        octave in -4..8_i32,
    ) {
        let scale = 2_f64.powi(octave);
        let moved: Vec<Point> = points.iter().map(|p| [p[0] * scale + shift[0], p[1] * scale + shift[1]]).collect();
        let edges = |points: &[Point]| SpatialTopology::Delaunay.edges(points).unwrap();
        prop_assert_eq!(edges(&points), edges(&moved));
    }
}
