use microexpr_core::{GreyFrames, Landmarks, filter, sample};
use ndarray::ArrayViewMut2;

use super::frame_parts::part_around;
use super::params::CropParams;
use crate::eyes::Eyes;
use crate::{LandmarkError, PlaneMap};

/// Crop pixels to pixels of the first frame: eyes level, the mouth below them.
pub(super) fn placement(first: &Landmarks, params: &CropParams) -> Result<PlaneMap, LandmarkError> {
    let points = first.points();
    let eyes = Eyes::of(points, 0)?;
    let iod = eyes.distance_px();
    let up = eyes.up_from(points[57]);
    let right = [-up[1], up[0]];
    let step = params.side_iod * iod / params.size_px as f64;
    let below = params.centre_below_eyes_iod * iod;
    let centre = [eyes.middle()[0] - below * up[0], eyes.middle()[1] - below * up[1]];
    let half = (params.size_px as f64 - 1.0) / 2.0;
    let turned =
        PlaneMap { rows: [[step * right[0], -step * up[0], 0.0], [step * right[1], -step * up[1], 0.0]] };
    let corner = turned.apply([half, half]);
    Ok(turned.then(&PlaneMap::similarity(1.0, 0.0, [centre[0] - corner[0], centre[1] - corner[1]])))
}

/// Samples a frame once, bicubically, at `map` of every pixel of `face`; a frame that shrinks is blurred
/// against aliasing first. Only the part of it that is sampled is looked at.
pub(super) fn resample(
    frames: &dyn GreyFrames,
    index: usize,
    map: &PlaneMap,
    mut face: ArrayViewMut2<'_, f32>,
) {
    let blur_px = if map.scale() > 1.0 { antialias_px(map.scale()) } else { 0.0 };
    let (bottom, right) = (face.nrows() as f64 - 1.0, face.ncols() as f64 - 1.0);
    let corners = [[0.0, 0.0], [right, 0.0], [0.0, bottom], [right, bottom]].map(|corner| map.apply(corner));
    let margin_px = CUBIC_REACH + (3.0 * f64::from(blur_px)).ceil();
    let part = part_around(corners.into_iter(), margin_px, frames.dim());
    let mut source = frames.part(index, part);
    if blur_px > 0.0 {
        source = filter::gaussian(source.view(), blur_px);
    }
    let (left, top) = (part.left as f64, part.top as f64);
    for (row, mut line) in face.outer_iter_mut().enumerate() {
        let line = line.as_slice_mut().expect("rows of a clip are contiguous");
        let [x, y] = map.apply([0.0, row as f64]);
        sample::bicubic_line(source.view(), [x - left, y - top], map.along_row(), line);
    }
}

/// Pixels on each side that a cubic looks at.
const CUBIC_REACH: f64 = 2.0;

/// The blur that takes a pixel's own width from 1 to `scale` source pixels, if a pixel is worth a Gaussian of half a pixel.
fn antialias_px(scale: f64) -> f32 {
    (0.5 * (scale * scale - 1.0).sqrt()) as f32
}
