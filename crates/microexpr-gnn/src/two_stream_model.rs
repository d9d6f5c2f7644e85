use burn::prelude::*;
use burn::tensor::activation::{relu, softmax};

use crate::error::OrPanic;
use crate::stream_model::{StreamExplanation, StreamInput, StreamModel, StreamModelConfig};
use crate::{
    FourierFeatures, FourierFeaturesConfig, FullyConnected, FullyConnectedConfig, GnnError, GraphBackend,
    GraphBatch, SeededRng,
};

/// Configuration of [`TwoStreamModel`]: either stream can be left out.
#[derive(Config, Debug)]
pub struct TwoStreamModelConfig {
    /// Stream 1, landmark locations.
    pub location: Option<StreamModelConfig>,
    /// Stream 2, optical-flow patches.
    pub flow: Option<StreamModelConfig>,
    /// Number of classes.
    pub classes: usize,
    /// Number of random Fourier features that the streams' outputs become before the fully connected layers, if any.
    #[config(default = "None")]
    pub fourier_features: Option<usize>,
    /// Scale of the Fourier features, see [`FourierFeaturesConfig::scale`].
    #[config(default = 1.0)]
    pub fourier_scale: f64,
    /// Widths of fully connected layers between the streams and the class scores.
    #[config(default = "vec![]")]
    pub hidden: Vec<usize>,
    /// Whether the last layer starts from zero, so that an untrained network finds all classes equally likely and its
    /// answer depends less on the random start.
    #[config(default = false)]
    pub zero_start: bool,
}

/// The whole network: two streams side by side, concatenated, and a fully connected classifier.
///
/// Source: 2S-AMAGN §3.4 and Fig. 1.
#[derive(Module, Debug)]
pub struct TwoStreamModel<B: Backend> {
    /// Stream 1, landmark locations.
    pub location: Option<StreamModel<B>>,
    /// Stream 2, optical-flow patches.
    pub flow: Option<StreamModel<B>>,
    /// Fourier features of the streams' outputs, if configured.
    pub fourier: Option<FourierFeatures<B>>,
    /// Fully connected layers, ReLU between them.
    pub classifier: Vec<FullyConnected<B>>,
}

/// A batch of graphs with the features of both streams.
#[derive(Debug, Clone)]
pub struct TwoStreamInput<B: Backend> {
    /// The edges, shared by both streams.
    pub graph: GraphBatch<B>,
    /// Features of stream 1.
    pub location: StreamInput<B>,
    /// Features of stream 2.
    pub flow: StreamInput<B>,
}

/// What both streams attended to.
#[derive(Debug, Clone)]
pub struct Explanation<B: Backend> {
    /// Stream 1, if the model has it.
    pub location: Option<StreamExplanation<B>>,
    /// Stream 2, if the model has it.
    pub flow: Option<StreamExplanation<B>>,
}

impl TwoStreamModelConfig {
    /// The paper's network: locations of width 2, patches of width 100.
    #[must_use]
    pub fn paper(classes: usize) -> Self {
        Self::new(classes)
            .with_location(Some(StreamModelConfig::new(2)))
            .with_flow(Some(StreamModelConfig::new(100)))
    }

    /// Whether the network can be built.
    ///
    /// # Errors
    ///
    /// [`GnnError::Setting`] without streams, classes, or values in a fully connected layer, and what a stream refuses.
    pub fn check(&self) -> Result<(), GnnError> {
        let mut streams = 0;
        for stream in [&self.location, &self.flow].into_iter().flatten() {
            stream.check()?;
            streams += 1;
        }
        GnnError::check_setting(streams > 0, "streams", "at least 1", streams)?;
        GnnError::check_setting(self.classes > 0, "classes", "at least 1", self.classes)?;
        if let Some(fourier) = self.fourier() {
            fourier.check()?;
        }
        GnnError::check_setting(!self.hidden.contains(&0), "hidden", "widths of at least 1", 0)
    }

    /// Width of the streams' outputs side by side.
    fn streams_width(&self) -> usize {
        [&self.location, &self.flow].into_iter().flatten().map(StreamModelConfig::output).sum()
    }

    fn fourier(&self) -> Option<FourierFeaturesConfig> {
        let config = |features| FourierFeaturesConfig::new(self.streams_width(), features);
        Some(config(self.fourier_features?).with_scale(self.fourier_scale))
    }

    /// Draws initial weights.
    ///
    /// # Panics
    ///
    /// If [`TwoStreamModelConfig::check`] fails.
    pub fn init<B: Backend>(&self, device: &B::Device, random: &mut SeededRng) -> TwoStreamModel<B> {
        self.check().or_panic();
        let width = self.fourier_features.unwrap_or(self.streams_width());
        let location = self.location.as_ref().map(|c| c.init(device, random));
        let flow = self.flow.as_ref().map(|c| c.init(device, random));
        let fourier = self.fourier().map(|config| config.init(device, random));
        let widths: Vec<usize> =
            [width].into_iter().chain(self.hidden.iter().copied()).chain([self.classes]).collect();
        let mut classifier: Vec<FullyConnected<B>> =
            widths.windows(2).map(|w| FullyConnectedConfig::new(w[0], w[1]).init(device, random)).collect();
        if self.zero_start
            && let Some(last) = classifier.last_mut()
        {
            *last = FullyConnectedConfig::new(widths[widths.len() - 2], self.classes).zeros(device);
        }
        TwoStreamModel { location, flow, fourier, classifier }
    }
}

impl<B: GraphBackend> TwoStreamModel<B> {
    /// Class scores before softmax. Dropout is applied only if a generator is given.
    ///
    /// # Shapes
    ///
    /// - output: `[G, classes]`
    #[must_use]
    pub fn forward(&self, input: &TwoStreamInput<B>, training: Option<&mut SeededRng>) -> Tensor<B, 2> {
        self.forward_explained(input, training).0
    }

    /// Class probabilities, `[G, classes]`.
    ///
    /// On an autodiff backend call it on [`AutodiffModule::valid`](burn::module::AutodiffModule::valid): otherwise Burn keeps
    /// the record of every call for a backward pass that never comes.
    #[must_use]
    pub fn probabilities(&self, input: &TwoStreamInput<B>) -> Tensor<B, 2> {
        softmax(self.forward(input, None), 1)
    }

    /// [`TwoStreamModel::forward`] and what the streams attended to.
    #[must_use]
    pub fn forward_explained(
        &self,
        input: &TwoStreamInput<B>,
        training: Option<&mut SeededRng>,
    ) -> (Tensor<B, 2>, Explanation<B>) {
        let (embedding, explanation) = self.embed(input, training);
        let scores = match self.classifier.split_last() {
            Some((last, _)) => last.forward(self.before_last_layer(embedding)),
            None => embedding,
        };
        (scores, explanation)
    }

    /// What the last layer sees, without dropout: who wants to fit that layer by other means starts from here.
    ///
    /// # Shapes
    ///
    /// - output: `[G, input of the last layer]`
    #[must_use]
    pub fn features(&self, input: &TwoStreamInput<B>) -> Tensor<B, 2> {
        self.before_last_layer(self.embed(input, None).0)
    }

    /// The streams' outputs side by side.
    fn embed(
        &self,
        input: &TwoStreamInput<B>,
        training: Option<&mut SeededRng>,
    ) -> (Tensor<B, 2>, Explanation<B>) {
        let run =
            |model: &Option<StreamModel<B>>, features: &StreamInput<B>, random: Option<&mut SeededRng>| {
                Some(model.as_ref()?.forward_explained(features.clone(), &input.graph, random))
            };
        let (location, flow) = match training {
            // The streams draw from one generator, one after the other.
            Some(random) => (
                run(&self.location, &input.location, Some(random)),
                run(&self.flow, &input.flow, Some(random)),
            ),
            None => B::side_by_side(
                || run(&self.location, &input.location, None),
                || run(&self.flow, &input.flow, None),
            ),
        };
        let embeddings =
            [&location, &flow].into_iter().flatten().map(|(embedding, _)| embedding.clone()).collect();
        let explanation = Explanation { location: location.map(|(_, e)| e), flow: flow.map(|(_, e)| e) };
        (Tensor::cat(embeddings, 1), explanation)
    }

    fn before_last_layer(&self, embedding: Tensor<B, 2>) -> Tensor<B, 2> {
        let x = match &self.fourier {
            Some(fourier) => fourier.forward(embedding),
            None => embedding,
        };
        let hidden = &self.classifier[..self.classifier.len().saturating_sub(1)];
        hidden.iter().fold(x, |x, layer| relu(layer.forward(x)))
    }
}
