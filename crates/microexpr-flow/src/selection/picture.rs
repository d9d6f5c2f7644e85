use std::fmt::Write as _;

use super::Selection;

const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 36.0;
const BOTTOM: f64 = 44.0;
/// Marks along an axis, about.
const TICKS: f64 = 8.0;

/// Draws a [`Selection`] as an SVG picture: the intensity of every frame as a curve, the threshold of its segment as steps, and
/// the kept frames as dots. Values that are not finite leave a gap.
///
/// # Example
///
/// ```
/// use microexpr_flow::{Selection, selection_picture};
///
/// let selection = Selection { intensity: vec![1.0, 4.0, 2.0], threshold: vec![2.3; 3], kept: vec![0, 1, 2] };
/// let svg = selection_picture(&selection);
/// assert!(svg.starts_with("<svg") && svg.matches("<circle").count() == 3 + 1); // one more in the legend
/// ```
#[must_use]
pub fn selection_picture(selection: &Selection) -> String {
    let axes = Axes::of(selection);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    axes.draw(&mut svg);
    let steps = selection.threshold.iter().enumerate();
    let steps = steps.flat_map(|(frame, value)| [(frame as f64 - 0.5, *value), (frame as f64 + 0.5, *value)]);
    line(&mut svg, &axes, steps, "stroke=\"#d95f02\" stroke-dasharray=\"5 3\"");
    let curve = selection.intensity.iter().enumerate().map(|(frame, value)| (frame as f64, *value));
    line(&mut svg, &axes, curve, "stroke=\"#1f4e8c\" stroke-width=\"1.5\"");
    for frame in &selection.kept {
        if let Some(value) = selection.intensity.get(*frame).filter(|value| value.is_finite()) {
            let (x, y) = (axes.x(*frame as f64), axes.y(*value));
            push(&mut svg, format_args!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"#1b9e77\"/>\n"));
        }
    }
    legend(&mut svg, selection);
    svg.push_str("</svg>\n");
    svg
}

/// Where frames and values stand in the picture.
struct Axes {
    frames: usize,
    lowest: f64,
    highest: f64,
}

impl Axes {
    fn of(selection: &Selection) -> Self {
        let values =
            || selection.intensity.iter().chain(&selection.threshold).copied().filter(|v| v.is_finite());
        let lowest = values().fold(0.0, f64::min);
        let highest = values().fold(lowest, f64::max);
        // Room above the curve; a curve of zeros still needs a height.
        let room = if highest > lowest { 0.05 * (highest - lowest) } else { 1.0 };
        Self { frames: selection.intensity.len(), lowest, highest: highest + room }
    }

    fn x(&self, frame: f64) -> f64 {
        LEFT + (frame + 0.5) / self.frames.max(1) as f64 * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        HEIGHT - BOTTOM - (value - self.lowest) / (self.highest - self.lowest) * (HEIGHT - TOP - BOTTOM)
    }

    fn draw(&self, svg: &mut String) {
        let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        let step = round_step((self.highest - self.lowest) / TICKS);
        let mut value = (self.lowest / step).ceil() * step;
        while value <= self.highest {
            let y = self.y(value);
            push(svg, format_args!("<path d=\"M{LEFT} {y:.1}H{right}\" stroke=\"#ddd\"/>\n"));
            let label = tick_label(value, step);
            push(
                svg,
                format_args!(
                    "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>\n",
                    LEFT - 6.0,
                    y + 4.0
                ),
            );
            value += step;
        }
        let step = (round_step(self.frames as f64 / TICKS) as usize).max(1);
        for frame in (0..self.frames).step_by(step) {
            let x = self.x(frame as f64);
            push(svg, format_args!("<path d=\"M{x:.1} {bottom}v4\" stroke=\"black\"/>\n"));
            push(
                svg,
                format_args!(
                    "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{frame}</text>\n",
                    bottom + 17.0
                ),
            );
        }
        push(
            svg,
            format_args!("<path d=\"M{LEFT} {TOP}V{bottom}H{right}\" fill=\"none\" stroke=\"black\"/>\n"),
        );
        let middle = 0.5 * (LEFT + right);
        push(
            svg,
            format_args!("<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">frame</text>\n", HEIGHT - 8.0),
        );
    }
}

/// A line through the points `(frame, value)`, with gaps.
fn line(svg: &mut String, axes: &Axes, points: impl Iterator<Item = (f64, f64)>, style: &str) {
    push(svg, format_args!("<path fill=\"none\" {style} d=\""));
    let mut begun = false;
    for (frame, value) in points {
        if value.is_finite() {
            let command = if begun { 'L' } else { 'M' };
            push(svg, format_args!("{command}{:.1} {:.1}", axes.x(frame), axes.y(value)));
        }
        begun = value.is_finite();
    }
    svg.push_str("\"/>\n");
}

fn legend(svg: &mut String, selection: &Selection) {
    let (kept, frames) = (selection.kept.len(), selection.intensity.len());
    push(svg, format_args!("<path d=\"M{LEFT} 18h24\" stroke=\"#1f4e8c\" stroke-width=\"1.5\"/>\n"));
    push(svg, format_args!("<text x=\"{}\" y=\"22\">motion in summed pixels</text>\n", LEFT + 30.0));
    push(svg, format_args!("<path d=\"M260 18h24\" stroke=\"#d95f02\" stroke-dasharray=\"5 3\"/>\n"));
    push(svg, format_args!("<text x=\"290\" y=\"22\">mean of the segment</text>\n"));
    push(svg, format_args!("<circle cx=\"442\" cy=\"18\" r=\"4\" fill=\"#1b9e77\"/>\n"));
    push(svg, format_args!("<text x=\"452\" y=\"22\">kept: {kept} of {frames} frames</text>\n"));
}

/// The next larger of 1, 2, 5, 10, 20, …
fn round_step(step: f64) -> f64 {
    let magnitude = 10_f64.powf(step.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * magnitude >= step);
    factor.unwrap_or(10.0) * magnitude
}

/// With as many decimals as the step has.
fn tick_label(value: f64, step: f64) -> String {
    let decimals = (-step.log10().floor()).clamp(0.0, 12.0) as usize;
    format!("{value:.decimals$}")
}

fn push(svg: &mut String, text: std::fmt::Arguments<'_>) {
    svg.write_fmt(text).expect("a string takes any text");
}
