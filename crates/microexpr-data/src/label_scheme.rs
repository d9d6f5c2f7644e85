//! From a dataset's emotion words to classes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::class_table::ClassTable;
use crate::dataset::alphanumeric;
use crate::emotion::emotion;
use crate::{ClipRecord, DataError, Dataset, Layout};

/// A set of classes and the emotions that belong to each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
#[non_exhaustive]
pub enum LabelScheme {
    /// `3` (also `smic`): negative, positive, surprise; "others" is left out.
    ///
    /// Source: MEGC 2019 (See et al., FG 2019). Negative: anger, contempt, disgust, fear, sadness; of CASME
    /// II disgust and repression only. Positive: happiness. SMIC's own labels are these three (Li et al., FG 2013).
    #[default]
    ThreeClasses,
    /// `samm-5`: anger, happiness, surprise, contempt, other: SAMM without disgust, fear and sadness.
    FiveClasses,
    /// `casme2-5`: disgust, happiness, repression, surprise, others: CASME II without fear and sadness.
    ///
    /// Source: Yan et al., "CASME II", PLoS ONE 2014.
    Casme2Five,
    /// `casme3-4`: negative, positive, surprise, others.
    ///
    /// Source: Li et al., "CAS(ME)³", IEEE TPAMI 2023. Negative: anger, disgust, fear, sadness. Positive: happiness.
    Casme3Four,
    /// `casme3-7`: disgust, surprise, others, fear, anger, sadness, happiness; MMEW's seven are the same.
    ///
    /// Source: Li et al., "CAS(ME)³", IEEE TPAMI 2023.
    Casme3Seven,
    /// `4dme-5`: positive, negative, surprise, repression, others.
    ///
    /// Source: Li et al., "4DME", IEEE Trans. Affective Computing 2023.
    FourDmeFive,
    /// `dfme-7`: happiness, anger, contempt, disgust, fear, sadness, surprise.
    ///
    /// Source: Zhao et al., "DFME", IEEE Trans. Affective Computing 2024.
    DfmeSeven,
    /// Classes of one's own.
    Table(ClassTable),
}

/// Size of a published protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProtocolCounts {
    /// Clips of each class.
    pub clips: &'static [usize],
    /// Number of subjects.
    pub subjects: usize,
}

impl LabelScheme {
    /// The published sets.
    pub const PUBLISHED: [Self; 7] = [
        Self::ThreeClasses,
        Self::FiveClasses,
        Self::Casme2Five,
        Self::Casme3Four,
        Self::Casme3Seven,
        Self::FourDmeFive,
        Self::DfmeSeven,
    ];

    /// Its name on a command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ThreeClasses => "3",
            Self::FiveClasses => "samm-5",
            Self::Casme2Five => "casme2-5",
            Self::Casme3Four => "casme3-4",
            Self::Casme3Seven => "casme3-7",
            Self::FourDmeFive => "4dme-5",
            Self::DfmeSeven => "dfme-7",
            Self::Table(_) => "table",
        }
    }

    /// Names of the classes; a class's index is its position.
    #[must_use]
    pub fn classes(self) -> &'static [&'static str] {
        match self {
            Self::ThreeClasses => &["negative", "positive", "surprise"],
            Self::FiveClasses => &["anger", "happiness", "surprise", "contempt", "other"],
            Self::Casme2Five => &["disgust", "happiness", "repression", "surprise", "others"],
            Self::Casme3Four => &["negative", "positive", "surprise", "others"],
            Self::Casme3Seven => &["disgust", "surprise", "others", "fear", "anger", "sadness", "happiness"],
            Self::FourDmeFive => &["positive", "negative", "surprise", "repression", "others"],
            Self::DfmeSeven => &["happiness", "anger", "contempt", "disgust", "fear", "sadness", "surprise"],
            Self::Table(table) => table.classes(),
        }
    }

    /// The set of a number of classes: 3, or SAMM's 5.
    #[must_use]
    pub fn with_classes(classes: usize) -> Option<Self> {
        [Self::ThreeClasses, Self::FiveClasses].into_iter().find(|s| s.classes().len() == classes)
    }

    /// Class of a clip, `None` if its label belongs to none. Letter case, punctuation and the datasets' different spellings do not
    /// matter (`happy`, `Happiness`).
    #[must_use]
    pub fn class_of(self, clip: &ClipRecord) -> Option<usize> {
        if let Self::Table(table) = self {
            return table.class_of(&clip.label);
        }
        let emotion = emotion(&clip.label)?;
        let class = match self {
            Self::ThreeClasses => polarity(&clip.dataset, emotion)?,
            Self::Casme3Four if emotion == "others" => emotion,
            Self::Casme3Four => polarity(&Dataset::Casme3, emotion)?,
            Self::FiveClasses if emotion == "others" => "other",
            Self::FourDmeFive if emotion != "repression" => {
                polarity(&Dataset::Casme3, emotion).unwrap_or(emotion)
            }
            _ => emotion,
        };
        self.classes().iter().position(|name| *name == class)
    }

    /// Clips and subjects of the published protocol, if the layout has one under this scheme (SMIC: HS
    /// camera).
    #[must_use]
    pub fn protocol_counts(self, layout: Layout) -> Option<ProtocolCounts> {
        let (clips, subjects): (&[usize], usize) = match (self, layout) {
            (Self::ThreeClasses, Layout::Smic) => (&[70, 51, 43], 16),
            (Self::ThreeClasses, Layout::Samm) => (&[92, 26, 15], 28),
            (Self::ThreeClasses, Layout::Casme2) => (&[88, 32, 25], 24),
            (Self::ThreeClasses, Layout::Composite) => (&[250, 109, 83], 68),
            (Self::FiveClasses, Layout::Samm) => (&[57, 26, 15, 12, 26], 27),
            _ => return None,
        };
        Some(ProtocolCounts { clips, subjects })
    }
}

/// Negative, positive or surprise. MEGC 2019 leaves out CASME II's few clips of fear and sadness.
fn polarity(dataset: &Dataset, emotion: &'static str) -> Option<&'static str> {
    match emotion {
        "fear" | "sadness" if *dataset == Dataset::Casme2 => None,
        "negative" | "anger" | "contempt" | "disgust" | "fear" | "sadness" | "repression" => Some("negative"),
        "positive" | "happiness" => Some("positive"),
        "surprise" => Some("surprise"),
        _ => None,
    }
}

impl fmt::Display for LabelScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for LabelScheme {
    type Err = DataError;

    fn from_str(text: &str) -> Result<Self, DataError> {
        match alphanumeric(text).as_str() {
            "3" | "threeclasses" | "smic" | "smic3" | "megc2019" => Ok(Self::ThreeClasses),
            "5" | "fiveclasses" | "samm5" => Ok(Self::FiveClasses),
            "casme25" | "casmeii5" => Ok(Self::Casme2Five),
            "4" | "casme34" => Ok(Self::Casme3Four),
            "7" | "casme37" | "mmew7" => Ok(Self::Casme3Seven),
            "4dme5" => Ok(Self::FourDmeFive),
            "dfme7" => Ok(Self::DfmeSeven),
            _ => {
                let expected = Self::PUBLISHED.map(Self::name).join(", ");
                Err(DataError::UnknownClasses { found: text.to_owned(), expected })
            }
        }
    }
}

impl TryFrom<String> for LabelScheme {
    type Error = DataError;

    fn try_from(text: String) -> Result<Self, DataError> {
        text.parse()
    }
}

impl From<LabelScheme> for String {
    fn from(scheme: LabelScheme) -> Self {
        scheme.name().to_owned()
    }
}
