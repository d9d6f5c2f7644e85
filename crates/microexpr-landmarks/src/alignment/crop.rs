use microexpr_core::{Landmarks, filter, sample};
use ndarray::{ArrayView2, ArrayViewMut2};

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
/// against aliasing first.
pub(super) fn resample(frame: ArrayView2<'_, f32>, map: &PlaneMap, mut face: ArrayViewMut2<'_, f32>) {
    let blurred = (map.scale() > 1.0).then(|| filter::gaussian(frame, antialias_px(map.scale())));
    let source = blurred.as_ref().map_or(frame, |b| b.view());
    for (row, mut line) in face.outer_iter_mut().enumerate() {
        let line = line.as_slice_mut().expect("rows of a clip are contiguous");
        sample::bicubic_line(source, map.apply([0.0, row as f64]), map.along_row(), line);
    }
}

/// The blur that takes a pixel's own width from 1 to `scale` source pixels, if a pixel is worth a Gaussian of half a pixel.
fn antialias_px(scale: f64) -> f32 {
    (0.5 * (scale * scale - 1.0).sqrt()) as f32
}
