use std::fmt;

use serde::{Deserialize, Serialize};

/// How a head is turned, in degrees; all zero for a face that looks into the camera, upright.
///
/// The head's turn is `R = Rz(roll) · Ry(yaw) · Rx(pitch)`: seen from the camera it is first nodded, then turned, then tilted in the
/// image plane.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HeadPose {
    /// About the head's height; above zero the face looks to the image's right.
    pub yaw_deg: f64,
    /// About the line through the ears; above zero the face looks up.
    pub pitch_deg: f64,
    /// In the image plane; above zero the head is tilted clockwise.
    pub roll_deg: f64,
}

/// Beyond these a head counts as turned.
const TURN_DEG: f64 = 15.0;
const NOD_DEG: f64 = 30.0;

impl HeadPose {
    /// Whether the head is turned to a side by more than 15°, or nodded by more than 30°: the far side of the face is foreshortened
    /// then, and with it its motion.
    ///
    /// The nod is allowed more because its zero differs between faces: of 442 frames of people who look ahead, from three published
    /// sets, yaw lies between −6° and 7°, pitch between −30° and 8° (its median −11°).
    #[must_use]
    pub fn is_turned(&self) -> bool {
        self.yaw_deg.abs() > TURN_DEG || self.pitch_deg.abs() > NOD_DEG
    }
}

impl fmt::Display for HeadPose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "yaw {:.0}°, pitch {:.0}°, roll {:.0}°", self.yaw_deg, self.pitch_deg, self.roll_deg)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_turned_from_15_degrees_to_a_side_on_and_nodded_from_30_on() {
        let pose = |yaw_deg, pitch_deg| HeadPose { yaw_deg, pitch_deg, roll_deg: 80.0 };
        for (yaw, pitch, turned) in [
            (0.0, 0.0, false),
            (14.9, -29.0, false),
            (-15.1, 0.0, true),
            (0.0, 30.5, true),
            (0.0, -30.5, true),
        ] {
            assert_eq!(pose(yaw, pitch).is_turned(), turned, "{yaw} {pitch}");
        }
        assert_eq!(pose(-16.4, 3.0).to_string(), "yaw -16°, pitch 3°, roll 80°");
    }
}
