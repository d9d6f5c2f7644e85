//! The stated motion against what can be measured in the frames.

use microexpr_core::{Point, filter};
use microexpr_synth::{Acting, Expression, Nuisance, SplineImage, Subject, SynthClip, SynthParams};
use ndarray::{Array2, ArrayView2, Axis};

fn params(nuisance: Nuisance) -> SynthParams {
    SynthParams {
        frames: [7, 7],
        acting: Acting::Prototypical { peak_px: [0.8, 1.2] },
        nuisance,
        ..SynthParams::prototypical()
    }
}

fn render(params: &SynthParams, person: usize, clip: usize, class: Expression) -> (Subject, SynthClip) {
    let subject = Subject::new(params, person).expect("the face fits its frame");
    let clip = SynthClip::render(params, &subject, clip, class).expect("the settings are in range");
    (subject, clip)
}

fn frame(clip: &SynthClip, index: usize) -> Array2<f32> {
    clip.frames.index_axis(Axis(0), index).mapv(f32::from)
}

/// Where the patch about `from` in `before` lies in `after`: Gauss-Newton on the patch's translation (Lucas-Kanade, Gaussian
/// window of 2.5 px), with Catmull-Rom sampling so that nothing is shared with the renderer. `None` where the patch has too
/// little contrast along some direction.
fn track(before: ArrayView2<'_, f32>, after: ArrayView2<'_, f32>, from: Point) -> Option<[f64; 2]> {
    let at = |image: ArrayView2<'_, f32>, x: f64, y: f64| {
        f64::from(microexpr_core::sample::bicubic(image, x as f32, y as f32))
    };
    let mut motion = [0.0, 0.0];
    for _ in 0..20 {
        let (mut a, mut b, mut c, mut p, mut q) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for dy in -7..=7 {
            for dx in -7..=7 {
                let (dx, dy) = (f64::from(dx), f64::from(dy));
                let weight = (-(dx * dx + dy * dy) / 12.5).exp();
                let (x, y) = (from[0] + dx, from[1] + dy);
                let (u, v) = (x + motion[0], y + motion[1]);
                let gx = 0.5 * (at(after, u + 1.0, v) - at(after, u - 1.0, v));
                let gy = 0.5 * (at(after, u, v + 1.0) - at(after, u, v - 1.0));
                let error = at(before, x, y) - at(after, u, v);
                a += weight * gx * gx;
                b += weight * gx * gy;
                c += weight * gy * gy;
                p += weight * gx * error;
                q += weight * gy * error;
            }
        }
        let determinant = a * c - b * b;
        let smaller = 0.5 * (a + c) - (0.25 * (a - c) * (a - c) + b * b).sqrt();
        if smaller < 200.0 {
            return None;
        }
        motion[0] += (c * p - b * q) / determinant;
        motion[1] += (a * q - b * p) / determinant;
    }
    Some(motion)
}

/// Found and stated total motion at the apex, at every point that can be tracked.
fn found_and_stated(clip: &SynthClip) -> Vec<([f64; 2], [f64; 2])> {
    // Catmull-Rom sampling is biased on detail as fine as the pores'; blurring ends that.
    let smooth = |index| filter::gaussian(frame(clip, index).view(), 1.2);
    let (before, after) = (smooth(0), smooth(clip.truth.apex));
    let points = clip.truth.landmarks[0].points();
    let pair = |(p, m): (&Point, [f64; 2])| track(before.view(), after.view(), *p).map(|found| (found, m));
    let pairs: Vec<_> = points.iter().zip(clip.truth.total_motion()).filter_map(pair).collect();
    assert!(pairs.len() >= 20, "only {} points can be tracked", pairs.len());
    pairs
}

fn errors(pairs: &[([f64; 2], [f64; 2])]) -> Vec<f64> {
    pairs.iter().map(|(f, s)| (f[0] - s[0]).hypot(f[1] - s[1])).collect()
}

fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

#[test]
fn head_motion_is_where_lucas_kanade_finds_it() {
    let sway = Nuisance { sway_px: 2.0, sway_deg: 0.1, ..Nuisance::none() };
    let still = SynthParams {
        acting: Acting::Prototypical { peak_px: [0.0, 0.0] },
        frames: [30, 30],
        ..params(sway)
    };
    for person in 1..4 {
        let (_, clip) = render(&still, person, 1, Expression::Negative);
        let pairs = found_and_stated(&clip);
        assert!(clip.truth.total_motion().iter().all(|[x, y]| x.hypot(*y) > 0.1), "the head should move");
        // 8-bit rounding (0.4 levels in the difference) over the square root of the weakest patches' 200 levels²: 0.03 px.
        assert!(largest(&errors(&pairs)) < 0.06, "off by {} px", largest(&errors(&pairs)));
        // It averages out over twenty points and more.
        for axis in 0..2 {
            let bias = pairs.iter().map(|(f, s)| f[axis] - s[axis]).sum::<f64>() / pairs.len() as f64;
            assert!(bias.abs() < 0.008, "off by {bias} px in the mean along axis {axis}");
        }
    }
}

#[test]
fn expressions_move_the_points_as_far_as_lucas_kanade_finds() {
    for (person, class) in [(1, Expression::Negative), (2, Expression::Positive), (3, Expression::Surprise)] {
        let (_, clip) = render(&params(Nuisance::none()), person, 1, class);
        let pairs = found_and_stated(&clip);
        // A patch with contrast on one side is tracked off its centre, by up to 1.4 deviations of the window (4 px). A pull
        // of 1.2 px that fades with 14 px differs there by 0.6 · 1.2 / 14 · 4 = 0.2 px. Most patches are balanced.
        let errors = errors(&pairs);
        let mean = errors.iter().sum::<f64>() / errors.len() as f64;
        assert!(largest(&errors) < 0.2, "{class:?}: off by {} px", largest(&errors));
        assert!(mean < 0.05, "{class:?}: off by {mean} px in the mean");
        let dot = |a: [f64; 2], b: [f64; 2]| a[0] * b[0] + a[1] * b[1];
        let scale = pairs.iter().map(|(f, s)| dot(*f, *s)).sum::<f64>()
            / pairs.iter().map(|(_, s)| dot(*s, *s)).sum::<f64>();
        // Many points are where a pull is greatest; the window (2.8 px with the blur) averages it down by (2.8 / 14)² = 4 %.
        assert!((scale - 1.0).abs() < 0.06, "{class:?}: found {scale} of the stated motion");
    }
}

#[test]
fn every_frame_shows_the_neutral_brightness_at_the_moved_points() {
    let quiet = |nuisance| Nuisance { noise_levels: 0.0, flicker: 0.0, ..nuisance };
    let spontaneous = SynthParams { acting: Acting::default(), ..params(quiet(Nuisance::default())) };
    for settings in [params(quiet(Nuisance::fluttering())), spontaneous] {
        let (subject, clip) = render(&settings, 4, 2, Expression::Surprise);
        let mut errors = Vec::new();
        for (index, landmarks) in clip.truth.landmarks.iter().enumerate() {
            let shown = SplineImage::new(frame(&clip, index).view());
            for (point, neutral) in landmarks.points().iter().zip(subject.landmarks().points()) {
                let truth = 255.0 * subject.surface().at(neutral[0], neutral[1]);
                errors.push((shown.at(point[0], point[1]) - truth).abs());
            }
        }
        // 8-bit rounding has a deviation of 0.29 levels and a bound of half a level, which a cubic spline between pixels makes
        // ((1 + 3√3) / 4)² = 2.4 times as large at most. At the lids a level is a thirtieth of a pixel.
        let largest = errors.iter().fold(0.0, |m: f32, e| m.max(*e));
        let deviation = (errors.iter().map(|e| e * e).sum::<f32>() / errors.len() as f32).sqrt();
        assert!(largest < 1.2, "{largest} grey levels off");
        assert!(deviation < 0.35, "off by {deviation} grey levels in the mean");
    }
}

#[test]
fn the_point_that_moves_most_moves_by_the_amplitude() {
    for (number, class) in Expression::ALL.into_iter().cycle().take(12).enumerate() {
        let settings =
            SynthParams { acting: Acting::Prototypical { peak_px: [0.3, 0.3] }, ..params(Nuisance::none()) };
        let (_, clip) = render(&settings, 1, number + 1, class);
        let farthest =
            largest(&clip.truth.expression_motion.iter().map(|[x, y]| x.hypot(*y)).collect::<Vec<_>>());
        // The amplitude is that of the backward field at the neutral points; over 0.3 px the field changes by about 1 %.
        assert!((farthest - 0.3).abs() < 0.006, "{:?} move by {farthest} px", clip.truth.action_units);
    }
}

#[test]
fn without_nuisance_the_motion_is_the_expressions() {
    let (_, clip) = render(&params(Nuisance::none()), 2, 1, Expression::Positive);
    for (total, alone) in clip.truth.total_motion().iter().zip(&clip.truth.expression_motion) {
        assert!((total[0] - alone[0]).hypot(total[1] - alone[1]) < 1e-9);
    }
    let corner = |x: usize| clip.truth.expression_motion[x];
    assert!(corner(48)[0] < 0.0 && corner(48)[1] < 0.0, "the left lip corner should go out and up");
    assert!(corner(54)[0] > 0.0 && corner(54)[1] < 0.0, "the right lip corner should go out and up");
}

#[test]
fn a_face_without_motion_is_static() {
    let still =
        SynthParams { acting: Acting::Prototypical { peak_px: [0.0, 0.0] }, ..params(Nuisance::none()) };
    let (subject, clip) = render(&still, 1, 1, Expression::Negative);
    for (index, landmarks) in clip.truth.landmarks.iter().enumerate() {
        assert_eq!(frame(&clip, index), frame(&clip, 0));
        assert_eq!(landmarks, subject.landmarks());
    }
    let drawn = subject.portrait().mapv(|v| (255.0 * v).round());
    let error = (&drawn - &frame(&clip, 0)).mapv(f32::abs).fold(0.0, |m: f32, e| m.max(*e));
    assert!(error <= 1.0, "the frame is {error} levels off its portrait");
}

#[test]
fn without_nuisances_only_the_moving_skin_changes() {
    // The lips are more than five radii from the top of the picture.
    let settings = params(Nuisance::none());
    let (_, clip) = render(&settings, 2, 1, Expression::Positive);
    let change = (frame(&clip, clip.truth.apex) - frame(&clip, 0)).mapv(f32::abs);
    assert!(change.slice(ndarray::s![..20, ..]).iter().all(|c| *c == 0.0), "the hair moves");
    let mouth = clip.truth.landmarks[0].points()[54];
    let near = change.slice(ndarray::s![
        mouth[1] as usize - 5..mouth[1] as usize + 5,
        mouth[0] as usize - 5..mouth[0] as usize + 5
    ]);
    assert!(near.iter().any(|c| *c > 4.0), "the lip corner does not move");
}

#[test]
fn every_nuisance_shows_and_leaves_the_expression_alone() {
    let none = Nuisance::none();
    let plain = render(&params(none.clone()), 1, 1, Expression::Surprise).1;
    for (name, nuisance) in [
        ("pose", Nuisance { pose_px: 3.0, pose_deg: 1.0, ..none.clone() }),
        ("sway", Nuisance { sway_px: 2.0, sway_deg: 0.5, ..none.clone() }),
        ("drift", Nuisance { drift_px: 0.5, ..none.clone() }),
        ("zoom", Nuisance { sway_zoom: 0.01, ..none.clone() }),
        ("blink", Nuisance { blink_share: 1.0, ..none.clone() }),
        ("flutter", Nuisance { flutter_px: 1.0, flutter_share: 1.0, ..none.clone() }),
        ("flicker", Nuisance { flicker: 0.03, ..none.clone() }),
        ("noise", Nuisance { noise_levels: 4.0, ..none.clone() }),
    ] {
        let clip = render(&params(nuisance), 1, 1, Expression::Surprise).1;
        assert_ne!(clip.frames, plain.frames, "{name} does not show");
        assert_eq!(
            clip.truth.expression_motion, plain.truth.expression_motion,
            "{name} changes the expression"
        );
        let moves = clip.truth.landmarks != plain.truth.landmarks;
        assert_eq!(moves, !matches!(name, "flicker" | "noise"), "{name}");
    }
}

#[test]
fn noise_has_the_stated_deviation() {
    let still = SynthParams {
        acting: Acting::Prototypical { peak_px: [0.0, 0.0] },
        ..params(Nuisance { noise_levels: 4.0, ..Nuisance::none() })
    };
    let (_, clip) = render(&still, 1, 1, Expression::Negative);
    let difference = frame(&clip, 1) - frame(&clip, 0);
    // Two frames' noise; rounding adds 1/12 each. Clipped pixels (none: the portraits keep within 0.02 to 0.97) would lower it.
    let expected = (2.0f32 * (16.0 + 1.0 / 12.0)).sqrt();
    assert!((difference.std(0.0) - expected).abs() < 0.05, "found {}", difference.std(0.0));
}
