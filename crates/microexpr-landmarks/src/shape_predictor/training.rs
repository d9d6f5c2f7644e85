//! Training of shape predictors on annotated faces.

mod annotated_face;
mod feature_pool;
mod params;
mod samples;
mod split_search;
mod tree;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::ShapePredictor;
use super::leaves::Leaves;
use super::model::Model;
use super::predict::Reference;
use crate::LandmarkError;
use feature_pool::FeaturePool;
use samples::Samples;

pub use annotated_face::AnnotatedFace;
pub use params::TrainParams;

/// How far a training is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrainProgress {
    /// Trees grown so far, over all cascades.
    pub trees: usize,
    /// Trees in all.
    pub total: usize,
    /// Root mean square distance of the samples' landmarks from their annotation, as a share of the face box.
    pub error: f64,
}

/// Trains a [`ShapePredictor`] by gradient boosting: every tree of a cascade is grown on what the trees before it left of
/// the distance between annotated and current shape, and adds `nu` times the mean of its leaf.
///
/// Source: V. Kazemi, J. Sullivan, "One Millisecond Face Alignment with an Ensemble of Regression Trees", CVPR 2014,
/// algorithm 1 and §2.3, with the settings and the details of dlib 19.24's trainer. Differs: random numbers are our own
/// (ChaCha8), so a model is equal in kind, not in bytes, to one that dlib trains.
///
/// # Example
///
/// ```
/// use image::{GrayImage, Luma};
/// use microexpr_landmarks::{AnnotatedFace, FaceBox, ShapePredictorTrainer, TrainParams};
///
/// // Dark discs on light ground; the two points are their left and right ends.
/// let disc = |x: f64| {
///     GrayImage::from_fn(40, 40, |c, r| {
///         Luma([if (f64::from(c) - x).hypot(f64::from(r) - 20.0) < 8.0 { 40 } else { 200 }])
///     })
/// };
/// let places: Vec<f64> = (0..12).map(|i| 16.0 + 0.7 * f64::from(i)).collect();
/// let images: Vec<GrayImage> = places.iter().map(|x| disc(*x)).collect();
/// let face = FaceBox::new(4.0, 4.0, 36.0, 36.0)?;
/// let faces: Vec<AnnotatedFace> = images
///     .iter()
///     .zip(&places)
///     .map(|(image, x)| AnnotatedFace { image, face, points: vec![Some([x - 8.0, 20.0]), Some([x + 8.0, 20.0])] })
///     .collect();
/// let params = TrainParams { cascades: 3, trees_per_cascade: 20, depth: 2, nu: 0.3, ..TrainParams::default() };
/// let predictor = ShapePredictorTrainer::new(params)?.train(&faces, |_| {})?;
/// let found = predictor.predict(&disc(19.0), &face);
/// assert!((found.points()[0][0] - 11.0).abs() < 1.0);
/// # Ok::<(), microexpr_landmarks::LandmarkError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ShapePredictorTrainer {
    params: TrainParams,
}

impl ShapePredictorTrainer {
    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// [`LandmarkError::Setting`] naming the setting that is out of range.
    pub fn new(params: TrainParams) -> Result<Self, LandmarkError> {
        params.check()?;
        Ok(Self { params })
    }

    /// Trains on `faces`, the same bits for every number of threads; `progress` is called after every tree.
    ///
    /// # Errors
    ///
    /// [`LandmarkError::TrainingSet`] for fewer than two faces, faces with different numbers of points, points that are
    /// not finite, and points that no face has.
    pub fn train(
        &self,
        faces: &[AnnotatedFace<'_>],
        mut progress: impl FnMut(TrainProgress),
    ) -> Result<ShapePredictor, LandmarkError> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.params.seed);
        let mut samples = Samples::new(faces, &self.params, &mut rng)?;
        let initial_shape = samples.mean_shape().to_vec();
        let reference = Reference::new(&initial_shape);
        let per_cascade = self.params.trees_per_cascade;
        let total = self.params.cascades * per_cascade;
        let (mut splits, mut leaves, mut pools) = (Vec::new(), Vec::new(), Vec::new());
        for cascade in 0..self.params.cascades {
            let pool = FeaturePool::draw(&initial_shape, &self.params, &mut rng);
            samples.look(&pool.pixels, &reference);
            for tree in 0..per_cascade {
                let grown = tree::grow(&mut samples, &pool, &self.params, &mut rng);
                splits.extend(grown.splits);
                leaves.extend(grown.leaves);
                let trees = cascade * per_cascade + tree + 1;
                progress(TrainProgress { trees, total, error: samples.error() });
            }
            pools.push(pool.pixels);
        }
        Ok(ShapePredictor::from_model(Model {
            initial_shape,
            pools,
            trees: vec![per_cascade; self.params.cascades],
            depth: self.params.depth,
            splits,
            leaves: Leaves::Rows(leaves),
        }))
    }
}
