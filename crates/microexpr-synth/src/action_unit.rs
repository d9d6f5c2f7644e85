use serde::{Deserialize, Serialize};

/// A facial action unit: one muscle's visible work.
///
/// All that occur in [`ActionUnitTable::casme3`](crate::ActionUnitTable::casme3), and the blink. A face is one painting
/// under a smooth warp, so a unit moves what is painted and uncovers nothing.
///
/// Source: P. Ekman, W. Friesen, J. Hager, "Facial Action Coding System", 2002. Serialised as its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
#[repr(u8)]
pub enum ActionUnit {
    /// AU 1.
    InnerBrowRaiser = 1,
    /// AU 2.
    OuterBrowRaiser = 2,
    /// AU 4.
    BrowLowerer = 4,
    /// AU 5.
    UpperLidRaiser = 5,
    /// AU 6.
    CheekRaiser = 6,
    /// AU 7.
    LidTightener = 7,
    /// AU 9.
    NoseWrinkler = 9,
    /// AU 10.
    UpperLipRaiser = 10,
    /// AU 12.
    LipCornerPuller = 12,
    /// AU 14.
    Dimpler = 14,
    /// AU 15.
    LipCornerDepressor = 15,
    /// AU 16.
    LowerLipDepressor = 16,
    /// AU 17.
    ChinRaiser = 17,
    /// AU 18.
    LipPucker = 18,
    /// AU 20.
    LipStretcher = 20,
    /// AU 21.
    NeckTightener = 21,
    /// AU 22.
    LipFunneler = 22,
    /// AU 24.
    LipPressor = 24,
    /// AU 25. The lip line widens; the inside of the mouth is not shown.
    LipsPart = 25,
    /// AU 26. The chin falls; the inside of the mouth is not shown.
    JawDrop = 26,
    /// AU 28. The lips narrow; they do not vanish.
    LipSuck = 28,
    /// AU 38.
    NostrilDilator = 38,
    /// AU 45; belongs to no class.
    Blink = 45,
}

impl ActionUnit {
    /// All action units, by number.
    pub const ALL: [Self; 23] = [
        Self::InnerBrowRaiser,
        Self::OuterBrowRaiser,
        Self::BrowLowerer,
        Self::UpperLidRaiser,
        Self::CheekRaiser,
        Self::LidTightener,
        Self::NoseWrinkler,
        Self::UpperLipRaiser,
        Self::LipCornerPuller,
        Self::Dimpler,
        Self::LipCornerDepressor,
        Self::LowerLipDepressor,
        Self::ChinRaiser,
        Self::LipPucker,
        Self::LipStretcher,
        Self::NeckTightener,
        Self::LipFunneler,
        Self::LipPressor,
        Self::LipsPart,
        Self::JawDrop,
        Self::LipSuck,
        Self::NostrilDilator,
        Self::Blink,
    ];

    /// Its number in the Facial Action Coding System.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
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
