//! What the settings of the pipeline do, and which are refused.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use microexpr_graph::Trend;
use microexpr_magnify::{RieszParams, StreamFilter, magnify_clip_phase};
use microexpr_pipeline::{LandmarkSource, Pipeline, PipelineSettings};
use microexpr_synth::{Acting, Expression, Subject, SynthClip, SynthParams};

#[test]
fn magnified_by_phase_the_graph_is_that_of_the_magnified_clip() {
    let params =
        SynthParams { acting: Acting::Prototypical { peak_px: [1.0, 1.0] }, ..SynthParams::prototypical() };
    let subject = Subject::new(&params, 1).unwrap();
    let smile = SynthClip::render(&params, &subject, 1, Expression::Positive).unwrap();
    let temporal = StreamFilter::Exponential { low_hz: 0.0, high_hz: 40.0 };
    let phase = RieszParams { alpha: 2.0, temporal, ..RieszParams::default() };
    let settings = PipelineSettings {
        landmarks: LandmarkSource::Files,
        // The α of the graph counts, not that of the settings of the phase.
        phase_magnification: Some(RieszParams { alpha: 7.0, ..phase.clone() }),
        ..PipelineSettings::default()
    };
    let pipeline = Pipeline::new(&settings).unwrap();
    let mut aligned = pipeline.register_clip(smile.to_clip().unwrap(), Some(&smile.truth.landmarks)).unwrap();

    let plain = pipeline.graph(&aligned, 0.0).unwrap();
    let magnified = pipeline.graph(&aligned, 2.0).unwrap();
    aligned.clip = magnify_clip_phase(&aligned.clip, &phase).unwrap();
    let expected = pipeline.graph(&aligned, 0.0).unwrap();
    assert_eq!(magnified.graph.flow().node_features(), expected.graph.flow().node_features());
    assert_ne!(magnified.graph.flow().node_features(), plain.graph.flow().node_features());
}

#[test]
fn the_factor_of_test_clips_is_that_of_the_method_in_use() {
    let mut settings = PipelineSettings::default();
    settings.set_alpha(3.0);
    assert_eq!(settings.alpha(), 3.0);
    settings.phase_magnification = Some(RieszParams { alpha: 7.0, ..RieszParams::default() });
    assert_eq!(settings.alpha(), 7.0);
    settings.set_alpha(0.0);
    assert_eq!(settings.alpha(), 0.0);
}

#[test]
fn settings_of_the_graph_are_refused_before_anything_is_measured() {
    let mut settings = PipelineSettings::default();
    settings.graph.trend = Trend::Remove { degree: 9 };
    let refused = Pipeline::new(&settings).unwrap_err();
    assert_eq!(refused.to_string(), "trend must be a degree up to 3, found 9");
}
