use serde::{Deserialize, Serialize};

/// Whether every node is its own neighbour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SelfLoops {
    /// One edge from every node to itself.
    #[default]
    With,
    /// No such edges.
    Without,
}
