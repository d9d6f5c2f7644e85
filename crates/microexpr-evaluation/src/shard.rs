use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::EvaluationError;

/// One of several equal shares of an evaluation's folds, written `2/8`: folds and seeds are dealt like cards, so that any
/// scheduler can spread them over machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Shard {
    number: usize,
    of: usize,
}

impl Shard {
    /// All folds.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// Share `number` (counted from 1) of `of`.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::InvalidShard`] unless `1 ≤ number ≤ of`.
    pub fn new(number: usize, of: usize) -> Result<Self, EvaluationError> {
        if (1..=of).contains(&number) {
            Ok(Self { number, of })
        } else {
            Err(EvaluationError::InvalidShard { found: format!("{number}/{of}") })
        }
    }

    /// Number of shares.
    #[must_use]
    pub fn of(self) -> usize {
        self.of
    }

    /// Whether job number `job` (counted from 0) belongs to this share.
    #[must_use]
    pub fn holds(self, job: usize) -> bool {
        job % self.of == self.number - 1
    }

    /// Name of the file that a share's result is written to.
    #[must_use]
    pub fn file_name(self) -> String {
        format!("shard-{}-of-{}.json", self.number, self.of)
    }
}

#[derive(Deserialize)]
#[serde(rename = "Shard")]
struct Unchecked {
    number: usize,
    of: usize,
}

impl TryFrom<Unchecked> for Shard {
    type Error = EvaluationError;

    fn try_from(shard: Unchecked) -> Result<Self, EvaluationError> {
        Self::new(shard.number, shard.of)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = EvaluationError;

    fn from_str(text: &str) -> Result<Self, EvaluationError> {
        let numbers = text.split_once('/').and_then(|(n, of)| Some((n.parse().ok()?, of.parse().ok()?)));
        let (number, of) = numbers.ok_or_else(|| EvaluationError::InvalidShard { found: text.to_owned() })?;
        Self::new(number, of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_hold_every_job_once() {
        for job in 0..20 {
            let holders = (1..=3).filter(|n| Shard::new(*n, 3).unwrap().holds(job));
            assert_eq!(holders.count(), 1);
            assert!(Shard::WHOLE.holds(job));
        }
    }

    #[test]
    fn a_share_of_nothing_is_refused_in_a_file_too() {
        let text = serde_json::to_string(&Shard::new(2, 3).unwrap()).unwrap();
        assert_eq!(serde_json::from_str::<Shard>(&text).unwrap(), Shard::new(2, 3).unwrap());
        for wrong in [r#"{"number": 1, "of": 0}"#, r#"{"number": 4, "of": 3}"#, r#"{"number": 0, "of": 3}"#] {
            assert!(serde_json::from_str::<Shard>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn shards_are_read_and_wrong_ones_refused() {
        assert_eq!("2/8".parse::<Shard>().unwrap(), Shard::new(2, 8).unwrap());
        for wrong in ["0/4", "5/4", "2", "a/b", "1/0", ""] {
            assert!(wrong.parse::<Shard>().unwrap_err().to_string().contains("I/N"), "{wrong}");
        }
    }
}
