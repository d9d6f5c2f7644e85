//! Finds where the 68 points of the iBUG scheme lie on the face mesh, and how far off they are: the table of `face_mesh/ibug68.rs`.
//!
//! ```text
//! cargo run -p microexpr-landmarks --example mesh_table
//! ```
//!
//! Ground truth are `microexpr-synth`'s painted faces, whose 68 points are known exactly; no other model's output is looked at. Each
//! point is sought on the mesh's own lines for its part of the face (the contours of eyes and lips, the brows' edges, the nose's
//! bridge, the face's outline): between two neighbours on a line, at the share of the way that lies nearest to the truth over all
//! persons, in the face's own frame. Every face counts twice, once mirrored. Other persons then tell the offsets.

use std::error::Error;

use image::GrayImage;
use image::imageops::flip_horizontal;
use microexpr_core::Point;
use microexpr_landmarks::{FaceBox, FaceMesh, MeshFace};
use microexpr_synth::{Expression, Nuisance, Subject, SynthClip, SynthError, SynthParams};
use ndarray::Axis;

const SEED: u64 = 0x7461_626c;
const PERSONS: usize = 60;
const TEST_SEED: u64 = 0x6f66_6673;
const TEST_PERSONS: usize = 40;
/// Shares are rounded to twentieths.
const STEPS: f64 = 20.0;
/// The box of a face about its eyes, in inter-ocular distances; the mesh does not mind.
const BOX_SIDE_IOD: f64 = 2.46;
const BOX_BELOW_EYES_IOD: f64 = 0.47;
/// The 68 points of a mirrored face.
const MIRRORED: [usize; 68] = [
    16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 27, 28,
    29, 30, 35, 34, 33, 32, 31, 45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40, 54, 53, 52, 51, 50, 49, 48,
    59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65,
];

/// Points of one face in its own frame: inter-ocular distances from the middle between the eyes.
struct Face {
    truth: Vec<Point>,
    mesh: Vec<Point>,
    /// The table's points.
    ibug68: Vec<Point>,
}

/// A place on a line of the mesh.
struct Place {
    /// Number of the point on the line that it comes after.
    index: usize,
    /// How far it lies towards the next one.
    share: f64,
    /// Root mean square distance from the truth, in inter-ocular distances.
    error: f64,
}

/// The points of the image's right half.
const RIGHT_HALF: [usize; 29] = [
    9, 10, 11, 12, 13, 14, 15, 16, 22, 23, 24, 25, 26, 34, 35, 42, 43, 44, 45, 46, 47, 52, 53, 54, 55, 56,
    63, 64, 65,
];

fn main() -> Result<(), Box<dyn Error>> {
    let faces = faces(SEED, PERSONS)?;
    for (number, mirrored) in MIRRORED.into_iter().enumerate() {
        // Points of the right half lie where those that they mirror do.
        let [left, right] = lines_of(number);
        let (line, sought) = if RIGHT_HALF.contains(&number) { (right, mirrored) } else { (left, number) };
        let Place { index, share, error } = best(&faces, sought, left);
        let (from, to) = (line[index], line[index + 1]);
        println!("    ({from}, {to}, {share:.2}), // {number}: {:.1} %", 100.0 * error);
    }
    let others = self::faces(TEST_SEED, TEST_PERSONS)?;
    println!(
        "offsets of the table's points on other persons, % of the inter-ocular distance: right, down; distance (median)"
    );
    for (part, numbers) in PARTS {
        let offsets = |n: usize| {
            others.iter().map(move |f| [f.ibug68[n][0] - f.truth[n][0], f.ibug68[n][1] - f.truth[n][1]])
        };
        let all: Vec<String> = numbers
            .map(|n| {
                let [x, y] =
                    [0, 1].map(|axis| 100.0 * offsets(n).map(|o| o[axis]).sum::<f64>() / others.len() as f64);
                let mut distances: Vec<f64> = offsets(n).map(|[x, y]| 100.0 * x.hypot(y)).collect();
                distances.sort_by(f64::total_cmp);
                format!("{n}: {x:+.1} {y:+.1}; {:.1}", distances[distances.len() / 2])
            })
            .collect();
        println!("{part}: {}", all.join(" | "));
    }
    Ok(())
}

const PARTS: [(&str, std::ops::Range<usize>); 6] = [
    ("jaw", 0..17),
    ("brows", 17..27),
    ("nose", 27..36),
    ("eyes", 36..48),
    ("outer lips", 48..60),
    ("inner lips", 60..68),
];

/// The mesh's line for a point, by MediaPipe's numbering, and the line that mirrors it; points of the middle have one place only.
fn lines_of(number: usize) -> [&'static [usize]; 2] {
    const JAW: [&[usize]; 2] = [
        &[162, 127, 234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152],
        &[389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152],
    ];
    const BROW: [&[usize]; 2] = [&[70, 63, 105, 66, 107, 55], &[300, 293, 334, 296, 336, 285]];
    const UPPER_LID: [&[usize]; 2] =
        [&[33, 246, 161, 160, 159, 158, 157, 173, 133], &[263, 466, 388, 387, 386, 385, 384, 398, 362]];
    const LOWER_LID: [&[usize]; 2] =
        [&[33, 7, 163, 144, 145, 153, 154, 155, 133], &[263, 249, 390, 373, 374, 380, 381, 382, 362]];
    const UPPER_LIP: [&[usize]; 2] = [&[61, 185, 40, 39, 37, 0], &[291, 409, 270, 269, 267, 0]];
    const LOWER_LIP: [&[usize]; 2] = [&[61, 146, 91, 181, 84, 17], &[291, 375, 321, 405, 314, 17]];
    const UPPER_LIP_INSIDE: [&[usize]; 2] = [&[78, 191, 80, 81, 82, 13], &[308, 415, 310, 311, 312, 13]];
    const LOWER_LIP_INSIDE: [&[usize]; 2] = [&[78, 95, 88, 178, 87, 14], &[308, 324, 318, 402, 317, 14]];
    const BRIDGE: [&[usize]; 2] = [&[9, 8, 168, 6, 197, 195, 5, 4, 1, 19]; 2];
    const NOSE_BASE: [&[usize]; 2] = [&[64, 98, 97, 2], &[294, 327, 326, 2]];
    match number {
        8 => [&[152, 152]; 2],
        33 => [&[2, 2]; 2],
        51 => [&[0, 0]; 2],
        57 => [&[17, 17]; 2],
        62 => [&[13, 13]; 2],
        66 => [&[14, 14]; 2],
        0..=16 => JAW,
        17..=26 => BROW,
        27..=30 => BRIDGE,
        31..=35 => NOSE_BASE,
        36..=39 | 42..=45 => UPPER_LID,
        40 | 41 | 46 | 47 => LOWER_LID,
        48..=54 => UPPER_LIP,
        55..=59 => LOWER_LIP,
        60 | 61 | 63 | 64 => UPPER_LIP_INSIDE,
        _ => LOWER_LIP_INSIDE,
    }
}

/// The place on a line that lies nearest to a point's truth.
fn best(faces: &[Face], number: usize, line: &[usize]) -> Place {
    let places = line.windows(2).enumerate().map(|(index, pair)| {
        let (from, to) = (pair[0], pair[1]);
        let (mut along, mut square) = (0.0, 0.0);
        for face in faces {
            let (a, b, t) = (face.mesh[from], face.mesh[to], face.truth[number]);
            let [dx, dy] = [b[0] - a[0], b[1] - a[1]];
            along += dx * (t[0] - a[0]) + dy * (t[1] - a[1]);
            square += dx * dx + dy * dy;
        }
        let share =
            if square > 0.0 { ((along / square).clamp(0.0, 1.0) * STEPS).round() / STEPS } else { 0.0 };
        let error = faces.iter().map(|face| {
            let (a, b, t) = (face.mesh[from], face.mesh[to], face.truth[number]);
            (a[0] + share * (b[0] - a[0]) - t[0]).powi(2) + (a[1] + share * (b[1] - a[1]) - t[1]).powi(2)
        });
        Place { index, share, error: (error.sum::<f64>() / faces.len() as f64).sqrt() }
    });
    places.min_by(|a, b| a.error.total_cmp(&b.error)).expect("a line has two points")
}

fn faces(seed: u64, persons: usize) -> Result<Vec<Face>, SynthError> {
    let mut all = Vec::new();
    for number in 1..=persons {
        let nuisance = Nuisance { pose_px: 6.0, pose_deg: 6.0, noise_levels: 1.0, ..Nuisance::none() };
        let params = SynthParams { seed, frames: [3, 3], nuisance, ..SynthParams::prototypical() };
        let person = Subject::new(&params, number)?;
        let clip = SynthClip::render(&params, &person, 1, Expression::ALL[number % Expression::ALL.len()])?;
        let pixels = clip.frames.index_axis(Axis(0), 0);
        let image = GrayImage::from_fn(pixels.ncols() as u32, pixels.nrows() as u32, |x, y| {
            image::Luma([pixels[[y as usize, x as usize]]])
        });
        let truth = clip.truth.landmarks[0].points();
        let right = f64::from(image.width()) - 1.0;
        let mirrored: Vec<Point> = MIRRORED.iter().map(|i| [right - truth[*i][0], truth[*i][1]]).collect();
        all.push(face(&image, truth));
        all.push(face(&flip_horizontal(&image), &mirrored));
    }
    Ok(all)
}

/// The mesh of a face whose points are known, in the face's frame.
fn face(image: &GrayImage, truth: &[Point]) -> Face {
    let eye = |range: std::ops::Range<usize>| {
        [0, 1].map(|axis| truth[range.clone()].iter().map(|p| p[axis]).sum::<f64>() / 6.0)
    };
    let (left, right) = (eye(36..42), eye(42..48));
    let along = [right[0] - left[0], right[1] - left[1]];
    let iod = along[0].hypot(along[1]);
    let middle = [f64::midpoint(left[0], right[0]), f64::midpoint(left[1], right[1])];
    let half = BOX_SIDE_IOD * iod / 2.0;
    let (x, y) = (middle[0], middle[1] + BOX_BELOW_EYES_IOD * iod);
    let around = FaceBox::new(x - half, y - half, x + half, y + half).expect("a face has a box");
    let found: MeshFace = FaceMesh::new().find(image, &around);
    let own = |x: f64, y: f64| {
        let (x, y) = (x - middle[0], y - middle[1]);
        [(along[0] * x + along[1] * y) / (iod * iod), (along[0] * y - along[1] * x) / (iod * iod)]
    };
    Face {
        truth: truth.iter().map(|p| own(p[0], p[1])).collect(),
        mesh: found.points.iter().map(|p| own(p[0], p[1])).collect(),
        ibug68: found.ibug68().points().iter().map(|p| own(p[0], p[1])).collect(),
    }
}
