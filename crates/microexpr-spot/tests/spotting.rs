//! Spotting on motion whose truth is known: curves drawn by formula.

use microexpr_core::{LandmarkScheme, Landmarks, Point};
use microexpr_spot::{
    ExpressionKind, FacePart, FaceRegions, RegionMotion, SpotError, SpotParams, SpottedExpression, Spotter,
};

const FPS: f64 = 100.0;

/// How high the brows lie in [`landmarks`], in pixels above the eyes, which are 80 px apart.
const BROWS_UP: f64 = 22.0;

/// 68 points of an upright face.
fn landmarks() -> Landmarks {
    landmarks_with_brows(BROWS_UP)
}

fn landmarks_with_brows(up: f64) -> Landmarks {
    let eye = |x: f64, i: usize| [x + 9.0 * (i as f64 * 1.047).cos(), 100.0 + 4.0 * (i as f64 * 1.047).sin()];
    let point = |i: usize| -> Point {
        match i {
            0..17 => {
                let angle = std::f64::consts::PI * (1.0 - i as f64 / 16.0);
                [140.0 + 75.0 * angle.cos(), 110.0 + 95.0 * angle.sin()]
            }
            17..22 => [80.0 + 9.0 * (i - 17) as f64, 100.0 - up],
            22..27 => [164.0 + 9.0 * (i - 22) as f64, 100.0 - up],
            27..31 => [140.0, 98.0 + 11.0 * (i - 27) as f64],
            31..36 => [128.0 + 6.0 * (i - 31) as f64, 138.0],
            36..42 => eye(100.0, i),
            42..48 => eye(180.0, i),
            _ => [140.0 + 26.0 * (i as f64 * 0.52).cos(), 162.0 + 9.0 * (i as f64 * 0.52).sin()],
        }
    };
    Landmarks::new(LandmarkScheme::Ibug68, (0..68).map(point).collect()).expect("68 finite points")
}

/// Raised cosine from onset over apex to offset, of height 1.
fn bump(frame: usize, [onset, apex, offset]: [f64; 3]) -> f64 {
    let at = frame as f64;
    let half = |phase: f64| 0.5 - 0.5 * (std::f64::consts::PI * phase.clamp(0.0, 1.0)).cos();
    if at <= apex { half((at - onset) / (apex - onset)) } else { half((offset - at) / (offset - apex)) }
}

/// Spots in motion given by a function of frame, part and middle of a region, in inter-ocular distances.
fn spot(frames: usize, motion: impl Fn(usize, FacePart, Point) -> Point) -> Vec<SpottedExpression> {
    spot_on(&landmarks(), frames, motion)
}

fn spot_on(
    landmarks: &Landmarks,
    frames: usize,
    motion: impl Fn(usize, FacePart, Point) -> Point,
) -> Vec<SpottedExpression> {
    let regions = FaceRegions::of_landmarks(landmarks).expect("a face");
    let mut spotter = Spotter::new(&regions, FPS, SpotParams::default()).expect("settings in range");
    let mut found = Vec::new();
    for frame in 0..frames {
        let of = |region: &microexpr_spot::FaceRegion| motion(frame, region.part, region.middle);
        let displacements = regions.regions().iter().map(of).collect();
        found.extend(spotter.push(&RegionMotion { displacements }).expect("as many regions"));
    }
    found.extend(spotter.finish());
    found
}

fn smile(strength: f64, part: FacePart) -> Point {
    if part == FacePart::Mouth { [0.6 * strength, -0.8 * strength] } else { [0.0, 0.0] }
}

#[test]
fn a_micro_expression_is_found_where_it_is() {
    let times = [400.0, 418.0, 442.0];
    let found = spot(1000, |frame, part, _| smile(0.012 * bump(frame, times), part));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].kind, ExpressionKind::Micro);
    assert!(found[0].apex.abs_diff(418) <= 2, "{found:?}");
    assert!(
        found[0].interval.onset.abs_diff(400) <= 3 && found[0].interval.offset.abs_diff(442) <= 3,
        "{found:?}"
    );
}

#[test]
fn a_macro_expression_is_found_and_told_from_a_micro_expression() {
    let found = spot(2000, |frame, part, _| {
        let macro_smile = smile(0.08 * bump(frame, [500.0, 580.0, 700.0]), part);
        let micro_smile = smile(0.012 * bump(frame, [1200.0, 1220.0, 1240.0]), part);
        [0, 1].map(|axis| macro_smile[axis] + micro_smile[axis])
    });
    let kinds: Vec<ExpressionKind> = found.iter().map(|found| found.kind).collect();
    assert_eq!(kinds, [ExpressionKind::Macro, ExpressionKind::Micro], "{found:?}");
    assert!(
        found[0].interval.onset.abs_diff(500) <= 15 && found[0].interval.offset.abs_diff(700) <= 15,
        "{found:?}"
    );
}

/// The head shifts, turns and comes nearer by several times what a micro-expression moves, as fast as one.
#[test]
fn motion_of_the_head_is_no_expression() {
    let found = spot(1500, |frame, _, [x, y]| {
        let at = 0.05 * bump(frame, [600.0, 620.0, 640.0]) + 0.03 * (frame as f64 / 40.0).sin();
        [at * (1.0 + 0.004 * (y - 120.0)), at * (0.5 - 0.003 * (x - 140.0))]
    });
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_blink_is_no_expression_and_hides_none_elsewhere() {
    let blink = |frame, part: FacePart| {
        let down = 0.055 * bump(frame, [500.0, 508.0, 518.0]);
        match part {
            FacePart::UpperLids => [0.0, down],
            FacePart::LowerLids | FacePart::EyeCorners => [0.0, 0.7 * down],
            _ => [0.0, 0.0],
        }
    };
    assert!(spot(1000, |frame, part, _| blink(frame, part)).is_empty());
    let both = spot(1000, |frame, part, _| {
        let (lids, mouth) = (blink(frame, part), smile(0.012 * bump(frame, [490.0, 510.0, 530.0]), part));
        [0, 1].map(|axis| lids[axis] + mouth[axis])
    });
    assert_eq!(both.len(), 1, "{both:?}");
    assert!(both[0].apex.abs_diff(510) <= 2, "{both:?}");
}

/// The window of a low brow holds a part of the lid, whose motion is then taken for the brow's.
#[test]
fn a_low_brow_that_a_blink_drags_along_is_no_expression() {
    let dragged = |frame, part: FacePart, [x, _]: Point| {
        let down = 0.055 * bump(frame, [500.0, 508.0, 518.0]);
        match part {
            FacePart::UpperLids => [0.0, down],
            FacePart::LowerLids | FacePart::EyeCorners => [0.0, 0.7 * down],
            FacePart::Brows if x < 100.0 => [0.0, 0.5 * down],
            _ => [0.0, 0.0],
        }
    };
    let low = landmarks_with_brows(14.0);
    assert_eq!(spot_on(&low, 1000, dragged), []);
    // Away from a blink the same brow is believed, near one a brow that lies higher.
    let moved = |frame, part: FacePart, at| match part {
        FacePart::Brows => dragged(frame, part, at),
        _ => [0.0, 0.0],
    };
    assert_eq!(spot_on(&low, 1000, moved).len(), 1);
    assert_eq!(spot_on(&landmarks(), 1000, dragged).len(), 1);
}

#[test]
fn still_short_and_empty_recordings_hold_nothing() {
    for frames in [0, 1, 5, 24, 2000] {
        assert!(spot(frames, |_, _, _| [0.0, 0.0]).is_empty(), "{frames} frames");
    }
}

/// Every expression is told at most `delay_s` and the half second between two looks after its end, and only once.
#[test]
fn a_recording_can_be_followed_with_bounded_delay() {
    let regions = FaceRegions::of_landmarks(&landmarks()).expect("a face");
    let params = SpotParams::default();
    let most = ((params.delay_s + 0.5) * FPS) as usize + 5;
    let mut spotter = Spotter::new(&regions, FPS, params).expect("settings in range");
    let mut told = 0;
    for frame in 0..6000_usize {
        // One expression every three seconds.
        let phase = frame % 300;
        let of = |region: &microexpr_spot::FaceRegion| {
            smile(0.012 * bump(phase, [100.0, 118.0, 140.0]), region.part)
        };
        let motion = RegionMotion { displacements: regions.regions().iter().map(of).collect() };
        for found in spotter.push(&motion).expect("as many regions") {
            assert!(frame - found.interval.offset <= most, "told at {frame}: {found:?}");
            assert_eq!(found.interval.onset / 300, told, "{found:?}");
            told += 1;
        }
    }
    assert_eq!(told + spotter.finish().len(), 20);
}

#[test]
fn a_lost_face_ends_the_stretch_and_frames_go_on_counting() {
    let regions = FaceRegions::of_landmarks(&landmarks()).expect("a face");
    let mut spotter = Spotter::new(&regions, FPS, SpotParams::default()).expect("settings in range");
    let mut found = Vec::new();
    for frame in 0..1000 {
        if (400..600).contains(&frame) {
            found.extend(spotter.skip(1));
            continue;
        }
        // After the loss the face is found elsewhere: that is no motion.
        let shift = if frame < 400 { 0.0 } else { 0.3 };
        let of = |region: &microexpr_spot::FaceRegion| {
            let [x, y] = smile(0.012 * bump(frame, [750.0, 770.0, 790.0]), region.part);
            [x + shift, y]
        };
        let motion = RegionMotion { displacements: regions.regions().iter().map(of).collect() };
        found.extend(spotter.push(&motion).expect("as many regions"));
    }
    found.extend(spotter.finish());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].apex.abs_diff(770) <= 2, "{found:?}");
}

#[test]
fn motion_of_other_regions_and_settings_out_of_range_are_refused() {
    let regions = FaceRegions::of_landmarks(&landmarks()).expect("a face");
    let mut spotter = Spotter::new(&regions, FPS, SpotParams::default()).expect("settings in range");
    let refused =
        spotter.push(&RegionMotion { displacements: vec![[0.0; 2]; 3] }).expect_err("three regions");
    assert!(matches!(refused, SpotError::RegionCount { expected: 39, found: 3 }));
    for fps in [0.0, 5.0, f64::NAN] {
        assert!(
            matches!(Spotter::new(&regions, fps, SpotParams::default()), Err(SpotError::Setting(_))),
            "{fps}"
        );
    }
    let none = SpotParams { reaches_s: Vec::new(), ..SpotParams::default() };
    assert!(Spotter::new(&regions, FPS, none).is_err());
    let custom = Landmarks::new(LandmarkScheme::Custom, vec![[0.0; 2]; 4]).expect("finite");
    assert!(matches!(FaceRegions::of_landmarks(&custom), Err(SpotError::Landmarks { found: 4 })));
    let flat = Landmarks::new(LandmarkScheme::Ibug68, vec![[3.0; 2]; 68]).expect("finite");
    assert!(matches!(FaceRegions::of_landmarks(&flat), Err(SpotError::NoFace { .. })));
}
