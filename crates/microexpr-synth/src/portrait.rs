//! A painted face: background, hair, neck, ears, shaded skin, features.

use microexpr_core::{Point, filter};
use ndarray::Array2;
use rand::Rng;

use crate::canvas::Canvas;
use crate::features;
use crate::grain::Grain;
use crate::identity::Appearance;
use crate::outline::{closed, ellipse, open, stroke};
use crate::relief;
use crate::texture::noise;

/// Blur of the camera, in pixels: keeps the picture band-limited, so that sub-pixel motion does not alias.
const LENS_BLUR_PX: f32 = 0.7;

/// Paints the face whose 68 `points` (inter-ocular distances) are given; `origin` is the middle between the eyes in pixels.
/// `contrast` scales the skin's texture. Grey `[row, col]` in `0..=1`.
pub(crate) fn paint(
    points: &[Point; 68],
    look: &Appearance,
    origin: Point,
    unit_px: f64,
    size: (usize, usize),
    contrast: f32,
    rng: &mut impl Rng,
) -> Array2<f32> {
    let px = (unit_px / 78.0) as f32;
    let grain = Grain::new(contrast, px, size, rng);
    let wall = background(look, px, size, rng);
    let light = relief::shading(points, look, origin, unit_px, size);
    let mut canvas = Canvas::new(wall, origin, unit_px);
    behind(&mut canvas, points, look, &grain);
    let skin = |(r, c): (usize, usize)| look.skin * light[[r, c]] * (1.0 + grain.skin[[r, c]]);
    head(&mut canvas, points, look, skin);
    blemishes(&mut canvas, points, look, contrast, rng);
    features::brows(&mut canvas, points, look, &grain);
    features::eyes(&mut canvas, points, look, &light);
    features::nose(&mut canvas, points);
    features::mouth(&mut canvas, points, look, &light, &grain);
    fringe(&mut canvas, points, look, &grain);
    filter::gaussian(canvas.pixels.view(), LENS_BLUR_PX).mapv(|v| v.clamp(0.02, 0.97))
}

fn background(look: &Appearance, px: f32, size: (usize, usize), rng: &mut impl Rng) -> Array2<f32> {
    let (clouds, wall) = (noise(rng, size, 30.0 * px, 30.0 * px), noise(rng, size, 1.5 * px, 1.5 * px));
    look.background * (1.0 + 0.12 * clouds + 0.02 * wall)
}

/// Hair behind the head, neck, clothes, ears.
fn behind(canvas: &mut Canvas, p: &[Point; 68], look: &Appearance, grain: &Grain) {
    let hair = |(r, c): (usize, usize), _: f32| look.hair * (1.0 + 0.26 * grain.hair[[r, c]]);
    let side = p[16][0].max(-p[0][0]) + look.hair_volume;
    let long = look.hair_length;
    // Short hair ends behind the face.
    let end = if long > 1.0 { 0.9 * side } else { 0.75 * side };
    let cap = [
        [-end, long],
        [-side, 0.5 * long],
        [-side, -0.3],
        [-0.78 * side, -1.05],
        [0.0, -1.55],
        [0.78 * side, -1.05],
        [side, -0.3],
        [side, 0.5 * long],
        [end, long],
    ];
    canvas.fill(&closed(&cap), 0.03, hair);
    let (left, right) = (0.72 * p[4][0], 0.72 * p[12][0]);
    let neck = [[left, 1.2], [right, 1.2], [right, 2.2], [right + 0.3, 2.9], [left - 0.3, 2.9], [left, 2.2]];
    let lit = look.light[0];
    canvas
        .fill(&neck, 0.02, |(r, c), _| look.skin * (look.ambient + 0.22) * (1.0 + 0.8 * grain.skin[[r, c]]));
    canvas.spot([0.35 * f64::from(lit.signum()), 2.3], [0.25, 0.5], 0.35 * lit.abs());
    canvas.spot([0.0, p[8][1] + 0.02], [0.6, 0.14], -0.35);
    let shirt = [
        [-3.0, 2.9],
        [-3.0, 2.45],
        [left - 0.25, 2.22],
        [-0.2, 2.55],
        [0.2, 2.55],
        [right + 0.25, 2.22],
        [3.0, 2.45],
        [3.0, 2.9],
    ];
    canvas.fill(&shirt, 0.015, |(r, c), _| look.clothes * (1.0 + 1.2 * grain.skin[[r, c]]));
    for (jaw, away) in [(p[0], -1.0), (p[16], 1.0)] {
        let (ear, glow) = ([jaw[0] + 0.05 * away, 0.22], (0.72 + 0.35 * away as f32 * lit).clamp(0.4, 1.0));
        canvas.fill(&ellipse(ear, 0.13, 0.32), 0.012, |(r, c), _| {
            look.skin * glow * (1.0 + grain.skin[[r, c]])
        });
        canvas.tint(&ellipse([ear[0] + 0.03 * away, 0.2], 0.05, 0.18), 0.03, 0.7);
    }
}

/// The skin from the hairline to the chin, with the folds age leaves on it.
fn head(canvas: &mut Canvas, p: &[Point; 68], look: &Appearance, skin: impl Fn((usize, usize)) -> f32) {
    canvas.fill(&closed(&skin_outline(p, look)), 0.012, |at, _| skin(at));
    for (wing, corner, away) in [(p[31], p[48], -1.0), (p[35], p[54], 1.0)] {
        let fold = open(&[
            [wing[0] + 0.08 * away, wing[1] - 0.10],
            [wing[0] + 0.20 * away, 0.5 * (wing[1] + corner[1]) - 0.03],
            [corner[0] + 0.14 * away, corner[1] + 0.02],
        ]);
        canvas.tint(&stroke(&fold, |t| 0.07 * (1.0 - 0.6 * t)), 0.025, 1.0 - look.folds);
        let bag = open(&[[0.28 * away, 0.12], [0.48 * away, 0.19], [0.68 * away, 0.15]]);
        canvas.tint(&stroke(&bag, |_| 0.04), 0.02, 1.0 - 0.7 * look.folds);
    }
    let beard =
        closed(&[p[3], p[5], p[7], p[8], p[9], p[11], p[13], [0.62, 0.95], [0.0, 0.82], [-0.62, 0.95]]);
    canvas.tint(&beard, 0.09, 1.0 - look.stubble);
}

fn skin_outline(p: &[Point; 68], look: &Appearance) -> Vec<Point> {
    let (left, right, top) = (p[0][0], p[16][0], -look.hairline - 0.1);
    let mut outline = p[..17].to_vec();
    outline.extend([[right, -0.25], [0.9 * right, -0.72], [0.5 * right, top + 0.04]]);
    outline.extend([[0.0, top], [0.5 * left, top + 0.04], [0.9 * left, -0.72], [left, -0.25]]);
    outline
}

/// Freckles, moles and pale spots, anywhere on the skin.
fn blemishes(canvas: &mut Canvas, p: &[Point; 68], look: &Appearance, contrast: f32, rng: &mut impl Rng) {
    for _ in 0..look.freckles {
        let at = [rng.random_range(0.9 * p[1][0]..0.9 * p[15][0]), rng.random_range(-0.9..0.9 * p[8][1])];
        let size = rng.random_range(0.010..0.026);
        canvas.spot(at, [size, size], contrast * rng.random_range(-0.22..0.06));
    }
}

/// Hair in front: from the hairline over the skull and down the temples.
fn fringe(canvas: &mut Canvas, p: &[Point; 68], look: &Appearance, grain: &Grain) {
    let (left, right, top) = (p[0][0], p[16][0], -look.hairline);
    let low = look.hair_length.min(0.25);
    let front = [
        [left - 0.06, low],
        [left + 0.02, -0.2],
        [0.86 * left, -0.62],
        [0.45 * left, top],
        [0.0, top - 0.06],
        [0.45 * right, top],
        [0.86 * right, -0.62],
        [right - 0.02, -0.2],
        [right + 0.06, low],
        [right + look.hair_volume, -0.2],
        [0.85 * right, -1.1],
        [0.0, -1.52],
        [0.85 * left, -1.1],
        [left - look.hair_volume, -0.2],
    ];
    let sheen = look.light[0];
    canvas.fill(&closed(&front), 0.035, |(r, c), _| {
        let shine = 1.0 + 0.25 * sheen * (2.0 * c as f32 / grain.hair.ncols() as f32 - 1.0);
        look.hair * shine * (1.0 + 0.26 * grain.hair[[r, c]])
    });
}
