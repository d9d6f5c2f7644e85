use image::{Rgb, RgbImage};
use microexpr_core::FlowField;

use crate::flo::is_known;

/// Hues of the wheel: steps from red to yellow, green, cyan, blue, magenta and back to red.
const STEPS: [usize; 6] = [15, 6, 4, 11, 13, 6];
const BINS: usize = 55;

/// Which displacement gets the full colour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FlowScale {
    /// The largest one of the field.
    Automatic,
    /// One of this many pixels; longer ones are darker. Makes pictures comparable.
    Fixed {
        /// Pixels.
        full_px: f32,
    },
}

/// Draws a flow in Middlebury's colours: hue is direction, saturation is length; unknown displacements are black.
///
/// Source: S. Baker et al., "A Database and Evaluation Methodology for Optical Flow", IJCV 2011, `flowIO` colour coding.
#[must_use]
pub fn flow_picture(flow: &FlowField, scale: FlowScale) -> RgbImage {
    let (height, width) = flow.dim();
    let (u, v) = (flow.u(), flow.v());
    let full = match scale {
        FlowScale::Fixed { full_px } => full_px,
        FlowScale::Automatic => {
            let known = u.iter().zip(v).filter(|(u, v)| is_known(**u, **v));
            known.map(|(u, v)| u.hypot(*v)).fold(0.0, f32::max)
        }
    };
    let full = if full > 0.0 { full } else { 1.0 };
    let wheel = wheel();
    RgbImage::from_fn(width as u32, height as u32, |x, y| {
        let (u, v) = (u[[y as usize, x as usize]], v[[y as usize, x as usize]]);
        if is_known(u, v) { color(&wheel, u / full, v / full) } else { Rgb([0; 3]) }
    })
}

fn wheel() -> [[f32; 3]; BINS] {
    // Of each stretch: the channel that changes, and whether it grows.
    const CHANGES: [(usize, bool); 6] = [(1, true), (0, false), (2, true), (1, false), (0, true), (2, false)];
    let mut wheel = [[0.0; 3]; BINS];
    let (mut bin, mut color) = (0, [255.0, 0.0, 0.0]);
    for (steps, (channel, grows)) in STEPS.into_iter().zip(CHANGES) {
        for step in 0..steps {
            let part = (255.0 * step as f32 / steps as f32).floor();
            color[channel] = if grows { part } else { 255.0 - part };
            wheel[bin] = color;
            bin += 1;
        }
        color[channel] = if grows { 255.0 } else { 0.0 };
    }
    wheel
}

fn color(wheel: &[[f32; 3]; BINS], u: f32, v: f32) -> Rgb<u8> {
    let length = u.hypot(v);
    let turn = (-v).atan2(-u) / std::f32::consts::PI;
    let position = (turn + 1.0) / 2.0 * (BINS - 1) as f32;
    let bin = (position.floor() as usize).min(BINS - 1);
    let part = position - bin as f32;
    let next = (bin + 1) % BINS;
    let channel = |i: usize| {
        let hue = ((1.0 - part) * wheel[bin][i] + part * wheel[next][i]) / 255.0;
        let shade = if length <= 1.0 { 1.0 - length * (1.0 - hue) } else { 0.75 * hue };
        (255.0 * shade).floor() as u8
    };
    Rgb([channel(0), channel(1), channel(2)])
}
