//! The emotion that an annotator would have read from the action units.

use crate::ActionUnit::{
    BrowLowerer, Dimpler, InnerBrowRaiser, LipCornerDepressor, NoseWrinkler, OuterBrowRaiser,
};
use crate::{ActionUnit, ActionUnitSet, Expression, Layout};

/// The word in the annotation file's column Estimated Emotion; SMIC has none, there it is the class.
///
/// Source: the prototypes of P. Ekman, W. Friesen, J. Hager, "Facial Action Coding System", 2002: disgust AU 9, contempt
/// AU 14, fear AU 1+2+4, sadness AU 1+4 or 15, other negative expressions anger. CASME II's negative expressions are
/// disgust (AU 4 or 9) or repression (AU 14, 15, 24; Yan et al., PLoS ONE 2014).
pub(crate) fn emotion(layout: Layout, expression: Expression, units: &ActionUnitSet) -> &'static str {
    let has = |unit: ActionUnit| units.contains(unit);
    match (layout, expression) {
        (Layout::Smic, class) => class.name(),
        (Layout::Samm, Expression::Positive) => "Happiness",
        (Layout::Samm, Expression::Surprise) => "Surprise",
        (Layout::Samm, Expression::Negative) => match () {
            () if has(NoseWrinkler) => "Disgust",
            () if has(Dimpler) => "Contempt",
            () if has(InnerBrowRaiser) && has(OuterBrowRaiser) => "Fear",
            () if has(InnerBrowRaiser) || has(LipCornerDepressor) => "Sadness",
            () => "Anger",
        },
        (Layout::Casme2, Expression::Positive) => "happiness",
        (Layout::Casme2, Expression::Surprise) => "surprise",
        (Layout::Casme2, Expression::Negative) if has(NoseWrinkler) || has(BrowLowerer) => "disgust",
        (Layout::Casme2, Expression::Negative) => "repression",
    }
}

/// SAMM's column Objective Classes, I to VII as 1 to 7.
///
/// Source: A. Davison, W. Merghani, M. H. Yap, "Objective Classes for Micro-Facial Expression Recognition", J. Imaging
/// 2018.
pub(crate) fn objective_class(emotion: &str) -> u8 {
    match emotion {
        "Happiness" => 1,
        "Surprise" => 2,
        "Anger" => 3,
        "Disgust" => 4,
        "Sadness" => 5,
        "Fear" => 6,
        _ => 7,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negative_expressions_are_told_apart_by_their_action_units() {
        let of = |layout| {
            Expression::Negative
                .recipes()
                .iter()
                .map(|units| emotion(layout, Expression::Negative, &units.iter().copied().collect()))
                .collect::<Vec<_>>()
        };
        // AU 4, 4+9, 15, 4+15, 4+24, 9, 14, 1+4, 1+2+4.
        let samm =
            ["Anger", "Disgust", "Sadness", "Sadness", "Anger", "Disgust", "Contempt", "Sadness", "Fear"];
        assert_eq!(of(Layout::Samm), samm);
        let casme2 = of(Layout::Casme2);
        assert_eq!((casme2[0], casme2[2], casme2[6]), ("disgust", "repression", "repression"));
        assert!(casme2.iter().all(|word| ["disgust", "repression"].contains(word)));
    }

    #[test]
    fn every_samm_emotion_has_an_objective_class_of_its_own() {
        let words = ["Happiness", "Surprise", "Anger", "Disgust", "Sadness", "Fear", "Contempt"];
        assert_eq!(words.map(objective_class), [1, 2, 3, 4, 5, 6, 7]);
    }
}
