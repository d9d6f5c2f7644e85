//! Which row of a file belongs to which frame of a clip.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use microexpr_core::{ImageSequence, LandmarkScheme, Landmarks, frame_number};

use super::{LandmarkFile, wrong};
use crate::LandmarkError;

/// All image files of the folder that a clip lies in, or all frames of its video: the program that wrote the points has seen them all, and may have counted them,
/// in the order of their numbers or of their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderFrames {
    by_number: Vec<PathBuf>,
    /// In the order of their names, where that is another one.
    by_name: Option<Vec<PathBuf>>,
}

/// Points of a clip's frames.
#[derive(Debug, Clone, PartialEq)]
pub struct ClipLandmarks {
    /// The 68 points of every frame, `None` where the file has none.
    pub points: Vec<Option<Landmarks>>,
    /// What was chosen and what is missing.
    pub notes: Vec<String>,
}

/// How a program numbers frames.
struct Counting {
    name: &'static str,
    numbers: HashMap<PathBuf, u64>,
}

impl FolderFrames {
    /// The frames of a folder.
    ///
    /// # Errors
    ///
    /// Those of [`ImageSequence::open`].
    pub fn of(folder: impl AsRef<Path>) -> Result<Self, LandmarkError> {
        let mut by_number = ImageSequence::open(folder)?.paths().to_vec();
        if by_number.iter().all(|path| frame_number(path).is_some()) {
            by_number.sort_by_key(|path| frame_number(path));
        }
        let mut by_name = by_number.clone();
        by_name.sort();
        let by_name = (by_name != by_number).then_some(by_name);
        Ok(Self { by_number, by_name })
    }

    /// The frames of a video, `clip.avi/12` being its twelfth, as far as a landmark file goes; `clip` are those of one clip.
    ///
    /// The program that wrote the points has seen the video, and counted its frames from 1 or from 0.
    #[must_use]
    pub fn of_video(clip: &[PathBuf], file: &LandmarkFile) -> Self {
        let own: HashMap<u64, &PathBuf> =
            clip.iter().filter_map(|path| Some((frame_number(path)?, path))).collect();
        let video = clip.first().and_then(|path| path.parent()).unwrap_or(Path::new(""));
        let path = |number: u64| {
            own.get(&number).map_or_else(|| video.join(number.to_string()), |path| (*path).clone())
        };
        // Rows from 0 end one before the last frame's number.
        let by_number = (1..=file.last_row().saturating_add(1)).map(path).collect();
        Self { by_number, by_name: None }
    }

    /// The ways to count these frames, the likelier first.
    fn countings(&self) -> Vec<Counting> {
        let counted = |files: &[PathBuf], first: u64| files.iter().cloned().zip(first..).collect();
        let numbers = self.by_number.iter().filter_map(|path| Some((path.clone(), frame_number(path)?)));
        let mut countings = vec![
            Counting { name: "the frames' places from 1", numbers: counted(&self.by_number, 1) },
            Counting { name: "the files' numbers", numbers: numbers.collect() },
            Counting { name: "the frames' places from 0", numbers: counted(&self.by_number, 0) },
        ];
        if let Some(by_name) = &self.by_name {
            countings.push(Counting {
                name: "places from 1 by name (img1, img10, img2)",
                numbers: counted(by_name, 1),
            });
            countings.push(Counting {
                name: "places from 0 by name (img0, img1, img10)",
                numbers: counted(by_name, 0),
            });
        }
        countings
    }
}

impl LandmarkFile {
    /// The points of a clip's frames, in pixels of images of `size` (width, height). Rows are taken for the frames' numbers or for their
    /// places among all frames of the folder, whichever fits; other rows are left out. Coordinates from 0 to 1, as MediaPipe's,
    /// are shares of the image.
    ///
    /// # Errors
    ///
    /// [`LandmarkError::LandmarkFile`] if no frame of the clip has points.
    pub fn of_clip(
        &self,
        frames: &[PathBuf],
        folder: &FolderFrames,
        size: (usize, usize),
    ) -> Result<ClipLandmarks, LandmarkError> {
        let counting = self.counting(folder);
        let scale = self.is_normalised().then_some([size.0 as f64, size.1 as f64]);
        let points_of = |path: &PathBuf| self.points(*counting.numbers.get(path)?, scale);
        let points: Vec<Option<Landmarks>> = frames.iter().map(points_of).collect();
        let missing = points.iter().filter(|points| points.is_none()).count();
        if missing == frames.len() {
            let range = self.faces.keys().next().zip(self.faces.keys().next_back());
            let (first, last) = range.unwrap_or((&0, &0));
            let problem = format!(
                "none of its rows, frames {first} to {last}, belongs to the clip: number them like the files, or from 1"
            );
            return Err(wrong(&self.path, 1, problem));
        }
        let mut notes: Vec<String> = self.notes.clone();
        if counting.name.contains("by name") {
            notes.push(format!("its rows count {}", counting.name));
        }
        if missing > 0 {
            notes.push(format!(
                "no points in {missing} of {} frames: they are followed or filled",
                frames.len()
            ));
        }
        let notes = notes.iter().map(|note| format!("{}: {note}", self.path.display())).collect();
        Ok(ClipLandmarks { points, notes })
    }

    /// Number of the last row, with a face or without.
    fn last_row(&self) -> u64 {
        let found = self.faces.keys().next_back();
        found.into_iter().chain(&self.lost).copied().max().unwrap_or(0)
    }

    fn points(&self, number: u64, scale: Option<[f64; 2]>) -> Option<Landmarks> {
        // MediaPipe measures from the image's edge, half a pixel before the middle of the first one.
        let place = |point: &[f64; 2]| match scale {
            Some(scale) => [0, 1].map(|axis| point[axis] * scale[axis] - 0.5),
            None => *point,
        };
        let points = self.faces.get(&number)?.points.iter().map(place).collect();
        Landmarks::new(LandmarkScheme::Ibug68, points).ok()
    }

    /// No face of pixels lies within two of them.
    fn is_normalised(&self) -> bool {
        self.faces.values().all(|face| face.points.iter().flatten().all(|value| (-1.0..=2.0).contains(value)))
    }

    /// The counting that most rows fit; of equals the one that begins where the rows do.
    fn counting(&self, folder: &FolderFrames) -> Counting {
        let rows: BTreeSet<u64> = self.faces.keys().copied().chain(self.lost.iter().copied()).collect();
        let first = rows.first().copied().unwrap_or(0);
        let fit = |counting: &Counting| {
            let numbers: BTreeSet<u64> = counting.numbers.values().copied().collect();
            let start = numbers.first().copied().unwrap_or(u64::MAX);
            (rows.len() - rows.intersection(&numbers).count(), start.abs_diff(first))
        };
        let mut countings = folder.countings();
        let best = countings.iter().map(fit).min().unwrap_or_default();
        countings.retain(|counting| fit(counting) == best);
        // By name or by number: a face moves little from one frame to the next.
        let jumps: Vec<f64> = countings.iter().map(|counting| self.jumps(counting, folder)).collect();
        let smooth = jumps.iter().position(|jump| *jump < 0.5 * jumps[0]).unwrap_or(0);
        countings.swap_remove(smooth)
    }

    /// Mean motion between consecutive frames, if frames are counted so.
    fn jumps(&self, counting: &Counting, folder: &FolderFrames) -> f64 {
        let face = |path: &PathBuf| self.faces.get(counting.numbers.get(path)?);
        let faces: Vec<_> = folder.by_number.iter().filter_map(face).collect();
        let pairs = faces.windows(2).map(|pair| pair[0].distance(pair[1]));
        pairs.sum::<f64>() / faces.len().max(2) as f64
    }
}
