use microexpr_core::Point;

/// The smallest convex polygon around some points.
pub(super) struct ConvexHull {
    corners: Vec<Point>,
}

impl ConvexHull {
    /// By Andrew's monotone chain.
    pub(super) fn around(points: &[Point]) -> Self {
        let mut sorted = points.to_vec();
        sorted.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
        let mut corners = half(sorted.iter());
        corners.extend(half(sorted.iter().rev()));
        Self { corners }
    }

    pub(super) fn contains(&self, p: Point) -> bool {
        let next = self.corners.iter().cycle().skip(1);
        self.corners.iter().zip(next).all(|(a, b)| turn(*a, *b, p) >= 0.0)
    }

    /// Mean of the corners.
    pub(super) fn centre(&self) -> Point {
        let n = self.corners.len().max(1) as f64;
        let sum = self.corners.iter().fold([0.0, 0.0], |s, p| [s[0] + p[0], s[1] + p[1]]);
        [sum[0] / n, sum[1] / n]
    }
}

fn half<'a>(points: impl Iterator<Item = &'a Point>) -> Vec<Point> {
    let mut chain: Vec<Point> = Vec::new();
    for p in points {
        while chain.len() >= 2 && turn(chain[chain.len() - 2], chain[chain.len() - 1], *p) <= 0.0 {
            chain.pop();
        }
        chain.push(*p);
    }
    chain.pop();
    chain
}

/// Positive if `a`, `b`, `c` turn from +x towards +y.
fn turn(a: Point, b: Point, c: Point) -> f64 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hull_holds_its_inside_and_nothing_else() {
        let hull =
            ConvexHull::around(&[[0.0, 0.0], [4.0, 0.0], [2.0, 1.0], [4.0, 4.0], [0.0, 4.0], [1.0, 2.0]]);
        assert_eq!(hull.corners.len(), 4);
        assert!(hull.contains([2.0, 2.0]) && hull.contains([0.0, 4.0]));
        assert!(!hull.contains([4.1, 2.0]) && !hull.contains([2.0, -0.1]));
        assert_eq!(hull.centre(), [2.0, 2.0]);
    }
}
