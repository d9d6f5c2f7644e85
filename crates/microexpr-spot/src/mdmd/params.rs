use microexpr_core::OutOfRange;
use microexpr_flow::{DisParams, FlowAlgorithm};
use serde::{Deserialize, Serialize};

use crate::ExpressionKind;

/// Settings of [`Mdmd`](super::Mdmd).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MdmdParams {
    /// What is looked for.
    pub searches: Vec<MdmdSearch>,
    /// The face is cut into `blocks × blocks` equal blocks.
    pub blocks: usize,
    /// Directions among which a block's main one is chosen, from 0° in equal sectors.
    pub directions: usize,
    /// Share `p` of what exceeds the mean that a moving frame must have, `0..=1`.
    pub threshold: f64,
    /// Faster recordings are thinned to this many frames per second or a little more.
    pub fps: f64,
    /// How motion is measured.
    pub flow: FlowAlgorithm,
}

/// One kind of expression that is looked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MdmdSearch {
    /// What it finds.
    pub kind: ExpressionKind,
    /// Time from head to current frame, and from there to the tail frame: `k`.
    pub reach_s: f64,
    /// Shorter runs are none.
    pub shortest_s: f64,
    /// Longer runs are none.
    pub longest_s: f64,
}

impl MdmdSearch {
    pub(super) fn holds(&self, seconds: f64) -> bool {
        (self.shortest_s..=self.longest_s).contains(&seconds)
    }
}

/// CAS(ME)²'s frames per second, in which He et al. give their settings.
const PUBLISHED_FPS: f64 = 30.0;

impl Default for MdmdParams {
    fn default() -> Self {
        let search = |kind, reach: f64, shortest: f64, longest: f64| MdmdSearch {
            kind,
            reach_s: reach / PUBLISHED_FPS,
            shortest_s: shortest / PUBLISHED_FPS,
            longest_s: longest / PUBLISHED_FPS,
        };
        Self {
            searches: vec![
                search(ExpressionKind::Micro, 12.0, 7.0, 16.0),
                search(ExpressionKind::Macro, 39.0, 16.5, f64::INFINITY),
            ],
            blocks: 6,
            directions: 4,
            threshold: 0.01,
            fps: PUBLISHED_FPS,
            flow: FlowAlgorithm::Dis(DisParams::default()),
        }
    }
}

impl MdmdParams {
    pub(super) fn check(&self, fps: f64) -> Result<(), OutOfRange> {
        OutOfRange::unless(fps.is_finite() && fps >= 10.0, "fps", "10 or more", fps)?;
        OutOfRange::unless(self.fps >= 10.0, "fps", "10 or more", self.fps)?;
        OutOfRange::unless(self.blocks > 0, "blocks", "1 or more", self.blocks)?;
        OutOfRange::unless(self.directions > 0, "directions", "1 or more", self.directions)?;
        OutOfRange::unless_within(0.0..=1.0, "threshold", "0 to 1", self.threshold)?;
        let usable = |search: &MdmdSearch| (0.05..=10.0).contains(&search.reach_s);
        let all = self.searches.iter().all(usable);
        OutOfRange::unless(all, "searches", "reaches from 0.05 to 10", format!("{:?}", self.searches))
    }
}
