use microexpr_evaluation::{ClipPrediction, Evaluation};
use microexpr_graph::TEMPLATE_51;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

type DrawError<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>;

/// Side of one face in pixels.
const FACE: i32 = 220;
/// Room above every face for its name.
const HEADING: i32 = 44;

/// One value per landmark of every clip.
type Values = fn(&ClipPrediction) -> &[f64];

/// Mean values of the landmarks, drawn on the canonical face: a column per class, clips answered rightly above,
/// wrongly below. The larger and redder a disc, the more, on a scale of each face's own.
pub(crate) fn faces(evaluation: &Evaluation, values: Values) -> Result<String, String> {
    let mut svg = String::new();
    draw(&mut svg, evaluation, values).map_err(|e| e.to_string())?;
    Ok(svg)
}

fn draw<'a>(svg: &'a mut String, evaluation: &Evaluation, values: Values) -> Result<(), DrawError<'a>> {
    let classes = evaluation.classes.len() as i32;
    let size = ((classes * FACE) as u32, (2 * (FACE + HEADING)) as u32);
    let root = SVGBackend::with_string(svg, size).into_drawing_area();
    root.fill(&WHITE)?;
    let centred = Pos::new(HPos::Center, VPos::Center);
    let text = ("sans-serif", 16).into_font().color(&BLACK).pos(centred);
    let faces: Vec<(i32, i32, usize, Vec<f64>)> = (0..2)
        .flat_map(|row| (0..classes).map(move |column| (row, column)))
        .map(|(row, column)| {
            let of = |p: &&ClipPrediction| {
                p.truth == column as usize
                    && (p.predicted == p.truth) == (row == 0)
                    && values(p).len() == TEMPLATE_51.len()
            };
            let clips: Vec<&ClipPrediction> = evaluation.predictions.iter().filter(of).collect();
            (row, column, clips.len(), mean(&clips, values))
        })
        .collect();
    for (row, column, clips, means) in &faces {
        let (left, top) = (column * FACE, row * (FACE + HEADING));
        let right = if *row == 0 { "right" } else { "wrong" };
        let name = format!("{}, {right} ({clips})", evaluation.classes[*column as usize]);
        root.draw_text(&name, &text, (left + FACE / 2, top + HEADING - 14))?;
        // A face of few clips has far larger means than one of many: each has a scale of its own.
        let (low, high) = means.iter().fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
        for (point, value) in TEMPLATE_51.iter().zip(means) {
            let share = (value - low) / (high - low).max(f64::MIN_POSITIVE);
            let place = |axis: usize, centre: f64| ((point[axis] * 0.36 + centre) * f64::from(FACE)) as i32;
            let colour = RGBColor((60.0 + 195.0 * share) as u8, 60, (200.0 - 160.0 * share) as u8);
            let at = (left + place(0, 0.5), top + HEADING + place(1, 0.38));
            root.draw(&Circle::new(at, 3 + (6.0 * share) as i32, colour.mix(0.8).filled()))?;
        }
    }
    root.present()
}

/// Mean of clips, landmark by landmark; nothing without clips.
fn mean(clips: &[&ClipPrediction], values: Values) -> Vec<f64> {
    let landmarks = clips.first().map_or(0, |c| values(c).len());
    (0..landmarks).map(|i| clips.iter().map(|c| values(c)[i]).sum::<f64>() / clips.len() as f64).collect()
}
