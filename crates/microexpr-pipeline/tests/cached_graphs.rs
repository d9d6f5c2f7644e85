//! What the cache holds: a graph that changes needs a new version of the cache.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use microexpr_core::Digest;
use microexpr_graph::{PatchFeature, PositionFeature};
use microexpr_pipeline::{CacheKey, LandmarkSource, Pipeline, PipelineSettings};
use microexpr_synth::{Acting, Expression, Subject, SynthClip, SynthParams};

/// The key of one entry; it changes with the cache's version.
const KEY: &str = "ff114c50135d06c889ba5182bd4f5fbf983ede22ff97905c2c46609535c94e2c";

/// Node, displacement since the first frame (stream 1) and mean flow of the patch (stream 2), in px.
const NODES: [(usize, [f32; 2], [f32; 2]); 3] = [
    (51, [0.0105, -0.0620], [0.0212, -0.0526]),
    (90, [0.0688, -0.0622], [-0.0214, -0.0189]),
    (140, [-0.0237, -0.0808], [-0.0269, 0.0564]),
];

/// Features differ in the last digits between processors, and by more if anything is measured otherwise.
const TOLERANCE_PX: f32 = 1e-3;

/// Whoever changes what a graph holds changes these figures, and must raise the cache's version, which changes the key.
#[test]
fn a_graph_of_this_version_of_the_cache_is_what_it_was() {
    let key = CacheKey::new(Digest::of(b"frames"), &4.0).unwrap();
    assert_eq!(key.digest().to_string(), KEY);
    let params = SynthParams {
        acting: Acting::Prototypical { peak_px: [1.0, 1.0] },
        frames: [12, 12],
        ..SynthParams::prototypical()
    };
    let subject = Subject::new(&params, 1).unwrap();
    let clip = SynthClip::render(&params, &subject, 1, Expression::Positive).unwrap();
    let mut settings = PipelineSettings { landmarks: LandmarkSource::Files, ..PipelineSettings::default() };
    settings.graph.position_feature = PositionFeature::Displacement;
    settings.graph.patch_feature = PatchFeature::Mean;
    let pipeline = Pipeline::new(&settings).unwrap();
    let aligned = pipeline.register_clip(clip.to_clip().unwrap(), Some(&clip.truth.landmarks)).unwrap();
    let (graphs, _) = pipeline.graph(&aligned, 0.0).unwrap().into_units();
    let graph = &graphs[0];
    assert_eq!((graph.kept_frames(), graph.nodes()), (&[0, 2, 3, 5, 6, 9, 10, 11][..], 8 * 51));
    for (node, displacement, flow) in NODES {
        for (stream, expected) in [(graph.location(), displacement), (graph.flow(), flow)] {
            let found = stream.node_features();
            let found = [found[[node, 0]], found[[node, 1]]];
            let differs = (found[0] - expected[0]).hypot(found[1] - expected[1]);
            assert!(differs < TOLERANCE_PX, "node {node}: {found:?}, expected {expected:?}");
        }
    }
}
