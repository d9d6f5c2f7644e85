//! How motion grows and fades over the frames of a clip. Every course starts at 0 except the lids'.

use rand::Rng;
use std::f64::consts::{PI, TAU};

/// Of a clip's frames: where the apex lies at the latest, and how much longer the fading may last.
const LATEST_APEX: f64 = 0.7;
const LONGEST_FADE: f64 = 0.4;

/// From 0 at the onset over 1 at the apex back towards the offset, along half cosines.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Expressing {
    frames: usize,
    apex: usize,
    /// How much of the way back is left unfinished at the last frame: the fall covers this share of its half period.
    fall: f64,
}

impl Expressing {
    pub(crate) fn draw(frames: usize, rng: &mut impl Rng) -> Self {
        let apex = (frames as f64 * rng.random_range(0.35..0.65)).round() as usize;
        Self { frames, apex: apex.clamp(1, frames - 1), fall: rng.random_range(0.6..1.0) }
    }

    /// Rising for about `rise` frames, at most 0.7 of the clip; the offset lies up to 0.4 of the clip behind its last frame.
    pub(crate) fn rising(frames: usize, rise: f64, rng: &mut impl Rng) -> Self {
        let latest = ((LATEST_APEX * frames as f64) as usize).clamp(1, frames - 1);
        let apex = (rise.round() as usize).clamp(latest.min(3), latest);
        let beyond = LONGEST_FADE * rng.random_range(0.0..1.0) * frames as f64;
        let rest = (frames - 1 - apex) as f64;
        Self { frames, apex, fall: rest / (rest + beyond).max(1.0) }
    }

    /// Index of the frame with gain 1.
    pub(crate) fn apex(self) -> usize {
        self.apex
    }

    pub(crate) fn gain(self, frame: usize) -> f64 {
        if frame <= self.apex {
            return 0.5 - 0.5 * (PI * frame as f64 / self.apex as f64).cos();
        }
        let past = (frame - self.apex) as f64 / (self.frames - 1 - self.apex) as f64;
        0.5 + 0.5 * (PI * self.fall * past).cos()
    }
}

/// A flutter of the lids: a bell about a random frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fluttering {
    at: f64,
    width: f64,
}

impl Fluttering {
    pub(crate) fn draw(frames: usize, rng: &mut impl Rng) -> Self {
        Self { at: rng.random_range(0.0..frames as f64), width: 0.08 * frames as f64 + 2.0 }
    }

    pub(crate) fn gain(self, frame: usize) -> f64 {
        (-((frame as f64 - self.at) / self.width).powi(2)).exp()
    }
}

/// Time in which the lids of a blink close, and open again, in seconds.
const CLOSING_S: f64 = 0.08;
const OPENING_S: f64 = 0.1;

/// A blink: closed at some moment of the clip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Blinking {
    at: f64,
    fps: f64,
}

impl Blinking {
    pub(crate) fn draw(frames: usize, fps: f64, rng: &mut impl Rng) -> Self {
        Self { at: rng.random_range(0.0..frames as f64), fps }
    }

    /// How far the lids are closed, `0..=1`.
    pub(crate) fn closure(self, frame: usize) -> f64 {
        let after_s = (frame as f64 - self.at) / self.fps;
        let phase = if after_s < 0.0 { -after_s / CLOSING_S } else { after_s / OPENING_S };
        0.5 + 0.5 * (PI * phase.min(1.0)).cos()
    }
}

/// A slow change: part of a sine of at most unit height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Drifting {
    phase_per_frame: f64,
    height: f64,
}

impl Drifting {
    pub(crate) fn draw(frames: usize, rng: &mut impl Rng) -> Self {
        let phase = PI * rng.random_range(0.5..1.5);
        Self { phase_per_frame: phase / (frames - 1) as f64, height: rng.random_range(0.3..1.0) }
    }

    pub(crate) fn gain(self, frame: usize) -> f64 {
        self.height * (self.phase_per_frame * frame as f64).sin()
    }
}

/// The path of a head that is held still by muscles: three swings, the faster the smaller. Per frame, from 0, the farthest
/// excursion within `-1..=1`.
pub(crate) fn sway(frames: usize, fps: f64, rng: &mut impl Rng) -> Vec<f64> {
    let swings =
        [(0.3..1.0, 1.0), (1.0..3.0, 0.4), (3.0..8.0, 0.1)].map(|(hz, size): (std::ops::Range<f64>, f64)| {
            (rng.random_range(hz), size, rng.random_range(0.0..TAU))
        });
    let at = |frame: usize| -> f64 {
        let t = frame as f64 / fps;
        swings.iter().map(|(hz, size, phase)| size * (TAU * hz * t + phase).sin()).sum()
    };
    let path: Vec<f64> = (0..frames).map(|frame| at(frame) - at(0)).collect();
    let farthest = path.iter().fold(f64::MIN_POSITIVE, |m, v| m.max(v.abs()));
    let reach = rng.random_range(0.3..1.0);
    path.iter().map(|v| v / farthest * reach).collect()
}

/// A lamp's brightness: `1 + depth·sin`, 2 to 20 times a second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Flicker {
    depth: f64,
    cycles_per_frame: f64,
    phase: f64,
}

impl Flicker {
    pub(crate) fn draw(depth: f64, fps: f64, rng: &mut impl Rng) -> Self {
        let cycles_per_frame = rng.random_range(0.02..0.2) * (100.0 / fps);
        Self { depth, cycles_per_frame, phase: rng.random_range(0.0..TAU) }
    }

    pub(crate) fn gain(self, frame: usize) -> f64 {
        1.0 + self.depth * (TAU * self.cycles_per_frame * frame as f64 + self.phase).sin()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn an_expression_starts_at_rest_and_peaks_once_at_its_apex() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        for frames in 2..50 {
            let course = Expressing::draw(frames, &mut rng);
            let gains: Vec<f64> = (0..frames).map(|f| course.gain(f)).collect();
            assert_eq!(gains[0], 0.0);
            assert_eq!(gains[course.apex()], 1.0);
            assert!(
                gains.iter().enumerate().all(|(f, g)| f == course.apex() || (0.0..1.0).contains(g)),
                "{gains:?}"
            );
        }
    }

    #[test]
    fn a_spontaneous_expression_rises_as_long_as_asked() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(3);
        assert_eq!(Expressing::rising(40, 17.2, &mut rng).apex(), 17);
        assert_eq!(Expressing::rising(40, 60.0, &mut rng).apex(), 28);
        for frames in 2..50 {
            let course = Expressing::rising(frames, 17.0, &mut rng);
            let gains: Vec<f64> = (0..frames).map(|f| course.gain(f)).collect();
            assert_eq!((gains[0], gains[course.apex()]), (0.0, 1.0));
            assert!(gains.iter().all(|g| (0.0..=1.0).contains(g)), "{gains:?}");
        }
    }

    #[test]
    fn a_blink_closes_within_80_ms_and_opens_within_100() {
        let blink = Blinking { at: 20.0, fps: 100.0 };
        let closures = [11, 12, 16, 20, 25, 30, 31].map(|frame| blink.closure(frame));
        for (found, stated) in closures.into_iter().zip([0.0, 0.0, 0.5, 1.0, 0.5, 0.0, 0.0]) {
            assert!((found - stated).abs() < 1e-12, "{closures:?}");
        }
    }

    #[test]
    fn sway_starts_at_rest_and_stays_within_reach() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(2);
        let path = sway(40, 100.0, &mut rng);
        let farthest = path.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
        assert_eq!(path[0], 0.0);
        assert!((0.3..=1.0).contains(&farthest));
    }
}
