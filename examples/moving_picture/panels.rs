//! The five panels side by side.

use std::error::Error;

use image::{Rgb, RgbImage, imageops};
use imageproc::drawing::{draw_filled_circle_mut, draw_filled_rect_mut, draw_line_segment_mut};
use imageproc::rect::Rect;
use microexpr::classifier::Prediction;
use microexpr::core::ndarray::Array2;
use microexpr::core::{FlowField, Point, resize};
use microexpr::flow::{FlowScale, flow_picture};
use microexpr::graph::SpatialTopology;
use microexpr::landmarks::{AlignedClip, Paper51Params, paper51};

use crate::letters::write;

const SIDE: u32 = 168;
const GAP: u32 = 6;
const CAPTION: u32 = 24;
const NAMES: [&str; 5] = ["recording", "magnified", "motion", "graph", "answer"];
const INK: Rgb<u8> = Rgb([32, 32, 32]);
const PAPER: Rgb<u8> = Rgb([255, 255, 255]);
const EDGE: Rgb<u8> = Rgb([64, 160, 208]);
const NODE: Rgb<u8> = Rgb([255, 192, 0]);
/// Displacement that gets the full colour, in pixels.
const FULL_PX: f32 = 1.2;
/// How many steps a channel takes in faces and in flow: few, so that a frame has no more colours than GIF allows.
const GREY_STEPS: f32 = 24.0;
const FLOW_STEPS: f32 = 8.0;

/// What is shown of one frame.
pub(crate) struct Step {
    pub(crate) recorded: Array2<f32>,
    pub(crate) magnified: Array2<f32>,
    /// The graph's nodes, as far from their places as the magnified face.
    pub(crate) points: Vec<Point>,
    pub(crate) flow: FlowField,
}

/// What all frames have in common.
pub(crate) struct Panels {
    edges: Vec<[u32; 2]>,
    /// Side of the aligned face, in pixels.
    face_px: f64,
}

impl Panels {
    pub(crate) fn new(aligned: &AlignedClip) -> Result<Self, Box<dyn Error>> {
        let size = (aligned.clip.height(), aligned.clip.width());
        let nodes = paper51(&aligned.landmarks[0], size, &Paper51Params::default())?;
        let edges = SpatialTopology::default().edges(nodes.points())?;
        Ok(Self { edges, face_px: size.1 as f64 })
    }

    pub(crate) fn draw(&self, step: &Step) -> RgbImage {
        let width = 5 * SIDE + 4 * GAP;
        let mut picture = RgbImage::from_pixel(width, SIDE + CAPTION, PAPER);
        let flow = flow_picture(&step.flow, FlowScale::Fixed { full_px: FULL_PX });
        let flow = imageops::resize(&flow, SIDE, SIDE, imageops::FilterType::Triangle);
        let faces = [
            face(&step.recorded, 1.0),
            face(&step.magnified, 1.0),
            posterised(flow, FLOW_STEPS),
            self.graph(step),
        ];
        for (index, panel) in (0..).zip(faces) {
            imageops::replace(&mut picture, &panel, left_of(index), i64::from(CAPTION));
        }
        for (index, name) in (0..).zip(NAMES) {
            write(&mut picture, name, [left_of(index) as u32, 4], INK);
        }
        picture
    }

    /// The same with the probability of every class.
    pub(crate) fn with_answer(&self, step: &Step, answer: &Prediction) -> RgbImage {
        let mut picture = self.draw(step);
        let left = left_of(4) as u32;
        for (index, (name, probability)) in (0..).zip(answer.classes.iter().zip(&answer.probabilities)) {
            let top = CAPTION + 16 + 48 * index;
            let color =
                if index as usize == answer.class() { Rgb([208, 96, 16]) } else { Rgb([160, 160, 160]) };
            write(&mut picture, &format!("{name} {:.0}", 100.0 * probability), [left, top], INK);
            let length = ((f64::from(SIDE) * probability).round() as u32).max(1);
            draw_filled_rect_mut(
                &mut picture,
                Rect::at(left as i32, top as i32 + 18).of_size(length, 12),
                color,
            );
        }
        picture
    }

    /// Nodes and edges over the darkened face.
    fn graph(&self, step: &Step) -> RgbImage {
        let mut panel = face(&step.magnified, 0.4);
        let zoom = f64::from(SIDE) / self.face_px;
        let at = |node: u32| step.points[node as usize].map(|v| ((v + 0.5) * zoom - 0.5) as f32);
        for [from, to] in &self.edges {
            let ([x0, y0], [x1, y1]) = (at(*from), at(*to));
            draw_line_segment_mut(&mut panel, (x0, y0), (x1, y1), EDGE);
        }
        for node in 0..step.points.len() as u32 {
            let [x, y] = at(node).map(|v| v.round() as i32);
            draw_filled_circle_mut(&mut panel, (x, y), 2, NODE);
        }
        panel
    }
}

fn left_of(panel: u32) -> i64 {
    i64::from(panel * (SIDE + GAP))
}

fn face(frame: &Array2<f32>, brightness: f32) -> RgbImage {
    let small = resize::bilinear(frame.view(), (SIDE as usize, SIDE as usize));
    let grey = RgbImage::from_fn(SIDE, SIDE, |x, y| {
        let level = (255.0 * brightness * small[[y as usize, x as usize]]).round() as u8;
        Rgb([level; 3])
    });
    posterised(grey, GREY_STEPS)
}

fn posterised(mut picture: RgbImage, steps: f32) -> RgbImage {
    let step = 255.0 / steps;
    picture.pixels_mut().for_each(|pixel| {
        pixel.0 = pixel.0.map(|level| (step * (f32::from(level) / step).round()) as u8);
    });
    picture
}
