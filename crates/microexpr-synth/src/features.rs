//! Brows, eyes, nose and mouth, painted where the 68 points are.

use microexpr_core::Point;
use ndarray::Array2;

use crate::canvas::Canvas;
use crate::grain::Grain;
use crate::identity::Appearance;
use crate::outline::{closed, ellipse, open, stroke};

/// Radius of the iris in inter-ocular distances (11.7 mm across, eyes 63 mm apart).
const IRIS: f64 = 0.093;

pub(crate) fn brows(canvas: &mut Canvas, p: &[Point; 68], look: &Appearance, grain: &Grain) {
    let right: Vec<Point> = p[22..27].iter().rev().copied().collect();
    for brow in [&p[17..22], &right[..]] {
        let line: Vec<Point> = open(brow).iter().map(|q| [q[0], q[1] + 0.035]).collect();
        // From the thin outer end to the full inner one.
        let hairs = stroke(&line, |t| look.brow_thickness * (0.35 + 0.65 * (1.8 * t).min(1.0)));
        canvas.fill(&hairs, 0.018, |(r, c), under| {
            let strength = (look.brow_strength * (1.0 + 0.25 * grain.hair[[r, c]])).clamp(0.0, 1.0);
            under + strength * (0.9 * look.hair - under).min(0.0)
        });
    }
}

pub(crate) fn eyes(canvas: &mut Canvas, p: &[Point; 68], look: &Appearance, light: &Array2<f32>) {
    for (first, outer_first) in [(36, true), (42, false)] {
        let [a, b, c, d, e, f]: [Point; 6] = std::array::from_fn(|i| p[first + i]);
        let (upper, lower) = (open(&[a, b, c, d]), open(&[d, e, f, a]));
        let centre: Point = std::array::from_fn(|k| (a[k] + b[k] + c[k] + d[k] + e[k] + f[k]) / 6.0);
        let ball: Vec<Point> = upper.iter().chain(&lower).copied().collect();
        let opening = canvas.mask(&ball, 0.008);
        canvas.paint(&opening, |at, _| 0.78 * (0.35 + 0.65 * light[at]));
        eyeball(canvas, centre, &opening, look);
        let lid_shadow = &canvas.mask(&stroke(&upper, |_| 0.07), 0.018) * &opening;
        canvas.paint(&lid_shadow, |_, under| 0.55 * under);
        let fullness = |t: f64| if outer_first { 1.0 - 0.5 * t } else { 0.5 + 0.5 * t };
        canvas.tint(&stroke(&upper, |t| 0.036 * fullness(t)), 0.008, 0.25);
        canvas.tint(&stroke(&lower, |_| 0.016), 0.008, 0.62);
        let crease: Vec<Point> =
            upper.iter().map(|q| [q[0] + 0.1 * (q[0] - centre[0]), q[1] - 0.07]).collect();
        canvas.tint(&stroke(&crease, |t| 0.03 * (std::f64::consts::PI * t).sin().max(0.2)), 0.012, 0.72);
    }
}

/// Iris with its dark rim, pupil and the lamp's reflection, cut by the lids.
fn eyeball(canvas: &mut Canvas, centre: Point, opening: &Array2<f32>, look: &Appearance) {
    let middle = [centre[0], centre[1] - 0.004];
    let glint = [middle[0] + 0.035 * f64::from(look.light[0].signum()), middle[1] - 0.03];
    for (at, radius, softness, value) in [
        (middle, IRIS, 0.010, 0.45 * look.iris),
        (middle, 0.8 * IRIS, 0.012, 1.3 * look.iris),
        (middle, 0.42 * IRIS, 0.008, 0.02),
        (glint, 0.018, 0.006, 0.95),
    ] {
        let disc = &canvas.mask(&ellipse(at, radius, radius), softness) * opening;
        canvas.paint(&disc, |_, _| value);
    }
}

pub(crate) fn nose(canvas: &mut Canvas, p: &[Point; 68]) {
    canvas.spot([p[33][0], p[33][1] + 0.06], [0.16, 0.05], -0.16);
    canvas.tint(&stroke(&open(&p[31..36]), |t| 0.012 + 0.02 * (std::f64::consts::PI * t).sin()), 0.018, 0.72);
    for (wing, base, away) in [(p[31], p[32], -1.0), (p[35], p[34], 1.0)] {
        let nostril = [0.5 * (wing[0] + base[0]), 0.5 * (wing[1] + base[1]) - 0.012];
        canvas.tint(&ellipse(nostril, 0.058, 0.028), 0.012, 0.22);
        let edge = open(&[
            [wing[0] - 0.015 * away, wing[1] - 0.15],
            [wing[0] + 0.045 * away, wing[1] - 0.07],
            [wing[0] + 0.01 * away, wing[1] + 0.015],
        ]);
        canvas.tint(&stroke(&edge, |t| 0.012 + 0.02 * t), 0.014, 0.70);
    }
    canvas.spot([p[30][0], p[30][1] + 0.02], [0.05, 0.04], 0.10);
}

pub(crate) fn mouth(
    canvas: &mut Canvas,
    p: &[Point; 68],
    look: &Appearance,
    light: &Array2<f32>,
    grain: &Grain,
) {
    let curve = |indices: &[usize]| open(&indices.iter().map(|i| p[*i]).collect::<Vec<_>>());
    let joined = |a: Vec<Point>, b: Vec<Point>| a.into_iter().chain(b).collect::<Vec<_>>();
    let upper = joined(curve(&[48, 49, 50, 51, 52, 53, 54]), curve(&[64, 63, 62, 61, 60]));
    let lower = joined(curve(&[54, 55, 56, 57, 58, 59, 48]), curve(&[60, 67, 66, 65, 64]));
    let lip = |shade: f32| {
        move |at: (usize, usize), _: f32| shade * look.lips * light[at] * (1.0 + 1.2 * grain.skin[at])
    };
    canvas.fill(&upper, 0.012, lip(0.86));
    canvas.fill(&lower, 0.012, lip(1.02));
    canvas.tint(&closed(&p[60..68]), 0.008, 0.25);
    canvas.tint(
        &stroke(&curve(&[48, 60, 61, 62, 63, 64, 54]), |t| 0.012 + 0.016 * (std::f64::consts::PI * t).sin()),
        0.008,
        0.4,
    );
    for corner in [p[48], p[54]] {
        canvas.spot(corner, [0.04, 0.03], -0.30);
    }
    canvas.spot([p[57][0], p[57][1] - 0.08], [0.14, 0.03], 0.12);
}
