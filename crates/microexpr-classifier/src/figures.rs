use std::path::Path;

use microexpr_core::atomic_file;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::{ClassifierError, Evaluation};

type DrawError<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>;

/// Writes `confusion_matrix.svg` and `training_loss.svg` into `folder`.
pub(crate) fn write(evaluation: &Evaluation, folder: &Path) -> Result<(), ClassifierError> {
    for (name, svg) in [
        ("confusion_matrix.svg", confusion_matrix(evaluation)),
        ("training_loss.svg", training_loss(evaluation)),
    ] {
        let path = folder.join(name);
        let svg = svg.map_err(|reason| ClassifierError::Picture { path: path.clone(), reason })?;
        atomic_file::write(path, svg.as_bytes())?;
    }
    Ok(())
}

/// True classes down, predictions across; darker for a larger share of the row.
pub(crate) fn confusion_matrix(evaluation: &Evaluation) -> Result<String, String> {
    let mut svg = String::new();
    draw_confusion_matrix(&mut svg, evaluation).map_err(|e| e.to_string())?;
    Ok(svg)
}

/// Mean training loss of every epoch, one line per seed, averaged over the folds.
pub(crate) fn training_loss(evaluation: &Evaluation) -> Result<String, String> {
    let mut svg = String::new();
    draw_training_loss(&mut svg, evaluation).map_err(|e| e.to_string())?;
    Ok(svg)
}

fn draw_confusion_matrix<'a>(svg: &'a mut String, evaluation: &Evaluation) -> Result<(), DrawError<'a>> {
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
            let shade = |from: f64, to: f64| (from + (to - from) * share) as u8;
            let fill = RGBColor(shade(247.0, 8.0), shade(251.0, 64.0), shade(255.0, 129.0));
            root.draw(&Rectangle::new([(x, y), (x + CELL - 2, y + CELL - 2)], fill.filled()))?;
            let ink = if share > 0.55 { WHITE } else { BLACK };
            root.draw_text(&count.to_string(), &text(20, &ink), (x + CELL / 2, y + CELL / 2 - 8))?;
            let percent = format!("{:.0} %", 100.0 * share);
            root.draw_text(&percent, &text(13, &ink), (x + CELL / 2, y + CELL / 2 + 16))?;
        }
    }
    root.present()
}

fn draw_training_loss<'a>(svg: &'a mut String, evaluation: &Evaluation) -> Result<(), DrawError<'a>> {
    let curves: Vec<(u64, Vec<f64>)> =
        evaluation.seeds.iter().map(|s| (s.seed, mean_losses(evaluation, s.seed))).collect();
    let epochs = curves.iter().map(|(_, c)| c.len()).max().unwrap_or(1).max(2);
    let highest = curves.iter().flat_map(|(_, c)| c).fold(0.1f64, |m, v| m.max(*v));
    let root = SVGBackend::with_string(svg, (640, 320)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(60)
        .build_cartesian_2d(1..epochs, 0.0..highest * 1.05)?;
    chart
        .configure_mesh()
        .x_desc("epoch")
        .y_desc("training loss (mean over folds)")
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .x_labels(10)
        .label_style(("sans-serif", 14))
        .draw()?;
    for (number, (seed, curve)) in curves.into_iter().enumerate() {
        let colour = Palette99::pick(number).to_rgba();
        let line =
            LineSeries::new(curve.into_iter().enumerate().map(|(e, v)| (e + 1, v)), colour.stroke_width(2));
        chart
            .draw_series(line)?
            .label(format!("seed {seed}"))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerLeft)
        .label_font(("sans-serif", 14))
        .border_style(BLACK.mix(0.3))
        .background_style(WHITE)
        .draw()?;
    root.present()
}

fn mean_losses(evaluation: &Evaluation, seed: u64) -> Vec<f64> {
    let folds: Vec<_> = evaluation.folds.iter().filter(|f| f.seed == seed).collect();
    let epochs = folds.iter().map(|f| f.losses.len()).max().unwrap_or(0);
    let mean = |epoch: usize| {
        let losses: Vec<f64> = folds.iter().filter_map(|f| f.losses.get(epoch).copied()).collect();
        losses.iter().sum::<f64>() / losses.len().max(1) as f64
    };
    (0..epochs).map(mean).collect()
}
