use serde::{Deserialize, Serialize};

use crate::ActionUnit;
use crate::ActionUnit::{
    BrowLowerer, CheekRaiser, Dimpler, InnerBrowRaiser, JawDrop, LipCornerDepressor, LipCornerPuller,
    LipPressor, NoseWrinkler, OuterBrowRaiser, UpperLidRaiser,
};

/// The class of a micro-expression, as SMIC labels it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Expression {
    /// Anger, contempt, disgust, fear, sadness.
    Negative,
    /// Happiness.
    Positive,
    /// Surprise.
    Surprise,
}

impl Expression {
    /// All classes in SMIC's order.
    pub const ALL: [Self; 3] = [Self::Negative, Self::Positive, Self::Surprise];

    /// Its position in [`Expression::ALL`].
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }

    /// The word SMIC's folders use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Negative => "negative",
            Self::Positive => "positive",
            Self::Surprise => "surprise",
        }
    }

    /// The combinations of action units that [`Acting::Prototypical`](crate::Acting::Prototypical) draws the class from.
    ///
    /// Source: the prototypes of P. Ekman, W. Friesen, J. Hager, "Facial Action Coding System", 2002, as they occur in
    /// annotated spontaneous micro-expressions (often a part of the full prototype).
    #[must_use]
    pub fn recipes(self) -> &'static [&'static [ActionUnit]] {
        match self {
            Self::Negative => &[
                &[BrowLowerer],
                &[BrowLowerer, NoseWrinkler],
                &[LipCornerDepressor],
                &[BrowLowerer, LipCornerDepressor],
                &[BrowLowerer, LipPressor],
                &[NoseWrinkler],
                &[Dimpler],
                &[InnerBrowRaiser, BrowLowerer],
                &[InnerBrowRaiser, OuterBrowRaiser, BrowLowerer],
            ],
            Self::Positive => &[
                &[LipCornerPuller],
                &[CheekRaiser, LipCornerPuller],
                &[CheekRaiser, LipCornerPuller, Dimpler],
            ],
            Self::Surprise => &[
                &[InnerBrowRaiser, OuterBrowRaiser],
                &[InnerBrowRaiser, OuterBrowRaiser, UpperLidRaiser],
                &[InnerBrowRaiser, OuterBrowRaiser, JawDrop],
                &[OuterBrowRaiser],
            ],
        }
    }
}
