//! How one person's face works: which muscles and which side it favours.

use std::collections::BTreeMap;

use microexpr_core::Point;
use rand::Rng;
use rand_distr::StandardNormal;

use crate::acting::Spontaneous;
use crate::deformation::Deformation;
use crate::pull::pulls;
use crate::{ActionUnit, ActionUnitSet, Side};

/// Points within this of the middle of the face, in inter-ocular distances, belong to both sides.
const MIDDLE: f64 = 0.05;
/// No side works less than a quarter as much as it would in an even face.
const MOST_UNEVEN: f64 = 0.75;

/// What a person keeps from clip to clip.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Habits {
    gains: BTreeMap<ActionUnit, f64>,
    /// Positive where the side right in the picture moves more.
    side: f64,
}

impl Habits {
    pub(crate) fn draw(spread: &Spontaneous, rng: &mut impl Rng) -> Self {
        let mut normal = || -> f64 { rng.sample(StandardNormal) };
        let gain = |unit| (unit, (spread.gain_log_deviation * normal()).exp());
        let gains = ActionUnit::ALL.map(gain).into();
        let side = (spread.side_deviation * normal()).clamp(-MOST_UNEVEN, MOST_UNEVEN);
        Self { gains, side }
    }

    /// The joint motion of a set of action units on the person's face, scaled so that the landmark that moves most moves by
    /// `peak_px`; every single pull is weakened to between `least_pull` and all of its strength.
    pub(crate) fn contraction(
        &self,
        set: &ActionUnitSet,
        (points, inter_ocular_px): (&[Point], f64),
        least_pull: f64,
        peak_px: f64,
        rng: &mut impl Rng,
    ) -> Deformation {
        let middle = points[36..48].iter().map(|p| p[0]).sum::<f64>() / 12.0;
        let mut bumps = Vec::new();
        for activation in set.iter() {
            for pull in pulls(activation.unit) {
                let strength = self.gains[&activation.unit] * rng.random_range(least_pull..=1.0);
                let right = (points[pull.landmark][0] - middle) / inter_ocular_px;
                if shows(activation.side, right) {
                    bumps.push(pull.bump(points, inter_ocular_px, strength * self.evenness(right)));
                }
            }
        }
        Deformation::new(bumps).with_seen_peak_at(points, peak_px)
    }

    fn evenness(&self, right: f64) -> f64 {
        if right.abs() < MIDDLE { 1.0 } else { 1.0 + self.side * right.signum() }
    }
}

/// Whether an action unit on the subject's own `side` moves a point so far right of the face's middle in the picture.
fn shows(side: Side, right: f64) -> bool {
    match side {
        Side::Both => true,
        Side::Left => right > -MIDDLE,
        Side::Right => right < MIDDLE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ActionUnitTable;
    use crate::template::MEAN_FACE;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// Deviation of numbers whose mean is 0.
    fn deviation(values: &[f64]) -> f64 {
        (values.iter().map(|v| v * v).sum::<f64>() / values.len() as f64).sqrt()
    }

    #[test]
    fn persons_differ_as_much_as_set() {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let people: Vec<Habits> = (0..400).map(|_| Habits::draw(&Spontaneous::default(), &mut rng)).collect();
        let gains: Vec<f64> = people.iter().map(|p| p.gains[&ActionUnit::Dimpler].ln()).collect();
        let sides: Vec<f64> = people.iter().map(|p| p.side).collect();
        // The deviation of 400 numbers has one of 1/√800 of itself: four of them are 14 %.
        assert!((deviation(&gains) / 0.35 - 1.0).abs() < 0.14, "{}", deviation(&gains));
        assert!((deviation(&sides) / 0.2 - 1.0).abs() < 0.14, "{}", deviation(&sides));
    }

    #[test]
    fn the_favoured_side_moves_more() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let habits = Habits { side: 0.5, ..Habits::draw(&Spontaneous::default(), &mut rng) };
        let set = "14".parse().unwrap();
        let field = habits.contraction(&set, (&MEAN_FACE, 1.0), 1.0, 0.01, &mut rng);
        let moved = [48, 54].map(|i: usize| field.at(MEAN_FACE[i])[0]);
        // Corners are four radii apart: 1 − 0.5 against 1 + 0.5 times the dimpler.
        assert!((moved[1] / -moved[0] - 3.0).abs() < 0.01, "{moved:?}");
    }

    #[test]
    fn no_set_of_the_table_folds_the_skin() {
        let mut rng = ChaCha8Rng::seed_from_u64(6);
        for person in 0..20 {
            let habits = Habits::draw(&Spontaneous::default(), &mut rng);
            for row in ActionUnitTable::casme3().rows() {
                let face = (&MEAN_FACE[..], 1.0);
                let field = habits.contraction(&row.set, face, 0.7, crate::acting::LARGEST_PEAK, &mut rng);
                let slope = steepest(&field);
                assert!(slope < 0.9, "person {person}, {}: slope {slope}", row.set);
            }
        }
    }

    /// The largest change of a field over the face per unit of way, along either axis.
    fn steepest(field: &Deformation) -> f64 {
        let step = 0.02;
        let slope = |a: Point, b: Point| {
            let (a, b) = (field.at(a), field.at(b));
            (a[0] - b[0]).hypot(a[1] - b[1]) / step
        };
        let mut steepest = 0.0_f64;
        for row in 0..60 {
            for col in 0..50 {
                let at = [-1.25 + 0.05 * f64::from(col), -0.7 + 0.05 * f64::from(row)];
                let (right, down) = ([at[0] + step, at[1]], [at[0], at[1] + step]);
                steepest = steepest.max(slope(at, right)).max(slope(at, down));
            }
        }
        steepest
    }
}
