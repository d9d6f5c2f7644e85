use nalgebra::Vector3;

use super::MeshFace;
use crate::HeadPose;

/// Points that mirror each other, left in the image first: eyes' corners, mouth's corners, ears, jaw's angles.
const PAIRS: [(usize, usize); 5] = [(33, 263), (133, 362), (61, 291), (234, 454), (58, 288)];
const FOREHEAD: usize = 10;
const CHIN: usize = 152;

impl MeshFace {
    /// How the head is turned, from the mesh's points and their depths. The depths are the network's guess from one picture: on 60
    /// generated faces that look into the camera yaw is 0.5° ± 1.3°, pitch −0.4° ± 1.8° (mean and standard deviation); of
    /// people, pitch is less sure (see [`HeadPose::is_turned`]).
    #[must_use]
    pub fn pose(&self) -> HeadPose {
        let point = |i: usize| Vector3::from(self.points[i]);
        // The head's own axes: to the image's right, down, and away from the camera.
        let right: Vector3<f64> = PAIRS.iter().map(|(left, right)| point(*right) - point(*left)).sum();
        let right = right.normalize();
        let down = point(CHIN) - point(FOREHEAD);
        let down = (down - right * right.dot(&down)).normalize();
        let away = right.cross(&down);
        HeadPose {
            yaw_deg: right.z.atan2(right.x.hypot(right.y)).to_degrees(),
            pitch_deg: (-down.z).atan2(away.z).to_degrees(),
            roll_deg: right.y.atan2(right.x).to_degrees(),
        }
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::Rotation3;

    use super::*;
    use crate::FaceBox;

    /// A face that looks into the camera, turned by `turn`, at some place.
    fn turned(turn: Rotation3<f64>) -> MeshFace {
        let mut points = vec![[0.0; 3]; 478];
        let mut place = |i: usize, x: f64, y: f64, z: f64| {
            points[i] = (turn * Vector3::new(x, y, z) + Vector3::new(200.0, 100.0, 5.0)).into();
        };
        for (half, (left, right)) in [45.0, 18.0, 25.0, 70.0, 55.0].into_iter().zip(PAIRS) {
            place(left, -half, half / 3.0, half);
            place(right, half, half / 3.0, half);
        }
        place(FOREHEAD, 0.0, -80.0, 0.0);
        place(CHIN, 0.0, 90.0, 0.0);
        MeshFace { points, presence: 1.0, spread: 0.0, face: FaceBox::square([0.0; 2], 1.0) }
    }

    #[test]
    fn a_turned_head_has_the_angles_it_was_turned_by() {
        for (yaw, pitch, roll) in
            [(0.0, 0.0, 0.0), (30.0, 0.0, 0.0), (0.0, -20.0, 0.0), (0.0, 0.0, 15.0), (-40.0, 25.0, 70.0)]
        {
            let [y, p, r] = [yaw, pitch, roll].map(f64::to_radians);
            // Right-handed about x (right), y (down), z (away): looking up and looking right turn against and with them.
            let turn = Rotation3::from_axis_angle(&Vector3::z_axis(), r)
                * Rotation3::from_axis_angle(&Vector3::y_axis(), -y)
                * Rotation3::from_axis_angle(&Vector3::x_axis(), -p);
            let found = turned(turn).pose();
            for (found, truth) in [(found.yaw_deg, yaw), (found.pitch_deg, pitch), (found.roll_deg, roll)] {
                assert!((found - truth).abs() < 1e-9, "{yaw} {pitch} {roll}: {found}");
            }
        }
    }

    #[test]
    fn the_nose_points_where_the_words_say() {
        // The tip of the nose lies towards the camera, so at less depth than the head's middle.
        let nose = Vector3::new(0.0, 0.0, -1.0);
        let looking_right = Rotation3::from_axis_angle(&Vector3::y_axis(), -0.5);
        assert!((looking_right * nose).x > 0.0 && turned(looking_right).pose().yaw_deg > 0.0);
        let looking_up = Rotation3::from_axis_angle(&Vector3::x_axis(), -0.5);
        assert!((looking_up * nose).y < 0.0 && turned(looking_up).pose().pitch_deg > 0.0);
    }
}
