//! What is written in each layout is read back by `microexpr-data` as it was meant.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use microexpr_core::{ImageSequence, OutOfRange};
use microexpr_data::{DatasetIndex, LabelScheme, check_frames, frame_number};
use microexpr_synth::{Expression, GeneratedClip, Layout, SynthError, SynthParams, generate, write_dataset};

const LAYOUTS: [(Layout, microexpr_data::Layout); 3] = [
    (Layout::Smic, microexpr_data::Layout::Smic),
    (Layout::Samm, microexpr_data::Layout::Samm),
    (Layout::Casme2, microexpr_data::Layout::Casme2),
];

/// Small frames, few of them, at the layout's rate.
fn small(layout: Layout) -> SynthParams {
    SynthParams {
        seed: 7,
        subjects: 3,
        clips_per_subject: 6,
        width_px: 150,
        height_px: 144,
        inter_ocular_px: 34.0,
        frames: [4, 6],
        ..layout.params()
    }
}

fn written(layout: Layout, root: &Path) -> BTreeMap<String, GeneratedClip> {
    write_dataset(&small(layout), layout, root, |_| {}).expect("a writable folder")
}

#[test]
fn every_layout_is_read_back_with_the_same_subjects_classes_and_key_frames() {
    for (layout, reader) in LAYOUTS {
        let root = tempfile::tempdir().unwrap();
        let records = written(layout, root.path());
        let index: DatasetIndex = reader.read(root.path()).unwrap();
        assert!(
            index.skipped.is_empty() && index.warnings.is_empty(),
            "{:?} {:?}",
            index.skipped,
            index.warnings
        );
        assert_eq!((index.clips.len(), records.len(), index.subjects().len()), (18, 18, 3));
        for clip in &index.clips {
            let record = &records[&clip.clip];
            assert_eq!(frame_number(Path::new(&clip.subject)), Some(record.subject as u64));
            let class = Expression::ALL.iter().position(|class| *class == record.class);
            assert_eq!(LabelScheme::ThreeClasses.class_of(clip), class, "{layout:?} {}", clip.label);
            assert_eq!((clip.frames.len(), clip.fps), (record.frames, layout.fps()));
            assert!(check_frames(clip).is_empty());
            let [onset, apex, offset] = record.frame_numbers();
            let numbers: Vec<u64> = clip.frames.iter().map(|path| frame_number(path).unwrap()).collect();
            assert_eq!(numbers, (onset..=offset).collect::<Vec<_>>());
            if layout == Layout::Smic {
                assert_eq!((clip.onset, clip.apex, clip.offset), (None, None, None));
            } else {
                assert_eq!((clip.onset, clip.apex, clip.offset), (Some(onset), Some(apex), Some(offset)));
                assert_eq!(clip.apex_index(), Some(record.apex));
                assert_eq!(clip.label, record.emotion.to_lowercase());
            }
        }
    }
}

#[test]
fn names_are_the_datasets() {
    let root = tempfile::tempdir().unwrap();
    let clip = &written(Layout::Samm, root.path())["002_1_1"];
    let name = format!("SAMM/002/002_1_1/002_{:05}.jpg", clip.first_frame);
    assert!(root.path().join(name).is_file());
    assert!(root.path().join("SAMM/SAMM_Micro_FACS_Codes_v2.xlsx").is_file());

    let root = tempfile::tempdir().unwrap();
    let clip = &written(Layout::Casme2, root.path())["EP02_04f"];
    let name = format!("CASME2_RAW_selected/sub02/EP02_04f/img{}.jpg", clip.first_frame);
    assert!(root.path().join(name).is_file());
    assert!(root.path().join("CASME2-coding-20140508.xlsx").is_file());
}

#[test]
fn the_same_settings_write_the_same_bytes() {
    for (layout, book) in [
        (Layout::Samm, "SAMM/SAMM_Micro_FACS_Codes_v2.xlsx"),
        (Layout::Casme2, "CASME2-coding-20140508.xlsx"),
    ] {
        let roots = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        for file in [book, "truth.json"] {
            let bytes = roots.each_ref().map(|root| {
                if !root.path().join(file).exists() {
                    written(layout, root.path());
                }
                fs::read(root.path().join(file)).unwrap()
            });
            assert!(bytes[0] == bytes[1], "{file}");
        }
    }
}

/// JPEG of quality 98 rounds the 8×8 cosine coefficients to multiples of 1 to 5: √(mean of step²/12 + 1/12 for the
/// pixel) = 0.83 grey levels where noise fills the steps; the integer transforms of encoder and decoder add theirs.
const JPEG_RMS_LEVELS: f64 = 1.0;
const JPEG_MAX_LEVELS: f64 = 6.0;

#[test]
fn frames_are_the_rendered_ones_to_within_the_compression() {
    for layout in [Layout::Samm, Layout::Casme2] {
        let root = tempfile::tempdir().unwrap();
        let records = written(layout, root.path());
        let mut frames = 0;
        for clip in generate(&small(layout), |_| {}).unwrap() {
            let truth = &clip.truth;
            let record = records.values().find(|r| (r.subject, r.number) == (truth.subject, truth.number));
            let record = record.expect("every clip is recorded");
            assert_eq!((record.class, record.apex), (truth.expression, truth.apex));
            let stored = ImageSequence::open(root.path().join(&record.path)).unwrap();
            for (index, frame) in clip.frames.outer_iter().enumerate() {
                let stored = stored.grey(index).unwrap();
                let errors = stored.iter().zip(frame).map(|(s, f)| 255.0 * f64::from(*s) - f64::from(*f));
                let (sum, max) = errors.fold((0.0, 0.0_f64), |(sum, max), e| (sum + e * e, max.max(e.abs())));
                let rms = (sum / frame.len() as f64).sqrt();
                assert!(rms < JPEG_RMS_LEVELS && max < JPEG_MAX_LEVELS, "{layout:?} {rms} {max}");
                frames += 1;
            }
        }
        assert!(frames >= 18 * 4);
    }
}

#[test]
fn pictures_do_not_depend_on_the_layout() {
    let of = |layout| generate(&SynthParams { subjects: 1, ..small(layout) }, |_| {}).unwrap();
    assert!(of(Layout::Samm) == of(Layout::Casme2));
}

#[test]
fn a_rate_that_the_layout_cannot_state_is_refused() {
    for (layout, _) in LAYOUTS {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("out");
        let error =
            write_dataset(&SynthParams { fps: 60.0, ..small(layout) }, layout, &out, |_| {}).unwrap_err();
        assert!(matches!(error, SynthError::Setting(OutOfRange { setting: "fps", .. })), "{error}");
        assert!(!out.exists());
    }
}
