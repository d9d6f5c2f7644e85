//! Clips and their mirror images.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use microexpr_graph::{MIRROR_51, PatchFeature, PositionFeature, VideoGraph};
use microexpr_pipeline::{GraphUnit, LandmarkSource, Pipeline, PipelineSettings, Views};
use microexpr_synth::{Acting, Expression, Subject, SynthClip, SynthParams};

fn settings(unit: GraphUnit) -> PipelineSettings {
    let mut settings = PipelineSettings {
        landmarks: LandmarkSource::Files,
        views: Views::Mirrored,
        unit,
        ..PipelineSettings::default()
    };
    settings.magnification.alpha = 0.0;
    settings.graph.position_feature = PositionFeature::Displacement;
    settings.graph.patch_feature = PatchFeature::Mean;
    settings
}

/// Every landmark's displacement must be seen at its partner, the other way round from left to right.
fn check_mirror(own: &VideoGraph, mirrored: &VideoGraph) {
    assert_eq!(own.kept_frames(), mirrored.kept_frames());
    let (motion, seen) = (own.location().node_features(), mirrored.location().node_features());
    let largest = motion.iter().fold(0.0f32, |most, value| most.max(value.abs()));
    assert!(largest > 0.1, "a clip without motion shows nothing: {largest}");
    for node in 0..own.nodes() {
        let partner = node / 51 * 51 + MIRROR_51[node % 51];
        let differs =
            (seen[[node, 0]] + motion[[partner, 0]]).abs() + (seen[[node, 1]] - motion[[partner, 1]]).abs();
        assert!(differs < 1e-4, "node {node}: {differs}");
    }
}

#[test]
fn the_mirrored_graphs_of_a_clip_show_every_motion_at_the_partner() {
    let params =
        SynthParams { acting: Acting::Prototypical { peak_px: [3.0, 3.0] }, ..SynthParams::prototypical() };
    let subject = Subject::new(&params, 1).unwrap();
    let smile = SynthClip::render(&params, &subject, 1, Expression::Positive).unwrap();
    for (unit, graphs) in [(GraphUnit::Clip, 1), (GraphUnit::Triplet, 3)] {
        let pipeline = Pipeline::new(&settings(unit)).unwrap();
        let aligned = pipeline.register_clip(smile.to_clip().unwrap(), Some(&smile.truth.landmarks)).unwrap();
        let (own, mirrored) = pipeline.graph(&aligned, 0.0).unwrap().into_units();
        assert!(own.len() >= graphs && mirrored.len() == own.len(), "{} {}", own.len(), mirrored.len());
        own.iter().zip(&mirrored).for_each(|(own, mirrored)| check_mirror(own, mirrored));
    }
}
