//! Where and whither every action unit pulls the skin.

use microexpr_core::Point;
use rand::Rng;

use crate::ActionUnit;
use crate::deformation::{Bump, Deformation};

/// One pull on the skin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pull {
    /// Index of the point it is strongest at, of 68.
    pub(crate) landmark: usize,
    /// Direction and strength, right and down.
    direction: [f64; 2],
    /// Standard deviation of its Gaussian weight in inter-ocular distances.
    radius: f64,
}

impl Pull {
    /// The pull on a given face, so many times as strong.
    pub(crate) fn bump(self, points: &[Point], inter_ocular_px: f64, strength: f64) -> Bump {
        Bump {
            centre: points[self.landmark],
            sigma_px: self.radius * inter_ocular_px,
            push: self.direction.map(|v| v * strength),
        }
    }
}

/// Landmark, right, down, radius.
type Row = (usize, f64, f64, f64);

/// The pulls of an action unit on both sides.
pub(crate) fn pulls(unit: ActionUnit) -> impl Iterator<Item = Pull> {
    let pull = |(landmark, right, down, radius): &Row| Pull {
        landmark: *landmark,
        direction: [*right, *down],
        radius: *radius,
    };
    upper_face(unit).or_else(|| lower_face(unit)).unwrap_or(&[]).iter().map(pull)
}

/// Brows, lids, cheeks, nose.
fn upper_face(unit: ActionUnit) -> Option<&'static [Row]> {
    Some(match unit {
        ActionUnit::InnerBrowRaiser => &[(21, 0.0, -1.0, 0.30), (22, 0.0, -1.0, 0.30)],
        ActionUnit::OuterBrowRaiser => {
            &[(17, 0.0, -1.0, 0.30), (18, 0.0, -1.0, 0.30), (25, 0.0, -1.0, 0.30), (26, 0.0, -1.0, 0.30)]
        }
        ActionUnit::BrowLowerer => {
            &[(21, 0.6, 1.0, 0.28), (22, -0.6, 1.0, 0.28), (19, 0.2, 0.5, 0.28), (24, -0.2, 0.5, 0.28)]
        }
        ActionUnit::UpperLidRaiser => {
            &[(37, 0.0, -0.7, 0.12), (38, 0.0, -0.7, 0.12), (43, 0.0, -0.7, 0.12), (44, 0.0, -0.7, 0.12)]
        }
        ActionUnit::CheekRaiser => &[(41, 0.0, -0.5, 0.30), (46, 0.0, -0.5, 0.30)],
        ActionUnit::LidTightener => {
            &[(40, 0.0, -0.7, 0.14), (41, 0.0, -0.7, 0.14), (46, 0.0, -0.7, 0.14), (47, 0.0, -0.7, 0.14)]
        }
        ActionUnit::NoseWrinkler => {
            &[(31, 0.0, -0.6, 0.22), (35, 0.0, -0.6, 0.22), (50, 0.0, -0.5, 0.18), (52, 0.0, -0.5, 0.18)]
        }
        ActionUnit::NostrilDilator => &[(31, -0.6, 0.0, 0.14), (35, 0.6, 0.0, 0.14)],
        ActionUnit::Blink => {
            &[(37, 0.0, 1.0, 0.12), (38, 0.0, 1.0, 0.12), (43, 0.0, 1.0, 0.12), (44, 0.0, 1.0, 0.12)]
        }
        _ => return None,
    })
}

/// Lips, chin, jaw, neck.
fn lower_face(unit: ActionUnit) -> Option<&'static [Row]> {
    Some(match unit {
        ActionUnit::UpperLipRaiser => &[(50, 0.0, -0.8, 0.20), (52, 0.0, -0.8, 0.20)],
        ActionUnit::LipCornerPuller => &[(48, -0.8, -0.8, 0.28), (54, 0.8, -0.8, 0.28)],
        ActionUnit::Dimpler => &[(48, -0.9, 0.0, 0.22), (54, 0.9, 0.0, 0.22)],
        ActionUnit::LipCornerDepressor => &[(48, -0.1, 1.0, 0.28), (54, 0.1, 1.0, 0.28)],
        ActionUnit::LowerLipDepressor => &[(58, 0.0, 0.8, 0.22), (56, 0.0, 0.8, 0.22)],
        ActionUnit::ChinRaiser => &[(57, 0.0, -0.6, 0.24), (8, 0.0, -0.7, 0.40)],
        ActionUnit::LipPucker => &[(48, 0.8, 0.0, 0.24), (54, -0.8, 0.0, 0.24)],
        ActionUnit::LipStretcher => &[(48, -0.9, 0.3, 0.26), (54, 0.9, 0.3, 0.26)],
        ActionUnit::NeckTightener => &[(4, 0.0, 0.6, 0.30), (12, 0.0, 0.6, 0.30)],
        ActionUnit::LipFunneler => &[(51, 0.0, -0.5, 0.20), (57, 0.0, 0.5, 0.20)],
        ActionUnit::LipPressor => &[(51, 0.0, 0.6, 0.20), (57, 0.0, -0.6, 0.20)],
        ActionUnit::LipsPart => &[(51, 0.0, -0.3, 0.16), (57, 0.0, 0.7, 0.22)],
        ActionUnit::JawDrop => &[(57, 0.0, 1.0, 0.35), (8, 0.0, 0.8, 0.45)],
        ActionUnit::LipSuck => &[(51, 0.0, 0.7, 0.18), (57, 0.0, -0.7, 0.18)],
        _ => return None,
    })
}

/// The joint motion of some action units on a face with the given 68 points, unevenly strong from unit to unit and from
/// side to side, scaled so that the landmark that moves most moves by `peak_px`.
pub(crate) fn contraction(
    units: &[ActionUnit],
    points: &[Point],
    inter_ocular_px: f64,
    peak_px: f64,
    rng: &mut impl Rng,
) -> Deformation {
    let mut bumps = Vec::new();
    for unit in units {
        let gain = rng.random_range(0.6..1.0);
        for pull in pulls(*unit) {
            let strength: f64 = gain * rng.random_range(0.6..1.0);
            bumps.push(pull.bump(points, inter_ocular_px, strength));
        }
    }
    Deformation::new(bumps).with_peak_at(points, peak_px)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_unit_pulls_somewhere() {
        for unit in ActionUnit::ALL {
            assert!(pulls(unit).count() >= 2, "{unit:?}");
        }
    }
}
