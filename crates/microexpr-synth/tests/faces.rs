//! The painted faces against their 68 points.

use microexpr_core::{LandmarkScheme, Point};
use microexpr_synth::{Nuisance, Subject, SynthError, SynthParams};

const PEOPLE: std::ops::Range<usize> = 1..13;

fn person(number: usize) -> Subject {
    Subject::new(&SynthParams::default(), number).expect("the default face fits its frame")
}

fn middle(points: &[Point]) -> Point {
    let sum = points.iter().fold([0.0, 0.0], |s, p| [s[0] + p[0], s[1] + p[1]]);
    sum.map(|v| v / points.len() as f64)
}

/// Mean brightness of the disc of radius `r` px about a point.
fn brightness(subject: &Subject, [x, y]: Point, r: f64) -> f32 {
    let inside: Vec<f32> = subject
        .portrait()
        .indexed_iter()
        .filter(|((row, col), _)| (*col as f64 - x).hypot(*row as f64 - y) <= r)
        .map(|(_, v)| *v)
        .collect();
    inside.iter().sum::<f32>() / inside.len() as f32
}

#[test]
fn eyes_are_exactly_as_far_apart_as_asked() {
    for inter_ocular_px in [40.0, 78.0] {
        let params = SynthParams { inter_ocular_px, ..SynthParams::default() };
        for number in PEOPLE {
            let subject = Subject::new(&params, number).unwrap();
            assert_eq!(subject.landmarks().scheme(), LandmarkScheme::Ibug68);
            let p = subject.landmarks().points();
            let (left, right) = (middle(&p[36..42]), middle(&p[42..48]));
            assert!((right[0] - left[0] - inter_ocular_px).abs() < 1e-9);
            assert!((right[1] - left[1]).abs() < 1e-9);
        }
    }
}

#[test]
fn features_are_painted_where_the_points_are() {
    for number in PEOPLE {
        let subject = person(number);
        let p = subject.landmarks().points();
        let forehead = brightness(&subject, [0.5 * (p[21][0] + p[22][0]), p[21][1] - 14.0], 6.0);
        for eye in [36, 42] {
            let pupil = brightness(&subject, middle(&p[eye..eye + 6]), 2.0);
            assert!(pupil < 0.5 * forehead, "person {number}: pupil {pupil}, forehead {forehead}");
            // The lash line runs through the upper lid's points: darker than the skin above.
            for lid in [eye + 1, eye + 2] {
                let (line, above) = (
                    brightness(&subject, p[lid], 1.0),
                    brightness(&subject, [p[lid][0], p[lid][1] - 9.0], 1.5),
                );
                assert!(line < 0.75 * above, "person {number}, point {lid}: {line} under {above}");
            }
        }
        let lips = brightness(&subject, middle(&p[60..68]), 1.0);
        let chin = brightness(&subject, [p[8][0], p[8][1] - 20.0], 6.0);
        assert!(lips < 0.6 * chin, "person {number}: between the lips {lips}, chin {chin}");
        for nostril in [[31, 32], [34, 35]] {
            let hole = brightness(&subject, middle(&nostril.map(|i| p[i])), 1.5);
            assert!(hole < 0.7 * brightness(&subject, p[30], 3.0), "person {number}: nostril {hole}");
        }
    }
}

#[test]
fn skin_has_texture_for_tracking_everywhere() {
    for number in PEOPLE {
        let subject = person(number);
        let p = subject.landmarks().points();
        for at in [middle(&[p[2], p[31]]), middle(&[p[14], p[35]]), [p[27][0], p[27][1] - 45.0]] {
            let (row, col) = (at[1] as usize, at[0] as usize);
            let portrait = subject.portrait();
            let patch = portrait.slice(ndarray::s![row - 7..row + 8, col - 7..col + 8]);
            let deviation = 255.0 * patch.std(0.0);
            assert!(deviation > 3.0, "person {number} at {at:?}: {deviation} grey levels");
        }
    }
}

#[test]
fn people_and_seeds_differ() {
    let other = SynthParams { seed: 1, ..SynthParams::default() };
    assert_ne!(person(1).portrait(), person(2).portrait());
    assert_ne!(person(1).landmarks(), person(2).landmarks());
    assert_ne!(person(1).landmarks(), Subject::new(&other, 1).unwrap().landmarks());
}

#[test]
fn a_face_larger_than_its_frame_is_refused() {
    for params in [
        SynthParams { inter_ocular_px: 120.0, ..SynthParams::default() },
        SynthParams { width_px: 160, ..SynthParams::default() },
        SynthParams { nuisance: Nuisance { pose_px: 90.0, ..Nuisance::none() }, ..SynthParams::default() },
    ] {
        let error = Subject::new(&params, 1).unwrap_err();
        assert!(matches!(error, SynthError::FaceOutsideFrame { .. }), "{error}");
    }
}

#[test]
fn frames_need_not_be_square() {
    let params = SynthParams { width_px: 400, height_px: 330, ..SynthParams::default() };
    assert_eq!(Subject::new(&params, 1).unwrap().portrait().dim(), (330, 400));
}
