use microexpr_core::{LandmarkScheme, Landmarks};

use super::MeshFace;

/// TEMPORARY.
const TABLE: [usize; 68] = [
    127, 234, 93, 132, 58, 136, 150, 176, 152, 400, 379, 365, 288, 361, 323, 454, 356, 70, 63, 105, 66, 107, 336, 296,
    334, 293, 300, 168, 197, 5, 4, 75, 97, 2, 326, 305, 33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380, 61, 39,
    37, 0, 267, 269, 291, 321, 314, 17, 84, 91, 78, 82, 13, 312, 308, 317, 14, 87,
];

impl MeshFace {
    /// The 68.
    pub fn ibug68(&self) -> Landmarks {
        let points = TABLE.iter().map(|i| [self.points[*i][0], self.points[*i][1]]).collect();
        Landmarks::new(LandmarkScheme::Ibug68, points).expect("finite")
    }
}
