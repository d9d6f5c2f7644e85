//! Frame selection follows §3.1 of the paper.

#![expect(clippy::unwrap_used, reason = "a helper of a test that fails has failed the test")]

use microexpr_core::{FlowField, OutOfRange};
use microexpr_flow::{
    FlowError, IntensityFrame, IntensityMeasure, KeepRule, Selection, SelectionParams, select_frames,
    selection_picture,
};
use ndarray::{Array2, array};

/// Fields of one pixel whose magnitudes are five times the given ones, exactly.
fn flows(magnitudes: &[f32]) -> Vec<FlowField> {
    magnitudes.iter().map(|m| FlowField::new(array![[3.0 * m]], array![[-4.0 * m]]).unwrap()).collect()
}

fn select(magnitudes: &[f32], params: SelectionParams) -> Selection {
    select_frames(&flows(magnitudes), &params).unwrap()
}

fn assert_near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    assert!(
        found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6),
        "{found:?}, expected {expected:?}"
    );
}

#[test]
fn frames_above_the_mean_of_their_segment_and_both_ends_are_kept() {
    // Frames 0..8 and 8..10; the last frame repeats the intensity of the one before.
    let selection = select(&[0.0, 1.0, 2.0, 5.0, 6.0, 1.0, 1.0, 0.0, 9.0], SelectionParams::default());
    assert_near(&selection.intensity, &[0.0, 5.0, 10.0, 25.0, 30.0, 5.0, 5.0, 0.0, 45.0, 45.0]);
    assert_near(&selection.threshold, &[10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 45.0, 45.0]);
    assert_eq!(selection.kept, [0, 3, 4, 9]);
}

#[test]
fn a_tail_of_one_frame_is_judged_with_the_segment_before() {
    let selection = select(&[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0], SelectionParams::default());
    assert_near(&selection.threshold, &[55.0 / 9.0; 9]);
    assert_eq!(selection.kept, [0, 7, 8]);
}

#[test]
fn a_clip_without_change_of_motion_keeps_its_ends() {
    assert_eq!(select(&[0.5; 20], SelectionParams::default()).kept, [0, 20]);
    let at_least = SelectionParams { keep: KeepRule::GreaterOrEqual, ..Default::default() };
    assert_eq!(select(&[0.5; 20], at_least).kept, (0..21).collect::<Vec<_>>());
}

#[test]
fn every_frame_is_kept_without_a_rule() {
    let anything = SelectionParams { keep: KeepRule::Anything, ..Default::default() };
    assert_eq!(select(&[0.0, 1.0, 2.0, 0.5, 3.0], anything).kept, [0, 1, 2, 3, 4, 5]);
}

#[test]
fn one_frame_is_kept() {
    let selection = select(&[], SelectionParams::default());
    assert_eq!(selection, Selection { intensity: vec![0.0], threshold: vec![0.0], kept: vec![0] });
}

#[test]
fn intensity_can_belong_to_the_later_frame_and_be_measured_otherwise() {
    let intensity = |measure, frame| {
        select(&[1.0, 2.0], SelectionParams { measure, frame, ..Default::default() }).intensity
    };
    assert_near(&intensity(IntensityMeasure::Magnitude, IntensityFrame::Later), &[5.0, 5.0, 10.0]);
    assert_near(&intensity(IntensityMeasure::AbsoluteSum, IntensityFrame::Earlier), &[7.0, 14.0, 14.0]);
    assert_near(&intensity(IntensityMeasure::SignedSum, IntensityFrame::Earlier), &[-1.0, -2.0, -2.0]);
}

#[test]
fn overlapping_segments_use_the_lowest_mean() {
    let params = SelectionParams { segment: 4, stride: 2, ..Default::default() };
    let selection = select(&[0.0, 0.0, 4.0, 4.0, 8.0], params);
    // Segments 0..4 with mean 10 and 2..6 with mean 30.
    assert_near(&selection.threshold, &[10.0, 10.0, 10.0, 10.0, 30.0, 30.0]);
    assert_eq!(selection.kept, [0, 2, 3, 4, 5]);
}

#[test]
fn the_unit_of_motion_does_not_matter() {
    let magnitudes: Vec<f32> = (0..30).map(|t| ((t * 7) % 11) as f32).collect();
    let larger: Vec<f32> = magnitudes.iter().map(|m| 16.0 * m).collect();
    let (a, b) =
        (select(&magnitudes, SelectionParams::default()), select(&larger, SelectionParams::default()));
    assert_eq!(a.kept, b.kept);
}

#[test]
fn bad_input_is_an_error() {
    let setting =
        |segment, stride| select_frames(&[], &SelectionParams { segment, stride, ..Default::default() });
    assert!(matches!(setting(1, 1), Err(FlowError::Setting(OutOfRange { setting: "segment", .. }))));
    assert!(matches!(setting(8, 9), Err(FlowError::Setting(OutOfRange { setting: "stride", .. }))));
    assert!(matches!(setting(8, 0), Err(FlowError::Setting(OutOfRange { setting: "stride", .. }))));
    let mixed = [FlowField::zeros(2, 2), FlowField::zeros(2, 3)];
    assert!(matches!(select_frames(&mixed, &SelectionParams::default()), Err(FlowError::FrameSize { .. })));
    let nan = [FlowField::zeros(1, 1), FlowField::new(array![[f32::NAN]], Array2::zeros((1, 1))).unwrap()];
    assert!(matches!(
        select_frames(&nan, &SelectionParams::default()),
        Err(FlowError::FlowNotFinite { field: 1, row: 0, col: 0 })
    ));
}

#[test]
fn a_selection_survives_storage() {
    let selection = select(&[0.25, 0.75, 0.5], SelectionParams::default());
    let text = serde_json::to_string(&selection).unwrap();
    assert_eq!(serde_json::from_str::<Selection>(&text).unwrap(), selection);
}

#[test]
fn the_picture_shows_every_frame_and_marks_the_kept_ones() {
    let selection = select(&[0.0, 1.0, 2.0, 5.0, 6.0, 1.0, 1.0, 0.0, 9.0], SelectionParams::default());
    let svg = selection_picture(&selection);
    let dots = svg.matches("r=\"4\"").count();
    assert_eq!(dots, selection.kept.len() + 1, "one more in the legend");
    assert!(svg.contains("kept: 4 of 10 frames"));
    let curve = svg.lines().find(|line| line.contains("#1f4e8c") && line.contains("d=\"M")).unwrap();
    assert_eq!(curve.matches(['M', 'L']).count(), 10, "{curve}");
    // Larger intensities stand higher: y grows downwards.
    let heights: Vec<f64> = curve
        .split(['M', 'L'])
        .skip(1)
        .map(|p| p.split(' ').nth(1).unwrap().trim_end_matches("\"/>").parse().unwrap())
        .collect();
    assert!(heights[4] < heights[3] && heights[3] < heights[1] && heights[1] < heights[0], "{heights:?}");
}

#[test]
fn written_selections_that_break_their_promises_are_refused() {
    let whole = select(&[0.0, 1.0, 2.0, 0.5, 3.0], SelectionParams::default());
    let text = serde_json::to_string(&whole).unwrap();
    assert_eq!(serde_json::from_str::<Selection>(&text).unwrap(), whole);
    let refused = |intensity: &str, threshold: &str, kept: &str| {
        let text = format!(r#"{{"intensity":{intensity},"threshold":{threshold},"kept":{kept}}}"#);
        serde_json::from_str::<Selection>(&text).unwrap_err().to_string()
    };
    let (three, ones) = ("[1.0,2.0,1.0]", "[1.0,1.0,1.0]");
    assert!(refused(three, "[1.0]", "[0,2]").contains("one threshold for each of 3 frames, found 1"));
    for kept in ["[]", "[0,1]", "[1,2]", "[0,1,1,2]", "[0,3]", "[2,0]"] {
        let error = refused(three, ones, kept);
        assert!(error.contains("must rise from the first to the last of 3 frames"), "{kept}: {error}");
    }
    assert!(refused("[]", "[]", "[]").contains("of 0 frames"));
}

#[test]
fn pictures_of_odd_selections_hold_no_nan() {
    let odd = |intensity: Vec<f64>| Selection { threshold: intensity.clone(), intensity, kept: vec![0, 7] };
    for intensity in
        [vec![], vec![0.0], vec![f64::NAN, 1.0, f64::INFINITY], vec![-3.0, -1.0], vec![1e-9, 1e12]]
    {
        let svg = selection_picture(&odd(intensity));
        assert!(svg.ends_with("</svg>\n") && !svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}
