use std::ops::Range;

use microexpr_core::{GreyFrames, Point, filter, pyramid, sample};
use ndarray::{Array2, Array3, ArrayView1, ArrayView2, Axis, s};

use super::blocks::{Comparison, DERIVATIVE_REACH, System, Template};
use super::params::TextureParams;
use crate::parallel::{fill_frames, map_in_parallel};
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
        let level = level(iod_px, params);
        let centre = centre.map(|v| v / shrink(level));
        Self { params, motion, scale_px: iod_px / shrink(level), centre, stable, level }
    }

    /// Pixels of the clip in a pixel of the images compared, along one axis.
    pub(super) fn shrink(iod_px: f64, params: &TextureParams) -> usize {
        1 << level(iod_px, params)
    }

    /// How far around the face's outline frames are looked at, in pixels of the clip: by halving, blurring and derivatives, by blocks that
    /// reach out of it, and where the maps to start from are not exact.
    pub(super) fn margin_px(params: &TextureParams, shrink: usize) -> f64 {
        let blur_px = (3.0 * f64::from(params.blur_px)).ceil();
        shrink as f64
            * (blur_px + DERIVATIVE_REACH as f64 + params.block_iod * params.max_iod_px / 2.0 + START_PX)
    }

    /// Refines `start`, the maps from the first frame to each frame.
    ///
    /// From the second round on the template is the mean of all frames, brought onto the first one: it has far less noise.
    pub(super) fn run(&self, clip: &dyn GreyFrames, start: &[PlaneMap]) -> Result<Registered, LandmarkError> {
        let shrink = shrink(self.level);
        let mut maps: Vec<PlaneMap> = start.iter().map(|m| rescaled(m, 1.0 / shrink)).collect();
        let images = self.images(clip)?;
        let mut template = self.template(images.index_axis(Axis(0), 0));
        let mut weights = vec![1.0; template.blocks.len()];
        let mut residual_px = Vec::new();
        let rounds = self.params.rounds.max(1);
        for round in 0..rounds {
            if round > 0 {
                template = self.template(mean_onto_first(&images, &maps, template.extent()).view());
            }
            let last = round + 1 == rounds;
            let epsilon_px =
                if last { self.params.epsilon_px } else { self.params.epsilon_px.max(PRELIMINARY_PX) };
            let system = template.system(&weights);
            let register = |i: usize| {
                self.register(
                    &template,
                    images.index_axis(Axis(0), i),
                    &maps[i],
                    system.as_ref()?,
                    epsilon_px,
                )
            };
            let found = map_in_parallel(start.len(), register);
            let mut seen = Vec::new();
            for (frame, found) in found.into_iter().enumerate() {
                let problem = "its face has too little texture, or differs too much from the first frame's";
                let (map, comparison) = found.ok_or(LandmarkError::Alignment { frame, problem })?;
                maps[frame] = map;
                seen.push(comparison);
            }
            residual_px = map_in_parallel(seen.len(), |i| match &system {
                Some(system) => shrink * system.residual_px(&seen[i]),
                None => 0.0,
            });
            weights = stable_weights(&template, &seen, weights, self.params.stable_px);
        }
        Ok(Registered { maps: maps.iter().map(|m| rescaled(m, shrink)).collect(), residual_px })
    }

    /// The frames as they are compared: halved, and blurred against noise.
    fn images(&self, clip: &dyn GreyFrames) -> Result<Array3<f32>, LandmarkError> {
        let (count, height, width) = clip.dim();
        let (height, width) = (0..self.level).fold((height, width), |size, _| pyramid::half_size(size));
        let mut images = Array3::zeros((count, height, width));
        fill_frames(&mut images, |i, image| {
            let mut frame = clip.whole(i);
            for _ in 0..self.level {
                frame = pyramid::down(frame.view());
            }
            filter::gaussian_into(frame.view(), self.params.blur_px, image);
            Ok::<_, LandmarkError>(())
        })?;
        Ok(images)
    }

    fn template(&self, image: ArrayView2<'_, f32>) -> Template {
        let side_px = ((self.params.block_iod * self.scale_px).round() as usize).max(4);
        let inside = |p: Point| (self.stable)(p.map(|v| v * shrink(self.level)));
        Template::new(image, side_px, self.motion, (self.centre, self.scale_px), inside)
    }

    /// The map of one frame to `epsilon_px`, and how its blocks compare where the last step began.
    fn register(
        &self,
        template: &Template,
        image: ArrayView2<'_, f32>,
        start: &PlaneMap,
        system: &System<'_>,
        epsilon_px: f64,
    ) -> Option<(PlaneMap, Comparison)> {
        let mut map = *start;
        let mut seen = template.compare(image, &map);
        for iteration in 1.. {
            let step = system.solve(&seen)?;
            map = template.step_map(&step).inverse()?.then(&map);
            let left_over_px = SHARE_LEFT_OVER * Template::step_px(&step);
            if left_over_px < epsilon_px || iteration >= self.params.max_iterations {
                break;
            }
            seen = template.compare(image, &map);
        }
        Some((map, seen))
    }
}

/// A step leaves about this share of its own length to the next one.
const SHARE_LEFT_OVER: f64 = 0.1;
/// How far the maps to start from may be off, in pixels of the images compared.
const START_PX: f64 = 8.0;
/// How exactly frames are registered before the last round, in pixels: the template and the weights change after it.
const PRELIMINARY_PX: f64 = 5e-3;

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
        let Some(system) = template.system(&weights) else { break };
        let tracks = map_in_parallel(seen.len(), |i| system.displacements(&seen[i]));
        let tracks: Option<Vec<Vec<Point>>> = tracks.into_iter().collect();
        let Some(tracks) = tracks else { break };
        let motion: Vec<f64> = (0..weights.len())
            .map(|b| own_motion(&tracks.iter().map(|t| t[b]).collect::<Vec<_>>()))
            .collect();
        let typical = median(motion.clone()).max(stable_px);
        weights = motion.iter().map(|m| (1.0 + (m / typical).powi(2)).powi(-2)).collect();
    }
    weights
}

/// The mean of all frames, each taken where its map puts the first frame's pixels; zero outside the given rows and columns.
fn mean_onto_first(
    images: &Array3<f32>,
    maps: &[PlaneMap],
    (rows, cols): (Range<usize>, Range<usize>),
) -> Array2<f32> {
    let mean_row = |row: usize| {
        let (mut sum, mut line) = (vec![0.0; cols.len()], vec![0.0; cols.len()]);
        for (image, map) in images.outer_iter().zip(maps) {
            let start = map.apply([cols.start as f64, (rows.start + row) as f64]);
            sample::bicubic_line(image, start, map.along_row(), &mut line);
            sum.iter_mut().zip(&line).for_each(|(sum, value)| *sum += value);
        }
        sum.iter_mut().for_each(|sum| *sum /= maps.len() as f32);
        sum
    };
    let (_, height, width) = images.dim();
    let mut mean = Array2::zeros((height, width));
    for (row, values) in map_in_parallel(rows.len(), mean_row).into_iter().enumerate() {
        mean.slice_mut(s![rows.start + row, cols.clone()]).assign(&ArrayView1::from(&values));
    }
    mean
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

/// Halvings until the inter-ocular distance is small enough.
fn level(iod_px: f64, params: &TextureParams) -> u32 {
    (0..8).find(|level| iod_px / shrink(*level) <= params.max_iod_px).unwrap_or(8)
}

fn shrink(level: u32) -> f64 {
    f64::from(1_u32 << level)
}

/// The same map in pixels that are `1 / factor` as large. (Pyramid levels share the centre of their first pixel.)
fn rescaled(map: &PlaneMap, factor: f64) -> PlaneMap {
    PlaneMap { rows: map.rows.map(|[a, b, c]| [a, b, c * factor]) }
}
