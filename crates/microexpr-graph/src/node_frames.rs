//! Which kept frames have nodes.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Which of the kept frames become nodes of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum NodeFrames {
    /// All of them, as in the paper.
    #[default]
    All,
    /// All but the first and the last one, if there are more than two. Against the first frame (the onset) the first one
    /// shows no motion by definition, and in the last one (the offset) the expression has faded: features measured from
    /// the onset hold nothing but noise there.
    Inner,
}

impl NodeFrames {
    /// The frames among `kept` ones.
    #[must_use]
    pub fn of(self, kept: usize) -> Range<usize> {
        match self {
            Self::Inner if kept > 2 => 1..kept - 1,
            _ => 0..kept,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_frames_leave_out_the_ends_of_what_has_more_than_ends() {
        assert_eq!([0, 1, 2, 3, 7].map(|kept| NodeFrames::Inner.of(kept)), [0..0, 0..1, 0..2, 1..2, 1..6]);
        assert_eq!(NodeFrames::All.of(7), 0..7);
    }
}
