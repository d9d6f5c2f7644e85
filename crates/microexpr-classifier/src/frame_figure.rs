use microexpr_evaluation::{ClipPrediction, Evaluation, FrameExplanation};
use plotters::prelude::*;

use crate::line_chart::{Axis, Curve, LineChart};

/// Parts that the length of a clip is divided into.
const PARTS: usize = 10;

/// Mean relevance of the frames by their place in the clip, a line for the answers that are right and one for those that are wrong.
pub(crate) fn relevance(evaluation: &Evaluation) -> Result<String, String> {
    let curves = [("right", true, RGBColor(8, 64, 129)), ("wrong", false, RGBColor(200, 60, 40))];
    let curves = curves.map(|(name, right, colour)| Curve {
        name: name.to_owned(),
        colour: colour.to_rgba(),
        points: means(&evaluation.predictions, right),
        dots_px: 3,
    });
    let values = || curves.iter().flat_map(|curve| &curve.points).map(|(_, value)| *value);
    let (low, high) = (values().fold(0.0, f64::min), values().fold(1e-3, f64::max));
    // The legend stands above the curves.
    let [below, above] = [0.05, 0.3].map(|share| share * (high - low));
    LineChart {
        x: Axis {
            name: "place in the clip, from the first to the last frame",
            range: 0.0..1.0,
            counts: false,
        },
        y: Axis { name: "fall of the probability", range: low - below..high + above, counts: false },
        curves: curves.into(),
        legend: SeriesLabelPosition::UpperRight,
    }
    .svg()
}

/// Middle of every part of the clips' length in which there are frames, and the frames' mean relevance.
fn means(predictions: &[ClipPrediction], right: bool) -> Vec<(f64, f64)> {
    let mut parts: [Vec<f64>; PARTS] = Default::default();
    let frames = predictions.iter().filter(|p| p.is_correct() == right).flat_map(|p| &p.explanation.frames);
    for FrameExplanation { place, relevance, .. } in frames {
        if let Some(relevance) = relevance {
            parts[((place * PARTS as f64) as usize).min(PARTS - 1)].push(*relevance);
        }
    }
    let middle = |part: usize| (part as f64 + 0.5) / PARTS as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let filled = parts.iter().enumerate().filter(|(_, values)| !values.is_empty());
    filled.map(|(part, values)| (middle(part), mean(values))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use microexpr_evaluation::Explanation;

    #[test]
    fn means_are_taken_over_the_frames_of_a_part() {
        let frame = |place: f64, relevance: f64| FrameExplanation {
            frame: 0,
            place,
            attention: 1.0,
            relevance: Some(relevance),
        };
        let clip = |predicted: usize, frames: Vec<FrameExplanation>| ClipPrediction {
            clip: String::new(),
            subject: String::new(),
            seed: 1,
            truth: 0,
            predicted,
            probabilities: vec![0.5, 0.5],
            explanation: Explanation { frames, ..Explanation::default() },
        };
        let clips = [
            clip(0, vec![frame(0.31, 0.2), frame(1.0, 0.1)]),
            clip(0, vec![frame(0.39, 0.4)]),
            clip(1, vec![frame(0.35, -0.5)]),
        ];
        let close = |found: &[(f64, f64)], expected: &[(f64, f64)]| {
            assert_eq!(found.len(), expected.len());
            for (a, b) in found.iter().zip(expected) {
                assert!((a.0 - b.0).abs() < 1e-12 && (a.1 - b.1).abs() < 1e-12, "{found:?}");
            }
        };
        close(&means(&clips, true), &[(0.35, 0.3), (0.95, 0.1)]);
        close(&means(&clips, false), &[(0.35, -0.5)]);
    }
}
