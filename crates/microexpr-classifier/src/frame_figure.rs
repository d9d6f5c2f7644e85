use plotters::prelude::*;

use crate::{ClipPrediction, Evaluation, FrameExplanation};

type DrawError<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>;

/// Parts that the length of a clip is divided into.
const PARTS: usize = 10;

/// Mean relevance of the frames by their place in the clip, a line for the answers that are right and one for those that are wrong.
pub(crate) fn relevance(evaluation: &Evaluation) -> Result<String, String> {
    let mut svg = String::new();
    draw(&mut svg, evaluation).map_err(|e| e.to_string())?;
    Ok(svg)
}

fn draw<'a>(svg: &'a mut String, evaluation: &Evaluation) -> Result<(), DrawError<'a>> {
    let curves = [("right", true, RGBColor(8, 64, 129)), ("wrong", false, RGBColor(200, 60, 40))]
        .map(|(name, right, colour)| (name, colour, means(&evaluation.predictions, right)));
    let values = || curves.iter().flat_map(|(.., curve)| curve).map(|(_, value)| *value);
    let (low, high) = (values().fold(0.0, f64::min), values().fold(1e-3, f64::max));
    let room = 0.05 * (high - low);
    let root = SVGBackend::with_string(svg, (640, 320)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..1.0, low - room..high + room)?;
    chart
        .configure_mesh()
        .x_desc("place in the clip, from the first to the last frame")
        .y_desc("fall of the probability")
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .label_style(("sans-serif", 14))
        .draw()?;
    for (name, colour, curve) in curves {
        chart
            .draw_series(LineSeries::new(curve, colour.stroke_width(2)).point_size(3))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .label_font(("sans-serif", 14))
        .border_style(BLACK.mix(0.3))
        .background_style(WHITE)
        .draw()?;
    root.present()
}

/// Middle of every part of the clips' length in which there are frames, and the frames' mean relevance.
fn means(predictions: &[ClipPrediction], right: bool) -> Vec<(f64, f64)> {
    let mut parts: [Vec<f64>; PARTS] = Default::default();
    let frames = predictions.iter().filter(|p| p.is_correct() == right).flat_map(|p| &p.frames);
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
            attention: Vec::new(),
            relevance: Vec::new(),
            frames,
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
