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
