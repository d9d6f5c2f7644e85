use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use burn::tensor::backend::AutodiffBackend;
use image::{Rgb, RgbImage};
use imageproc::drawing::draw_filled_circle_mut;
use microexpr_core::{Clip, ImageSequence, Landmarks, atomic_file, resize};
use microexpr_gnn::GraphBackend;
use microexpr_graph::VideoGraph;

use crate::committee::Answer;
use crate::device::OnBackend;
use crate::explanation::{FrameExplanation, Shares};
use crate::fold_runner::largest;
use crate::{ClassifierError, Device, LandmarkSource, ModelDescription, ModelSettings, Pipeline, SavedModel};

/// A saved network with its pipeline: from the frames of a clip to class probabilities.
#[derive(Debug)]
pub struct Classifier {
    model: ModelDescription,
    pipeline: Pipeline,
    networks: Networks,
}

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
    /// landmarks is 1.
    pub attention: Vec<f64>,
    /// By how much the probability of the answer falls when the node features of each of the 51 landmarks are set to 0; only
    /// from [`Classifier::explain`].
    pub relevance: Option<Vec<f64>>,
    /// The frames that have nodes, and what the answer owes to each; their relevance only from [`Classifier::explain`].
    pub frames: Vec<FrameExplanation>,
    /// The 51 points of the first frame, in pixels of the aligned face.
    pub points: Landmarks,
    /// What the answer took, stage by stage.
    pub times: StageTimes,
    face: Clip,
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

impl Classifier {
    /// Loads a model written by [`SavedModel::save`].
    ///
    /// # Errors
    ///
    /// Those of [`SavedModel::load`] and [`Pipeline::new`], and device errors.
    pub fn load(model: impl AsRef<Path>, device: Device) -> Result<Self, ClassifierError> {
        Self::new(SavedModel::load(model)?, device)
    }

    /// [`Classifier::load`], with landmarks from elsewhere than in training.
    ///
    /// # Errors
    ///
    /// As [`Classifier::load`].
    pub fn load_with_landmarks(
        model: impl AsRef<Path>,
        device: Device,
        landmarks: LandmarkSource,
    ) -> Result<Self, ClassifierError> {
        let mut model = SavedModel::load(model)?;
        model.description.pipeline.landmarks = landmarks;
        Self::new(model, device)
    }

    fn new(model: SavedModel, device: Device) -> Result<Self, ClassifierError> {
        let networks = device.run(Loading { model: &model })??;
        Ok(Self { pipeline: Pipeline::new(&model.description.pipeline)?, model: model.description, networks })
    }

    /// Classifies a clip recorded at `fps` frames per second.
    ///
    /// # Errors
    ///
    /// Those of [`Pipeline::register`] and [`Pipeline::graph`].
    pub fn classify(&self, frames: &ImageSequence, fps: f64) -> Result<Prediction, ClassifierError> {
        self.answer(frames, fps, false)
    }

    /// [`Classifier::classify`], and which landmarks the answer rests on: the network is asked once more for every landmark.
    ///
    /// # Errors
    ///
    /// As [`Classifier::classify`].
    pub fn explain(&self, frames: &ImageSequence, fps: f64) -> Result<Prediction, ClassifierError> {
        self.answer(frames, fps, true)
    }

    fn answer(
        &self,
        frames: &ImageSequence,
        fps: f64,
        with_relevance: bool,
    ) -> Result<Prediction, ClassifierError> {
        let mut started = Instant::now();
        let mut lap = || {
            let before = std::mem::replace(&mut started, Instant::now());
            started - before
        };
        let aligned = self.pipeline.register(frames, fps)?;
        let registration = lap();
        let prepared = self.pipeline.graph(&aligned, self.pipeline.settings().alpha())?;
        let graph = lap();
        let (Answer { probabilities, attention }, relevance) =
            (self.networks.0)(prepared.units(), with_relevance)?;
        let times = StageTimes { registration, graph, network: lap() };
        Ok(Prediction {
            classes: self.model.classes.clone(),
            probabilities,
            kept_frames: prepared.graph.kept_frames().to_vec(),
            frames: FrameExplanation::of(
                prepared.units(),
                prepared.frames,
                &attention.frames,
                relevance.as_ref().map(|r| r.frames.as_slice()),
            ),
            attention: attention.landmarks,
            relevance: relevance.map(|r| r.landmarks),
            points: self.pipeline.points(&aligned, &[0])?.swap_remove(0),
            times,
            face: aligned.clip,
        })
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

    /// The aligned first frame with a disc at every landmark: the redder and larger, the more attention it receives.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::Picture`] or [`ClassifierError::Core`] naming the file.
    pub fn write_attention_picture(&self, path: impl AsRef<Path>) -> Result<(), ClassifierError> {
        self.write_picture(&self.attention, path.as_ref())
    }

    /// The aligned first frame with a disc at every landmark: the redder and larger, the more the answer rests on it. Without
    /// a relevance ([`Classifier::explain`]) there are no discs.
    ///
    /// # Errors
    ///
    /// As [`Prediction::write_attention_picture`].
    pub fn write_relevance_picture(&self, path: impl AsRef<Path>) -> Result<(), ClassifierError> {
        self.write_picture(self.relevance.as_deref().unwrap_or_default(), path.as_ref())
    }

    fn write_picture(&self, values: &[f64], path: &Path) -> Result<(), ClassifierError> {
        const ZOOM: usize = 3;
        let face =
            resize::bilinear(self.face.frame(0), (ZOOM * self.face.height(), ZOOM * self.face.width()));
        let mut picture = RgbImage::from_fn(face.ncols() as u32, face.nrows() as u32, |x, y| {
            let grey = (face[[y as usize, x as usize]] * 255.0).round().clamp(0.0, 255.0) as u8;
            Rgb([grey, grey, grey])
        });
        let highest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let lowest = values.iter().copied().fold(highest, f64::min);
        for (point, value) in self.points.points().iter().zip(values) {
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

/// The answer for the graphs of a clip, and the relevance of landmarks and frames if asked for.
type Answers = dyn Fn(&[VideoGraph], bool) -> Result<(Answer, Option<Shares>), ClassifierError> + Send + Sync;

/// Networks on their device, whichever it is.
struct Networks(Box<Answers>);

impl std::fmt::Debug for Networks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Networks").finish_non_exhaustive()
    }
}

/// Puts the networks of a model on a device.
struct Loading<'a> {
    model: &'a SavedModel,
}

impl OnBackend for Loading<'_> {
    type Output = Result<Networks, ClassifierError>;

    fn run<B>(self, device: &B::Device) -> Self::Output
    where
        B: AutodiffBackend + GraphBackend,
        B::InnerBackend: GraphBackend,
    {
        // Modules can be sent to another thread, not used by two: every answer takes a copy, which shares the weights.
        let committee = Mutex::new(self.model.committee::<B::InnerBackend>(device)?);
        let ModelDescription { standardisation, model: ModelSettings { columns, .. }, .. } =
            self.model.description;
        let device = device.clone();
        Ok(Networks(Box::new(move |graphs, with_relevance| {
            let committee = committee.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let answer = committee.answer(graphs, standardisation, columns, &device)?;
            let relevance = || committee.relevance(graphs, standardisation, columns, &device);
            Ok((answer, with_relevance.then(relevance).transpose()?))
        })))
    }
}
