//! Whole datasets: repeatability, class balance, files.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Mutex;

use microexpr_core::{ImageSequence, OutOfRange};
use microexpr_synth::{
    Acting, ClassShares, Expression, GeneratedClip, Layout, Progress, Spontaneous, SynthClip, SynthError,
    SynthParams, class_sequence, generate, write_dataset,
};

/// Small frames, few of them.
fn small() -> SynthParams {
    SynthParams {
        seed: 7,
        subjects: 2,
        clips_per_subject: 4,
        width_px: 150,
        height_px: 144,
        inter_ocular_px: 34.0,
        frames: [4, 6],
        ..SynthParams::default()
    }
}

fn clips(params: &SynthParams) -> Vec<SynthClip> {
    generate(params, |_| {}).expect("the settings are in range")
}

fn on_threads(threads: usize) -> Vec<SynthClip> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("threads start")
        .install(|| clips(&small()))
}

#[test]
fn the_result_does_not_depend_on_the_number_of_threads() {
    let one = on_threads(1);
    assert_eq!(one, on_threads(2));
    assert_eq!(one, on_threads(5));
}

#[test]
fn seeds_repeat_and_differ() {
    assert_eq!(clips(&small()), clips(&small()));
    assert_ne!(clips(&small()), clips(&SynthParams { seed: 8, ..small() }));
}

#[test]
fn more_subjects_leave_the_first_ones_alone() {
    let more = clips(&SynthParams { subjects: 3, ..small() });
    assert_eq!(clips(&small())[..], more[..8]);
}

#[test]
fn clips_of_a_subject_differ() {
    let clips = clips(&small());
    for (i, a) in clips.iter().enumerate() {
        assert!(clips[i + 1..].iter().all(|b| a.frames != b.frames));
    }
}

#[test]
fn every_subject_has_every_class_in_its_share() {
    let shares = ClassShares::default();
    for per_subject in [6, 8, 11] {
        for subject in class_sequence(shares, 20 * per_subject).chunks(per_subject) {
            for (class, share) in Expression::ALL.into_iter().zip(shares.in_order()) {
                let count = subject.iter().filter(|c| **c == class).count();
                let fair = share * per_subject as f64;
                assert!(count >= 1 && (count as f64 - fair).abs() < 1.5, "{class:?}: {count} of {fair}");
            }
        }
    }
}

#[test]
fn equal_shares_give_equal_counts_and_zero_shares_none() {
    let equal = ClassShares { negative: 1.0, positive: 1.0, surprise: 1.0 };
    for subject in class_sequence(equal, 24).chunks(6) {
        assert!(Expression::ALL.iter().all(|class| subject.iter().filter(|c| *c == class).count() == 2));
    }
    let two = ClassShares { negative: 1.0, positive: 0.0, surprise: 1.0 };
    assert!(!class_sequence(two, 30).contains(&Expression::Positive));
}

#[test]
fn progress_counts_every_clip_once() {
    let seen = Mutex::new(Vec::new());
    generate(&small(), |p| seen.lock().unwrap().push(p)).unwrap();
    let mut seen = seen.into_inner().unwrap();
    seen.sort_by_key(|p| p.done);
    assert_eq!(seen, (1..=8).map(|done| Progress { done, total: 8 }).collect::<Vec<_>>());
}

#[test]
fn the_files_on_disk_are_the_generated_clips() {
    let root = tempfile::tempdir().unwrap();
    let records = write_dataset(&small(), Layout::Smic, root.path(), |_| {}).unwrap();
    let text = fs::read(root.path().join("truth.json")).unwrap();
    let stored: BTreeMap<String, GeneratedClip> = serde_json::from_slice(&text).unwrap();
    assert_eq!((stored.len(), records.len()), (8, 8));
    for clip in clips(&small()) {
        let (name, record) = stored
            .iter()
            .find(|(_, r)| frames_equal(&root.path().join(&r.path), &clip))
            .expect("the clip is on disk");
        let truth = &clip.truth;
        let short = match truth.expression {
            Expression::Negative => "ne",
            Expression::Positive => "po",
            Expression::Surprise => "sur",
        };
        let stem = format!("s{}_{short}_", truth.subject);
        assert!(name.starts_with(&stem) && name.len() == stem.len() + 2, "{name}");
        let class = truth.expression.name();
        assert_eq!(record.path, format!("SMIC_all_raw/HS/s{}/micro/{class}/{name}", truth.subject));
        assert_eq!((record.subject, record.class), (truth.subject, truth.expression));
        assert_eq!((&record.action_units, record.apex), (&truth.action_units, truth.apex));
        assert_eq!(record.frames, truth.landmarks.len());
        assert!((record.peak_px - truth.peak_px()).abs() < 1e-6);
        assert!(close(&record.landmarks_frame0, truth.landmarks[0].points()));
        assert!(close(&record.motion_at_apex.total, &truth.total_motion()));
        assert!(close(&record.motion_at_apex.action_units, &truth.expression_motion));
        assert!(close(&record.motion_at_apex.total, &records[name].motion_at_apex.total));
        landmarks_equal(&root.path().join(&record.path).join("landmarks.csv"), &clip);
    }
    assert!(root.path().join("SMIC_all_raw/HS/s1/micro/negative/s1_ne_01/image000001.bmp").is_file());
    assert!(root.path().join("SMIC_all_raw/HS/s1/micro/surprise/s1_sur_01/image000004.bmp").is_file());
}

/// Equal to the six decimals that are stored.
fn close(stored: &[[f64; 2]], truth: &[[f64; 2]]) -> bool {
    let near = |(a, b): (&[f64; 2], &[f64; 2])| (a[0] - b[0]).abs() < 1e-6 && (a[1] - b[1]).abs() < 1e-6;
    stored.len() == truth.len() && stored.iter().zip(truth).all(near)
}

fn frames_equal(folder: &std::path::Path, clip: &SynthClip) -> bool {
    let stored = ImageSequence::open(folder).and_then(|frames| frames.to_clip(100.0));
    stored.expect("frames are readable") == clip.to_clip().expect("a rendered clip is one")
}

fn landmarks_equal(path: &std::path::Path, clip: &SynthClip) {
    let text = fs::read_to_string(path).expect("landmarks.csv is there");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    assert_eq!(
        (header.len(), header[0], header[1], header[68], header[69], header[136]),
        (137, "frame", "x_0", "x_67", "y_0", "y_67")
    );
    for (index, landmarks) in clip.truth.landmarks.iter().enumerate() {
        let numbers: Vec<f64> = {
            let line = lines.next().expect("a line per frame");
            line.split(',').map(|v| v.parse().expect("a number")).collect()
        };
        assert_eq!(numbers[0], (index + 1) as f64);
        for (i, [x, y]) in landmarks.points().iter().enumerate() {
            // Six decimals.
            assert!((numbers[1 + i] - x).abs() < 1e-6 && (numbers[69 + i] - y).abs() < 1e-6);
        }
    }
    assert!(lines.next().is_none());
}

#[test]
fn a_folder_that_is_not_empty_is_left_as_it_is() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("notes.txt"), "mine").unwrap();
    let error = write_dataset(&small(), Layout::Smic, root.path(), |_| {}).unwrap_err();
    assert!(matches!(&error, SynthError::NotEmpty { path } if path == root.path()), "{error}");
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    assert_eq!(fs::read_to_string(root.path().join("notes.txt")).unwrap(), "mine");
}

#[test]
fn a_file_in_place_of_the_folder_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("out");
    fs::write(&file, "mine").unwrap();
    let error = write_dataset(&small(), Layout::Smic, &file, |_| {}).unwrap_err();
    assert!(matches!(error, SynthError::ReadFolder { .. }), "{error}");
}

#[test]
fn bad_settings_write_nothing() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("out");
    let too_large = SynthParams { inter_ocular_px: 80.0, ..small() };
    assert!(write_dataset(&too_large, Layout::Smic, &out, |_| {}).is_err());
    assert!(write_dataset(&SynthParams { subjects: 0, ..small() }, Layout::Smic, &out, |_| {}).is_err());
    assert!(!out.exists());
}

#[test]
fn settings_out_of_range_are_named() {
    let refused = |params: SynthParams| match generate(&params, |_| {}) {
        Err(SynthError::Setting(OutOfRange { setting, .. })) => setting,
        other => panic!("expected a refused setting, found {:?}", other.map(|c| c.len())),
    };
    let nuisance = |change: fn(&mut microexpr_synth::Nuisance)| {
        let mut params = small();
        change(&mut params.nuisance);
        params
    };
    assert_eq!(refused(SynthParams { subjects: 0, ..small() }), "subjects");
    assert_eq!(refused(SynthParams { subjects: 99_999_999_999, ..small() }), "subjects");
    assert_eq!(refused(SynthParams { clips_per_subject: usize::MAX, ..small() }), "clips_per_subject");
    assert_eq!(refused(SynthParams { width_px: usize::MAX, ..small() }), "width_px");
    assert_eq!(refused(SynthParams { height_px: 0, ..small() }), "height_px");
    assert_eq!(refused(SynthParams { frames: [2, usize::MAX], ..small() }), "frames");
    assert_eq!(refused(SynthParams { clips_per_subject: 0, ..small() }), "clips_per_subject");
    assert_eq!(refused(SynthParams { frames: [1, 5], ..small() }), "frames");
    assert_eq!(refused(SynthParams { frames: [9, 5], ..small() }), "frames");
    assert_eq!(refused(SynthParams { fps: f64::NAN, ..small() }), "fps");
    let prototypical = |peak_px| refused(SynthParams { acting: Acting::Prototypical { peak_px }, ..small() });
    assert_eq!(prototypical([0.4, 0.2]), "peak_px");
    assert_eq!(prototypical([0.4, f64::INFINITY]), "peak_px");
    assert_eq!(prototypical([f64::NAN, 0.2]), "peak_px");
    let spontaneous = |change: fn(&mut Spontaneous)| {
        let mut acting = Spontaneous::default();
        change(&mut acting);
        refused(SynthParams { acting: Acting::Spontaneous(acting), ..small() })
    };
    assert_eq!(spontaneous(|s| s.peak.median_percent = 6.0), "peak.median_percent");
    assert_eq!(spontaneous(|s| s.peak.bounds_percent = [2.0, 1.0]), "peak.bounds_percent");
    assert_eq!(spontaneous(|s| s.rise_s = 0.0), "rise_s");
    assert_eq!(spontaneous(|s| s.gain_log_deviation = f64::NAN), "gain_log_deviation");
    assert_eq!(spontaneous(|s| s.least_pull = 1.1), "least_pull");
    assert_eq!(refused(nuisance(|n| n.sway_zoom = 1.0)), "nuisance.sway_zoom");
    assert_eq!(refused(nuisance(|n| n.blink_share = 1.5)), "nuisance.blink_share");
    assert_eq!(refused(nuisance(|n| n.noise_levels = -1.0)), "nuisance.noise_levels");
    let nothing = ClassShares { negative: 0.0, positive: 0.0, surprise: 0.0 };
    assert_eq!(refused(SynthParams { shares: nothing, ..small() }), "shares");
}

#[test]
fn settings_survive_json_and_default_where_silent() {
    let text = serde_json::to_string(&small()).unwrap();
    assert_eq!(serde_json::from_str::<SynthParams>(&text).unwrap(), small());
    let partial: SynthParams = serde_json::from_str(r#"{"seed": 3, "nuisance": {"flicker": 0.0}}"#).unwrap();
    assert_eq!((partial.seed, partial.subjects), (3, SynthParams::default().subjects));
    assert_eq!(partial.nuisance.noise_levels, SynthParams::default().nuisance.noise_levels);
    assert!(serde_json::from_str::<microexpr_synth::ActionUnit>("3").is_err());
    let text = r#"{"acting": {"spontaneous": {"peak": {"median_percent": 2.0}}}}"#;
    let Acting::Spontaneous(acting) = serde_json::from_str::<SynthParams>(text).unwrap().acting else {
        panic!("expected spontaneous acting");
    };
    assert_eq!((acting.peak.median_percent, acting.rise_s), (2.0, Spontaneous::default().rise_s));
    let prototypical = SynthParams::prototypical();
    let text = serde_json::to_string(&prototypical).unwrap();
    assert_eq!(serde_json::from_str::<SynthParams>(&text).unwrap(), prototypical);
}
