use std::path::Path;

use microexpr_core::{LandmarkScheme, Landmarks, Point};
use serde::{Deserialize, Serialize};

use super::wrong;
use crate::LandmarkError;

#[derive(Serialize, Deserialize)]
struct File {
    frames: Vec<Vec<Point>>,
}

pub(super) fn parse(text: &str, path: &Path) -> Result<Vec<Landmarks>, LandmarkError> {
    let file: File = serde_json::from_str(text).map_err(|e| wrong(path, e.line() as u64, e.to_string()))?;
    if file.frames.is_empty() {
        return Err(wrong(path, 1, "expected at least one frame, found none".to_owned()));
    }
    let landmarks = |(frame, points)| {
        Landmarks::new(LandmarkScheme::Ibug68, points)
            .map_err(|e| wrong(path, 1, format!("frame {}: {e}", frame + 1)))
    };
    file.frames.into_iter().enumerate().map(landmarks).collect()
}

pub(super) fn format(frames: &[Landmarks]) -> String {
    let file = File { frames: frames.iter().map(|l| l.points().to_vec()).collect() };
    serde_json::to_string(&file).expect("numbers serialise") + "\n"
}
