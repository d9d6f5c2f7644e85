use image::GrayImage;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::annotated_face::check;
use super::{AnnotatedFace, TrainParams};
use crate::shape_predictor::model::PoolPixel;
use crate::shape_predictor::predict::{Reference, look};
use crate::{FaceBox, LandmarkError};

/// Faces from different first shapes on their way to their annotation.
pub(super) struct Samples<'a> {
    faces: Vec<(&'a GrayImage, FaceBox)>,
    mean: Vec<f32>,
    /// `[sample][2 · landmarks]`: the shape that the trees so far give.
    current: Vec<f32>,
    /// `[sample][2 · landmarks]`: annotation minus current shape; zero where nothing is annotated.
    residual: Vec<f32>,
    /// `[face][2 · landmarks]`: the annotation, NaN where there is none.
    targets: Vec<Vec<f32>>,
    oversampling: usize,
    /// `[sample][pool]`: grey values of the cascade's pixels.
    values: Vec<u8>,
    pool: usize,
    complete: bool,
}

impl<'a> Samples<'a> {
    pub(super) fn new(
        faces: &[AnnotatedFace<'a>],
        params: &TrainParams,
        rng: &mut ChaCha8Rng,
    ) -> Result<Self, LandmarkError> {
        check(faces)?;
        let targets: Vec<Vec<f32>> = faces.iter().map(AnnotatedFace::target).collect();
        let mean = mean_of_present(targets.iter().map(|t| (1.0, t)), targets[0].len());
        let mut current = Vec::with_capacity(mean.len() * faces.len() * params.oversampling);
        for copy in (0..faces.len()).flat_map(|_| 0..params.oversampling) {
            if copy == 0 {
                current.extend(&mean);
            } else {
                current.extend(first_shape(&targets, params.translation_jitter, rng));
            }
        }
        let mut samples = Self {
            faces: faces.iter().map(|f| (f.image, f.face)).collect(),
            residual: vec![0.0; current.len()],
            complete: targets.iter().flatten().all(|v| !v.is_nan()),
            oversampling: params.oversampling,
            values: Vec::new(),
            pool: 0,
            mean,
            current,
            targets,
        };
        (0..samples.len()).for_each(|s| samples.move_by(s, &[]));
        Ok(samples)
    }

    pub(super) fn len(&self) -> usize {
        self.faces.len() * self.oversampling
    }

    pub(super) fn mean_shape(&self) -> &[f32] {
        &self.mean
    }

    /// Looks at the pool's pixels of every sample, where its current shape puts them.
    pub(super) fn look(&mut self, pool: &[PoolPixel], reference: &Reference) {
        let row = self.mean.len();
        self.values.clear();
        self.pool = pool.len();
        let mut values = Vec::new();
        for (sample, shape) in self.current.chunks_exact(row).enumerate() {
            let (image, face) = &self.faces[sample / self.oversampling];
            look(pool, reference.rotation_and_scale(shape), shape, image, face, &mut values);
            // Grey values are whole numbers from 0 to 255.
            self.values.extend(values.iter().map(|v| *v as u8));
        }
    }

    /// Grey values of a sample's pool pixels.
    pub(super) fn values(&self, sample: usize) -> &[u8] {
        &self.values[sample * self.pool..][..self.pool]
    }

    /// What is still missing to a sample's annotation.
    pub(super) fn residual(&self, sample: usize) -> &[f32] {
        &self.residual[sample * self.mean.len()..][..self.mean.len()]
    }

    /// For each coordinate, in how many of the samples it is annotated.
    pub(super) fn present(&self, samples: &[u32]) -> Vec<f32> {
        if self.complete {
            return vec![samples.len() as f32; self.mean.len()];
        }
        let mut counts = vec![0.0; self.mean.len()];
        for sample in samples {
            let target = &self.targets[*sample as usize / self.oversampling];
            counts.iter_mut().zip(target).for_each(|(c, t)| *c += f32::from(u8::from(!t.is_nan())));
        }
        counts
    }

    /// Adds a leaf to a sample's shape; nothing, if the leaf is empty.
    pub(super) fn move_by(&mut self, sample: usize, leaf: &[f32]) {
        let at = sample * self.mean.len()..(sample + 1) * self.mean.len();
        let current = &mut self.current[at.clone()];
        current.iter_mut().zip(leaf).for_each(|(c, l)| *c += l);
        let target = &self.targets[sample / self.oversampling];
        for ((residual, target), current) in self.residual[at].iter_mut().zip(target).zip(current) {
            *residual = if target.is_nan() { 0.0 } else { target - *current };
        }
    }

    /// Root mean square distance of the landmarks from their annotation, in box sizes.
    pub(super) fn error(&self) -> f64 {
        let squares: f64 = self.residual.iter().map(|r| f64::from(r * r)).sum();
        let annotated = self.targets.iter().flatten().filter(|t| !t.is_nan()).count() * self.oversampling;
        (2.0 * squares / annotated as f64).sqrt()
    }
}

/// Two or more annotated shapes, mixed with random weights until every coordinate has a value, and shifted.
fn first_shape(targets: &[Vec<f32>], jitter: f64, rng: &mut ChaCha8Rng) -> Vec<f32> {
    let mut picked = Vec::new();
    let covered = |picked: &[(f32, &Vec<f32>)]| {
        (0..targets[0].len()).all(|i| picked.iter().any(|(_, t)| !t[i].is_nan()))
    };
    while picked.len() < 2 || !covered(&picked) {
        picked.push((rng.random_range(0.1..1.1), &targets[rng.random_range(0..targets.len())]));
    }
    let mut shape = mean_of_present(picked, targets[0].len());
    if jitter > 0.0 {
        let shift = [0, 1].map(|_| rng.random_range(-jitter..jitter) as f32);
        shape.iter_mut().enumerate().for_each(|(i, v)| *v += shift[i % 2]);
    }
    shape
}

/// Weighted mean of each coordinate over the shapes that have it.
fn mean_of_present<'s>(shapes: impl IntoIterator<Item = (f32, &'s Vec<f32>)>, row: usize) -> Vec<f32> {
    let mut sums = vec![(0.0_f64, 0.0_f64); row];
    for (weight, shape) in shapes {
        for (sum, value) in sums.iter_mut().zip(shape).filter(|(_, v)| !v.is_nan()) {
            let weight = f64::from(weight);
            *sum = (sum.0 + weight * f64::from(*value), sum.1 + weight);
        }
    }
    sums.iter().map(|(sum, weight)| (sum / weight) as f32).collect()
}
