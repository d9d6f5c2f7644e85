use microexpr_core::{LandmarkScheme, Landmarks, Point};

use super::MeshFace;

/// Where the 68 points of the iBUG scheme lie on the mesh: between two of its points, at a share of the way.
///
/// Found by `examples/mesh_table.rs` on generated faces, whose 68 points are known exactly; behind each entry the root mean square
/// distance that is left there, in inter-ocular distances.
#[rustfmt::skip]
const TABLE: [(usize, usize, f64); 68] = [
    (162, 127, 0.65), // 0: 3.9 %
    (127, 234, 0.90), // 1: 3.7 %
    (93, 132, 0.15), // 2: 4.6 %
    (132, 58, 0.30), // 3: 5.5 %
    (58, 172, 0.50), // 4: 6.1 %
    (172, 136, 0.95), // 5: 6.0 %
    (150, 149, 0.65), // 6: 6.4 %
    (176, 148, 0.45), // 7: 7.6 %
    (152, 152, 0.00), // 8: 8.1 %
    (400, 377, 0.45), // 9: 7.6 %
    (379, 378, 0.65), // 10: 6.4 %
    (397, 365, 0.95), // 11: 6.0 %
    (288, 397, 0.50), // 12: 6.1 %
    (361, 288, 0.30), // 13: 5.5 %
    (323, 361, 0.15), // 14: 4.6 %
    (356, 454, 0.90), // 15: 3.7 %
    (389, 356, 0.65), // 16: 3.9 %
    (70, 63, 0.00), // 17: 6.6 %
    (63, 105, 0.15), // 18: 2.5 %
    (105, 66, 0.30), // 19: 2.2 %
    (66, 107, 0.30), // 20: 2.5 %
    (107, 55, 0.55), // 21: 3.2 %
    (336, 285, 0.55), // 22: 3.2 %
    (296, 336, 0.30), // 23: 2.5 %
    (334, 296, 0.30), // 24: 2.2 %
    (293, 334, 0.15), // 25: 2.5 %
    (300, 293, 0.00), // 26: 6.6 %
    (168, 6, 0.20), // 27: 2.1 %
    (6, 197, 0.70), // 28: 1.9 %
    (195, 5, 0.45), // 29: 2.2 %
    (5, 4, 0.90), // 30: 2.5 %
    (98, 97, 0.45), // 31: 5.0 %
    (97, 2, 0.05), // 32: 5.1 %
    (2, 2, 0.00), // 33: 3.1 %
    (326, 2, 0.05), // 34: 5.1 %
    (327, 326, 0.45), // 35: 5.0 %
    (33, 246, 0.30), // 36: 1.3 %
    (160, 159, 0.35), // 37: 1.4 %
    (158, 157, 0.15), // 38: 1.5 %
    (173, 133, 0.20), // 39: 1.1 %
    (153, 154, 0.05), // 40: 2.6 %
    (163, 144, 0.95), // 41: 2.5 %
    (398, 362, 0.20), // 42: 1.1 %
    (385, 384, 0.15), // 43: 1.5 %
    (387, 386, 0.35), // 44: 1.4 %
    (263, 466, 0.30), // 45: 1.3 %
    (390, 373, 0.95), // 46: 2.5 %
    (380, 381, 0.05), // 47: 2.6 %
    (61, 185, 0.00), // 48: 3.8 %
    (40, 39, 0.60), // 49: 1.9 %
    (37, 0, 0.05), // 50: 1.8 %
    (0, 0, 0.00), // 51: 1.8 %
    (267, 0, 0.05), // 52: 1.8 %
    (270, 269, 0.60), // 53: 1.9 %
    (291, 409, 0.00), // 54: 3.8 %
    (321, 405, 0.50), // 55: 3.4 %
    (405, 314, 0.95), // 56: 3.7 %
    (17, 17, 0.00), // 57: 3.8 %
    (181, 84, 0.95), // 58: 3.7 %
    (91, 181, 0.50), // 59: 3.4 %
    (78, 191, 0.00), // 60: 2.1 %
    (81, 82, 0.55), // 61: 1.9 %
    (13, 13, 0.00), // 62: 2.1 %
    (311, 312, 0.55), // 63: 1.9 %
    (308, 415, 0.00), // 64: 2.1 %
    (402, 317, 0.55), // 65: 1.8 %
    (14, 14, 0.00), // 66: 1.8 %
    (178, 87, 0.55), // 67: 1.8 %
];

/// The 68 points, from the mesh's by their index.
pub(crate) fn ibug68_of_mesh(point: impl Fn(usize) -> Point) -> Vec<Point> {
    let between = |(from, to, share): &(usize, usize, f64)| {
        let (a, b) = (point(*from), point(*to));
        [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])]
    };
    TABLE.iter().map(between).collect()
}

impl MeshFace {
    /// The 68 points of the iBUG scheme.
    ///
    /// On generated faces of other persons (40, each also mirrored; `examples/mesh_table.rs`) they lie off the truth by (median, from a
    /// part's best to its worst point, in per cent of the inter-ocular distance) 1.0 to 2.4 at the eyes, 1.2 to 3.7 at the lips, 1.8
    /// to 5.4 at the brows, 1.9 to 5.2 at the nose, 2.5 to 6.7 at the jaw. Of that are offsets that all faces share, left and right
    /// alike: the base of the nose (31 to 35) 2 to 5 down, the brows' outer ends 5 up and their inner ends 2.5 apart, the chin (6 to 10)
    /// 3 to 7 up, the mouth's corners 3 inwards, the lower lip's edge 2 to 3 up, the lower lids 2 down; every other point at most 2.3.
    ///
    /// On turned heads the far side of the jaw lies within the outline that is seen, because the mesh's points are points of the head.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "the network's sums of bounded values are finite")]
    pub fn ibug68(&self) -> Landmarks {
        let points = ibug68_of_mesh(|index| [self.points[index][0], self.points[index][1]]);
        Landmarks::new(LandmarkScheme::Ibug68, points)
            .expect("the network's sums of bounded values are finite")
    }
}
