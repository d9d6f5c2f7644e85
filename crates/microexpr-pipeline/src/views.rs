use serde::{Deserialize, Serialize};

/// Which graphs stand for one clip, or for one flow map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Views {
    /// Its own.
    #[default]
    Single,
    /// Its own and that of its mirror image, which shows an expression of the same class: both are learned from, and the class
    /// scores are the mean of both.
    Mirrored,
}
