//! Which way motion counts as positive.

use microexpr_core::{LandmarkScheme, Landmarks};
use serde::{Deserialize, Serialize};

use crate::PatchFeature;
use crate::template::TEMPLATE_51;

/// Which way motion counts as positive, in node features that are components of motion: displacements of landmarks and the
/// patches' u and v; other features stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum MotionAxes {
    /// To the right and down, as in the image.
    #[default]
    Image,
    /// Away from the face's middle: u from the midline to the side, v from the height of the centroid up or down. Raised brows and a
    /// dropped jaw are positive, and so is a mouth drawn aside on either half of the face; brows that come down are not. On the
    /// midline, where no side is outward, u is 0. Which half a landmark is on is read off the canonical face
    /// ([`TEMPLATE_51`]), for other schemes off the first frame.
    Outward,
}

/// Nearer to the midline than this share of the face's half width a landmark has no side: a ninth of a nostril's distance.
const MIDLINE: f64 = 0.03;

impl MotionAxes {
    /// Turns rows of x and y per landmark, frame after frame.
    pub(crate) fn apply_to_displacements(self, first: &Landmarks, rows: &mut [f32]) {
        self.apply(first, rows, 2, |value| Some(value % 2));
    }

    /// Turns patches of `size_px` × `size_px` pixels, one per landmark, frame after frame.
    pub(crate) fn apply_to_patches(
        self,
        first: &Landmarks,
        patches: &mut [f32],
        feature: PatchFeature,
        size_px: usize,
    ) {
        self.apply(first, patches, feature.width(size_px), |value| feature.axis_of(value, size_px));
    }

    fn apply(
        self,
        first: &Landmarks,
        rows: &mut [f32],
        width: usize,
        axis_of: impl Fn(usize) -> Option<usize>,
    ) {
        if self == Self::Image {
            return;
        }
        let outward = outward(first);
        for (row, signs) in rows.chunks_exact_mut(width).zip(outward.iter().cycle()) {
            for (place, value) in row.iter_mut().enumerate() {
                *value *= axis_of(place).map_or(1.0, |axis| signs[axis]);
            }
        }
    }
}

/// The sign of x and of y that leads away from the face's middle, for every landmark; 0 where none does.
fn outward(first: &Landmarks) -> Vec<[f32; 2]> {
    let places = match first.scheme() {
        LandmarkScheme::Paper51 => TEMPLATE_51.as_slice(),
        _ => first.points(),
    };
    let mean = |axis: usize| places.iter().map(|p| p[axis]).sum::<f64>() / places.len().max(1) as f64;
    let middle = [mean(0), mean(1)];
    let extent = |axis: usize| places.iter().map(|p| (p[axis] - middle[axis]).abs()).fold(0.0, f64::max);
    let nearest = [MIDLINE * extent(0), 0.0];
    let sign = |way: f64, nearest: f64| if way.abs() <= nearest { 0.0 } else { way.signum() as f32 };
    places.iter().map(|p| [0, 1].map(|axis| sign(p[axis] - middle[axis], nearest[axis]))).collect()
}
