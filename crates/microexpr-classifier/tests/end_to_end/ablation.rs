//! Variants of the model side by side, and the test between two evaluations.

use std::fs;

use microexpr_classifier::{Ablation, Attention, Preset, Streams, Variant};
use microexpr_data::LabelScheme;
use microexpr_evaluation::{ComparedClips, Comparison, Evaluation, McNemar};
use microexpr_pipeline::{ClipGraph, Pipeline};

use crate::generated::{Generated, loso};

#[test]
fn every_variant_leaves_out_one_part_and_nothing_else() {
    for preset in [Preset::Paper, Preset::Attention, Preset::Recommended] {
        let full = Variant::Full.settings(&preset.settings());
        assert_eq!((full.model.attention, full.model.streams), (Attention::Adaptive, Streams::Both));
        let without = match preset {
            Preset::Paper => [
                Variant::Magnification,
                Variant::NoInputReadout,
                Variant::AttentionLayer,
                Variant::SingleView,
            ]
            .as_slice(),
            Preset::Attention => &[Variant::NoMagnification, Variant::AttentionLayer],
            Preset::Recommended | Preset::FlowMaps => &[
                Variant::NoMagnification,
                Variant::SelfAttention,
                Variant::GaussianAttention,
                Variant::NoInputReadout,
            ],
        };
        for variant in Variant::ALL {
            let mut settings = variant.settings(&preset.settings());
            let whole = settings == full;
            assert_eq!(whole, variant == Variant::Full || without.contains(&variant), "{variant:?}");
            assert_eq!(variant.applies_to(&preset.settings()), !without.contains(&variant), "{variant:?}");
            assert_eq!(variant.name().parse::<Variant>().unwrap(), variant);
            // Put back what was left out: nothing else may have changed.
            match variant {
                Variant::Full => {}
                Variant::SelfAttention | Variant::GaussianAttention => {
                    settings.model.attention = full.model.attention;
                }
                Variant::LocationStream | Variant::FlowStream => settings.model.streams = full.model.streams,
                Variant::NoMagnification => {
                    assert_eq!(settings.pipeline.alpha(), 0.0);
                    settings.pipeline.set_alpha(full.pipeline.alpha());
                    settings.training.augmentation_alphas = full.training.augmentation_alphas.clone();
                }
                Variant::Magnification => {
                    settings.pipeline.set_alpha(full.pipeline.alpha());
                }
                Variant::NoInputReadout => settings.model.input_readout = full.model.input_readout,
                Variant::AttentionLayer => {
                    if settings.model.layers == 1 {
                        (settings.model, settings.training) = (full.model.clone(), full.training.clone());
                    }
                }
                Variant::SingleView => settings.pipeline.views = full.pipeline.views,
                Variant::BlinksKept => settings.pipeline.graph.blinks = full.pipeline.graph.blinks,
                Variant::AllFrames => settings.pipeline.selection = full.pipeline.selection.clone(),
            }
            assert_eq!(settings, full, "{variant:?}");
        }
    }
}

#[test]
fn without_selection_every_frame_is_in_the_graph_and_with_magnification_everything_moves_more() {
    let generated = Generated::get();
    let index = generated.index();
    let clip = &index.clips[0];
    let graph = |variant: Variant| {
        let settings = variant.settings(&generated.experiment().settings).pipeline;
        let pipeline = Pipeline::new(&settings).unwrap();
        let aligned = pipeline.register(&clip.sequence().unwrap(), clip.fps).unwrap();
        pipeline.graph(&aligned, settings.alpha()).unwrap()
    };
    let [full, all, magnified] = [Variant::Full, Variant::AllFrames, Variant::Magnification].map(graph);
    assert_eq!(all.selection.kept, (0..clip.frames.len()).collect::<Vec<_>>());
    assert!(full.selection.kept.len() < clip.frames.len());
    let motion = |g: &ClipGraph| g.selection.intensity.iter().sum::<f64>();
    assert!(motion(&magnified) > 2.0 * motion(&full) && motion(&all) == motion(&full));
}

#[test]
fn an_ablation_compares_every_variant_with_the_full_model() {
    let generated = Generated::get();
    let index = generated.index();
    let out = tempfile::tempdir().unwrap();
    let mut experiment = generated.experiment();
    experiment.settings.training.epochs = 1;
    let method = experiment.settings.clone();
    let mut ablation = Ablation::default();
    let mut full = None;
    for variant in [Variant::Full, Variant::SelfAttention, Variant::FlowStream] {
        experiment.settings = variant.settings(&method);
        let folder = out.path().join(Ablation::folder("recommended", variant));
        let evaluation = loso(&experiment, &index, &folder);
        ablation.add("recommended", variant, &evaluation, full.as_ref()).unwrap();
        let test = ablation.rows.last().unwrap().against_full.as_ref();
        if let (Some(full), Some(test)) = (&full, test) {
            let right = |e: &Evaluation| e.confusion_matrix.correct();
            let (gained, lost) = (test.pooled.only_second, test.pooled.only_first);
            assert_eq!(right(full) + gained, right(&evaluation) + lost);
            assert_eq!((test.clips, test.seeds.len()), (24, 1));
        }
        full.get_or_insert(evaluation);
    }
    ablation.write(out.path()).unwrap();
    let table = ablation.table();
    assert!(table.contains("self-attention only") && table.contains("flow stream only"), "{table}");
    assert!(!table.contains("paper:"), "the paper's figures belong beside its data only");
    let json: serde_json::Value =
        serde_json::from_slice(&fs::read(out.path().join("ablation.json")).unwrap()).unwrap();
    assert_eq!(json["rows"].as_array().unwrap().len(), 3);
    assert!(json["rows"][1]["against_full"]["pooled"]["exact_p"].is_number());
    let page = fs::read_to_string(out.path().join("ablation.html")).unwrap();
    assert!(page.ends_with("</html>") && !page.contains("http"), "the page loads nothing");
}

#[test]
fn evaluations_are_compared_clip_by_clip() {
    let generated = Generated::get();
    let mut experiment = generated.experiment();
    experiment.settings.training.epochs = 1;
    let out = tempfile::tempdir().unwrap();
    let seeds = [1, 2];
    let index = generated.index();
    let first =
        experiment.loso(&index, LabelScheme::ThreeClasses, &seeds, out.path(), &|_| ()).unwrap().evaluation;
    let same = Comparison::of(&first, &first, ComparedClips::All).unwrap();
    assert_eq!((same.clips, same.pooled, same.seeds.len()), (24, McNemar::of_counts(0, 0), 2));

    // Seed 1 always right, seed 2 right but for the first five clips, where its doubt is smaller than seed 1's certainty,
    // or larger.
    let answers = |doubt: f64| {
        let mut changed = first.clone();
        for (at, p) in changed.predictions.iter_mut().enumerate() {
            let (wrong, sure) = ((p.truth + 1) % 3, if p.seed == 1 { 0.7 } else { doubt });
            p.predicted = if p.seed == 2 && at % 24 < 5 { wrong } else { p.truth };
            p.probabilities = vec![(1.0 - sure) / 2.0; 3];
            p.probabilities[p.predicted] = sure;
        }
        changed
    };
    let (mild, grave) = (answers(0.5), answers(0.9));
    let test = Comparison::of(&mild, &grave, ComparedClips::All).unwrap();
    assert_eq!(test.pooled, McNemar::of_counts(5, 0));
    assert_eq!(test.pooled.exact_p, 0.0625);
    assert!(test.seeds.iter().all(|s| s.test == McNemar::of_counts(0, 0)), "{test:?}");

    let mut fewer = first.clone();
    fewer.predictions.retain(|p| p.subject != "smic/s01");
    let error = Comparison::of(&first, &fewer, ComparedClips::All).unwrap_err().to_string();
    assert!(error.contains("6 clips are in the first only") && error.contains("smic/s01/"), "{error}");
    assert_eq!(Comparison::of(&first, &fewer, ComparedClips::Common).unwrap().clips, 18);
    fewer.predictions.clear();
    assert!(Comparison::of(&first, &fewer, ComparedClips::Common).is_err());
    let mut relabelled = first.clone();
    relabelled.predictions.iter_mut().for_each(|p| p.truth = (p.truth + 1) % 3);
    let error = Comparison::of(&first, &relabelled, ComparedClips::All).unwrap_err().to_string();
    assert!(error.contains("of another class"), "{error}");
}
