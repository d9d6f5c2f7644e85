use image::{Rgb, RgbImage};
use imageproc::drawing::{draw_filled_circle_mut, draw_hollow_rect_mut};
use imageproc::rect::Rect;
use microexpr_core::{Landmarks, Point};
use serde::{Deserialize, Serialize};

use crate::FaceBox;

/// How [`draw_landmarks`] draws.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PictureParams {
    /// Colour of the points.
    pub point_rgb: [u8; 3],
    /// Colour of the numbers.
    pub number_rgb: [u8; 3],
    /// Colour of the face's box.
    pub box_rgb: [u8; 3],
    /// Radius of the points in pixels.
    pub radius_px: u32,
    /// Size of a number's dots in pixels; zero leaves the numbers out.
    pub number_dot_px: u32,
}

impl Default for PictureParams {
    fn default() -> Self {
        Self {
            point_rgb: [0, 255, 0],
            number_rgb: [255, 255, 0],
            box_rgb: [255, 64, 64],
            radius_px: 1,
            number_dot_px: 1,
        }
    }
}

/// Rows of three dots for the digits 0 to 9, top to bottom; the highest bit is the left dot.
const DIGITS: [[u8; 5]; 10] = [
    [7, 5, 5, 5, 7],
    [2, 6, 2, 2, 7],
    [7, 1, 7, 4, 7],
    [7, 1, 7, 1, 7],
    [5, 5, 7, 1, 1],
    [7, 4, 7, 1, 7],
    [7, 4, 7, 5, 7],
    [7, 1, 1, 1, 1],
    [7, 5, 7, 5, 7],
    [7, 5, 7, 1, 7],
];

/// Draws every point with its number beside it, and the face's box if given. What falls outside the picture is left out.
pub fn draw_landmarks(
    picture: &mut RgbImage,
    landmarks: &Landmarks,
    face: Option<&FaceBox>,
    params: &PictureParams,
) {
    if let Some(face) = face {
        let size = |extent: f64| extent.round().max(1.0) as u32;
        let at = Rect::at(face.left().round() as i32, face.top().round() as i32);
        draw_hollow_rect_mut(
            picture,
            at.of_size(size(face.width()), size(face.height())),
            Rgb(params.box_rgb),
        );
    }
    for (number, point) in landmarks.points().iter().enumerate() {
        let center = [point[0].round() as i32, point[1].round() as i32];
        if is_near(picture, *point) {
            draw_filled_circle_mut(
                picture,
                (center[0], center[1]),
                params.radius_px as i32,
                Rgb(params.point_rgb),
            );
            draw_number(picture, number, [center[0] + params.radius_px as i32 + 1, center[1]], params);
        }
    }
}

/// Whether a point lies within the picture or its size beyond it: no loops over far-away circles.
fn is_near(picture: &RgbImage, [x, y]: Point) -> bool {
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    (-width..2.0 * width).contains(&x) && (-height..2.0 * height).contains(&y)
}

fn draw_number(picture: &mut RgbImage, number: usize, [left, top]: [i32; 2], params: &PictureParams) {
    let dot = params.number_dot_px as i32;
    for (place, digit) in number.to_string().bytes().enumerate() {
        let rows = DIGITS[usize::from(digit - b'0')];
        let lit = (0..5)
            .flat_map(|y| (0..3).map(move |x| (x, y)))
            .filter(|(x, y)| rows[*y as usize] & (4 >> x) != 0);
        for (x, y) in lit {
            let corner = [left + (4 * place as i32 + x) * dot, top + y * dot];
            fill_square(picture, corner, dot, Rgb(params.number_rgb));
        }
    }
}

fn fill_square(picture: &mut RgbImage, [left, top]: [i32; 2], side: i32, colour: Rgb<u8>) {
    for (x, y) in (top..top + side).flat_map(|y| (left..left + side).map(move |x| (x, y))) {
        if let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y))
            && let Some(pixel) = picture.get_pixel_mut_checked(x, y)
        {
            *pixel = colour;
        }
    }
}
