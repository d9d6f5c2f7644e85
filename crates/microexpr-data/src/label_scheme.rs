//! From a dataset's emotion words to classes.

use serde::{Deserialize, Serialize};

use crate::dataset::alphanumeric;
use crate::{ClipRecord, Dataset, Layout};

/// A set of classes and the emotions that belong to each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LabelScheme {
    /// Negative, positive, surprise; "others" is left out.
    ///
    /// Source: MEGC 2019 (See et al., FG 2019). Negative: anger, contempt, disgust, fear, sadness; of CASME
    /// II disgust and repression only. Positive: happiness.
    #[default]
    ThreeClasses,
    /// Anger, happiness, surprise, contempt, other: SAMM without disgust, fear and sadness.
    FiveClasses,
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
    /// Names of the classes; a class's index is its position.
    #[must_use]
    pub fn classes(self) -> &'static [&'static str] {
        match self {
            Self::ThreeClasses => &["negative", "positive", "surprise"],
            Self::FiveClasses => &["anger", "happiness", "surprise", "contempt", "other"],
        }
    }

    /// The scheme of a number of classes, 3 or 5.
    #[must_use]
    pub fn with_classes(classes: usize) -> Option<Self> {
        [Self::ThreeClasses, Self::FiveClasses].into_iter().find(|s| s.classes().len() == classes)
    }

    /// Class of a clip, `None` if its label belongs to none. Letter case and punctuation do not matter.
    #[must_use]
    pub fn class_of(self, clip: &ClipRecord) -> Option<usize> {
        let label = alphanumeric(&clip.label);
        let name = match self {
            Self::ThreeClasses => three_class_name(&clip.dataset, &label)?,
            Self::FiveClasses if label == "others" => "other",
            Self::FiveClasses => &label,
        };
        self.classes().iter().position(|class| *class == name)
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

fn three_class_name(dataset: &Dataset, label: &str) -> Option<&'static str> {
    match label {
        "fear" | "sadness" if *dataset == Dataset::Casme2 => None,
        "negative" | "anger" | "contempt" | "disgust" | "fear" | "sadness" | "repression" => Some("negative"),
        "positive" | "happiness" => Some("positive"),
        "surprise" => Some("surprise"),
        _ => None,
    }
}
