//! Writes small generated faces with their boxes and 68 points, for another program to train on.
//!
//! ```text
//! cargo run -p microexpr-landmarks --example annotated_faces -- FOLDER
//! ```
//!
//! `training.raw` holds the images one behind the other, a byte per pixel. `training.txt` begins with the number of faces and
//! the side of an image; then a line per face: left, top, right and bottom of its box in whole pixels, and x and y of its
//! points. The same program writes the same files; `tests/data/dlib/generate.cpp` reads them.

use std::error::Error;
use std::fmt::Write;
use std::path::PathBuf;

use microexpr_core::{Landmarks, atomic_file};
use microexpr_synth::{Acting, Expression, Nuisance, Subject, SynthClip, SynthError, SynthParams};
use ndarray::Axis;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const SEED: u64 = 0x646c_6962;
const FACES: usize = 124;
const SIDE: usize = 64;
const INTER_OCULAR_PX: f64 = 15.0;
/// Side of the boxes, and how far their middles lie below the eyes, in inter-ocular distances.
const BOX_SIDE_IOD: f64 = 2.46;
const BOX_BELOW_EYES_IOD: f64 = 0.47;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("expected the folder to write into")?;
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let (mut pixels, mut lines) = (Vec::new(), format!("{FACES} {SIDE}\n"));
    for number in 1..=FACES {
        let (image, points) = face(number)?;
        pixels.extend(image);
        let edges = face_box(&points, &mut rng);
        write!(lines, "{} {} {} {}", edges[0], edges[1], edges[2], edges[3])?;
        points.points().iter().try_for_each(|[x, y]| write!(lines, " {x:.3} {y:.3}"))?;
        lines.push('\n');
    }
    atomic_file::write(folder.join("training.raw"), &pixels)?;
    Ok(atomic_file::write(folder.join("training.txt"), lines.as_bytes())?)
}

/// A person in a pose of its own, pulling a face.
fn face(number: usize) -> Result<(Vec<u8>, Landmarks), SynthError> {
    let nuisance = Nuisance {
        pose_px: 1.5,
        pose_deg: 8.0,
        sway_px: 0.5,
        drift_px: 0.1,
        flutter_px: 0.1,
        noise_levels: 3.0,
        ..Nuisance::fluttering()
    };
    let params = SynthParams {
        seed: SEED,
        width_px: SIDE,
        height_px: SIDE,
        inter_ocular_px: INTER_OCULAR_PX,
        acting: Acting::Prototypical { peak_px: [0.0, 0.04 * INTER_OCULAR_PX] },
        frames: [3, 3],
        nuisance,
        ..SynthParams::prototypical()
    };
    let person = Subject::new(&params, number)?;
    let clip = SynthClip::render(&params, &person, 1, Expression::ALL[number % Expression::ALL.len()])?;
    let pixels = clip.frames.index_axis(Axis(0), clip.truth.apex).iter().copied().collect();
    Ok((pixels, clip.truth.landmarks[clip.truth.apex].clone()))
}

/// Left, top, right and bottom of a box around the points, a little aside.
fn face_box(points: &Landmarks, rng: &mut ChaCha8Rng) -> [i64; 4] {
    let eyes = &points.points()[36..48];
    let middle = |axis: usize| eyes.iter().map(|p| p[axis]).sum::<f64>() / eyes.len() as f64;
    let half = 0.5 * BOX_SIDE_IOD * INTER_OCULAR_PX;
    let x = middle(0) + rng.random_range(-1.5..1.5);
    let y = middle(1) + BOX_BELOW_EYES_IOD * INTER_OCULAR_PX + rng.random_range(-1.5..1.5);
    [x - half, y - half, x + half, y + half].map(|v| v.round() as i64)
}
