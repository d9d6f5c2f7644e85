//! Draws the faces that `tests/mediapipe.rs` compares with MediaPipe on.
//!
//! ```text
//! cargo run -p microexpr-landmarks --example mesh_faces -- crates/microexpr-landmarks/tests/data/mediapipe
//! ```
//!
//! Each is as large as the network's input, so that no resampling comes between the picture and the network, and tinted, so that the
//! order of the colours counts.

use std::error::Error;
use std::path::PathBuf;

use image::{Rgb, RgbImage};
use microexpr_synth::{Expression, Nuisance, Subject, SynthClip, SynthParams};
use ndarray::{ArrayView2, Axis};

const SEED: u64 = 0x6d65_7368;
const SIDE: usize = 192;
const INTER_OCULAR_PX: f64 = 42.0;
/// Each person is drawn in a pose of its own.
const PERSONS: usize = 4;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("expected the folder to write into")?;
    for number in 1..=PERSONS {
        let nuisance = Nuisance { pose_px: 6.0, pose_deg: 14.0, noise_levels: 2.0, ..Nuisance::none() };
        let params = SynthParams {
            seed: SEED,
            width_px: SIDE,
            height_px: SIDE,
            inter_ocular_px: INTER_OCULAR_PX,
            frames: [3, 3],
            nuisance,
            ..SynthParams::prototypical()
        };
        let person = Subject::new(&params, number)?;
        let clip = SynthClip::render(&params, &person, 1, Expression::ALL[number % Expression::ALL.len()])?;
        tinted(clip.frames.index_axis(Axis(0), 1)).save(folder.join(format!("face{number}.png")))?;
    }
    Ok(())
}

/// Skin is redder than grey, and the more so where it is dark.
fn tinted(grey: ArrayView2<'_, u8>) -> RgbImage {
    RgbImage::from_fn(grey.ncols() as u32, grey.nrows() as u32, |x, y| {
        let value = u32::from(grey[[y as usize, x as usize]]);
        Rgb([value, value * (700 + value) / 1000, value * (550 + value) / 1000].map(|v| v.min(255) as u8))
    })
}
