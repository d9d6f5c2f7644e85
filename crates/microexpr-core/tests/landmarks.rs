//! Landmarks read back.

use microexpr_core::{LandmarkScheme, Landmarks};

#[test]
fn landmarks_survive_json() {
    let points = (0..68).map(|i| [f64::from(i) + 0.5, 2.0 * f64::from(i)]).collect();
    let face = Landmarks::new(LandmarkScheme::Ibug68, points).unwrap();
    let text = serde_json::to_string(&face).unwrap();
    assert_eq!(serde_json::from_str::<Landmarks>(&text).unwrap(), face);
}

#[test]
fn written_landmarks_that_break_their_scheme_are_refused() {
    let refused = |text: &str| serde_json::from_str::<Landmarks>(text).unwrap_err().to_string();
    assert!(
        refused(r#"{"scheme":"Ibug68","points":[]}"#)
            .starts_with("the 68-point scheme has 68 points, found 0")
    );
    assert!(refused(r#"{"scheme":"Paper51","points":[[1.0,2.0]]}"#).contains("51 points, found 1"));
    // JSON knows no number that is not finite.
    assert!(refused(r#"{"scheme":"Custom","points":[[1e999,2.0]]}"#).contains("out of range"));
}
