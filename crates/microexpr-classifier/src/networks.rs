use std::sync::{Mutex, PoisonError};

use burn::tensor::backend::AutodiffBackend;
use microexpr_gnn::GraphBackend;

use crate::committee::Answer;
use crate::device::OnBackend;
use crate::explanation::Shares;
use crate::prepared_graph::PreparedGraph;
use crate::{ClassifierError, ModelDescription, ModelSettings, Relevance, SavedModel};

/// The answer for the graphs of a clip, and the relevance of landmarks and frames if asked for.
type Answers =
    dyn Fn(&[PreparedGraph], Relevance) -> Result<(Answer, Option<Shares>), ClassifierError> + Send + Sync;

/// Networks on their device, whichever it is.
pub(crate) struct Networks(Box<Answers>);

impl Networks {
    pub(crate) fn answer(
        &self,
        graphs: &[PreparedGraph],
        relevance: Relevance,
    ) -> Result<(Answer, Option<Shares>), ClassifierError> {
        (self.0)(graphs, relevance)
    }
}

impl std::fmt::Debug for Networks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Networks").finish_non_exhaustive()
    }
}

/// Puts the networks of a model on a device.
pub(crate) struct Loading<'a> {
    pub(crate) model: &'a SavedModel,
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
            Ok((answer, (with_relevance == Relevance::Measured).then(relevance).transpose()?))
        })))
    }
}
