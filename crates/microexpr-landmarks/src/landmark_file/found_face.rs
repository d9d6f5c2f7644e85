use microexpr_core::Point;

use super::POINTS;

/// Points of MediaPipe's mesh, without and with the irises.
const MESH: [usize; 2] = [468, 478];

/// A face as a file gives it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FoundFace {
    /// Where it stands in the file, for messages.
    pub(super) place: String,
    /// Number of the frame, as the program that wrote the file counts.
    pub(super) number: u64,
    /// Who it is, if the program tells faces apart.
    pub(super) id: Option<u64>,
    pub(super) confidence: f64,
    /// 68 points.
    pub(super) points: Vec<Point>,
}

impl FoundFace {
    /// Width and height.
    pub(super) fn size(&self) -> [f64; 2] {
        [0, 1].map(|axis| {
            let of_axis = || self.points.iter().map(|p| p[axis]);
            of_axis().fold(f64::MIN, f64::max) - of_axis().fold(f64::MAX, f64::min)
        })
    }

    pub(super) fn area(&self) -> f64 {
        let [width, height] = self.size();
        width * height
    }

    /// Root mean square distance to the same points of another face.
    pub(super) fn distance(&self, other: &Self) -> f64 {
        let squares =
            self.points.iter().zip(&other.points).map(|(a, b)| (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2));
        (squares.sum::<f64>() / POINTS as f64).sqrt()
    }
}

/// What a row of points is.
pub(super) enum Row {
    /// The program saw no face.
    Lost,
    /// The 68 points.
    Face(Vec<Point>),
}

/// The 68 points among those that a program gives: 68, or MediaPipe's 468 or 478.
pub(super) fn ibug68(points: Vec<Point>) -> Result<Row, String> {
    let nothing = |p: &Point| p.iter().all(|v| *v == 0.0 || v.is_nan());
    if points.iter().all(nothing) {
        return Ok(Row::Lost);
    }
    if let Some(index) = points.iter().position(|p| !p.iter().all(|v| v.is_finite())) {
        return Err(format!("landmark {index} is not finite"));
    }
    match points.len() {
        POINTS => Ok(Row::Face(points)),
        found if MESH.contains(&found) => of_mesh(&points).map(Row::Face),
        found => Err(format!(
            "the 68-point scheme has 68 points, found {found}: write the 68 of iBUG, or the 468 or 478 of MediaPipe's mesh"
        )),
    }
}

#[cfg(feature = "face-mesh")]
fn of_mesh(points: &[Point]) -> Result<Vec<Point>, String> {
    Ok(crate::face_mesh::ibug68_of_mesh(|index| points[index]))
}

#[cfg(not(feature = "face-mesh"))]
fn of_mesh(points: &[Point]) -> Result<Vec<Point>, String> {
    Err(format!("found the {} points of a mesh, which take the feature face-mesh", points.len()))
}
