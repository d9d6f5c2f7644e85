//! Who has graphs, or frames in memory, needs no folders of images.

use microexpr_classifier::{
    Classifier, ClassifierError, ClassifierInput, ClassifierOptions, Device, NetworkLearner, Preset,
    Relevance, SavedModel, Settings, TRAINING_VERSION,
};
use microexpr_core::{FlowField, LandmarkScheme, Landmarks};
use microexpr_data::LabelScheme;
use microexpr_evaluation::{EvaluationRequest, Example};
use microexpr_gnn::ReadoutScale;
use microexpr_graph::{GraphParams, TEMPLATE_51, VideoGraph, build};
use microexpr_landmarks::read_landmarks;
use microexpr_pipeline::{LandmarkSource, Pipeline};

use crate::generated::Generated;

/// Frames 0, 8 and 20 of a face of which the part at a height moves down.
fn graph(height: f64, strength: f64, params: &GraphParams) -> VideoGraph {
    let motion = |y: f64| strength * (-(y - height).powi(2) / 200.0).exp();
    let face = TEMPLATE_51.map(|p| [64.0 + 45.0 * p[0], 50.0 + 45.0 * p[1]]);
    let (mut points, mut flows) = (Vec::new(), Vec::new());
    for share in [0.0, 1.0, 0.3] {
        let moved = face.map(|p| [p[0], p[1] + share * motion(p[1])]).to_vec();
        points.push(Landmarks::new(LandmarkScheme::Paper51, moved).unwrap());
        let v = ndarray::Array2::from_shape_fn((128, 128), |(y, _)| (share * motion(y as f64)) as f32);
        flows.push(FlowField::new(ndarray::Array2::zeros((128, 128)), v).unwrap());
    }
    build(&points, &flows, &[0, 8, 20], params).unwrap()
}

fn settings() -> Settings {
    let mut settings = Preset::Attention.settings();
    settings.training.networks = 1;
    settings.training.epochs = 4;
    settings.model.readout_scale = ReadoutScale::AsRead;
    settings
}

/// Three classes, four subjects.
fn graphs(params: &GraphParams) -> Vec<Vec<VideoGraph>> {
    let of = |i: usize| vec![graph([40.0, 65.0, 90.0][i % 3], 0.4 + 0.1 * (i / 3) as f64, params)];
    (0..12).map(of).collect()
}

fn classes() -> Vec<String> {
    ["brows", "nose", "mouth"].map(String::from).to_vec()
}

/// What a network with attention gives after four epochs on twelve graphs, for the first of them. Other values mean that finished folds
/// of the code before must not be taken for this one's: raise [`TRAINING_VERSION`] and put the new values here.
const PINNED: (u32, [f64; 3]) = (2, [0.833_17, 0.121_12, 0.045_71]);

/// Sums in another order (other vector units, another number of threads) differ in the last digits; other random numbers, another
/// order of the batches, another loss or optimiser in the second.
const PINNED_TOLERANCE: f64 = 1e-3;

#[test]
fn a_small_training_gives_what_this_version_of_the_training_code_gives() {
    let settings = settings();
    let all = graphs(&settings.pipeline.graph);
    let first = all[0].clone();
    let learner = NetworkLearner::new(all, settings, Device::Cpu).unwrap();
    let labels: Vec<usize> = (0..12).map(|i| i % 3).collect();
    let model = learner.train(&labels, classes(), 7, "twelve graphs".into(), &mut || ()).unwrap();
    let classifier = Classifier::new(model, ClassifierOptions::default()).unwrap();
    let answer = classifier.answer(ClassifierInput::Graphs(&first), Relevance::Omitted).unwrap();
    let (version, expected) = PINNED;
    assert_eq!(TRAINING_VERSION, version);
    for (found, expected) in answer.probabilities.iter().zip(expected) {
        assert!((found - expected).abs() < PINNED_TOLERANCE, "{:?}", answer.probabilities);
    }
}

#[test]
fn equal_trainings_give_equal_files() {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<Vec<u8>> = (0..4)
        .map(|run| {
            let settings = settings();
            let all = graphs(&settings.pipeline.graph);
            let learner = NetworkLearner::new(all, settings, Device::Cpu).unwrap();
            let labels: Vec<usize> = (0..12).map(|i| i % 3).collect();
            let model = learner.train(&labels, classes(), 7, "twelve graphs".into(), &mut || ()).unwrap();
            let path = folder.path().join(format!("{run}.safetensors"));
            model.save(&path).unwrap();
            std::fs::read(path).unwrap()
        })
        .collect();
    assert!(files.iter().all(|file| *file == files[0]));
}

#[test]
fn graphs_that_do_not_belong_together_are_refused() {
    let settings = settings();
    let params = &settings.pipeline.graph;
    let mut all = graphs(params);
    let other = GraphParams { patch_feature: microexpr_graph::PatchFeature::Magnitude, ..*params };
    all[5] = vec![graph(40.0, 0.4, &other)];
    let error = NetworkLearner::new(all, settings.clone(), Device::Cpu).unwrap_err();
    assert!(matches!(error, ClassifierError::UnlikeGraphs { example: 5, .. }), "{error}");
    let mut all = graphs(params);
    all[3].clear();
    let error = NetworkLearner::new(all, settings.clone(), Device::Cpu).unwrap_err();
    assert!(matches!(error, ClassifierError::NoGraph { example: 3 }), "{error}");
    let error = NetworkLearner::new(graphs(params), Settings::default(), Device::Cpu).unwrap_err();
    assert!(error.to_string().starts_with("augmentation_alphas must be empty"), "{error}");

    let learner = NetworkLearner::new(graphs(params), settings, Device::Cpu).unwrap();
    let labels: Vec<usize> = (0..12).map(|i| i % 3).collect();
    let model = learner.train(&labels, classes(), 7, "twelve graphs".into(), &mut || ()).unwrap();
    let classifier = Classifier::new(model, ClassifierOptions::default()).unwrap();
    let wide = [graph(40.0, 0.4, &other)];
    let error = classifier.answer(ClassifierInput::Graphs(&wide), Relevance::Omitted).unwrap_err();
    assert!(matches!(error, ClassifierError::UnlikeGraphs { .. }), "{error}");
    let error = classifier.answer(ClassifierInput::Graphs(&[]), Relevance::Omitted).unwrap_err();
    assert!(matches!(error, ClassifierError::NoGraph { .. }), "{error}");
}

#[test]
fn a_network_without_layers_answers_the_same_from_a_file() {
    let mut settings = Preset::FlowMaps.settings();
    settings.training.networks = 2;
    settings.model.fourier_features = Some(40);
    settings.model.fully_connected = vec![6];
    let all = graphs(&settings.pipeline.graph);
    let first = all[0].clone();
    let learner = NetworkLearner::new(all, settings, Device::Cpu).unwrap();
    let labels: Vec<usize> = (0..12).map(|i| i % 3).collect();
    let model = learner.train(&labels, classes(), 7, "twelve graphs".into(), &mut || ()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    model.save(&path).unwrap();
    let answer = |model| {
        let classifier = Classifier::new(model, ClassifierOptions::default()).unwrap();
        classifier.answer(ClassifierInput::Graphs(&first), Relevance::Omitted).unwrap().probabilities
    };
    assert_eq!(answer(SavedModel::load(&path).unwrap()), answer(model));
}

#[test]
fn own_graphs_with_own_class_names_are_evaluated() {
    let settings = settings();
    let learner = NetworkLearner::new(graphs(&settings.pipeline.graph), settings, Device::Cpu).unwrap();
    let examples: Vec<Example> =
        (0..12).map(|i| Example::new(format!("c{i}"), format!("p{}", i / 3), "mine", i % 3)).collect();
    let evaluation = EvaluationRequest::new(&examples, &classes()).evaluate(&learner, &|_| ()).unwrap();
    assert_eq!((evaluation.clips, evaluation.subjects, evaluation.classes), (12, 4, classes()));
    assert!(evaluation.scores.accuracy > 0.7, "{:?}", evaluation.scores);
}

#[test]
fn frames_in_files_frames_in_memory_and_their_graph_are_answered_alike() {
    let generated = Generated::get();
    let mut experiment = generated.experiment();
    experiment.settings.training.epochs = 3;
    let index = generated.index();
    let (model, _) = experiment.train(&index, LabelScheme::ThreeClasses, 1, &|_| ()).unwrap();
    let classifier = Classifier::new(model, ClassifierOptions::default()).unwrap();
    let record = &index.clips[0];
    let frames = record.sequence().unwrap();
    let from_files = classifier.classify(&frames, record.fps).unwrap();

    let clip = frames.to_clip(record.fps).unwrap();
    let landmarks = read_landmarks(record.frames[0].with_file_name("landmarks.csv")).unwrap();
    let input = ClassifierInput::Clip { clip: &clip, landmarks: Some(&landmarks) };
    let from_memory = classifier.answer(input, Relevance::Omitted).unwrap();
    assert_eq!(from_memory.probabilities, from_files.probabilities);
    assert_eq!(from_memory.face, from_files.face);

    let pipeline = Pipeline::new(&experiment.settings.pipeline).unwrap();
    let aligned = pipeline.register(&frames, record.fps).unwrap();
    let graph = pipeline.graph(&aligned, 0.0).unwrap().graph;
    let from_graph = classifier
        .answer(ClassifierInput::Graphs(std::slice::from_ref(&graph)), Relevance::Measured)
        .unwrap();
    assert_eq!(from_graph.probabilities, from_files.probabilities);
    assert_eq!(from_graph.kept_frames, from_files.kept_frames);
    assert_eq!(from_graph.relevance.as_ref().map(Vec::len), Some(51));
    let folder = tempfile::tempdir().unwrap();
    let error = from_graph.write_attention_picture(folder.path().join("a.png")).unwrap_err();
    assert!(matches!(error, ClassifierError::NoFace { .. }), "{error}");

    let input = ClassifierInput::Clip { clip: &clip, landmarks: None };
    assert_eq!(experiment.settings.pipeline.landmarks, LandmarkSource::Files);
    let error = classifier.answer(input, Relevance::Omitted).unwrap_err();
    assert!(error.to_string().contains("give its landmarks"), "{error}");
    let input = ClassifierInput::Clip { clip: &clip, landmarks: Some(&landmarks[1..]) };
    let error = classifier.answer(input, Relevance::Omitted).unwrap_err();
    assert!(error.to_string().contains("but the clip has"), "{error}");
}
