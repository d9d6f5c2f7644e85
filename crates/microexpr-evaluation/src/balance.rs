//! Magnified copies that even out the classes of a training set.

use serde::{Deserialize, Serialize};

/// Magnification factors of the copies: 2 to 5 in steps of ½ without the 4 of the tests, the nearest to it first.
pub const COPY_ALPHAS: [f64; 6] = [4.5, 3.5, 5.0, 3.0, 2.5, 2.0];

/// A further copy of a training clip, magnified by α.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MagnifiedCopy {
    /// Position of the clip in the list of training clips.
    pub clip: usize,
    /// Magnification factor.
    pub alpha: f64,
}

/// Copies of the clips of smaller classes at the given α, until each class has as many items, clips and copies, as the
/// largest (or every clip has been copied at every α). `labels[i]` is the class of training clip i.
///
/// Copies use up one α after the other, in the given order; the copies of an α that is not needed for all
/// clips of a class are spread evenly over them. Deterministic. Call it with training clips only: a copy then
/// stays with its subject.
///
/// Source: 2S-AMAGN §4.2 (α from 2 to 5 in training, 4 in tests); the order of the copies is ours.
///
/// # Example
///
/// ```
/// use microexpr_evaluation::{COPY_ALPHAS, balance};
///
/// let copies = balance(&[0, 0, 0, 1], &COPY_ALPHAS);
/// assert_eq!(copies.iter().map(|copy| (copy.clip, copy.alpha)).collect::<Vec<_>>(), [(3, 4.5), (3, 3.5)]);
/// ```
#[must_use]
pub fn balance(labels: &[usize], alphas: &[f64]) -> Vec<MagnifiedCopy> {
    let mut made = Vec::new();
    let classes = labels.iter().max().map_or(0, |last| last + 1);
    let mut members = vec![Vec::new(); classes];
    for (clip, label) in labels.iter().enumerate() {
        members[*label].push(clip);
    }
    let largest = members.iter().map(Vec::len).max().unwrap_or(0);
    for clips in members.iter().filter(|clips| !clips.is_empty()) {
        let mut missing = largest - clips.len();
        for alpha in alphas {
            let copies = missing.min(clips.len());
            let spread = (0..copies).map(|i| clips[i * clips.len() / copies]);
            made.extend(spread.map(|clip| MagnifiedCopy { clip, alpha: *alpha }));
            missing -= copies;
        }
    }
    made
}
