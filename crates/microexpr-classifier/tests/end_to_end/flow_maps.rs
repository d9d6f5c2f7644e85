use std::fs;
use std::path::Path;

use microexpr_classifier::{
    ClassifierError, Device, ExperimentRequest, FlowMapExperiment, LearnerName, Outcome, OutcomePart, Preset,
    Rivals, Settings,
};
use microexpr_core::FlowField;
use microexpr_data::{FlowMapIndex, LabelScheme, read_flow_maps};
use microexpr_evaluation::{Evaluation, Leaks, Protocol, Shard};
use microexpr_flow::{FlowMap, write_flow_map};
use microexpr_gnn::SeededRng;
use ndarray::Array2;
use tempfile::TempDir;

use crate::generated::Generated;

/// Brows move down, mouth corners up, or brows up; everybody a little differently, with noise.
fn map(class: usize, random: &mut SeededRng, size: usize) -> FlowMap {
    let (row, sign) = [(0.22, 1.0), (0.75, -1.0), (0.22, -1.0)][class];
    let (shift, strength) = (0.04 * random.normal(), sign * random.uniform(0.7, 1.3));
    let mut plane = |strength: f32| {
        Array2::from_shape_fn((size, size), |(y, _)| {
            let distance = (y as f32 + 0.5) / size as f32 - row - shift;
            strength * (-distance * distance / 0.01).exp() + 0.25 * random.normal()
        })
    };
    let (u, v) = (plane(0.2), plane(strength));
    FlowMap::from_flow(&FlowField::new(u, v).unwrap(), size).unwrap()
}

/// Six persons of two datasets with six maps each.
fn maps(folder: &TempDir) -> FlowMapIndex {
    let (mut random, mut list) = (SeededRng::new(5), String::from("dataset,sub,filename_o,label\n"));
    for person in 0..6 {
        for number in 0..6 {
            let (dataset, subject) = (["smic", "samm"][person % 2], format!("s{person}"));
            let class = number % 3;
            list += &format!("{dataset},{subject},c{number},{class}\n");
            let path = folder.path().join(format!("{subject}_c{number} .png"));
            write_flow_map(path, &map(class, &mut random, 28)).unwrap();
        }
    }
    fs::write(folder.path().join("list.csv"), list).unwrap();
    index(folder)
}

fn index(folder: &TempDir) -> FlowMapIndex {
    read_flow_maps(folder.path(), folder.path().join("list.csv")).unwrap()
}

fn evaluate(
    index: &FlowMapIndex,
    learner: LearnerName,
    settings: &Settings,
    out: &Path,
) -> Result<OutcomePart, ClassifierError> {
    let (protocol, seeds) = (Protocol::Loso, &[1, 2][..]);
    let (shard, leaks, device) = (Shard::WHOLE, Leaks::Refused, Device::Cpu);
    let experiment =
        FlowMapExperiment { index, learner, settings, device, protocol, seeds, shard, out, leaks };
    experiment.evaluate(&|_| ())
}

fn evaluation(index: &FlowMapIndex, learner: LearnerName, settings: &Settings, out: &Path) -> Evaluation {
    let part = evaluate(index, learner, settings, &out.join(learner.to_string())).unwrap();
    Outcome::merge(vec![part]).unwrap().evaluation
}

#[test]
fn every_learner_recognises_flow_maps_on_the_same_folds() {
    let (folder, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let index = maps(&folder);
    let mut settings = Preset::FlowMaps.settings();
    settings.training.networks = 2;
    let (mut rivals, mut network) = (Rivals::default(), None);
    for learner in LearnerName::ALL {
        let found = evaluation(&index, learner, &settings, out.path());
        assert_eq!((found.clips, found.subjects, found.folds.len()), (36, 6, 12), "{learner}");
        assert!(found.scores.uf1 > 0.8, "{learner}: {}", found.scores.uf1);
        assert_eq!(found.datasets.iter().map(|d| d.clips).collect::<Vec<_>>(), [18, 18]);
        rivals.add(learner, &found, network.as_ref()).unwrap();
        network.get_or_insert(found);
    }
    assert_eq!(rivals.rows.len(), 5);
    assert!(rivals.rows[0].against_first.is_none() && rivals.rows[4].against_first.is_some());
    rivals.write(out.path()).unwrap();
    let page = fs::read_to_string(out.path().join("rivals.html")).unwrap();
    assert!(page.contains("STSTNet") && page.contains("UF1, samm"), "{page}");
    assert!(rivals.table().contains("RBF SVM"));
}

#[test]
fn labels_by_chance_are_answered_by_chance() {
    let (folder, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut index = maps(&folder);
    let mut random = SeededRng::new(11);
    let order = random.permutation(index.maps.len());
    let classes: Vec<usize> = order.iter().map(|at| index.maps[*at].class).collect();
    index.maps.iter_mut().zip(classes).for_each(|(map, class)| map.class = class);
    for learner in [LearnerName::Network, LearnerName::Rbf] {
        let found = evaluation(&index, learner, &Preset::FlowMaps.settings(), out.path());
        assert!(found.scores.accuracy < 0.55, "{learner}: {}", found.scores.accuracy);
    }
}

#[test]
fn graph_layers_learn_from_flow_maps_too() {
    let (folder, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let index = maps(&folder);
    let mut settings = Preset::Recommended.settings();
    (settings.training.networks, settings.training.epochs) = (1, 12);
    let found = evaluation(&index, LearnerName::Network, &settings, out.path());
    assert!(found.scores.uf1 > 0.8, "{}", found.scores.uf1);
}

#[test]
fn a_picture_that_is_no_map_is_left_out_and_named() {
    let (folder, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    maps(&folder);
    fs::write(folder.path().join("s2_c1 .png"), b"no picture").unwrap();
    fs::write(folder.path().join("stranger.png"), b"").unwrap();
    let found = evaluation(&index(&folder), LearnerName::Rbf, &Preset::FlowMaps.settings(), out.path());
    assert_eq!((found.clips, found.skipped.len()), (35, 1));
    assert_eq!(found.skipped[0].id, "smic/s2/c1");
    assert!(found.warnings.iter().any(|w| w.starts_with("1 pictures are not in")), "{:?}", found.warnings);
}

#[test]
fn what_a_learner_cannot_learn_from_is_an_error() {
    let (folder, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    maps(&folder);
    write_flow_map(folder.path().join("s2_c1 .png"), &map(1, &mut SeededRng::new(1), 20)).unwrap();
    let settings = Preset::FlowMaps.settings();
    let error = evaluate(&index(&folder), LearnerName::Ststnet, &settings, out.path()).unwrap_err();
    assert!(error.to_string().contains("28 px, for which STSTNet is made, found 20"), "{error}");

    let (generated, datasets) = (Generated::get(), [Generated::get().index()]);
    let request = ExperimentRequest {
        datasets: &datasets,
        learner: LearnerName::Ststnet,
        scheme: LabelScheme::ThreeClasses,
        protocol: Protocol::Loso,
        seeds: &[1],
        shard: Shard::WHOLE,
        out: out.path(),
        leaks: Leaks::Refused,
    };
    let error = generated.experiment().evaluate(&request, &|_| ()).unwrap_err();
    assert!(matches!(error, ClassifierError::NeedsFlowMaps), "{error}");
}

#[test]
fn machines_learn_from_recordings_on_the_networks_folds() {
    let (generated, out) = (Generated::get(), tempfile::tempdir().unwrap());
    let datasets = [generated.index()];
    for learner in [LearnerName::Linear, LearnerName::Rbf, LearnerName::KernelRidge] {
        let request = ExperimentRequest {
            datasets: &datasets,
            learner,
            scheme: LabelScheme::ThreeClasses,
            protocol: Protocol::Loso,
            seeds: &[1],
            shard: Shard::WHOLE,
            out: &out.path().join(learner.to_string()),
            leaks: Leaks::Refused,
        };
        let part = generated.experiment().evaluate(&request, &|_| ()).unwrap();
        let found = Outcome::merge(vec![part]).unwrap().evaluation;
        assert!(found.scores.uf1 > found.majority_baseline.uf1 + 0.2, "{learner}: {}", found.scores.uf1);
    }
}
