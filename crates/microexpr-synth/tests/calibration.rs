//! What the default settings promise of the generated clips.

use std::sync::LazyLock;

use microexpr_synth::{
    Acting, ActionUnitTable, Ceiling, ClassShares, Expression, Nuisance, PeakShare, Side, Spontaneous,
    Subject, SynthClip, SynthParams, generate,
};
use ndarray::Axis;

/// Small faces and two frames: the truth is all that counts.
fn many() -> SynthParams {
    SynthParams {
        seed: 21,
        subjects: 20,
        clips_per_subject: 20,
        width_px: 150,
        height_px: 144,
        inter_ocular_px: 34.0,
        frames: [2, 2],
        nuisance: Nuisance::none(),
        ..SynthParams::default()
    }
}

static CLIPS: LazyLock<Vec<SynthClip>> =
    LazyLock::new(|| generate(&many(), |_| {}).expect("the settings are in range"));

fn sizes([from, to]: [[f64; 2]; 2]) -> [f64; 2] {
    [from, to].map(|[x, y]| x.hypot(y))
}

fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64;
    (mean, variance.sqrt())
}

#[test]
fn peaks_are_the_set_share_of_the_distance_between_the_eyes() {
    let logs: Vec<f64> = CLIPS.iter().map(|clip| (100.0 * clip.truth.peak_px() / 34.0).ln()).collect();
    let (mean, deviation) = mean_and_deviation(&logs);
    // 400 draws: the mean within 4 · 0.45/√400 = 0.09, the deviation within 4 · 0.45/√800 = 0.064.
    assert!((mean - 1.2_f64.ln()).abs() < 0.09, "median {} %", mean.exp());
    assert!((deviation - 0.45).abs() < 0.064, "deviation {deviation}");

    let peak = PeakShare { median_percent: 2.0, log_deviation: 0.0, ..PeakShare::default() };
    let acting = Acting::Spontaneous(Spontaneous { peak, ..Spontaneous::default() });
    for clip in generate(&SynthParams { acting, subjects: 2, ..many() }, |_| {}).unwrap() {
        // 2 % of 34 px.
        let found = clip.truth.peak_px();
        assert!((found - 0.68).abs() < 1e-6, "{}: {found} px", clip.truth.action_units);
    }
}

#[test]
fn action_units_come_as_often_as_annotated() {
    for class in Expression::ALL {
        let of_class: Vec<_> = CLIPS.iter().filter(|clip| clip.truth.expression == class).collect();
        let clips = of_class.len() as f64;
        for row in ActionUnitTable::casme3().rows() {
            let share = ActionUnitTable::casme3().frequency(&row.set, class);
            let found = of_class.iter().filter(|clip| clip.truth.action_units == row.set).count() as f64;
            // Four deviations of the binomial distribution, and one clip for the rare ones; sets that never occur do not.
            let scatter = if share > 0.0 { 4.0 * (clips * share * (1.0 - share)).sqrt() + 1.0 } else { 0.0 };
            assert!((found - clips * share).abs() <= scatter, "{class:?} {}: {found} of {clips}", row.set);
        }
    }
}

#[test]
fn who_knows_the_action_units_scores_what_the_table_says() {
    let expected = Ceiling::expected(ClassShares::default());
    // Computed from the same table by another program: 0.7716 and 0.7813.
    assert!((expected.accuracy() - 0.771_63).abs() < 1e-5, "accuracy {}", expected.accuracy());
    assert!((expected.uf1() - 0.781_29).abs() < 1e-5, "UF1 {}", expected.uf1());
    let truths = CLIPS.iter().map(|clip| (clip.truth.expression, &clip.truth.action_units));
    let found = Ceiling::of_clips(truths);
    assert_eq!(found.unknown_sets, 0);
    // 400 clips: √(0.77 · 0.23 / 400) = 0.021, four times.
    assert!((found.accuracy() - expected.accuracy()).abs() < 0.084, "accuracy {}", found.accuracy());
    assert!((found.uf1() - expected.uf1()).abs() < 0.09, "UF1 {}", found.uf1());
}

#[test]
fn knowing_prototypes_is_no_use_of_the_table() {
    let prototypical =
        SynthParams { subjects: 2, ..SynthParams { acting: SynthParams::prototypical().acting, ..many() } };
    let clips = generate(&prototypical, |_| {}).unwrap();
    let ceiling = Ceiling::of_clips(clips.iter().map(|c| (c.truth.expression, &c.truth.action_units)));
    let smiles = clips.iter().filter(|c| c.truth.action_units.to_string() == "6+12").count();
    assert!(smiles > 0 && ceiling.unknown_sets >= smiles);
}

#[test]
fn a_one_sided_unit_moves_its_side() {
    // Mirrored points: brows, lower lids, wings of the nose, mouth. The first lies left in the picture, on the subject's right.
    let pairs =
        [(17, 26), (18, 25), (19, 24), (20, 23), (40, 47), (41, 46), (31, 35), (48, 54), (50, 52), (58, 56)];
    let mut seen = 0;
    for clip in CLIPS.iter() {
        let mut sides = clip.truth.action_units.iter().map(|activation| activation.side);
        let Some(side) = sides.next().filter(|side| *side != Side::Both && sides.all(|other| other == *side))
        else {
            continue;
        };
        let motion = &clip.truth.expression_motion;
        let sums = pairs.iter().map(|(right, left)| sizes([motion[*right], motion[*left]]));
        let [right, left] = sums.fold([0.0, 0.0], |sum, pair| [sum[0] + pair[0], sum[1] + pair[1]]);
        let ratio = if side == Side::Right { right / left } else { left / right };
        // The pull nearest the middle, at one half of the upper lip, has exp(−½ (0.24/0.2)²) = 49 % at the other half.
        assert!(ratio > 2.0, "{}: {ratio}", clip.truth.action_units);
        seen += 1;
    }
    assert!(seen >= 10, "only {seen} one-sided expressions");
}

#[test]
fn nothing_but_the_motion_depends_on_the_class() {
    let params = SynthParams { frames: [8, 12], nuisance: Nuisance::default(), ..many() };
    for person in 1..4 {
        let subject = Subject::new(&params, person).unwrap();
        for number in 1..4 {
            let clips =
                Expression::ALL.map(|class| SynthClip::render(&params, &subject, number, class).unwrap());
            for other in &clips[1..] {
                // Frames, brightness, head, blink, noise: all as in the first frame, at which no expression has begun.
                assert_eq!(other.frames.dim(), clips[0].frames.dim());
                assert_eq!(other.frames.index_axis(Axis(0), 0), clips[0].frames.index_axis(Axis(0), 0));
                assert_eq!(other.truth.landmarks[0], clips[0].truth.landmarks[0]);
                assert_eq!(other.truth.apex, clips[0].truth.apex);
                assert!((other.truth.peak_px() - clips[0].truth.peak_px()).abs() < 1e-6);
                let same_units = other.truth.action_units == clips[0].truth.action_units;
                assert_eq!(other.frames == clips[0].frames, same_units);
            }
        }
    }
}

#[test]
fn a_blink_closes_the_eyes_and_opens_them_again() {
    let still = Acting::Prototypical { peak_px: [0.0, 0.0] };
    let nuisance = Nuisance { blink_share: 1.0, ..Nuisance::none() };
    let params = SynthParams { frames: [60, 60], nuisance, acting: still, ..SynthParams::default() };
    for person in 1..4 {
        let subject = Subject::new(&params, person).unwrap();
        let clip = SynthClip::render(&params, &subject, 1, Expression::Negative).unwrap();
        let opening = |frame: usize| {
            let p = clip.truth.landmarks[frame].points();
            [(37, 41), (38, 40), (43, 47), (44, 46)]
                .map(|(upper, lower): (usize, usize)| p[lower][1] - p[upper][1])
        };
        let [open, shut] = [f64::max, f64::min].map(|pick| {
            (1..60).fold(
                0,
                |best, f| if pick(opening(f)[0], opening(best)[0]) == opening(best)[0] { best } else { f },
            )
        });
        assert_eq!(clip.truth.landmarks[open], *subject.landmarks());
        for (shut, open) in opening(shut).into_iter().zip(opening(open)) {
            // Half a frame off the moment: ½ − ½ cos(π · 5 ms / 80 ms) = 1 %; curves between the points: 0.2 px of 9.
            assert!(shut < 0.05 * open, "person {person}: open {shut} of {open} px");
        }
        // Where the pupil was there is skin.
        for eye in [36, 42] {
            let p = &subject.landmarks().points()[eye..eye + 6];
            let [x, y] = [0, 1].map(|k| (p.iter().map(|q| q[k]).sum::<f64>() / 6.0).round() as usize);
            let [before, closed] = [open, shut].map(|frame| f32::from(clip.frames[[frame, y, x]]));
            let skin = 255.0 * subject.portrait()[[y + 25, x]];
            assert!(
                before < 0.3 * skin && closed > 0.5 * skin,
                "pupil {before}, closed {closed}, cheek {skin}"
            );
        }
    }
}
