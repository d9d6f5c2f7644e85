//! A picture of curves, the same look for every one of the report's.

use std::ops::Range;

use plotters::prelude::*;

/// Curves over the same axes, with a legend.
pub(crate) struct LineChart {
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) curves: Vec<Curve>,
    pub(crate) legend: SeriesLabelPosition,
}

pub(crate) struct Axis {
    pub(crate) name: &'static str,
    pub(crate) range: Range<f64>,
    /// Whether it counts: only whole numbers are written on it.
    pub(crate) counts: bool,
}

pub(crate) struct Curve {
    pub(crate) name: String,
    pub(crate) colour: RGBAColor,
    pub(crate) points: Vec<(f64, f64)>,
    /// Radius of the dots on its points; 0 for none.
    pub(crate) dots_px: u32,
}

impl LineChart {
    /// The picture as SVG.
    pub(crate) fn svg(self) -> Result<String, String> {
        let mut svg = String::new();
        let drawn = self.draw(SVGBackend::with_string(&mut svg, (640, 320)));
        drawn.map_err(|e| e.to_string())?;
        Ok(svg)
    }

    fn draw<B: DrawingBackend>(self, backend: B) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let Self { x, y, curves, legend } = self;
        let root = backend.into_drawing_area();
        root.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&root)
            .margin(12)
            .x_label_area_size(44)
            .y_label_area_size(64)
            .build_cartesian_2d(x.range, y.range)?;
        let whole = |value: &f64| if value.fract() == 0.0 { format!("{value}") } else { String::new() };
        let mut mesh = chart.configure_mesh();
        mesh.x_desc(x.name).y_desc(y.name).disable_x_mesh().light_line_style(TRANSPARENT);
        mesh.label_style(("sans-serif", 14));
        if x.counts {
            mesh.x_label_formatter(&whole);
        }
        if y.counts {
            mesh.y_label_formatter(&whole);
        }
        mesh.draw()?;
        for Curve { name, colour, points, dots_px } in curves {
            chart
                .draw_series(LineSeries::new(points, colour.stroke_width(2)).point_size(dots_px))?
                .label(name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour));
        }
        chart
            .configure_series_labels()
            .position(legend)
            .label_font(("sans-serif", 14))
            .border_style(BLACK.mix(0.3))
            .background_style(WHITE)
            .draw()?;
        root.present()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts of a chart over 1 to 3, where the library writes halves.
    fn texts(counts: bool) -> Vec<String> {
        let axis = |name, range| Axis { name, range, counts };
        let chart = LineChart {
            x: axis("epoch", 1.0..3.0),
            y: axis("loss", 0.0..4.0),
            curves: vec![Curve {
                name: "seed 7".to_owned(),
                colour: BLACK.to_rgba(),
                points: vec![(1.0, 4.0), (3.0, 1.0)],
                dots_px: 0,
            }],
            legend: SeriesLabelPosition::UpperRight,
        };
        let svg = chart.svg().unwrap();
        let inner = |text: &str| text.split_once('>').map(|(_, inner)| inner.trim().to_owned());
        svg.split("</text>").filter_map(|part| inner(part.rsplit_once("<text")?.1)).collect()
    }

    #[test]
    fn a_chart_names_its_axes_and_curves_and_counts_in_whole_numbers() {
        let (counted, measured) = (texts(true), texts(false));
        for name in ["epoch", "loss", "seed 7"] {
            assert!(counted.iter().any(|text| text == name), "{name} in {counted:?}");
        }
        assert!(counted.iter().any(|text| text == "2"), "{counted:?}");
        assert!(!counted.iter().any(|text| text.contains('.')), "{counted:?}");
        assert!(measured.iter().any(|text| text.contains(".5")), "{measured:?}");
    }
}
