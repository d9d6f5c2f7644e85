use std::path::Path;
use std::sync::OnceLock;
use std::time::Instant;

use microexpr_core::{Clip, ImageSequence, Landmarks};
use microexpr_graph::VideoGraph;
use microexpr_landmarks::AlignedClip;
use microexpr_pipeline::{LandmarkSource, Pipeline};

use crate::committee::Answer;
use crate::explanation::frame_explanations;
use crate::network_input::NetworkInput;
use crate::networks::{Loading, Networks};
use crate::prediction::PredictedFace;
use crate::prepared_graph::PreparedGraph;
use crate::{ClassifierError, Device, ModelDescription, Prediction, SavedModel, StageTimes};

/// A saved network with its pipeline: from the frames of a clip, or from ready graphs, to class probabilities.
#[derive(Debug)]
pub struct Classifier {
    model: ModelDescription,
    networks: Networks,
    /// Opened when first needed: who has graphs needs no landmark model.
    pipeline: OnceLock<Pipeline>,
}

/// How a model is used.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClassifierOptions {
    /// Where the network runs.
    pub device: Device,
    /// Where landmarks come from; as in training if not given.
    pub landmarks: Option<LandmarkSource>,
}

/// What is to be classified.
#[derive(Debug, Clone, Copy)]
pub enum ClassifierInput<'a> {
    /// Frames in files.
    Frames {
        /// The files.
        frames: &'a ImageSequence,
        /// Frames per second.
        fps: f64,
    },
    /// Frames in memory, such as those of a camera.
    Clip {
        /// The frames.
        clip: &'a Clip,
        /// The 68 points of every frame, where somebody else has found them.
        landmarks: Option<&'a [Landmarks]>,
    },
    /// Ready graphs of one clip, whose class scores are averaged.
    Graphs(&'a [VideoGraph]),
}

/// Whether it is measured what an answer rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Relevance {
    /// It is not.
    #[default]
    Omitted,
    /// The network is asked once more for every landmark and frame.
    Measured,
}

impl Classifier {
    /// Loads a model written by [`SavedModel::save`], with its pipeline.
    ///
    /// # Errors
    ///
    /// Those of [`SavedModel::load`] and [`Pipeline::new`], and device errors.
    pub fn load(model: impl AsRef<Path>, device: Device) -> Result<Self, ClassifierError> {
        Self::load_with(model, ClassifierOptions { device, ..ClassifierOptions::default() })
    }

    /// [`Classifier::load`] with further options.
    ///
    /// # Errors
    ///
    /// As [`Classifier::load`].
    pub fn load_with(model: impl AsRef<Path>, options: ClassifierOptions) -> Result<Self, ClassifierError> {
        let classifier = Self::new(SavedModel::load(model)?, options)?;
        classifier.pipeline()?;
        Ok(classifier)
    }

    /// A classifier that opens its pipeline, and with it a landmark model, only when it is given frames.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::EncodeModel`] if the weights do not fit the described network; device errors.
    pub fn new(model: SavedModel, options: ClassifierOptions) -> Result<Self, ClassifierError> {
        let networks = options.device.run(Loading { model: &model })??;
        let mut model = model.description;
        model.pipeline.landmarks = options.landmarks.unwrap_or(model.pipeline.landmarks);
        Ok(Self { model, networks, pipeline: OnceLock::new() })
    }

    /// What the network is and was trained on.
    #[must_use]
    pub fn description(&self) -> &ModelDescription {
        &self.model
    }

    /// Classifies a clip in files, recorded at `fps` frames per second.
    ///
    /// # Errors
    ///
    /// As [`Classifier::answer`].
    pub fn classify(&self, frames: &ImageSequence, fps: f64) -> Result<Prediction, ClassifierError> {
        self.answer(ClassifierInput::Frames { frames, fps }, Relevance::Omitted)
    }

    /// [`Classifier::classify`], and which landmarks the answer rests on: the network is asked once more for every landmark.
    ///
    /// # Errors
    ///
    /// As [`Classifier::answer`].
    pub fn explain(&self, frames: &ImageSequence, fps: f64) -> Result<Prediction, ClassifierError> {
        self.answer(ClassifierInput::Frames { frames, fps }, Relevance::Measured)
    }

    /// Classifies whatever it is given.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::Pipeline`]: those of [`Pipeline::register`], [`Pipeline::register_clip`] and [`Pipeline::graph`];
    /// [`ClassifierError::UnlikeGraphs`] for graphs that the network was not made for.
    pub fn answer(
        &self,
        input: ClassifierInput<'_>,
        relevance: Relevance,
    ) -> Result<Prediction, ClassifierError> {
        let started = Instant::now();
        let aligned = match input {
            ClassifierInput::Graphs(graphs) => {
                return self.answer_for_graphs(NetworkInput::of_graphs(graphs.to_vec())?, relevance);
            }
            ClassifierInput::Frames { frames, fps } => self.pipeline()?.register(frames, fps)?,
            ClassifierInput::Clip { clip, landmarks } => {
                self.pipeline()?.register_clip(clip.clone(), landmarks)?
            }
        };
        let registration = started.elapsed();
        let mut prediction = self.answer_for_face(aligned, relevance)?;
        prediction.times.registration = registration;
        Ok(prediction)
    }

    fn answer_for_face(
        &self,
        aligned: AlignedClip,
        relevance: Relevance,
    ) -> Result<Prediction, ClassifierError> {
        let started = Instant::now();
        let pipeline = self.pipeline()?;
        let made = pipeline.graph(&aligned, pipeline.settings().alpha())?;
        let kept_frames = made.graph.kept_frames().to_vec();
        let (frames, points) = (made.frames, made.first_points.clone());
        let graphs = PreparedGraph::of_clip(made)?;
        let graph = started.elapsed();
        let mut prediction = self.ask(&graphs, frames, relevance)?;
        prediction.kept_frames = kept_frames;
        prediction.times.graph = graph;
        prediction.face =
            Some(PredictedFace { image: aligned.clip.frame(0).to_owned(), points, pose: aligned.pose });
        Ok(prediction)
    }

    fn answer_for_graphs(
        &self,
        input: NetworkInput,
        relevance: Relevance,
    ) -> Result<Prediction, ClassifierError> {
        if input.graphs.iter().all(|g| g.graph.nodes() == 0) {
            return Err(ClassifierError::NoGraph { example: 0 });
        }
        let mut landmarks = None;
        for PreparedGraph { graph, .. } in &input.graphs {
            let expected = *landmarks.get_or_insert(graph.landmarks());
            let [location, flow] = self.model.node_features;
            let found = self.model.model.input_widths(graph);
            if (found, graph.landmarks()) != ([location, flow], expected) {
                let (expected, found) = ([expected, location, flow], [graph.landmarks(), found[0], found[1]]);
                return Err(ClassifierError::UnlikeGraphs { example: 0, expected, found });
            }
        }
        self.ask(&input.graphs, input.frames, relevance)
    }

    fn ask(
        &self,
        graphs: &[PreparedGraph],
        frames: usize,
        relevance: Relevance,
    ) -> Result<Prediction, ClassifierError> {
        let started = Instant::now();
        let (Answer { probabilities, attention }, relevance) = self.networks.answer(graphs, relevance)?;
        let of_frames = relevance.as_ref().map(|r| r.frames.as_slice());
        let explanations = frame_explanations(graphs, frames, &attention.frames, of_frames);
        let times = StageTimes { network: started.elapsed(), ..StageTimes::default() };
        Ok(Prediction {
            classes: self.model.classes.clone(),
            probabilities,
            kept_frames: explanations.iter().map(|e| e.frame).collect(),
            frames: explanations,
            attention: attention.landmarks,
            relevance: relevance.map(|r| r.landmarks),
            times,
            face: None,
        })
    }

    fn pipeline(&self) -> Result<&Pipeline, ClassifierError> {
        if let Some(pipeline) = self.pipeline.get() {
            return Ok(pipeline);
        }
        let opened = Pipeline::new(&self.model.pipeline)?;
        Ok(self.pipeline.get_or_init(|| opened))
    }
}
