//! A picture of a recording: how much every part of the face moves, and what was spotted.

use std::fmt::Write;

use crate::head_motion::HeadMotion;
use crate::{ExpressionKind, FacePart, FaceRegions, RegionMotion, SpottedExpression, TrueExpression};

/// How much the parts of a face move, frame by frame: the mean length of their regions' motion beside the head's, against their places
/// before the frame and after it, in inter-ocular distances.
#[derive(Debug, Clone)]
pub struct PartMotion {
    head: HeadMotion,
    parts: Vec<FacePart>,
    motion: Vec<Option<Vec<[f64; 2]>>>,
}

impl PartMotion {
    /// Of the regions of a face.
    #[must_use]
    pub fn new(regions: &FaceRegions) -> Self {
        let parts = regions.regions().iter().map(|region| region.part).collect();
        Self { head: HeadMotion::new(regions), parts, motion: Vec::new() }
    }

    /// Takes the next frame; `None` for one without a face.
    pub fn push(&mut self, motion: Option<&RegionMotion>) {
        self.motion.push(motion.map(|motion| self.head.removed(&motion.displacements)));
    }

    /// What every region moved between two frames beside the head, `[right, down]` in inter-ocular distances; `None` where there is no face.
    #[must_use]
    pub fn between(&self, from: usize, to: usize) -> Option<Vec<[f64; 2]>> {
        let (from, to) = (self.motion.get(from)?.as_ref()?, self.motion.get(to)?.as_ref()?);
        Some(from.iter().zip(to).map(|(from, to)| [to[0] - from[0], to[1] - from[1]]).collect())
    }

    /// The motion of a part in every frame, against its places half a second before and after; 0 where there is no face.
    #[must_use]
    pub fn of(&self, part: FacePart, fps: f64) -> Vec<f64> {
        let lag = ((0.5 * fps) as usize).max(1);
        let regions: Vec<usize> = (0..self.parts.len()).filter(|i| self.parts[*i] == part).collect();
        let last = self.motion.len().saturating_sub(1);
        let place = |frame: usize| self.motion.get(frame.min(last)).and_then(Option::as_ref);
        let length = |frame: usize| {
            let (Some(before), Some(now), Some(after)) =
                (place(frame.saturating_sub(lag)), place(frame), place(frame + lag))
            else {
                return 0.0;
            };
            let departure = |i: &usize| {
                let [x, y] =
                    [0, 1].map(|axis| now[*i][axis] - f64::midpoint(before[*i][axis], after[*i][axis]));
                x.hypot(y)
            };
            regions.iter().map(departure).sum::<f64>() / regions.len().max(1) as f64
        };
        (0..self.motion.len()).map(length).collect()
    }
}

/// What a timeline shows.
#[derive(Debug, Clone, Copy)]
pub struct Timeline<'a> {
    /// The motion.
    pub motion: &'a PartMotion,
    /// Frames per second.
    pub fps: f64,
    /// What was spotted.
    pub spotted: &'a [SpottedExpression],
    /// What is true, if it is known.
    pub truth: &'a [TrueExpression],
}

const WIDTH: f64 = 1000.0;
const LEFT: f64 = 96.0;
const ROW: f64 = 34.0;
const TOP: f64 = 34.0;
/// Half the width of the longest label of the time axis.
const LABEL: f64 = 24.0;

/// Draws a timeline as SVG: a row per part of the face, spotted expressions as columns (micro orange with a dashed outline, macro blue), true ones
/// above.
#[must_use]
pub fn timeline(of: &Timeline<'_>) -> String {
    let frames = of.motion.motion.len().max(1);
    let height = TOP + ROW * FacePart::ALL.len() as f64 + 26.0;
    let x = |frame: usize| LEFT + (WIDTH - LEFT - 8.0) * frame as f64 / frames as f64;
    let mut svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' role='img' viewBox='0 0 {WIDTH:.0} {height:.0}' font-family='sans-serif' font-size='12'>\
         <title>Motion per part of the face, and spotted expressions</title>\
         <rect width='{WIDTH:.0}' height='{height:.0}' fill='white'/>"
    );
    columns(&mut svg, of, x, height);
    rows(&mut svg, of, x);
    axis(&mut svg, frames, of.fps, x, height);
    svg.push_str("</svg>\n");
    svg
}

fn columns(svg: &mut String, of: &Timeline<'_>, x: impl Fn(usize) -> f64, height: f64) {
    for found in of.spotted {
        let (left, right) = (x(found.interval.onset), x(found.interval.offset + 1));
        // Told apart without colours, too.
        let (colour, outline) = match found.kind {
            ExpressionKind::Micro => ("#f28c28", "stroke='#b45309' stroke-dasharray='4 3'"),
            ExpressionKind::Macro => ("#4f8fd0", "stroke='#1d5fa7'"),
        };
        // A file in memory takes every line.
        let _ = write!(
            svg,
            "<rect x='{left:.1}' y='{TOP:.0}' width='{:.1}' height='{:.0}' fill='{colour}' fill-opacity='.3' {outline}>\
             <title>{} {} to {}, apex {}</title></rect><line x1='{apex:.1}' x2='{apex:.1}' y1='{TOP:.0}' y2='{:.0}' {outline}/>",
            (right - left).max(1.0),
            height - TOP - 26.0,
            found.kind.name(),
            found.interval.onset,
            found.interval.offset,
            found.apex,
            height - 26.0,
            apex = x(found.apex),
        );
    }
    for real in of.truth {
        let (left, right) = (x(real.interval.onset), x(real.interval.offset + 1));
        let _ = write!(
            svg,
            "<rect x='{left:.1}' y='14' width='{:.1}' height='12' fill='#444'><title>true: {} {}</title></rect>",
            (right - left).max(1.0),
            real.kind.name(),
            escaped(&real.class),
        );
    }
    if !of.truth.is_empty() {
        svg.push_str("<text x='4' y='25'>true</text>");
    }
}

fn rows(svg: &mut String, of: &Timeline<'_>, x: impl Fn(usize) -> f64) {
    let curves: Vec<Vec<f64>> = FacePart::ALL.iter().map(|part| of.motion.of(*part, of.fps)).collect();
    /// Weaker motion fills no row.
    const LEAST_SCALE: f64 = 0.02;
    let highest = curves.iter().flatten().copied().fold(LEAST_SCALE, f64::max);
    for (row, (part, curve)) in FacePart::ALL.iter().zip(&curves).enumerate() {
        let floor = TOP + ROW * (row + 1) as f64 - 3.0;
        let _ = write!(
            svg,
            "<text x='4' y='{floor:.0}'>{}</text><polyline fill='none' stroke='#223' points='",
            part.name()
        );
        let step = curve.len().div_ceil(2000).max(1);
        for (chunk, values) in curve.chunks(step).enumerate() {
            // Square roots: what is micro stays visible beside what is macro.
            let tall = (values.iter().copied().fold(0.0, f64::max) / highest).sqrt() * (ROW - 6.0);
            let _ = write!(svg, "{:.1},{:.1} ", x(chunk * step), floor - tall);
        }
        svg.push_str("'/>");
    }
}

fn axis(svg: &mut String, frames: usize, fps: f64, x: impl Fn(usize) -> f64, height: f64) {
    let seconds = frames as f64 / fps;
    let steps = [1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0];
    let step = steps.into_iter().find(|step| seconds / step <= 12.0).unwrap_or(3600.0);
    for tick in 0..=(seconds / step) as usize {
        let at = x((tick as f64 * step * fps) as usize);
        // A label in the middle of the last tick would be cut off.
        let anchor = if at > WIDTH - LABEL { "end" } else { "middle" };
        let _ = write!(
            svg,
            "<text x='{at:.1}' y='{:.0}' text-anchor='{anchor}'>{:.0} s</text>",
            height - 8.0,
            tick as f64 * step
        );
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&#39;")
}
