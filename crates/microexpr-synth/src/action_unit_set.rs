use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{ActionUnit, SynthError};

/// Which side of the face an action unit shows on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// On both.
    Both,
    /// On the subject's own left, the right one in the picture.
    Left,
    /// On the subject's own right, the left one in the picture.
    Right,
}

/// An action unit at work on one side or both, such as `4` or `L14`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Activation {
    /// What is at work.
    pub unit: ActionUnit,
    /// Where.
    pub side: Side,
}

/// The action units of one expression, such as `4+9+R14`: by number, each once.
///
/// Serialised as a list: a number where both sides move, a text such as `"R14"` where one does. A text of the whole set is
/// read, too.
///
/// # Example
///
/// ```
/// use microexpr_synth::{ActionUnit, ActionUnitSet};
///
/// let set: ActionUnitSet = "R14+4".parse()?;
/// assert_eq!(set.to_string(), "4+R14");
/// assert!(set.contains(ActionUnit::Dimpler));
/// # Ok::<(), microexpr_synth::SynthError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "Vec<StoredActivation>", try_from = "StoredSet")]
pub struct ActionUnitSet(Vec<Activation>);

impl ActionUnitSet {
    /// The units and sides, by number.
    pub fn iter(&self) -> impl Iterator<Item = Activation> + '_ {
        self.0.iter().copied()
    }

    /// Whether a unit is at work, on whichever side.
    #[must_use]
    pub fn contains(&self, unit: ActionUnit) -> bool {
        self.iter().any(|activation| activation.unit == unit)
    }
}

impl FromIterator<Activation> for ActionUnitSet {
    fn from_iter<I: IntoIterator<Item = Activation>>(activations: I) -> Self {
        let mut activations: Vec<Activation> = activations.into_iter().collect();
        activations.sort_unstable();
        activations.dedup();
        Self(activations)
    }
}

impl FromIterator<ActionUnit> for ActionUnitSet {
    /// Units at work on both sides.
    fn from_iter<I: IntoIterator<Item = ActionUnit>>(units: I) -> Self {
        units.into_iter().map(|unit| Activation { unit, side: Side::Both }).collect()
    }
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = match self.side {
            Side::Both => "",
            Side::Left => "L",
            Side::Right => "R",
        };
        write!(f, "{side}{}", self.unit.number())
    }
}

impl FromStr for Activation {
    type Err = SynthError;

    fn from_str(text: &str) -> Result<Self, SynthError> {
        let (side, number) = match text.as_bytes().first() {
            Some(b'L') => (Side::Left, &text[1..]),
            Some(b'R') => (Side::Right, &text[1..]),
            _ => (Side::Both, text),
        };
        let unit = number.parse::<u8>().ok().and_then(|number| ActionUnit::try_from(number).ok());
        let unit = unit.ok_or_else(|| SynthError::UnknownActionUnit { found: text.to_owned() })?;
        Ok(Self { unit, side })
    }
}

impl fmt::Display for ActionUnitSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.iter().map(|activation| activation.to_string()).collect();
        f.write_str(&words.join("+"))
    }
}

impl FromStr for ActionUnitSet {
    type Err = SynthError;

    fn from_str(text: &str) -> Result<Self, SynthError> {
        text.split('+').map(str::parse::<Activation>).collect()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum StoredActivation {
    Number(u8),
    Text(String),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum StoredSet {
    Text(String),
    List(Vec<StoredActivation>),
}

impl From<ActionUnitSet> for Vec<StoredActivation> {
    fn from(set: ActionUnitSet) -> Self {
        let stored = |activation: Activation| match activation.side {
            Side::Both => StoredActivation::Number(activation.unit.number()),
            Side::Left | Side::Right => StoredActivation::Text(activation.to_string()),
        };
        set.iter().map(stored).collect()
    }
}

impl TryFrom<StoredSet> for ActionUnitSet {
    type Error = SynthError;

    fn try_from(stored: StoredSet) -> Result<Self, SynthError> {
        let read = |activation: StoredActivation| match activation {
            StoredActivation::Number(number) => number.to_string().parse::<Activation>(),
            StoredActivation::Text(text) => text.parse(),
        };
        match stored {
            StoredSet::Text(text) => text.parse(),
            StoredSet::List(list) => list.into_iter().map(read).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_texts_are_the_same_set() {
        let set: ActionUnitSet = "4+L14+R14".parse().unwrap();
        let json = serde_json::to_string(&set).unwrap();
        assert_eq!(json, r#"[4,"L14","R14"]"#);
        for text in [json.as_str(), r#""R14+L14+4""#, r#"["4","R14","L14",4]"#] {
            assert_eq!(serde_json::from_str::<ActionUnitSet>(text).unwrap(), set);
        }
    }

    #[test]
    fn what_is_no_action_unit_is_refused() {
        for text in ["", "3", "4+", "X4", "L", "4 + 9", "Ł4"] {
            assert!(text.parse::<ActionUnitSet>().is_err(), "{text}");
        }
    }
}
