//! Parts of frames are what would be cut out of the whole ones.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GrayImage, ImageFormat, Luma, RgbImage};
use microexpr_core::{CoreError, ImagePart, ImageSequence};

/// Shapes and noise: every coefficient of a JPEG's blocks occurs.
fn grey(width: u32, height: u32) -> GrayImage {
    GrayImage::from_fn(width, height, |x, y| {
        let noise = x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503_337);
        Luma([((x * x / 7 + y * 3) % 190 + (noise >> 13) % 60) as u8])
    })
}

fn coloured(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| image::Rgb([(x * 5) as u8, (y * 3) as u8, (x * y) as u8]))
}

fn jpeg(image: &GrayImage, quality: u8) -> Vec<u8> {
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, quality).encode_image(image).expect("encoded");
    file
}

fn file(folder: &Path, name: &str, bytes: &[u8]) -> ImageSequence {
    let path: PathBuf = folder.join(name);
    std::fs::write(&path, bytes).expect("written");
    ImageSequence::from_paths(vec![path]).expect("a frame")
}

fn parts(height: usize, width: usize) -> Vec<ImagePart> {
    let part = |top, left, bottom, right| ImagePart { top, left, height: bottom - top, width: right - left };
    vec![
        part(0, 0, height, width),
        part(0, 0, 1, 1),
        part(height - 1, width - 1, height, width),
        part(3, 8, 16, width - 5),
        part(8, 1, height - 7, 9),
    ]
}

fn assert_parts_are_cut_out(frames: &ImageSequence, name: &str) {
    let whole = frames.image(0).expect("a frame");
    let size = (whole.height() as usize, whole.width() as usize);
    for part in parts(size.0, size.1) {
        let [x, y, width, height] = [part.left, part.top, part.width, part.height].map(|v| v as u32);
        let found = frames.image_part(0, size, part).expect("a part");
        assert!(found == whole.crop_imm(x, y, width, height), "{name}: {part:?}");
    }
}

#[test]
fn parts_are_those_of_the_whole_frame_in_every_format() {
    let folder = tempfile::tempdir().expect("a folder");
    let images =
        [DynamicImage::from(grey(61, 43)), DynamicImage::from(coloured(61, 43)), grey(64, 48).into()];
    for (number, image) in images.iter().enumerate() {
        for format in [ImageFormat::Bmp, ImageFormat::Png, ImageFormat::Jpeg] {
            let mut bytes = Cursor::new(Vec::new());
            image.write_to(&mut bytes, format).expect("encoded");
            let name = format!("{number}.{}", format.extensions_str()[0]);
            assert_parts_are_cut_out(&file(folder.path(), &name, bytes.get_ref()), &name);
        }
    }
}

#[test]
fn parts_of_a_grey_jpeg_are_the_decoders_at_every_quality() {
    let folder = tempfile::tempdir().expect("a folder");
    for quality in [1, 10, 35, 60, 75, 90, 97, 100] {
        let image = grey(100, 75);
        let name = format!("{quality}.jpg");
        assert_parts_are_cut_out(&file(folder.path(), &name, &jpeg(&image, quality)), &name);
    }
}

#[test]
fn a_bmp_may_begin_at_the_top() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(coloured(13, 20)).write_to(&mut bytes, ImageFormat::Bmp).expect("encoded");
    let mut bytes = bytes.into_inner();
    // A negative height, and the header of 40 bytes that most programs write.
    bytes[22..26].copy_from_slice(&(-20_i32).to_le_bytes());
    assert_parts_are_cut_out(&file(folder.path(), "a.bmp", &bytes), "top down");
}

#[test]
fn a_frame_of_another_size_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let part = ImagePart { top: 0, left: 0, height: 5, width: 5 };
    for format in [ImageFormat::Bmp, ImageFormat::Jpeg] {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::from(grey(30, 20)).write_to(&mut bytes, format).expect("encoded");
        let frames = file(folder.path(), format.extensions_str()[0], bytes.get_ref());
        let error = frames.image_part(0, (20, 31), part).expect_err("another size");
        assert!(matches!(error, CoreError::FrameSize { expected: (20, 31), found: (20, 30), .. }), "{error}");
    }
}

/// A part passes only where the whole frame does, and with its pixels.
#[test]
fn damage_is_refused_where_it_lies_outside_the_part_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let part = ImagePart { top: 8, left: 8, height: 16, width: 16 };
    let mut refused = 0;
    for (extension, bytes) in [
        ("jpg", jpeg(&grey(40, 40), 75)),
        ("bmp", {
            let mut bytes = Cursor::new(Vec::new());
            DynamicImage::from(grey(40, 40)).write_to(&mut bytes, ImageFormat::Bmp).expect("encoded");
            bytes.into_inner()
        }),
    ] {
        let mut state = 1_u64;
        let mut random = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        for number in 0..1000 {
            let mut damaged = bytes.clone();
            match random(3) {
                0 => damaged.truncate(random(bytes.len())),
                1 => drop(damaged.remove(random(bytes.len()))),
                _ => damaged[random(bytes.len())] = random(256) as u8,
            }
            let frames = file(folder.path(), &format!("damaged.{extension}"), &damaged);
            let whole = frames.image(0);
            let found = frames.image_part(0, (40, 40), part);
            match (whole, found) {
                (Ok(whole), Ok(found)) => {
                    assert_eq!(found, whole.crop_imm(8, 8, 16, 16), "{extension} {number}")
                }
                (Err(_), Err(_)) => refused += 1,
                (Ok(whole), Err(CoreError::FrameSize { .. })) => {
                    assert_ne!((whole.height(), whole.width()), (40, 40))
                }
                (whole, found) => panic!("{extension} {number}: whole {whole:?}, part {found:?}"),
            }
        }
    }
    assert!(refused > 400, "{refused}");
}
