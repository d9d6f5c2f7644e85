use std::collections::{BTreeMap, HashMap};

use microexpr_core::Digest;
use serde::{Deserialize, Serialize};

use crate::EvaluationError;

/// Something of a known class that a learner learns from or is asked about: a clip, a graph, a row of numbers. What it
/// consists of only the [`Learner`](crate::Learner) knows, by its index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// Its name, unique among the examples.
    pub id: String,
    /// Who it is of: never on both sides of a split. Unique over all datasets, such as `smic/s01`.
    pub subject: String,
    /// The dataset it is from.
    pub dataset: String,
    /// Its class, an index into the class names.
    pub class: usize,
    /// Digest of what was recorded, if known: equal recordings under two subjects are a leak.
    #[serde(default)]
    pub content: Option<Digest>,
}

impl Example {
    /// An example whose recording is not known.
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        subject: impl Into<String>,
        dataset: impl Into<String>,
        class: usize,
    ) -> Self {
        Self { id: id.into(), subject: subject.into(), dataset: dataset.into(), class, content: None }
    }
}

/// What is done about examples that let a split by subject leak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Leaks {
    /// They are an error.
    #[default]
    Refused,
    /// They are meant.
    Allowed,
}

/// Refuses names that repeat and classes that do not exist.
pub(crate) fn check_examples(examples: &[Example], classes: usize) -> Result<(), EvaluationError> {
    let mut names = BTreeMap::new();
    for example in examples {
        if example.class >= classes {
            return Err(EvaluationError::UnknownClass { found: example.class, classes });
        }
        if names.insert(&example.id, ()).is_some() {
            return Err(EvaluationError::RepeatedExample { id: example.id.clone() });
        }
    }
    Ok(())
}

/// Refuses what puts one person on both sides of a split by subject: the same recording under two subjects, and subjects whose
/// names differ in letter case, blanks or leading zeros only.
pub(crate) fn check_leaks(examples: &[Example]) -> Result<(), EvaluationError> {
    let mut spellings: HashMap<String, &str> = HashMap::new();
    let mut contents: HashMap<Digest, &Example> = HashMap::new();
    for example in examples {
        let first = *spellings.entry(spelling(&example.subject)).or_insert(&example.subject);
        if first != example.subject {
            let (first, second) = (first.to_owned(), example.subject.clone());
            return Err(EvaluationError::SameSubject { first, second });
        }
        let Some(content) = example.content else { continue };
        let first = *contents.entry(content).or_insert(example);
        if first.subject != example.subject {
            let (first, second) = (first.id.clone(), example.id.clone());
            return Err(EvaluationError::SameContent { first, second });
        }
    }
    Ok(())
}

/// A name without what spellings of one person differ in: letter case, blanks, zeros before a number.
fn spelling(name: &str) -> String {
    let mut plain = String::new();
    let mut in_number = false;
    for c in name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase) {
        if c == '0' && !in_number {
            continue;
        }
        in_number = c.is_ascii_digit();
        plain.push(c);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(subject: &str, content: Option<&str>) -> Example {
        let id = format!("{subject}/{}", content.unwrap_or_default());
        let content = content.map(|text| Digest::of(text.as_bytes()));
        Example { content, ..Example::new(id, subject, "mine", 0) }
    }

    #[test]
    fn one_person_in_two_spellings_is_a_leak() {
        for (a, b) in [("s1", "S1"), ("s1", "s01"), ("s1", "s 1"), ("mine/7", "mine/007 ")] {
            let error = check_leaks(&[of(a, None), of(b, None)]).unwrap_err();
            assert!(matches!(error, EvaluationError::SameSubject { .. }), "{a} {b}");
        }
        for (a, b) in [("s1", "s10"), ("s1", "s11"), ("a/s1", "b/s1"), ("s1", "t1"), ("s100", "s10")] {
            check_leaks(&[of(a, None), of(b, None), of(a, None)]).unwrap();
        }
    }

    #[test]
    fn one_recording_under_two_subjects_is_a_leak() {
        let error = check_leaks(&[of("a", Some("x")), of("b", Some("y")), of("b", Some("x"))]).unwrap_err();
        assert!(error.to_string().contains("a/x and b/x hold the same frames"), "{error}");
        check_leaks(&[of("a", Some("x")), of("a", Some("x")), of("b", None), of("c", None)]).unwrap();
    }
}
