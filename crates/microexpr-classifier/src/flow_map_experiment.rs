use std::path::Path;
use std::time::Instant;

use microexpr_core::{Digest, atomic_file};
use microexpr_data::{FlowMapIndex, FlowMapRecord, LabelScheme};
use microexpr_evaluation::{
    EvaluationPart, EvaluationRequest, Example, Leaks, LeftOut, Protocol, Shard, Steps,
};
use microexpr_flow::{FlowMap, read_flow_map};
use microexpr_graph::VideoGraph;
use microexpr_pipeline::flow_map_graphs;

use crate::progress::{Progress, ProgressSink};
use crate::{
    ClassifierError, Device, LearnerName, MachineLearner, MachineParams, NetworkLearner, OutcomePart,
    Settings, StstnetLearner, StstnetParams,
};

/// An evaluation on flow maps instead of recordings, of the network or of one of its rivals: all under the same rules, on the same
/// folds.
#[derive(Debug, Clone)]
pub struct FlowMapExperiment<'a> {
    /// The maps.
    pub index: &'a FlowMapIndex,
    /// Who learns.
    pub learner: LearnerName,
    /// How maps become graphs, and the network.
    pub settings: &'a Settings,
    /// Where networks run.
    pub device: Device,
    /// How maps are split.
    pub protocol: Protocol,
    /// Every fold is trained once per seed.
    pub seeds: &'a [u64],
    /// Which share of the folds to run.
    pub shard: Shard,
    /// Folder that keeps finished folds.
    pub out: &'a Path,
    /// What is done about maps that let a split by subject leak.
    pub leaks: Leaks,
}

/// Maps that could be read, and those that could not.
#[derive(Default)]
struct ReadMaps {
    examples: Vec<Example>,
    maps: Vec<FlowMap>,
    left_out: Vec<LeftOut>,
}

impl FlowMapExperiment<'_> {
    /// Trains and tests the folds of the protocol, once per seed, as [`Experiment::evaluate`](crate::Experiment::evaluate) does;
    /// a picture that cannot be read is listed, the others go on.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::NoUsableClips`], those of [`EvaluationRequest::run`], settings and device errors.
    pub fn evaluate(&self, progress: ProgressSink<'_>) -> Result<OutcomePart, ClassifierError> {
        self.settings.check()?;
        self.device.probe()?;
        atomic_file::check_folder(self.out)?;
        let started = Instant::now();
        let ReadMaps { examples, maps, left_out } = self.read(progress)?;
        let preparing_seconds = started.elapsed().as_secs_f64();
        let classes: Vec<String> =
            LabelScheme::ThreeClasses.classes().iter().map(ToString::to_string).collect();
        let store = self.out.join("folds");
        let request = EvaluationRequest {
            examples: &examples,
            classes: &classes,
            protocol: &self.protocol,
            seeds: self.seeds,
            shard: self.shard,
            store: Some(&store),
            leaks: self.leaks,
        };
        let mut part = self.run(&request, &maps, progress)?;
        part.timing.preparing_seconds = preparing_seconds;
        part.plan.skipped = left_out;
        let unlisted = self.index.unlisted.len();
        if unlisted > 0 {
            let list = self.index.list.display();
            part.plan.warnings.push(format!("{unlisted} pictures are not in {list} and were left out"));
        }
        Ok(OutcomePart { part, key_frames: Vec::new() })
    }

    /// The folds of the learner that was asked for.
    fn run(
        &self,
        request: &EvaluationRequest<'_>,
        maps: &[FlowMap],
        progress: ProgressSink<'_>,
    ) -> Result<EvaluationPart, ClassifierError> {
        let steps = |Steps { done, total }: Steps| progress(Progress::Training { done, total });
        let graphs = || maps.iter().map(|map| self.graphs(map)).collect::<Result<Vec<_>, _>>();
        let machine = |params: MachineParams| {
            let streams = self.settings.model.streams;
            let learner = MachineLearner::new(&graphs()?, MachineParams { streams, ..params })?;
            Ok(request.run(&learner, &steps)?)
        };
        match self.learner {
            LearnerName::Network => {
                let learner = NetworkLearner::new(graphs()?, self.settings.clone(), self.device)?;
                Ok(request.run(&learner, &steps)?)
            }
            LearnerName::Linear => machine(MachineParams::LINEAR),
            LearnerName::Rbf => machine(MachineParams::RBF),
            LearnerName::KernelRidge => machine(MachineParams::KERNEL_RIDGE),
            LearnerName::Ststnet => {
                let learner = StstnetLearner::new(maps, StstnetParams::default(), self.device)?;
                Ok(request.run(&learner, &steps)?)
            }
        }
    }

    fn graphs(&self, map: &FlowMap) -> Result<Vec<VideoGraph>, ClassifierError> {
        Ok(flow_map_graphs(map, &self.settings.flow_maps)?)
    }

    fn read(&self, progress: ProgressSink<'_>) -> Result<ReadMaps, ClassifierError> {
        let mut read = ReadMaps::default();
        let skipped = self.index.skipped.iter();
        read.left_out = skipped
            .map(|s| LeftOut { id: s.id.clone(), path: s.path.clone(), reason: s.reason.clone() })
            .collect();
        for (done, record) in self.index.maps.iter().enumerate() {
            match read_flow_map(&record.path) {
                Ok(map) => {
                    read.examples.push(example(record, &map));
                    read.maps.push(map);
                }
                Err(error) => {
                    let (id, path, reason) = (record.id(), record.path.clone(), error.to_string());
                    read.left_out.push(LeftOut { id, path, reason });
                }
            }
            progress(Progress::Preparing { done: done + 1, total: self.index.maps.len() });
        }
        if read.maps.is_empty() {
            let reason = read.left_out.last().map(|clip| clip.reason.clone()).unwrap_or_default();
            return Err(ClassifierError::NoUsableClips { clips: read.left_out.len(), reason });
        }
        Ok(read)
    }
}

fn example(record: &FlowMapRecord, map: &FlowMap) -> Example {
    let planes = [map.u(), map.v(), map.strain()];
    let bytes: Vec<u8> = planes.iter().flatten().copied().collect();
    let dataset = record.dataset.to_string();
    Example {
        content: Some(Digest::of(&bytes)),
        ..Example::new(record.id(), record.subject_id(), dataset, record.class)
    }
}
