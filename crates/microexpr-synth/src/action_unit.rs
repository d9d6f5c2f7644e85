use microexpr_core::Point;
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::deformation::{Bump, Deformation};

/// A facial action unit: one muscle's visible work.
///
/// Source: P. Ekman, W. Friesen, J. Hager, "Facial Action Coding System", 2002. Serialised as its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub enum ActionUnit {
    /// AU 1.
    InnerBrowRaiser,
    /// AU 2.
    OuterBrowRaiser,
    /// AU 4.
    BrowLowerer,
    /// AU 5.
    UpperLidRaiser,
    /// AU 6.
    CheekRaiser,
    /// AU 9.
    NoseWrinkler,
    /// AU 12.
    LipCornerPuller,
    /// AU 14.
    Dimpler,
    /// AU 15.
    LipCornerDepressor,
    /// AU 24.
    LipPressor,
    /// AU 26.
    JawDrop,
    /// AU 45; belongs to no class.
    Blink,
}

/// One pull on the skin: the landmark it is strongest at, its direction (right, down) and strength, and the radius
/// (standard deviation of its Gaussian weight) in inter-ocular distances.
type Pull = (usize, f64, f64, f64);

impl ActionUnit {
    /// All action units, by number.
    pub const ALL: [Self; 12] = [
        Self::InnerBrowRaiser,
        Self::OuterBrowRaiser,
        Self::BrowLowerer,
        Self::UpperLidRaiser,
        Self::CheekRaiser,
        Self::NoseWrinkler,
        Self::LipCornerPuller,
        Self::Dimpler,
        Self::LipCornerDepressor,
        Self::LipPressor,
        Self::JawDrop,
        Self::Blink,
    ];

    /// Its number in the Facial Action Coding System.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::InnerBrowRaiser => 1,
            Self::OuterBrowRaiser => 2,
            Self::BrowLowerer => 4,
            Self::UpperLidRaiser => 5,
            Self::CheekRaiser => 6,
            Self::NoseWrinkler => 9,
            Self::LipCornerPuller => 12,
            Self::Dimpler => 14,
            Self::LipCornerDepressor => 15,
            Self::LipPressor => 24,
            Self::JawDrop => 26,
            Self::Blink => 45,
        }
    }

    fn pulls(self) -> &'static [Pull] {
        match self {
            Self::InnerBrowRaiser => &[(21, 0.0, -1.0, 0.30), (22, 0.0, -1.0, 0.30)],
            Self::OuterBrowRaiser => {
                &[(17, 0.0, -1.0, 0.30), (18, 0.0, -1.0, 0.30), (25, 0.0, -1.0, 0.30), (26, 0.0, -1.0, 0.30)]
            }
            Self::BrowLowerer => {
                &[(21, 0.6, 1.0, 0.28), (22, -0.6, 1.0, 0.28), (19, 0.2, 0.5, 0.28), (24, -0.2, 0.5, 0.28)]
            }
            Self::UpperLidRaiser => {
                &[(37, 0.0, -0.7, 0.12), (38, 0.0, -0.7, 0.12), (43, 0.0, -0.7, 0.12), (44, 0.0, -0.7, 0.12)]
            }
            Self::CheekRaiser => &[(41, 0.0, -0.5, 0.30), (46, 0.0, -0.5, 0.30)],
            Self::NoseWrinkler => {
                &[(31, 0.0, -0.6, 0.22), (35, 0.0, -0.6, 0.22), (50, 0.0, -0.5, 0.18), (52, 0.0, -0.5, 0.18)]
            }
            Self::LipCornerPuller => &[(48, -0.8, -0.8, 0.28), (54, 0.8, -0.8, 0.28)],
            Self::Dimpler => &[(48, -0.9, 0.0, 0.22), (54, 0.9, 0.0, 0.22)],
            Self::LipCornerDepressor => &[(48, -0.1, 1.0, 0.28), (54, 0.1, 1.0, 0.28)],
            Self::LipPressor => &[(51, 0.0, 0.6, 0.20), (57, 0.0, -0.6, 0.20)],
            Self::JawDrop => &[(57, 0.0, 1.0, 0.35), (8, 0.0, 0.8, 0.45)],
            Self::Blink => {
                &[(37, 0.0, 1.0, 0.12), (38, 0.0, 1.0, 0.12), (43, 0.0, 1.0, 0.12), (44, 0.0, 1.0, 0.12)]
            }
        }
    }
}

impl From<ActionUnit> for u8 {
    fn from(unit: ActionUnit) -> Self {
        unit.number()
    }
}

impl TryFrom<u8> for ActionUnit {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|unit| unit.number() == number)
            .ok_or_else(|| format!("expected the number of a known action unit, found {number}"))
    }
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
        for (landmark, dx, dy, radius) in unit.pulls() {
            let strength: f64 = gain * rng.random_range(0.6..1.0);
            bumps.push(Bump {
                centre: points[*landmark],
                sigma_px: radius * inter_ocular_px,
                push: [dx * strength, dy * strength],
            });
        }
    }
    Deformation::new(bumps).with_peak_at(points, peak_px)
}
