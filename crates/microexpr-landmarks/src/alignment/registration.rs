use microexpr_core::{Clip, Point, filter, pyramid, sample};
use ndarray::{Array2, ArrayView2};

use super::blocks::{Comparison, Template};
use super::params::TextureParams;
use crate::plane_map::median;
use crate::{LandmarkError, MotionModel, PlaneMap};

/// Registers every frame of a clip onto the first one by grey values.
///
/// Inverse compositional Gauss-Newton over blocks with local brightness and global gain; after each round the blocks that
/// move by themselves in the course of the clip lose weight, the same weight in every frame.
///
/// Source: S. Baker, I. Matthews, "Lucas-Kanade 20 Years On: A Unifying Framework", IJCV 2004. Differs: block weights.
pub(super) struct Registration<'a> {
    params: &'a TextureParams,
    motion: MotionModel,
    /// The face's size, in pixels of the images compared.
    scale_px: f64,
    centre: Point,
    /// The parts of the face to compare, in pixels of the clip.
    stable: &'a (dyn Fn(Point) -> bool + Sync),
    /// Halvings between the clip and the images compared.
    level: u32,
}

/// The maps from the first frame to each frame, and what motion of the stable blocks they leave.
pub(super) struct Registered {
    pub(super) maps: Vec<PlaneMap>,
    pub(super) residual_px: Vec<f64>,
}

impl<'a> Registration<'a> {
    pub(super) fn new(
        stable: &'a (dyn Fn(Point) -> bool + Sync),
        (centre, iod_px): (Point, f64),
        motion: MotionModel,
        params: &'a TextureParams,
    ) -> Self {
        let mut level = 0;
        while iod_px / shrink(level) > params.max_iod_px && level < 8 {
            level += 1;
        }
        let centre = centre.map(|v| v / shrink(level));
        Self { params, motion, scale_px: iod_px / shrink(level), centre, stable, level }
    }

    /// Refines `start`, the maps from the first frame to each frame.
    ///
    /// From the second round on the template is the mean of all frames, brought onto the first one: it has far less noise.
    pub(super) fn run(&self, clip: &Clip, start: &[PlaneMap]) -> Result<Registered, LandmarkError> {
        let shrink = shrink(self.level);
        let mut maps: Vec<PlaneMap> = start.iter().map(|m| rescaled(m, 1.0 / shrink)).collect();
        let images = map_frames(clip.len(), |i| prepared(clip.frame(i), self.level, self.params.blur_px));
        let mut template = self.template(&images[0]);
        let mut weights = vec![1.0; template.blocks.len()];
        let mut residual_px = Vec::new();
        for round in 0..self.params.rounds.max(1) {
            if round > 0 {
                template = self.template(&mean_onto_first(&images, &maps));
            }
            let found = map_frames(clip.len(), |i| self.register(&template, &images[i], &maps[i], &weights));
            let mut seen = Vec::new();
            for (frame, found) in found.into_iter().enumerate() {
                let problem = "its face has too little texture, or differs too much from the first frame's";
                let (map, comparison) = found.ok_or(LandmarkError::Alignment { frame, problem })?;
                maps[frame] = map;
                seen.push(comparison);
            }
            residual_px = seen.iter().map(|s| shrink * template.residual_px(s, &weights)).collect();
            weights = stable_weights(&template, &seen, weights, self.params.stable_px);
        }
        Ok(Registered { maps: maps.iter().map(|m| rescaled(m, shrink)).collect(), residual_px })
    }

    fn template(&self, image: &Array2<f32>) -> Template {
        let side_px = ((self.params.block_iod * self.scale_px).round() as usize).max(4);
        let inside = |p: Point| (self.stable)(p.map(|v| v * shrink(self.level)));
        Template::new(image.view(), side_px, self.motion, (self.centre, self.scale_px), inside)
    }

    /// The map of one frame, and how its blocks compare under it.
    fn register(
        &self,
        template: &Template,
        image: &Array2<f32>,
        start: &PlaneMap,
        weights: &[f64],
    ) -> Option<(PlaneMap, Comparison)> {
        let mut map = *start;
        let mut seen = template.compare(image, &map);
        for _ in 0..self.params.max_iterations {
            let step = template.solve(&seen, weights)?;
            if Template::step_px(&step) < self.params.epsilon_px {
                break;
            }
            map = template.step_map(&step).inverse()?.then(&map);
            seen = template.compare(image, &map);
        }
        Some((map, seen))
    }
}

/// New weights of the blocks: one where a block stays, falling where it moves by itself in the course of the clip.
///
/// Each change of weights changes what counts as the head's motion; some rounds settle it, on the linearised comparison
/// at hand.
fn stable_weights(
    template: &Template,
    seen: &[Comparison],
    mut weights: Vec<f64>,
    stable_px: f64,
) -> Vec<f64> {
    for _ in 0..REWEIGHTINGS {
        let tracks: Option<Vec<Vec<Point>>> =
            seen.iter().map(|s| template.displacements(s, &weights)).collect();
        let Some(tracks) = tracks else { break };
        let motion: Vec<f64> = (0..weights.len())
            .map(|b| own_motion(&tracks.iter().map(|t| t[b]).collect::<Vec<_>>()))
            .collect();
        let typical = median(motion.clone()).max(stable_px);
        weights = motion.iter().map(|m| (1.0 + (m / typical).powi(2)).powi(-2)).collect();
    }
    weights
}

/// The mean of all frames, each taken where its map puts the first frame's pixels.
fn mean_onto_first(images: &[Array2<f32>], maps: &[PlaneMap]) -> Array2<f32> {
    let moved = map_frames(images.len(), |i| {
        Array2::from_shape_fn(images[i].dim(), |(row, col)| {
            let [x, y] = maps[i].apply([col as f64, row as f64]);
            sample::bicubic(images[i].view(), x as f32, y as f32)
        })
    });
    let mut sum = Array2::zeros(images[0].dim());
    moved.iter().for_each(|image| sum += image);
    sum / images.len() as f32
}

const REWEIGHTINGS: usize = 10;
/// Frames over which a block's track is averaged: noise averages out, an expression does not.
const WINDOW: usize = 5;

/// Root mean square length of a track's averages, without what its noise accounts for.
fn own_motion(track: &[Point]) -> f64 {
    let window = WINDOW.min(track.len());
    let squares = track.windows(window).map(|w| {
        let sum = w.iter().fold([0.0, 0.0], |s, p| [s[0] + p[0], s[1] + p[1]]);
        (sum[0] * sum[0] + sum[1] * sum[1]) / (window * window) as f64
    });
    let slow = squares.sum::<f64>() / (track.len() + 1 - window) as f64;
    let steps = track.windows(2).skip(1).map(|w| (w[1][0] - w[0][0]).powi(2) + (w[1][1] - w[0][1]).powi(2));
    let noise = steps.sum::<f64>() / 2.0 / track.len().saturating_sub(2).max(1) as f64;
    (slow - noise / window as f64).max(0.0).sqrt()
}

fn prepared(frame: ArrayView2<'_, f32>, level: u32, blur_px: f32) -> Array2<f32> {
    let mut image = frame.to_owned();
    for _ in 0..level {
        image = pyramid::down(image.view());
    }
    filter::gaussian(image.view(), blur_px)
}

fn shrink(level: u32) -> f64 {
    f64::from(1_u32 << level)
}

/// The same map in pixels that are `1 / factor` as large. (Pyramid levels share the centre of their first pixel.)
fn rescaled(map: &PlaneMap, factor: f64) -> PlaneMap {
    PlaneMap { rows: map.rows.map(|[a, b, c]| [a, b, c * factor]) }
}

#[cfg(feature = "rayon")]
pub(super) fn map_frames<T: Send>(count: usize, f: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
    use rayon::prelude::*;
    (0..count).into_par_iter().map(f).collect()
}

#[cfg(not(feature = "rayon"))]
pub(super) fn map_frames<T>(count: usize, f: impl Fn(usize) -> T) -> Vec<T> {
    (0..count).map(f).collect()
}
