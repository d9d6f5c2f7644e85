//! Flow maps, by fields whose map is known.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use image::{DynamicImage, GrayImage, RgbImage};
use microexpr_core::FlowField;
use microexpr_flow::{FlowError, FlowMap, read_flow_map, write_flow_map};
use ndarray::{Array2, s};

const SIZE: usize = FlowMap::SIZE;

fn field(height: usize, width: usize, flow: impl Fn(f64, f64) -> [f64; 2]) -> FlowField {
    let component = |axis: usize| {
        Array2::from_shape_fn((height, width), |(row, col)| {
            let (x, y) = ((col as f64 + 0.5) / width as f64, (row as f64 + 0.5) / height as f64);
            flow(x, y)[axis] as f32
        })
    };
    FlowField::new(component(0), component(1)).unwrap()
}

/// Something without symmetry.
fn bumps() -> FlowField {
    field(140, 196, |x, y| {
        let bump = |a: f64, b: f64| (-((x - a).powi(2) + (y - b).powi(2)) / 0.02).exp();
        [0.7 * bump(0.3, 0.4) - 0.2 * bump(0.8, 0.6), 0.1 - 0.4 * bump(0.7, 0.3)]
    })
}

#[test]
fn a_ramp_becomes_a_ramp_from_0_to_255_whatever_its_slope_and_start() {
    // The mean of a ramp over an area is its value at the area's centre, so pixel i holds round(255·i/27).
    for (slope, start) in [(1.0, 0.0), (0.002, -7.0), (40.0, 1e3)] {
        let map =
            FlowMap::from_flow(&field(112, 84, |x, y| [start + slope * x, start - slope * y]), SIZE).unwrap();
        let expected = |i: usize| (255.0 * i as f64 / 27.0).round();
        for (i, (u, v)) in map.u().row(5).iter().zip(map.v().column(9)).enumerate() {
            // Slope 0.002 on start −7 keeps about 12 bits of f32: one step in 255 may be rounded the other way.
            assert!(
                (f64::from(*u) - expected(i)).abs() <= 1.0
                    && (255.0 - f64::from(*v) - expected(i)).abs() <= 1.0
            );
        }
        assert_eq!(
            (map.u()[[0, 0]], map.u()[[27, 27]], map.v()[[0, 0]], map.v()[[27, 27]]),
            (0, 255, 255, 0)
        );
    }
}

#[test]
fn areas_that_cut_pixels_take_their_share() {
    // 12 pixels in 8 areas of 1½: pixel 1 belongs half to area 0, half to area 1, where it is a third of either.
    let flow = field(12, 12, |x, _| [if (x * 12.0) as usize == 1 { 1.0 } else { 0.0 }, 0.0]);
    let map = FlowMap::from_flow(&flow, 8).unwrap();
    assert_eq!(map.u().row(0).to_vec(), [255, 255, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn strain_is_that_of_the_whole_field_not_of_the_map() {
    // u = x² stretches by 2x: strain grows with x.
    let size = 280;
    let map = FlowMap::from_flow(&field(size, size, |x, _| [x * x, 0.0]), SIZE).unwrap();
    for (i, strain) in map.strain().row(10).iter().enumerate() {
        assert!((f64::from(*strain) - 255.0 * i as f64 / 27.0).abs() <= 1.0, "{i}: {strain}");
    }
    // Stripes finer than a map's pixel: they cancel in the map's flow, but not in the strain of their half.
    let stripes = field(size, size, |x, _| [if x < 0.5 { 0.0 } else { (x * 280.0 * 1.9).sin() }, 0.0]);
    let map = FlowMap::from_flow(&stripes, SIZE).unwrap();
    assert!(map.strain().slice(s![.., ..13]).iter().all(|s| *s == 0));
    assert!(map.strain().slice(s![.., 15..]).iter().all(|s| *s > 128));
}

#[test]
fn no_motion_is_0_everywhere_and_again_no_motion() {
    let map = FlowMap::from_flow(&FlowField::zeros(30, 40), SIZE).unwrap();
    assert!(map.u().iter().chain(map.v()).chain(map.strain()).all(|value| *value == 0));
    assert_eq!(map.to_flow(), FlowField::zeros(SIZE, SIZE));
}

#[test]
fn a_face_at_rest_but_for_one_part_rests_in_the_flow_of_its_map() {
    let flow = field(84, 84, |x, y| if x < 0.25 && y < 0.5 { [-0.3, 0.6] } else { [0.0, 0.0] });
    let back = FlowMap::from_flow(&flow, SIZE).unwrap().to_flow();
    // One eighth moves: root mean square 1 means √8 there.
    assert!((back.u()[[2, 2]] + 8f32.sqrt()).abs() < 1e-5 && (back.v()[[2, 2]] - 8f32.sqrt()).abs() < 1e-5);
    assert_eq!((back.u()[[20, 20]], back.v()[[20, 20]]), (0.0, 0.0));
}

#[test]
fn mirrored_twice_is_the_same_and_mirrored_once_is_the_mirrored_field() {
    let flow = bumps();
    let map = FlowMap::from_flow(&flow, SIZE).unwrap();
    assert_eq!(map.mirrored().mirrored(), map);
    assert_ne!(map.mirrored(), map);
    let mirrored = FlowMap::from_flow(&flow.mirrored(), SIZE).unwrap();
    // Half a step is rounded up, in the mirror down.
    let differ = |a: &u8, b: &u8| a.abs_diff(*b) > 1;
    assert!(!mirrored.u().iter().zip(map.mirrored().u()).any(|(a, b)| differ(a, b)));
    assert_eq!(mirrored.v(), map.mirrored().v());
    assert_eq!(map.mirrored().to_flow(), map.to_flow().mirrored());
}

#[test]
fn what_is_written_is_read() {
    let folder = tempfile::tempdir().unwrap();
    for size in [8, SIZE, 56] {
        let path = folder.path().join("006_006_1_2 .png");
        let map = FlowMap::from_flow(&bumps(), size).unwrap();
        write_flow_map(&path, &map).unwrap();
        assert_eq!(read_flow_map(&path).unwrap(), map);
        let pixel = image::open(&path).unwrap().to_rgb8().get_pixel(3, 5).0;
        assert_eq!(pixel, [map.u()[[5, 3]], map.v()[[5, 3]], map.strain()[[5, 3]]]);
    }
}

#[test]
fn other_pictures_are_named_with_what_was_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("map.png");
    let cases: [(DynamicImage, &str); 3] = [
        (GrayImage::new(28, 28).into(), "three channels of 8 bits, found L8"),
        (RgbImage::new(28, 30).into(), "square, at least 8x8 pixels, found 28x30"),
        (RgbImage::new(7, 7).into(), "square, at least 8x8 pixels, found 7x7"),
    ];
    for (picture, reason) in cases {
        picture.save(&path).unwrap();
        let text = read_flow_map(&path).unwrap_err().to_string();
        assert!(text.contains("map.png") && text.ends_with(reason), "{text}");
    }
    std::fs::write(&path, b"no picture").unwrap();
    assert!(matches!(read_flow_map(&path), Err(FlowError::Format { .. })));
    assert!(matches!(read_flow_map(folder.path().join("none.png")), Err(FlowError::Read { .. })));
}

#[test]
fn maps_that_are_none_are_refused() {
    let plane = |height, width| Array2::<u8>::zeros((height, width));
    let differing = FlowMap::new(plane(9, 9), plane(9, 9), plane(9, 8));
    assert!(matches!(differing, Err(FlowError::FrameSize { expected: (9, 9), found: (9, 8) })));
    let text = FlowMap::new(plane(7, 7), plane(7, 7), plane(7, 7)).unwrap_err().to_string();
    assert_eq!(text, "size must be at least 8 px, found 7");
    assert!(matches!(FlowMap::from_flow(&FlowField::zeros(0, 4), 28), Err(FlowError::EmptyFrame { .. })));
    let mut u = Array2::zeros((10, 10));
    u[[3, 4]] = f32::NAN;
    let broken = FlowField::new(u, Array2::zeros((10, 10))).unwrap();
    let refused = FlowMap::from_flow(&broken, 28);
    assert!(matches!(refused, Err(FlowError::FlowNotFinite { field: 0, row: 3, col: 4 })));
}
