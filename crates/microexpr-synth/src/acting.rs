use microexpr_core::OutOfRange;
use rand::Rng;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

use crate::deformation::Deformation;
use crate::pull::contraction;
use crate::subject::{ACTING_STREAM, Subject, stream};
use crate::time_course::Expressing;
use crate::{ActionUnitSet, ActionUnitTable, Expression, SynthParams};

/// Larger motion, in inter-ocular distances, would fold the skin (the field's slope nears 1) and the inverse warp would not be
/// unique.
pub(crate) const LARGEST_PEAK: f64 = 0.05;

/// Which action units an expression shows, how strongly and how fast.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Acting {
    /// As real micro-expressions were annotated: classes overlap.
    Spontaneous(Spontaneous),
    /// The prototypes of [`Expression::recipes`], each as likely: no two classes share one. The apex lies in the middle third of the clip.
    Prototypical {
        /// Least and greatest motion of the landmark that moves most at the apex, in pixels.
        peak_px: [f64; 2],
    },
}

/// Expressions whose action units are drawn from [`ActionUnitTable::casme3`]; the defaults are calibrated on published
/// annotation.
///
/// Source: motion as large as spotters of SAMM-LV and CAS(ME)² demand (1.3 to 2.3 % of the inter-ocular distance), onset to
/// apex as long as CAS(ME)³'s (median 200 ms; here a little shorter, because clips of 0.26 s and more end after the apex).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Spontaneous {
    /// How far the landmark that moves most moves at the apex.
    pub peak: PeakShare,
    /// Median time from onset to apex, in seconds; at most 0.7 of the clip are taken.
    pub rise_s: f64,
    /// Standard deviation of its logarithm.
    pub rise_log_deviation: f64,
    /// Standard deviation, over the persons, of the logarithm of every action unit's strength: each favours some.
    pub gain_log_deviation: f64,
    /// Standard deviation, over the persons, of how much more than half one side moves: each favours one.
    pub side_deviation: f64,
    /// The least share of its strength that any single pull on the skin has in a clip, `0..=1`.
    pub least_pull: f64,
}

/// Log-normal size of an expression, in percent of the inter-ocular distance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PeakShare {
    /// Median, percent of the inter-ocular distance.
    pub median_percent: f64,
    /// Standard deviation of the natural logarithm.
    pub log_deviation: f64,
    /// Least and greatest, percent of the inter-ocular distance; what is drawn beyond becomes the bound. At most 5.
    pub bounds_percent: [f64; 2],
}

impl Default for Spontaneous {
    fn default() -> Self {
        Self {
            peak: PeakShare::default(),
            rise_s: 0.17,
            rise_log_deviation: 0.35,
            gain_log_deviation: 0.35,
            side_deviation: 0.2,
            least_pull: 0.7,
        }
    }
}

impl Default for PeakShare {
    /// 1.2 % (0.94 px where the eyes are 78 px apart), `e^±0.45`, within 0.3 to 4 %.
    fn default() -> Self {
        Self { median_percent: 1.2, log_deviation: 0.45, bounds_percent: [0.3, 4.0] }
    }
}

impl Default for Acting {
    fn default() -> Self {
        Self::Spontaneous(Spontaneous::default())
    }
}

impl PeakShare {
    fn draw_px(self, inter_ocular_px: f64, rng: &mut impl Rng) -> f64 {
        let percent = log_normal(self.median_percent, self.log_deviation, rng);
        inter_ocular_px / 100.0 * percent.clamp(self.bounds_percent[0], self.bounds_percent[1])
    }

    fn validate(self) -> Result<(), OutOfRange> {
        let most = 100.0 * LARGEST_PEAK;
        OutOfRange::unless_within(0.0..=most, "peak.median_percent", "in 0..=5", self.median_percent)?;
        deviation("peak.log_deviation", self.log_deviation)?;
        let [least, greatest] = self.bounds_percent;
        OutOfRange::unless(
            0.0 <= least && least <= greatest && greatest <= most,
            "peak.bounds_percent",
            "a minimum and a maximum in 0..=5",
            format!("{:?}", self.bounds_percent),
        )
    }
}

impl Spontaneous {
    fn validate(&self) -> Result<(), OutOfRange> {
        self.peak.validate()?;
        OutOfRange::unless_within(f64::MIN_POSITIVE..=10.0, "rise_s", "above 0 and at most 10", self.rise_s)?;
        deviation("rise_log_deviation", self.rise_log_deviation)?;
        deviation("gain_log_deviation", self.gain_log_deviation)?;
        deviation("side_deviation", self.side_deviation)?;
        OutOfRange::unless_within(0.0..=1.0, "least_pull", "in 0..=1", self.least_pull)
    }
}

impl Acting {
    pub(crate) fn validate(&self, inter_ocular_px: f64) -> Result<(), OutOfRange> {
        let [least, greatest] = match self {
            Self::Spontaneous(spontaneous) => return spontaneous.validate(),
            Self::Prototypical { peak_px } => *peak_px,
        };
        OutOfRange::unless(
            0.0 <= least && least <= greatest && greatest <= LARGEST_PEAK * inter_ocular_px,
            "peak_px",
            "a minimum and a maximum between 0 and 5 % of inter_ocular_px",
            format!("{:?}", [least, greatest]),
        )
    }

    /// The action units of one clip and how they move the person's skin at the apex.
    ///
    /// Spontaneous ones come from random numbers of their own, so that nothing else in a clip depends on its class.
    pub(crate) fn draw(
        &self,
        params: &SynthParams,
        subject: &Subject,
        number: usize,
        class: Expression,
        rng: &mut impl Rng,
    ) -> (ActionUnitSet, Deformation) {
        let (points, unit) = (subject.landmarks().points(), params.inter_ocular_px);
        match self {
            Self::Prototypical { peak_px: [least, greatest] } => {
                let recipes = class.recipes();
                let units = recipes[rng.random_range(0..recipes.len())];
                let peak = rng.random_range(*least..=*greatest);
                (units.iter().copied().collect(), contraction(units, points, unit, peak, rng))
            }
            Self::Spontaneous(spontaneous) => {
                let mut own = stream(params.seed, subject.number() | ACTING_STREAM, number);
                let peak = spontaneous.peak.draw_px(unit, &mut own);
                let set = ActionUnitTable::casme3().draw(class, &mut own);
                let (face, least) = ((points, unit), spontaneous.least_pull);
                (set.clone(), subject.habits().contraction(set, face, least, peak, &mut own))
            }
        }
    }

    /// When the expression of a clip begins, culminates and fades.
    pub(crate) fn course(&self, frames: usize, fps: f64, rng: &mut impl Rng) -> Expressing {
        match self {
            Self::Prototypical { .. } => Expressing::draw(frames, rng),
            Self::Spontaneous(spontaneous) => {
                let rise = log_normal(spontaneous.rise_s, spontaneous.rise_log_deviation, rng);
                Expressing::rising(frames, rise * fps, rng)
            }
        }
    }
}

fn log_normal(median: f64, log_deviation: f64, rng: &mut impl Rng) -> f64 {
    median * (log_deviation * rng.sample::<f64, _>(StandardNormal)).exp()
}

fn deviation(setting: &'static str, found: f64) -> Result<(), OutOfRange> {
    OutOfRange::unless_within(0.0..=3.0, setting, "in 0..=3", found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn onset_to_apex_takes_the_set_time() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(8);
        let mut rises: Vec<usize> =
            (0..999).map(|_| Acting::default().course(200, 200.0, &mut rng).apex()).collect();
        rises.sort_unstable();
        // 0.17 s are 34 frames. Quantiles of 999 draws: the median within 4 · 1.25 · 0.35/√999 = 6 %, the 16th and 84th
        // within 4 · 1.52 · 0.35/√999 = 7 %; half a frame for the rounding.
        for (rank, log) in [(158, -0.35_f64), (499, 0.0), (840, 0.35)] {
            let stated = 34.0 * log.exp();
            assert!((rises[rank] as f64 - stated).abs() < 0.07 * stated + 0.5, "{} of {stated}", rises[rank]);
        }
    }
}
