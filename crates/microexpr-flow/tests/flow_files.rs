//! Flow files and pictures.

use image::Rgb;
use microexpr_core::FlowField;
use microexpr_flow::{FlowError, FlowScale, flo, flow_picture, kitti};
use ndarray::{Array2, array};

fn golden() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/opencv/field.flo")
}

#[test]
fn a_file_of_opencv_is_read_and_written_bit_by_bit() {
    let flow = flo::read(golden()).unwrap();
    let u = Array2::from_shape_fn((5, 7), |(row, col)| col as f32 + row as f32 / 4.0);
    let v = Array2::from_shape_fn((5, 7), |(row, col)| row as f32 - col as f32 / 8.0);
    assert_eq!(flow, FlowField::new(u, v).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.flo");
    flo::write(&copy, &flow).unwrap();
    assert_eq!(std::fs::read(copy).unwrap(), std::fs::read(golden()).unwrap());
}

#[test]
fn broken_files_are_named_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken.flo");
    let whole = std::fs::read(golden()).unwrap();
    let mut negative = whole.clone();
    negative[7] = 0xff;
    let cases = [
        (b"PIEH".to_vec(), "expected a header of 12 bytes, found 4 bytes"),
        (whole[..whole.len() - 1].to_vec(), "7x5 pixels do not fit a file of 291 bytes"),
        ([&[0; 4], &whole[4..]].concat(), "expected the tag 202021.25, found 0"),
        (negative, "width or height is negative"),
    ];
    for (bytes, reason) in cases {
        std::fs::write(&path, bytes).unwrap();
        let text = flo::read(&path).unwrap_err().to_string();
        assert!(text.contains("broken.flo") && text.ends_with(reason), "{text}");
    }
    assert!(matches!(flo::read(folder.path().join("none.flo")), Err(FlowError::Read { .. })));
}

#[test]
fn right_is_red_left_is_cyan_rest_is_white_unknown_is_black() {
    let flow = FlowField::new(array![[2.0, -2.0, 0.0, 1e10]], array![[0.0, 0.0, 0.0, 0.0]]).unwrap();
    let picture = flow_picture(&flow, FlowScale::Automatic);
    assert_eq!(*picture.get_pixel(0, 0), Rgb([255, 0, 0]));
    let Rgb([red, green, blue]) = *picture.get_pixel(1, 0);
    assert!(red == 0 && green > 200 && blue == 255, "{red} {green} {blue}");
    assert_eq!(*picture.get_pixel(2, 0), Rgb([255, 255, 255]));
    assert_eq!(*picture.get_pixel(3, 0), Rgb([0, 0, 0]));
}

#[test]
fn a_fixed_scale_makes_pictures_comparable() {
    let one = FlowField::new(array![[1.0]], array![[0.5]]).unwrap();
    let two = FlowField::new(array![[1.0, 4.0]], array![[0.5, 3.0]]).unwrap();
    let draw = |flow, scale| *flow_picture(flow, scale).get_pixel(0, 0);
    let fixed = FlowScale::Fixed { full_px: 2.0 };
    assert_eq!(draw(&one, fixed), draw(&two, fixed));
    assert_ne!(draw(&one, FlowScale::Automatic), draw(&two, FlowScale::Automatic));
}

fn kitti_golden() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/opencv/kitti.png")
}

#[test]
fn a_kitti_picture_of_opencv_is_read() {
    let flow = kitti::read(kitti_golden()).unwrap();
    assert_eq!((flow.u()[[0, 0]], flow.v()[[0, 0]]), (1.0, -2.0));
    assert_eq!((flow.u()[[0, 1]], flow.v()[[0, 1]]), (-0.015_625, 100.5));
    assert!(!flo::is_known(flow.u()[[1, 0]], flow.v()[[1, 0]]));
}

#[test]
fn kitti_pictures_round_to_a_64th_of_a_pixel_and_keep_what_is_unknown() {
    let flow = FlowField::new(array![[0.3, -511.0, 2e9]], array![[-0.004, 9999.0, 0.0]]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flow.png");
    kitti::write(&path, &flow).unwrap();
    let back = kitti::read(&path).unwrap();
    assert_eq!((back.u()[[0, 0]], back.v()[[0, 0]]), (19.0 / 64.0, 0.0));
    assert_eq!((back.u()[[0, 1]], back.v()[[0, 1]]), (-511.0, 32_767.0 / 64.0));
    assert!(!flo::is_known(back.u()[[0, 2]], back.v()[[0, 2]]));
    let again = folder.path().join("again.png");
    kitti::write(&again, &back).unwrap();
    assert_eq!(kitti::read(&again).unwrap(), back);
    std::fs::write(&path, b"not a picture").unwrap();
    assert!(matches!(kitti::read(&path), Err(FlowError::Format { .. })));
}
