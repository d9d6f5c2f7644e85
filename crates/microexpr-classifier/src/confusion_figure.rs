use microexpr_evaluation::Evaluation;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

type DrawError<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>;

/// True classes down, predictions across; darker for a larger share of the row.
pub(crate) fn confusion_matrix(evaluation: &Evaluation) -> Result<String, String> {
    let mut svg = String::new();
    draw(&mut svg, evaluation).map_err(|e| e.to_string())?;
    Ok(svg)
}

fn draw<'a>(svg: &'a mut String, evaluation: &Evaluation) -> Result<(), DrawError<'a>> {
    const CELL: i32 = 96;
    const LEFT: i32 = 130;
    const TOP: i32 = 60;
    let classes = evaluation.classes.len() as i32;
    let size = ((LEFT + classes * CELL + 20) as u32, (TOP + classes * CELL + 20) as u32);
    let root = SVGBackend::with_string(svg, size).into_drawing_area();
    root.fill(&WHITE)?;
    let centred = Pos::new(HPos::Center, VPos::Center);
    let text = |points: u32, colour: &RGBColor| ("sans-serif", points).into_font().color(colour).pos(centred);
    let heading = text(15, &BLACK);
    root.draw_text("predicted", &heading, (LEFT + classes * CELL / 2, 16))?;
    root.draw_text("true class", &heading, (LEFT / 2, 42))?;
    for (row, name) in evaluation.classes.iter().enumerate() {
        let middle = CELL / 2 + row as i32 * CELL;
        root.draw_text(name, &heading, (LEFT + middle, 42))?;
        root.draw_text(name, &heading, (LEFT / 2, TOP + middle))?;
        let counts = &evaluation.confusion_matrix.counts()[row];
        let total = counts.iter().sum::<u64>().max(1) as f64;
        for (column, count) in counts.iter().enumerate() {
            let share = *count as f64 / total;
            let (x, y) = (LEFT + column as i32 * CELL, TOP + row as i32 * CELL);
            let [fill, ink] = colours(share);
            root.draw(&Rectangle::new([(x, y), (x + CELL - 2, y + CELL - 2)], fill.filled()))?;
            root.draw_text(&count.to_string(), &text(20, &ink), (x + CELL / 2, y + CELL / 2 - 8))?;
            let percent = format!("{:.0} %", 100.0 * share);
            root.draw_text(&percent, &text(13, &ink), (x + CELL / 2, y + CELL / 2 + 16))?;
        }
    }
    root.present()
}

/// A cell of that share, and the ink in which it can be read.
fn colours(share: f64) -> [RGBColor; 2] {
    let shade = |from: f64, to: f64| (from + (to - from) * share) as u8;
    let fill = RGBColor(shade(247.0, 8.0), shade(251.0, 64.0), shade(255.0, 129.0));
    [fill, if share > 0.7 { WHITE } else { BLACK }]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source: WCAG 2.2, relative luminance and contrast ratio.
    fn luminance(RGBColor(red, green, blue): RGBColor) -> f64 {
        let linear = |level: u8| match f64::from(level) / 255.0 {
            low @ ..=0.04045 => low / 12.92,
            high => ((high + 0.055) / 1.055).powf(2.4),
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    #[test]
    fn numbers_stand_out_from_their_cells_as_wcag_asks() {
        const LEAST_CONTRAST: f64 = 4.5;
        for share in (0..=100).map(|percent| f64::from(percent) / 100.0) {
            let [fill, ink] = colours(share).map(luminance);
            let contrast = (fill.max(ink) + 0.05) / (fill.min(ink) + 0.05);
            assert!(contrast >= LEAST_CONTRAST, "{contrast:.2} at {share}");
        }
    }
}
