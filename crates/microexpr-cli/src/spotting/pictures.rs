//! Pictures of an interval, as `data:` addresses.

use std::error::Error;
use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use imageproc::drawing::{draw_antialiased_line_segment_mut, draw_filled_circle_mut};
use imageproc::pixelops::interpolate;
use microexpr::core::{Point, resize};
use microexpr::spot::FaceRegions;
use ndarray::{Array2, ArrayView2, s};

/// The part of a frame that is shown: the face, and some room around it.
pub(crate) struct Window {
    rows: std::ops::Range<usize>,
    cols: std::ops::Range<usize>,
}

impl Window {
    /// Around the regions of a face.
    pub(crate) fn around(regions: &FaceRegions, (height, width): (usize, usize)) -> Self {
        let margin = 0.5 * regions.inter_ocular_px();
        let range = |axis: usize, end: usize| {
            let all = || regions.regions().iter().map(|region| region.middle[axis]);
            let first = (all().fold(f64::INFINITY, f64::min) - margin).max(0.0) as usize;
            let last = (all().fold(0.0, f64::max) + margin) as usize;
            first.min(end - 1)..last.clamp(first.min(end - 1) + 1, end)
        };
        Self { rows: range(1, height), cols: range(0, width) }
    }

    pub(crate) fn cut(&self, frame: ArrayView2<'_, f32>) -> Array2<f32> {
        frame.slice(s![self.rows.clone(), self.cols.clone()]).to_owned()
    }

    fn inside(&self, [x, y]: Point) -> Point {
        [x - self.cols.start as f64, y - self.rows.start as f64]
    }
}

/// Width of a picture in pixels.
const WIDTH: usize = 260;
/// Arrows are drawn this many times longer than the motion.
pub(crate) const ARROW_GAIN: f64 = 20.0;

fn enlarged(face: &Array2<f32>) -> (RgbImage, f64) {
    let zoom = WIDTH as f64 / face.ncols() as f64;
    let height = ((face.nrows() as f64 * zoom) as usize).max(1);
    let large = resize::bilinear(face.view(), (height, WIDTH));
    let picture = RgbImage::from_fn(WIDTH as u32, height as u32, |x, y| {
        let grey = (large[[y as usize, x as usize]] * 255.0).round().clamp(0.0, 255.0) as u8;
        Rgb([grey, grey, grey])
    });
    (picture, zoom)
}

/// The face as it is.
pub(crate) fn plain(face: &Array2<f32>) -> Result<String, Box<dyn Error>> {
    address(&enlarged(face).0)
}

/// The face with an arrow per region: its motion, [`ARROW_GAIN`] times as long.
pub(crate) fn with_motion(
    face: &Array2<f32>,
    window: &Window,
    regions: &FaceRegions,
    motion: &[Point],
) -> Result<String, Box<dyn Error>> {
    let (mut picture, zoom) = enlarged(face);
    for (region, by) in regions.regions().iter().zip(motion) {
        let middle = window.inside(region.middle).map(|at| (at + 0.5) * zoom);
        let gain = ARROW_GAIN * regions.inter_ocular_px() * zoom;
        let tip = [middle[0] + gain * by[0], middle[1] + gain * by[1]];
        let (from, to) = (middle.map(|at| at as i32), tip.map(|at| at as i32));
        let colour = Rgb([255, 190, 0]);
        draw_antialiased_line_segment_mut(&mut picture, from.into(), to.into(), colour, interpolate);
        draw_filled_circle_mut(&mut picture, from.into(), 2, colour);
    }
    address(&picture)
}

/// The aligned face with a disc per landmark: the larger and redder, the more the answer rests on it.
pub(crate) fn with_relevance(
    face: &Array2<f32>,
    points: &[Point],
    relevance: &[f64],
) -> Result<String, Box<dyn Error>> {
    let (mut picture, zoom) = enlarged(face);
    let highest = relevance.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    for (point, value) in points.iter().zip(relevance) {
        let share = (value / highest).max(0.0);
        let [x, y] = point.map(|at| ((at + 0.5) * zoom) as i32);
        let colour = Rgb([(255.0 * share) as u8, 64, (255.0 * (1.0 - share)) as u8]);
        draw_filled_circle_mut(&mut picture, (x, y), 2 + (6.0 * share) as i32, colour);
    }
    address(&picture)
}

fn address(picture: &RgbImage) -> Result<String, Box<dyn Error>> {
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png)?;
    Ok(format!("data:image/png;base64,{}", base64(png.get_ref())))
}

/// Source: RFC 4648, §4.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0_usize, |bits, at| bits << 8 | usize::from(*group.get(at).unwrap_or(&0)));
        for letter in 0..4 {
            let value = (bits >> (18 - 6 * letter)) & 63;
            text.push(if letter <= group.len() { char::from(ALPHABET[value]) } else { '=' });
        }
    }
    text
}
