//! Image files as cameras and copies leave them: turned, without an end, with more behind it, deep.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use image::{DynamicImage, GrayImage, ImageBuffer, Luma, Rgb, RgbImage};
use microexpr_core::{CoreError, ImageSequence, SampleBits, grey_from_image};

const PROGRESSIVE: &[u8] = include_bytes!("data/pillow/progressive.jpg");
/// A restart marker after every second unit.
const RESTARTS: &[u8] = include_bytes!("data/pillow/restarts.jpg");

fn decode(name: &str, bytes: &[u8]) -> Result<DynamicImage, CoreError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    ImageSequence::from_paths(vec![path]).unwrap().image(0)
}

fn encoded(image: &DynamicImage, extension: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a").with_extension(extension);
    image.save(&path).unwrap();
    fs::read(path).unwrap()
}

/// No two rows or columns alike, so that every turn shows.
fn picture(width: u32, height: u32) -> DynamicImage {
    GrayImage::from_fn(width, height, |x, y| Luma([(40 + 3 * x + 2 * y) as u8])).into()
}

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let busy = |x: u32, y: u32| Rgb([(x * 37 + y * y * 11) as u8, (x * 5) as u8, (y * 9) as u8]);
    encoded(&RgbImage::from_fn(width, height, busy).into(), "jpg")
}

/// A JPEG with an EXIF segment that holds nothing but the orientation (tag 0x112).
fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = vec![0xff, 0xe1, 0, 34];
    exif.extend(b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0");
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    [&jpeg[..2], &exif, &jpeg[2..]].concat()
}

#[test]
fn a_picture_is_turned_as_its_exif_tag_says() {
    let stored = encoded(&picture(40, 24), "jpg");
    let upright = decode("a.jpg", &stored).unwrap();
    // EXIF 2.32, tag 274: what has to be done to the stored picture.
    let turned = [
        (1, upright.clone()),
        (2, upright.fliph()),
        (3, upright.rotate180()),
        (4, upright.flipv()),
        (5, upright.rotate90().fliph()),
        (6, upright.rotate90()),
        (7, upright.rotate270().fliph()),
        (8, upright.rotate270()),
    ];
    for (orientation, expected) in turned {
        let found = decode("a.jpg", &with_orientation(&stored, orientation)).unwrap();
        assert_eq!(found, expected, "orientation {orientation}");
    }
    assert_eq!(decode("a.jpg", &with_orientation(&stored, 77)).unwrap(), upright);
}

#[test]
fn a_jpeg_without_end_marker_is_read() {
    for whole in [jpeg(40, 24), jpeg(131, 97), PROGRESSIVE.to_vec()] {
        let expected = decode("a.jpg", &whole).unwrap();
        for missing in [1, 2] {
            assert_eq!(decode("a.jpg", &whole[..whole.len() - missing]).unwrap(), expected, "{missing}");
        }
    }
}

/// Cameras append previews and further pictures, copies append what lay on the disk.
#[test]
fn whatever_follows_a_jpeg_does_no_harm() {
    let whole = jpeg(40, 24);
    let expected = decode("a.jpg", &whole).unwrap();
    for behind in [vec![0; 4096], noise(50_000), jpeg(16, 16), vec![0xff; 9], vec![0xff, 0xda, 0, 8]] {
        assert_eq!(decode("a.jpg", &[whole.clone(), behind].concat()).unwrap(), expected);
    }
}

#[test]
fn a_cut_jpeg_is_an_error_wherever_it_is_cut() {
    for whole in [jpeg(40, 24), with_orientation(&jpeg(64, 64), 6), PROGRESSIVE.to_vec()] {
        for kept in (0..whole.len() - 4).step_by(7) {
            let error = decode("a.jpg", &whole[..kept]).expect_err(&format!("{kept} of {}", whole.len()));
            assert!(matches!(error, CoreError::DecodeImage { .. }));
            let unwritten = [&whole[..kept], &vec![0; whole.len() - kept + 100]].concat();
            assert!(decode("a.jpg", &unwritten).is_err(), "{kept} of {} and zeros", whole.len());
        }
    }
}

fn noise(count: usize) -> Vec<u8> {
    (0..count as u64).map(|i| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect()
}

/// The bytes of the scans: behind the first scan header, before the end marker.
fn scan_data(jpeg: &[u8]) -> std::ops::Range<usize> {
    let header = jpeg.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
    let length = usize::from(jpeg[header + 3]);
    header + 2 + length..jpeg.len() - 2
}

/// Cut within its scans, mended by a tool with an end marker: no decoder complains, the rest would be grey.
#[test]
fn an_end_marker_does_not_make_a_cut_jpeg_whole() {
    for whole in [jpeg(40, 24), jpeg(131, 97), PROGRESSIVE.to_vec(), RESTARTS.to_vec()] {
        assert!(decode("a.jpg", &whole).is_ok());
        let data = scan_data(&whole);
        // Of the last byte all bits may be padding.
        for kept in (data.start..data.end - 1).step_by(1 + data.len() / 300).chain([data.end - 2]) {
            let error =
                decode("a.jpg", &[&whole[..kept], &[0xff, 0xd9]].concat()).expect_err(&kept.to_string());
            assert!(error.to_string().contains("a.jpg"), "{error}");
        }
    }
}

#[test]
fn noise_in_the_place_of_a_scans_end_is_an_error() {
    for whole in [jpeg(131, 97), PROGRESSIVE.to_vec(), RESTARTS.to_vec()] {
        let data = scan_data(&whole);
        for kept in (data.start..data.start + data.len() * 9 / 10).step_by(11) {
            let noise = noise(whole.len() - kept);
            for end in [&[][..], &[0xff, 0xd9]] {
                assert!(decode("a.jpg", &[&whole[..kept], &noise, end].concat()).is_err(), "{kept}");
            }
        }
    }
}

/// Webcams fill up to words.
#[test]
fn a_few_bytes_before_the_end_marker_are_passed_over_but_no_more() {
    for whole in [jpeg(40, 24), RESTARTS.to_vec()] {
        let (scans, end) = whole.split_at(whole.len() - 2);
        let padded = |count: usize| decode("a.jpg", &[scans, &vec![0; count], end].concat());
        assert_eq!(padded(3).unwrap(), decode("a.jpg", &whole).unwrap());
        assert!(padded(100).is_err());
    }
}

#[test]
fn a_jpeg_that_has_lost_what_lies_between_two_restart_markers_is_an_error() {
    let is_restart = |pair: &[u8]| pair[0] == 0xff && (0xd0..=0xd7).contains(&pair[1]);
    let mut markers = RESTARTS.windows(2).enumerate().filter(|(_, pair)| is_restart(pair)).map(|(at, _)| at);
    let (first, second) = (markers.next().unwrap(), markers.next().unwrap());
    let without = [&RESTARTS[..first], &RESTARTS[second..]].concat();
    assert!(decode("a.jpg", &without).is_err());
}

#[test]
fn a_frame_cut_out_of_motion_jpeg_is_refused_with_the_cure() {
    let whole = jpeg(40, 24);
    let mut without = whole.clone();
    while let Some(at) = without.windows(2).position(|pair| pair == [0xff, 0xc4]) {
        let length = usize::from(u16::from_be_bytes([without[at + 2], without[at + 3]]));
        without.drain(at..at + 2 + length);
    }
    let error = decode("a.jpg", &without).unwrap_err();
    let reason = std::error::Error::source(&error).unwrap().to_string();
    assert!(reason.contains("mjpeg2jpeg"), "{reason}");
}

#[test]
fn a_preview_within_a_cut_jpeg_does_not_end_it() {
    let (whole, preview) = (jpeg(64, 64), jpeg(8, 8));
    let mut segment = vec![0xff, 0xe2];
    segment.extend(((preview.len() + 2) as u16).to_be_bytes());
    segment.extend(&preview);
    let both = [&whole[..2], &segment, &whole[2..]].concat();
    assert_eq!(decode("a.jpg", &both).unwrap(), decode("a.jpg", &whole).unwrap());
    assert!(decode("a.jpg", &both[..segment.len() + whole.len() / 2]).is_err());
}

#[test]
fn sixteen_bits_are_kept_in_grey_and_colour() {
    let value = |x: u32, y: u32| (x * 1021 + y * 77 + 3) as u16;
    let grey: ImageBuffer<Luma<u16>, _> = ImageBuffer::from_fn(30, 20, |x, y| Luma([value(x, y)]));
    let colour: ImageBuffer<Rgb<u16>, _> =
        ImageBuffer::from_fn(30, 20, |x, y| Rgb([value(x, y), value(y, x), 0xabcd]));
    for extension in ["png", "tif", "pgm"] {
        let found = grey_from_image(&decode("a", &encoded(&grey.clone().into(), extension)).unwrap());
        assert!(found.indexed_iter().all(|((y, x), v)| *v == f32::from(value(x as u32, y as u32)) / 65535.0));
    }
    for extension in ["png", "tiff", "ppm"] {
        let found = grey_from_image(&decode("a", &encoded(&colour.clone().into(), extension)).unwrap());
        for ((y, x), luma) in found.indexed_iter() {
            let [r, g, b] = colour.get_pixel(x as u32, y as u32).0.map(f64::from);
            let expected = (0.299 * r + 0.587 * g + 0.114 * b) / 65535.0;
            assert!((f64::from(*luma) - expected).abs() < 1e-6, "{luma} {expected}");
        }
    }
}

#[test]
fn alpha_does_not_count_at_any_depth() {
    let deep: ImageBuffer<image::LumaA<u16>, _> =
        ImageBuffer::from_fn(4, 4, |x, _| image::LumaA([1000 + x as u16, 5]));
    let found = grey_from_image(&decode("a.png", &encoded(&deep.into(), "png")).unwrap());
    assert_eq!(found[[2, 3]], 1003.0 / 65535.0);
}

fn deep_png(folder: &Path, name: &str, brightest: u16) -> PathBuf {
    let path = folder.join(name);
    let ramp = |x: u32, _: u32| Luma([(u32::from(brightest) * x / 9) as u16]);
    ImageBuffer::<Luma<u16>, _>::from_fn(10, 4, ramp).save(&path).unwrap();
    path
}

#[test]
fn twelve_bits_in_sixteen_are_suspected_and_fill_the_range_when_told() {
    let folder = tempfile::tempdir().unwrap();
    for (brightest, suspected) in [(1023, Some(10)), (4095, Some(12)), (4096, Some(14)), (65535, None)] {
        let frames = ImageSequence::from_paths(vec![deep_png(folder.path(), "a.png", brightest)]).unwrap();
        let bits = SampleBits::suspected(&frames.image(0).unwrap());
        assert_eq!(bits.map(SampleBits::bits), suspected, "{brightest}");
        let Some(bits) = bits.filter(|bits| bits.highest() == brightest) else { continue };
        let grey = frames.with_bits(bits).grey(0).unwrap();
        for (x, value) in grey.row(0).iter().enumerate() {
            assert!((f64::from(*value) - x as f64 / 9.0).abs() < 1.0 / f64::from(brightest), "{x}: {value}");
        }
    }
    assert_eq!(SampleBits::suspected(&picture(4, 4)), None);
}

#[test]
fn a_wrong_depth_is_an_error_that_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let (deep, shallow) = (deep_png(folder.path(), "deep.png", 5000), folder.path().join("shallow.png"));
    picture(4, 4).save(&shallow).unwrap();
    let twelve = SampleBits::new(12).unwrap();
    let refused = |path: &PathBuf| {
        let frames = ImageSequence::from_paths(vec![path.clone()]).unwrap().with_bits(twelve);
        frames.image(0).unwrap_err().to_string()
    };
    assert!(refused(&deep).ends_with("deep.png: expected 12 bits in 16, found the value 5000"));
    assert!(
        refused(&shallow).ends_with("shallow.png: expected 12 bits in 16, found an image of another kind")
    );
    assert!(SampleBits::new(8).is_err() && SampleBits::new(17).is_err());
}

#[test]
fn floating_point_frames_must_lie_within_zero_and_one() {
    let tiff = |values: [f32; 3]| {
        let pixel = image::Rgb32FImage::from_pixel(3, 2, Rgb(values));
        decode("a.tif", &encoded(&pixel.into(), "tif"))
    };
    assert_eq!(grey_from_image(&tiff([0.25; 3]).unwrap())[[1, 2]], 0.25);
    for values in [[0.0, 10.0, 255.0], [0.0, f32::NAN, 0.0], [-0.1, 0.0, 0.0]] {
        let error = tiff(values).unwrap_err();
        let reason = std::error::Error::source(&error).unwrap().to_string();
        assert!(reason.contains("outside 0..1"), "{reason}");
    }
}

/// A grey TIFF of 2x2 floating-point values: the tags of TIFF 6.0 in order, the orientation (274) among them.
fn grey_float_tiff(values: [f32; 4], orientation: u32) -> Vec<u8> {
    let mut file = [&b"II*\0"[..], &24_u32.to_le_bytes()].concat();
    file.extend(values.map(f32::to_le_bytes).concat());
    let tags: [(u16, u32); 10] = [
        (256, 2),
        (257, 2),
        (258, 32),
        (259, 1),
        (262, 1),
        (273, 8),
        (274, orientation),
        (278, 2),
        (279, 16),
        (339, 3),
    ];
    file.extend((tags.len() as u16).to_le_bytes());
    for (tag, value) in tags {
        file.extend([tag.to_le_bytes(), 4_u16.to_le_bytes()].concat());
        file.extend([1, value].map(u32::to_le_bytes).concat());
    }
    file.extend([0; 4]);
    file
}

#[test]
fn grey_floating_point_frames_are_read_within_zero_and_one() {
    let grey = |values, orientation| {
        decode("a.tif", &grey_float_tiff(values, orientation)).map(|image| grey_from_image(&image))
    };
    let upright = ndarray::array![[0.0, 0.125], [0.3, 1.0]];
    assert_eq!(grey([0.0, 0.125, 0.3, 1.0], 1).unwrap(), upright);
    assert_eq!(grey([0.0, 0.125, 0.3, 1.0], 6).unwrap(), ndarray::array![[0.3, 0.0], [1.0, 0.125]]);
    for values in [[0.0, 17.0, 255.0, 3.0], [0.0, f32::NAN, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0001]] {
        let error = grey(values, 1).unwrap_err();
        let reason = std::error::Error::source(&error).unwrap().to_string();
        assert!(reason.contains("outside 0..1"), "{reason}");
    }
}

/// Grey TIFF pages of 2x2 bytes: the tags of TIFF 6.0 in order.
fn tiff_pages(pages: usize, kind_of_later: u32) -> Vec<u8> {
    let mut file = [&b"II*\0"[..], &12_u32.to_le_bytes(), &[9, 8, 7, 6]].concat();
    for page in 0..pages {
        let kind = if page == 0 { 0 } else { kind_of_later };
        let tags: [(u16, u32); 9] =
            [(254, kind), (256, 2), (257, 2), (258, 8), (259, 1), (262, 1), (273, 8), (278, 2), (279, 4)];
        let end = file.len() + 6 + 12 * tags.len();
        file.extend((tags.len() as u16).to_le_bytes());
        for (tag, value) in tags {
            file.extend([tag.to_le_bytes(), 4_u16.to_le_bytes()].concat());
            file.extend([1, value].map(u32::to_le_bytes).concat());
        }
        file.extend((if page + 1 < pages { end as u32 } else { 0 }).to_le_bytes());
    }
    file
}

/// A decoder shows the first page alone; a preview behind it loses nothing.
#[test]
fn a_tiff_of_several_frames_is_refused() {
    let expected = DynamicImage::from(GrayImage::from_raw(2, 2, vec![9, 8, 7, 6]).unwrap());
    assert_eq!(decode("a.tif", &tiff_pages(1, 0)).unwrap(), expected);
    assert_eq!(decode("a.tif", &tiff_pages(2, 1)).unwrap(), expected);
    let error = decode("a.tif", &tiff_pages(2, 0)).unwrap_err();
    let reason = std::error::Error::source(&error).unwrap().to_string();
    assert!(reason.contains("several pages"), "{reason}");
}

#[test]
fn a_frame_in_two_formats_is_refused_and_hidden_files_are_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["img1.png", "img2.png"] {
        picture(4, 4).save(folder.path().join(name)).unwrap();
    }
    fs::write(folder.path().join("._img1.png"), [0; 4096]).unwrap();
    assert_eq!(ImageSequence::open(folder.path()).unwrap().len(), 2);
    picture(4, 4).save(folder.path().join("img2.JPG")).unwrap();
    let error = ImageSequence::open(folder.path()).unwrap_err();
    assert!(matches!(&error, CoreError::FrameTwice { .. }), "{error}");
    assert!(error.to_string().contains("img2.JPG") && error.to_string().contains("img2.png"), "{error}");
}
