//! Arrays, images and files hold the same pixels.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use microexpr_core::image::{GrayImage, Luma, Rgb, RgbImage};
use microexpr_core::ndarray::{Array3, array};
use microexpr_core::{
    Clip, CoreError, ImageSequence, image_from_grey, image_from_luma_pixels, image_from_rgb_pixels,
    luma_pixels, rgb_pixels,
};

#[test]
fn pixels_stand_at_row_and_column() {
    let grey = GrayImage::from_fn(4, 3, |x, y| Luma([(10 * y + x) as u8]));
    assert_eq!(luma_pixels(&grey)[[2, 3]], 23);
    let colour = RgbImage::from_fn(4, 3, |x, y| Rgb([x as u8, y as u8, 7]));
    assert_eq!(rgb_pixels(&colour).slice(microexpr_core::ndarray::s![2, 3, ..]).to_vec(), [3, 2, 7]);
}

/// A transposed view lies in memory column by column.
#[test]
fn images_are_made_of_arrays_of_any_layout() {
    let grey = array![[1_u8, 2, 3], [4, 5, 6]];
    let image = image_from_luma_pixels(grey.t());
    assert_eq!((image.dimensions(), image.get_pixel(1, 2)), ((2, 3), &Luma([6])));
    let colour =
        Array3::from_shape_fn((2, 3, 3), |(row, col, channel)| (100 * channel + 10 * row + col) as u8);
    let turned = colour.view().permuted_axes([1, 0, 2]);
    let image = image_from_rgb_pixels(turned).unwrap();
    assert_eq!((image.dimensions(), image.get_pixel(1, 2)), ((2, 3), &Rgb([12, 112, 212])));
    assert_eq!(rgb_pixels(&image), turned);
}

#[test]
fn colour_images_have_three_channels() {
    let error = image_from_rgb_pixels(Array3::zeros((2, 3, 4)).view()).unwrap_err();
    assert!(matches!(error, CoreError::Channels { expected: 3, found: 4 }));
}

#[test]
fn grey_is_rounded_to_the_nearest_level_and_ends_at_black_and_white() {
    let image = image_from_grey(array![[0.0_f32, 1.0, 100.4 / 255.0], [-0.2, 1.3, 100.6 / 255.0]].view());
    assert_eq!(image.into_raw(), [0, 255, 100, 0, 255, 101]);
}

#[test]
fn a_clip_of_whole_levels_survives_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let frames = Array3::from_shape_fn((12, 3, 5), |(t, row, col)| (t * 20 + row * 5 + col) as f32 / 255.0);
    let clip = Clip::new(frames, 25.0).unwrap();
    let paths = clip.write_frames(folder.path().join("clip")).unwrap();
    let sequence = ImageSequence::open(folder.path().join("clip")).unwrap();
    assert_eq!(sequence.paths(), paths);
    assert_eq!(sequence.to_clip(25.0).unwrap(), clip);
}
