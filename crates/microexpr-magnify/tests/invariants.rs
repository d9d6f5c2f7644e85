//! What holds for every frame type, size, filter and number of threads.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use microexpr_core::{Clip, OutOfRange};
use microexpr_magnify::{
    ButterworthOrder, ClipFilter, Extension, FrameLayout, GainRule, Magnifier, MagnifyError, MagnifyParams,
    RieszMagnifier, RieszParams, StreamFilter, StreamParams, level_count, magnify_clip, magnify_clip_alphas,
    magnify_frames,
};
use ndarray::Array3;
use proptest::prelude::*;

const FPS: f64 = 100.0;

fn stream_filters() -> [StreamFilter; 3] {
    let (low_hz, high_hz) = (0.5, 10.0);
    [
        StreamFilter::Butterworth { low_hz, high_hz, order: ButterworthOrder::First },
        StreamFilter::Butterworth { low_hz, high_hz, order: ButterworthOrder::Second },
        StreamFilter::Exponential { low_hz, high_hz },
    ]
}

fn clip_filters() -> Vec<ClipFilter> {
    let (low_hz, high_hz) = (1.0, 45.0);
    let mut filters: Vec<ClipFilter> = stream_filters().map(ClipFilter::from).to_vec();
    filters.extend([
        ClipFilter::default(),
        ClipFilter::ZeroPhaseBand { low_hz, high_hz },
        ClipFilter::Ideal { low_hz, high_hz, extension: Extension::Periodic },
        ClipFilter::Ideal { low_hz, high_hz, extension: Extension::Mirrored },
    ]);
    filters
}

/// Values that look random but are the same in every run.
fn texture(len: usize, seed: u32) -> Vec<u8> {
    let hash = |i: u32| {
        let h = (i ^ seed.wrapping_mul(0x9e37_79b9)).wrapping_mul(0x85eb_ca6b);
        ((h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35) >> 24) as u8
    };
    (0..len as u32).map(hash).collect()
}

fn as_f32(values: &[u8]) -> Vec<f32> {
    values.iter().map(|v| f32::from(*v) / 255.0).collect()
}

fn random_clip(frames: usize, height: usize, width: usize) -> Clip {
    let values = as_f32(&texture(frames * height * width, 7));
    Clip::new(Array3::from_shape_vec((frames, height, width), values).unwrap(), FPS).unwrap()
}

#[test]
fn static_video_is_unchanged() {
    for layout in [FrameLayout::grey(45, 38), FrameLayout::rgb(45, 38)] {
        let video = texture(layout.len(), 1).repeat(12);
        let fine = as_f32(&video);
        for temporal in clip_filters() {
            for gain in [GainRule::default(), GainRule::PerLevel { weights: vec![1.0; level_count(45, 38)] }]
            {
                let params = MagnifyParams { alpha: 50.0, gain, temporal, ..Default::default() };
                let (mut bytes, mut floats) = (video.clone(), fine.clone());
                magnify_frames(&mut bytes, layout, FPS, &params).unwrap();
                magnify_frames(&mut floats, layout, FPS, &params).unwrap();
                assert!(bytes == video && floats == fine, "{layout:?} {params:?}");
            }
        }
    }
}

fn stream_of<P: microexpr_magnify::Sample>(
    video: &[P],
    layout: FrameLayout,
    params: &StreamParams,
) -> Vec<P> {
    let mut magnifier = Magnifier::new(layout, FPS, params).unwrap();
    let mut out = video.to_vec();
    out.chunks_exact_mut(layout.len()).for_each(|f| magnifier.magnify(f).unwrap());
    out
}

#[test]
fn stream_equals_batch_bit_for_bit() {
    for layout in [FrameLayout::grey(61, 54), FrameLayout::rgb(50, 47)] {
        let video = texture(layout.len() * 9, 2);
        for temporal in stream_filters() {
            for chroma in [0.0, 0.3, 1.0] {
                let params = StreamParams { temporal, chroma, ..Default::default() };
                let mut batch = video.clone();
                magnify_frames(&mut batch, layout, FPS, &params.clone().into()).unwrap();
                assert!(batch != video && stream_of(&video, layout, &params) == batch, "{params:?}");
                let mut batch = as_f32(&video);
                magnify_frames(&mut batch, layout, FPS, &params.clone().into()).unwrap();
                assert!(stream_of(&as_f32(&video), layout, &params) == batch, "f32 {params:?}");
            }
        }
    }
}

#[test]
fn bytes_and_floats_agree_within_rounding() {
    let layout = FrameLayout::rgb(50, 47);
    let mut bytes = texture(layout.len() * 9, 3);
    let mut floats = as_f32(&bytes);
    magnify_frames(&mut bytes, layout, FPS, &MagnifyParams::default()).unwrap();
    magnify_frames(&mut floats, layout, FPS, &MagnifyParams::default()).unwrap();
    for (b, f) in bytes.iter().zip(&floats) {
        assert!((f32::from(*b) - 255.0 * f).abs() <= 0.501, "{b} {f}");
    }
}

/// A step of 16 bits is 1/65535: what is lost between two depths is half a step of the coarser one.
#[test]
fn sixteen_bits_are_magnified_at_their_own_depth() {
    for layout in [FrameLayout::grey(45, 38), FrameLayout::rgb(45, 38)] {
        let seeds: Vec<u8> = (0..8).flat_map(|t| texture(layout.len(), t)).collect();
        // Low contrast: 8 bits would leave 3 levels of it.
        let deep: Vec<u16> = seeds.iter().map(|v| 30_000 + 2 * u16::from(*v)).collect();
        let fine: Vec<f32> = deep.iter().map(|v| f32::from(*v) / 65535.0).collect();
        for temporal in stream_filters() {
            let params = StreamParams { temporal, ..Default::default() };
            let (magnified, expected) =
                (stream_of(&deep, layout, &params), stream_of(&fine, layout, &params));
            let apart = |(a, b): (&u16, &f32)| (f64::from(*a) - f64::from(*b) * 65535.0).abs();
            assert!(magnified.iter().zip(&expected).map(apart).fold(0.0, f64::max) < 0.6);
            assert_ne!(magnified, deep);
        }
    }
}

#[test]
fn chroma_zero_changes_all_channels_alike() {
    let layout = FrameLayout::rgb(40, 40);
    let video: Vec<f32> = as_f32(&texture(layout.len() * 6, 4)).iter().map(|v| 0.4 + 0.2 * v).collect();
    let mut out = video.clone();
    let params = MagnifyParams { alpha: 0.5, chroma: 0.0, ..Default::default() };
    magnify_frames(&mut out, layout, FPS, &params).unwrap();
    for (new, old) in out.chunks_exact(3).zip(video.chunks_exact(3)) {
        let change: Vec<f32> = new.iter().zip(old).map(|(a, b)| a - b).collect();
        assert!((change[0] - change[1]).abs() < 1e-6 && (change[0] - change[2]).abs() < 1e-6, "{change:?}");
    }
}

#[test]
fn grey_video_in_three_channels_is_treated_as_grey() {
    let grey = texture(40 * 40 * 6, 5);
    let mut expected = as_f32(&grey);
    magnify_frames(&mut expected, FrameLayout::grey(40, 40), FPS, &MagnifyParams::default()).unwrap();
    for chroma in [0.0, 0.1, 1.0] {
        let mut rgb: Vec<f32> = as_f32(&grey).iter().flat_map(|v| [*v; 3]).collect();
        let params = MagnifyParams { chroma, ..Default::default() };
        magnify_frames(&mut rgb, FrameLayout::rgb(40, 40), FPS, &params).unwrap();
        for (pixel, e) in rgb.chunks_exact(3).zip(&expected) {
            assert!(pixel.iter().all(|v| (v - e).abs() < 1e-5), "chroma {chroma}: {pixel:?} {e}");
        }
    }
}

#[test]
fn reset_starts_a_new_video() {
    let layout = FrameLayout::grey(40, 33);
    let video = texture(layout.len() * 6, 6);
    let mut magnifier = Magnifier::new(layout, FPS, &StreamParams::default()).unwrap();
    let mut run = || {
        let mut out = video.clone();
        out.chunks_exact_mut(layout.len()).for_each(|f| magnifier.magnify(f).unwrap());
        magnifier.reset();
        out
    };
    assert_eq!(run(), run());
}

#[test]
fn one_filtering_for_several_alphas_gives_the_same_clips() {
    let clip = random_clip(12, 60, 50);
    for gain in [GainRule::default(), GainRule::Wu { lambda_c_px: 30.0, boost: 2.0 }] {
        let params = MagnifyParams { gain, ..Default::default() };
        let alphas = [0.0, 2.0, 4.0, 50.0];
        let clips = magnify_clip_alphas(&clip, &params, &alphas).unwrap();
        for (alpha, found) in alphas.iter().zip(clips) {
            let alone = magnify_clip(&clip, &MagnifyParams { alpha: *alpha, ..params.clone() }).unwrap();
            assert!(found == alone, "α {alpha}, {:?}", params.gain);
        }
    }
}

/// Frames large enough to be worked on in several bands of rows, which meet at odd rows.
#[cfg(feature = "rayon")]
#[test]
fn thread_count_does_not_change_a_bit_of_a_stream() {
    for layout in [FrameLayout::grey(533, 641), FrameLayout::rgb(255, 413)] {
        let video = texture(layout.len() * 4, 12);
        for temporal in stream_filters() {
            let params = StreamParams { temporal, ..Default::default() };
            let run = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| stream_of(&video, layout, &params))
            };
            let alone = run(1);
            assert!(alone == run(2) && alone == run(5), "{layout:?} {temporal:?}");
            let mut batch = video.clone();
            magnify_frames(&mut batch, layout, FPS, &params.into()).unwrap();
            assert!(alone == batch && alone != video, "{layout:?} {temporal:?}: stream and batch differ");
        }
    }
}

#[cfg(feature = "rayon")]
#[test]
fn thread_count_does_not_change_a_bit() {
    let clip = random_clip(15, 70, 66);
    for temporal in clip_filters() {
        let params = MagnifyParams { temporal, ..Default::default() };
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| magnify_clip(&clip, &params).unwrap())
        };
        let alone = run(1);
        assert!(alone == run(2) && alone == run(5), "{temporal:?}");
    }
}

#[test]
fn frames_of_4k_and_odd_size_are_magnified() {
    let layout = FrameLayout::rgb(2161, 3841);
    let mut frame: Vec<u8> = texture(3 * 3841, 10).repeat(2161);
    let mut magnifier = Magnifier::new(layout, FPS, &StreamParams::default()).unwrap();
    magnifier.magnify(&mut frame).unwrap();
    // One pixel to the right: every row alike, so every row changes alike.
    frame.rotate_right(3);
    let moved = frame.clone();
    magnifier.magnify(&mut frame).unwrap();
    assert!(frame != moved);
    let row = |r: usize| &frame[r * 3 * 3841..][300..3 * 3841 - 300];
    assert!((1..2161).all(|r| row(r) == row(0)));
}

#[test]
fn frames_without_an_amplified_level_pass_unchanged() {
    for (height, width) in [(1, 1), (1, 300), (4, 4), (9, 500)] {
        let clip = random_clip(12, height, width);
        assert!(magnify_clip(&clip, &MagnifyParams::default()).unwrap() == clip, "{height}x{width}");
    }
}

#[test]
fn wrong_frames_are_errors_and_do_not_disturb_the_stream() {
    let layout = FrameLayout::grey(20, 20);
    let mut magnifier = Magnifier::new(layout, FPS, &StreamParams::default()).unwrap();
    let mut first = as_f32(&texture(400, 8));
    magnifier.magnify(&mut first).unwrap();
    let short = magnifier.magnify(&mut [0.0_f32; 399]);
    assert!(matches!(short, Err(MagnifyError::FrameLength { expected: 400, found: 399 })));
    assert!(matches!(magnifier.magnify(&mut [f32::NAN; 400]), Err(MagnifyError::NotFinite)));
    let white_byte = magnifier.magnify(&mut [255.0; 400]).unwrap_err();
    assert_eq!(white_byte.to_string(), "frames of f32 hold values in 0..=1, found 255: divide bytes by 255");
    let mut again = first.clone();
    magnifier.magnify(&mut again).unwrap();
    assert_eq!(first, again);
}

#[test]
fn frames_that_overshoot_a_little_are_taken_and_bytes_as_numbers_are_not() {
    let layout = FrameLayout::grey(20, 20);
    let params = MagnifyParams::default();
    let overshooting: Vec<f32> = as_f32(&texture(800, 8)).iter().map(|v| 1.4 * v - 0.2).collect();
    magnify_frames(&mut overshooting.clone(), layout, FPS, &params).unwrap();
    let bytes: Vec<f32> = texture(800, 8).iter().map(|v| f32::from(*v)).collect();
    let refused = |result: Result<(), MagnifyError>| matches!(result, Err(MagnifyError::PixelRange { .. }));
    assert!(refused(magnify_frames(&mut bytes.clone(), layout, FPS, &params)));
    let mut riesz = RieszMagnifier::new(layout, FPS, &RieszParams::default()).unwrap();
    assert!(refused(riesz.magnify(&mut bytes[..400].to_vec())));
    let clip = Clip::new(Array3::from_shape_vec((2, 20, 20), bytes).unwrap(), FPS).unwrap();
    assert!(refused(magnify_clip_alphas(&clip, &params, &[4.0]).map(|_| ())));
}

#[test]
fn wrong_settings_are_errors() {
    let layout = FrameLayout::grey(20, 20);
    let with = |change: fn(&mut MagnifyParams)| {
        let mut params = MagnifyParams::default();
        change(&mut params);
        magnify_frames(&mut vec![0_u8; 800], layout, FPS, &params).unwrap_err()
    };
    assert!(matches!(
        with(|p| p.alpha = f64::NAN),
        MagnifyError::Setting(OutOfRange { setting: "alpha", .. })
    ));
    assert!(matches!(with(|p| p.chroma = -1.0), MagnifyError::Setting(OutOfRange { setting: "chroma", .. })));
    let reversed = with(|p| p.gain = GainRule::Uniform { finest: 3, coarsest: Some(2) });
    assert!(matches!(reversed, MagnifyError::LevelOrder { finest: 3, coarsest: 2 }));
    let many = with(|p| p.gain = GainRule::PerLevel { weights: vec![1.0; 5] });
    assert!(matches!(many, MagnifyError::LevelCount { expected: 4, found: 5, .. }), "{many}");
    let infinite_in_f32 = with(|p| p.alpha = 1e300);
    assert!(matches!(infinite_in_f32, MagnifyError::Setting(OutOfRange { setting: "alpha", .. })));
    let wu = with(|p| p.gain = GainRule::Wu { lambda_c_px: 0.0, boost: 2.0 });
    assert!(matches!(wu, MagnifyError::Setting(OutOfRange { setting: "lambda_c_px", .. })));
    let empty = magnify_frames(&mut [0_u8; 0], FrameLayout::grey(0, 3), FPS, &MagnifyParams::default());
    assert!(matches!(empty, Err(MagnifyError::EmptyFrame { .. })));
    let huge = FrameLayout::rgb(usize::MAX, 2);
    let huge = Magnifier::<u8>::new(huge, FPS, &StreamParams::default());
    assert!(matches!(huge, Err(MagnifyError::FrameTooLarge { .. })));
    let odd = magnify_frames(&mut [0_u8; 799], layout, FPS, &MagnifyParams::default());
    assert!(matches!(odd, Err(MagnifyError::FrameLength { expected: 400, found: 799 })));
}

#[test]
fn wu_gains_are_never_negative() {
    let gains = |alpha| GainRule::Wu { lambda_c_px: 48.0, boost: 2.0 }.gains(254, 254, alpha).unwrap();
    let found = gains(2.0);
    assert!(found[..4].iter().all(|g| *g == 0.0), "{found:?}"); // unclamped: −1.53, −1.06, −0.13
    assert!(found[4] > 1.7 && found[4] <= 2.0 && found[5] == 2.0 && found[6] == 0.0, "{found:?}");
    assert_eq!(gains(-1.0)[1..6], [-1.0; 5]);
}

#[test]
fn uniform_gain_ends_where_the_pyramid_ends() {
    let gains = |finest, coarsest| GainRule::Uniform { finest, coarsest }.gains(20, 20, 2.0).unwrap();
    assert_eq!(gains(1, None), [0.0, 2.0, 2.0, 0.0]);
    assert_eq!(gains(0, Some(1)), [2.0, 2.0, 0.0, 0.0]);
    assert_eq!(gains(2, Some(usize::MAX)), [0.0, 0.0, 2.0, 2.0]);
    assert_eq!(GainRule::Uniform { finest: 0, coarsest: None }.gains(3, 3, 2.0).unwrap(), [0.0]);
}

#[test]
fn settings_survive_serialization() {
    for temporal in clip_filters() {
        let params = MagnifyParams { temporal, ..Default::default() };
        let text = serde_json::to_string(&params).unwrap();
        assert_eq!(serde_json::from_str::<MagnifyParams>(&text).unwrap(), params, "{text}");
    }
    assert_eq!(serde_json::from_str::<MagnifyParams>("{}").unwrap(), MagnifyParams::default());
    assert_eq!(serde_json::from_str::<StreamParams>("{}").unwrap(), StreamParams::default());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_size_works_and_stays_in_range(
        height in 1_usize..40, width in 1_usize..40, frames in 2_usize..8, filter in 0_usize..7,
        finest in 0_usize..3, rgb in any::<bool>(), alpha in -2.0..60.0_f64,
    ) {
        let layout = if rgb { FrameLayout::rgb(height, width) } else { FrameLayout::grey(height, width) };
        let mut video = as_f32(&texture(layout.len() * frames, 9));
        let gain = GainRule::Uniform { finest, coarsest: None };
        let params = MagnifyParams { alpha, gain, temporal: clip_filters()[filter], ..Default::default() };
        match magnify_frames(&mut video, layout, FPS, &params) {
            Ok(()) => prop_assert!(video.iter().all(|v| (0.0..=1.0).contains(v))),
            Err(error) => prop_assert!(matches!(error, MagnifyError::EmptyBand { .. }), "{}", error),
        }
    }
}
