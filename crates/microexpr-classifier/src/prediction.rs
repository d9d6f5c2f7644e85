use std::path::Path;
use std::time::Duration;

use image::{Rgb, RgbImage};
use imageproc::drawing::draw_filled_circle_mut;
use microexpr_core::{Landmarks, atomic_file, resize};
use microexpr_evaluation::{FrameExplanation, largest};
use microexpr_landmarks::HeadPose;
use ndarray::Array2;

use crate::ClassifierError;

/// The network's answer for one clip, and what it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Probability of every class; they sum to 1.
    pub probabilities: Vec<f64>,
    /// The frames that the network saw, by their numbers in the clip.
    pub kept_frames: Vec<usize>,
    /// Attention that each of the 51 landmarks receives, averaged over kept frames, layers and streams; the mean over the
    /// landmarks is 1. Empty for a network without attention layers.
    pub attention: Vec<f64>,
    /// By how much the probability of the answer falls when the node features of each of the 51 landmarks are set to 0; only
    /// from [`Classifier::explain`](crate::Classifier::explain).
    pub relevance: Option<Vec<f64>>,
    /// The frames that have nodes, and what the answer owes to each; their relevance only from [`Classifier::explain`](crate::Classifier::explain).
    pub frames: Vec<FrameExplanation>,
    /// What the answer took, stage by stage.
    pub times: StageTimes,
    /// The face, if the answer is for frames.
    pub face: Option<PredictedFace>,
}

/// The face that an answer is about.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictedFace {
    /// The aligned first frame, `[row, col]`.
    pub image: Array2<f32>,
    /// The 51 points in it, in its pixels.
    pub points: Landmarks,
    /// How the head is turned in the recording's first frame; only the face mesh tells.
    pub pose: Option<HeadPose>,
}

/// Wall time of the stages from files to probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StageTimes {
    /// Decoding, face, points, alignment, averaging.
    pub registration: Duration,
    /// Magnification, flow, frame selection, graph.
    pub graph: Duration,
    /// The network.
    pub network: Duration,
}

impl StageTimes {
    /// All stages together.
    #[must_use]
    pub fn total(&self) -> Duration {
        self.registration + self.graph + self.network
    }
}

impl Prediction {
    /// Index of the most probable class.
    #[must_use]
    pub fn class(&self) -> usize {
        largest(&self.probabilities)
    }

    /// Name of the most probable class.
    #[must_use]
    pub fn class_name(&self) -> &str {
        &self.classes[self.class()]
    }

    /// Probability of the most probable class.
    #[must_use]
    pub fn probability(&self) -> f64 {
        self.probabilities[self.class()]
    }

    /// The aligned first frame with a disc at every landmark: the redder and larger, the more attention it receives. Without
    /// attention layers there are no discs.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::NoFace`] of an answer for graphs, [`ClassifierError::Picture`] or [`ClassifierError::Core`] naming the
    /// file.
    pub fn write_attention_picture(&self, path: impl AsRef<Path>) -> Result<(), ClassifierError> {
        self.write_picture(&self.attention, path.as_ref())
    }

    /// The aligned first frame with a disc at every landmark: the redder and larger, the more the answer rests on it. Without
    /// a relevance ([`Classifier::explain`](crate::Classifier::explain)) there are no discs.
    ///
    /// # Errors
    ///
    /// As [`Prediction::write_attention_picture`].
    pub fn write_relevance_picture(&self, path: impl AsRef<Path>) -> Result<(), ClassifierError> {
        self.write_picture(self.relevance.as_deref().unwrap_or_default(), path.as_ref())
    }

    fn write_picture(&self, values: &[f64], path: &Path) -> Result<(), ClassifierError> {
        const ZOOM: usize = 3;
        let none = || ClassifierError::NoFace { path: path.to_owned() };
        let PredictedFace { image, points, .. } = self.face.as_ref().ok_or_else(none)?;
        let face = resize::bilinear(image.view(), (ZOOM * image.nrows(), ZOOM * image.ncols()));
        let mut picture = RgbImage::from_fn(face.ncols() as u32, face.nrows() as u32, |x, y| {
            let grey = (face[[y as usize, x as usize]] * 255.0).round().clamp(0.0, 255.0) as u8;
            Rgb([grey, grey, grey])
        });
        let highest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let lowest = values.iter().copied().fold(highest, f64::min);
        for (point, value) in points.points().iter().zip(values) {
            let share = (value - lowest) / (highest - lowest).max(f64::MIN_POSITIVE);
            let [x, y] = point.map(|v| ((v + 0.5) * ZOOM as f64) as i32);
            let colour = Rgb([(255.0 * share) as u8, 64, (255.0 * (1.0 - share)) as u8]);
            draw_filled_circle_mut(&mut picture, (x, y), 4 + (8.0 * share) as i32, colour);
        }
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture
            .write_to(&mut bytes, image::ImageFormat::Png)
            .map_err(|e| ClassifierError::Picture { path: path.to_owned(), reason: e.to_string() })?;
        Ok(atomic_file::write(path, bytes.get_ref())?)
    }
}
