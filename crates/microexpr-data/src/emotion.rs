//! How datasets spell emotions.

use crate::dataset::alphanumeric;

/// The name used here, and its spellings in the tables of SAMM (`Happiness`, `Other`), CASME (`tense`), CASME II (`happiness`,
/// `others`), CAS(ME)², CAS(ME)³ (`happy`, `sad`), MMEW, DFME and 4DME (`Positive`, `Repression`).
const SPELLINGS: [(&str, &[&str]); 13] = [
    ("anger", &["anger", "angry"]),
    ("contempt", &["contempt", "contemptuous"]),
    ("disgust", &["disgust", "disgusted"]),
    ("fear", &["fear", "fearful"]),
    ("happiness", &["happiness", "happy"]),
    ("sadness", &["sadness", "sad"]),
    ("surprise", &["surprise", "surprised"]),
    ("repression", &["repression", "repressed"]),
    ("tense", &["tense", "tension"]),
    ("others", &["others", "other"]),
    ("negative", &["negative"]),
    ("positive", &["positive"]),
    ("neutral", &["neutral"]),
];

/// The one name of an emotion, `None` for a word that no known table uses. Letter case and punctuation do not matter.
pub(crate) fn emotion(label: &str) -> Option<&'static str> {
    let label = alphanumeric(label);
    let known = SPELLINGS.iter().find(|(_, spellings)| spellings.contains(&label.as_str()));
    known.map(|(name, _)| *name)
}
