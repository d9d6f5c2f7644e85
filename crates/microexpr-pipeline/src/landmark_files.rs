//! Points that another program has found, in files beside the frames.

use std::path::{Path, PathBuf};

use microexpr_core::{Clip, Digest, Digester, ImageSequence, LandmarkScheme, Landmarks, Point};
use microexpr_landmarks::{
    ClipLandmarks, FolderFrames, LandmarkError, LandmarkFile, LandmarkerParams, PointMotion, TrackParams,
    track,
};
use ndarray::{Axis, s};

use crate::PipelineError;

/// Names of the landmark files beside a clip's frames; the first that exists counts.
const FILES: [&str; 2] = ["landmarks.csv", "landmarks.json"];
/// Endings of the landmark files beside a video, which are called after it, as OpenFace does.
const VIDEO_FILES: [&str; 2] = ["csv", "json"];

/// The points of a clip's frames in the landmark file beside them: `landmarks.csv` or `landmarks.json`; beside a video `clip.avi` it is
/// called `clip.csv` or `clip.json`. The notes say what was chosen of several faces, and in how many frames there are none.
///
/// # Errors
///
/// [`PipelineError::NoLandmarkFile`]; [`PipelineError::Landmarks`] naming the file and what is wrong with it;
/// [`PipelineError::Core`] naming a frame that cannot be read.
pub fn landmarks_beside(frames: &ImageSequence) -> Result<ClipLandmarks, PipelineError> {
    let path = landmark_file(frames)?;
    let first = frames.image(0)?;
    let size = (first.width() as usize, first.height() as usize);
    let file = LandmarkFile::read(&path)?;
    let all = match video_of(frames) {
        Some(_) => FolderFrames::of_video(frames.paths(), &file),
        None => FolderFrames::of(path.parent().unwrap_or(Path::new(".")))?,
    };
    Ok(file.of_clip(frames.paths(), &all, size)?)
}

/// The video whose decoded frames these are, named `clip.avi/12`.
fn video_of(frames: &ImageSequence) -> Option<&Path> {
    frames.paths()[0].parent().filter(|video| video.is_file())
}

/// The landmark file of a clip.
pub(crate) fn landmark_file(frames: &ImageSequence) -> Result<PathBuf, PipelineError> {
    let folder = frames.paths()[0].parent().unwrap_or(Path::new("."));
    let candidates = match video_of(frames) {
        Some(video) => VIDEO_FILES.map(|ending| video.with_extension(ending)),
        None => FILES.map(|name| folder.join(name)),
    };
    candidates.iter().find(|path| path.is_file()).cloned().ok_or_else(|| {
        let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let [first, second] = candidates.each_ref().map(name);
        PipelineError::NoLandmarkFile { folder: folder.to_owned(), expected: format!("{first} or {second}") }
    })
}

/// What the points of a clip decide: which frame has which.
pub(crate) fn digest(found: &ClipLandmarks) -> Digest {
    let mut digest = Digester::new();
    for points in &found.points {
        let numbers = points.iter().flat_map(Landmarks::points).flatten();
        digest.add(numbers.flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>());
    }
    digest.finish()
}

/// The points of every frame: followed from the first frame that has some, or filled in between frames that do.
pub(crate) fn complete(
    clip: &Clip,
    found: &[Option<Landmarks>],
    params: &LandmarkerParams,
) -> Result<Vec<Landmarks>, PipelineError> {
    match params.motion {
        PointMotion::Tracked => Ok(followed(clip, found, &params.track)?),
        PointMotion::PerFrame => Ok(filled(found)?),
    }
}

/// Forwards and backwards from the first frame that has points.
fn followed(
    clip: &Clip,
    found: &[Option<Landmarks>],
    params: &TrackParams,
) -> Result<Vec<Landmarks>, LandmarkError> {
    let Some((start, points)) = first_found(found) else { return Ok(Vec::new()) };
    if start == 0 {
        return track(clip, points, params);
    }
    let part = |frames: ndarray::ArrayView3<'_, f32>| Clip::new(frames.to_owned(), clip.fps());
    let before = part(clip.frames().slice(s![..=start;-1, .., ..]))?;
    let after = part(clip.frames().slice_axis(Axis(0), (start..).into()))?;
    let mut all = track(&before, points, params)?;
    all.reverse();
    all.pop();
    all.extend(track(&after, points, params)?);
    Ok(all)
}

fn first_found(found: &[Option<Landmarks>]) -> Option<(usize, &Landmarks)> {
    found.iter().enumerate().find_map(|(index, points)| Some((index, points.as_ref()?)))
}

/// A frame without points has those between its nearest neighbours with points, in proportion; at the ends those of the nearest.
fn filled(found: &[Option<Landmarks>]) -> Result<Vec<Landmarks>, LandmarkError> {
    let known: Vec<(usize, &Landmarks)> =
        found.iter().enumerate().filter_map(|(index, points)| Some((index, points.as_ref()?))).collect();
    let at = |index: usize| {
        let next = known.partition_point(|(known, _)| *known < index);
        match (next.checked_sub(1).map(|before| known[before]), known.get(next)) {
            (_, Some((place, points))) if *place == index => Ok((*points).clone()),
            (Some((from, a)), Some((to, b))) => between(a, b, (index - from) as f64 / (to - from) as f64),
            (Some((_, points)), None) => Ok(points.clone()),
            (None, Some((_, points))) => Ok((*points).clone()),
            (None, None) => Ok(Landmarks::new(LandmarkScheme::Ibug68, Vec::new())?),
        }
    };
    (0..found.len()).map(at).collect()
}

fn between(a: &Landmarks, b: &Landmarks, share: f64) -> Result<Landmarks, LandmarkError> {
    let mixed = |(a, b): (&Point, &Point)| [0, 1].map(|axis| a[axis] + share * (b[axis] - a[axis]));
    let points = a.points().iter().zip(b.points()).map(mixed).collect();
    Ok(Landmarks::new(LandmarkScheme::Ibug68, points)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(value: f64) -> Landmarks {
        Landmarks::new(LandmarkScheme::Ibug68, (0..68).map(|i| [f64::from(i) + value, value]).collect())
            .unwrap()
    }

    /// OpenFace's table of a face that moves one pixel per frame, four frames from 1 on.
    fn open_face() -> String {
        let names = |axis: char| (0..68).map(move |i| format!(",{axis}_{i}"));
        let mut text: String =
            std::iter::once("frame".to_owned()).chain(names('x')).chain(names('y')).collect();
        for frame in 1..=4 {
            text += &format!("\n{frame}");
            text.extend((0..136).map(|i| format!(",{}", 10 * (i % 17) + frame)));
        }
        text
    }

    #[test]
    fn points_beside_a_video_are_called_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let video = folder.path().join("clip.avi");
        std::fs::write(&video, "").unwrap();
        let image = || image::DynamicImage::from(image::GrayImage::new(200, 200));
        let images = [2, 3].map(|number: u32| (video.join(number.to_string()), image()));
        let frames = ImageSequence::from_images(images.to_vec()).unwrap();
        let error = landmarks_beside(&frames).unwrap_err().to_string();
        assert!(error.ends_with("clip.avi: no clip.csv or clip.json beside the frames"), "{error}");
        std::fs::write(folder.path().join("clip.csv"), open_face()).unwrap();
        let found = landmarks_beside(&frames).unwrap();
        let corner = |points: &Option<Landmarks>| points.as_ref().unwrap().points()[0][0];
        assert_eq!(found.points.iter().map(corner).collect::<Vec<f64>>(), [2.0, 3.0]);
    }

    #[test]
    fn frames_without_points_lie_between_their_neighbours() {
        let found = [None, Some(points(1.0)), None, None, Some(points(4.0)), None];
        let filled = filled(&found).unwrap();
        let values: Vec<f64> = filled.iter().map(|points| points.points()[5][1]).collect();
        assert_eq!(values, [1.0, 1.0, 2.0, 3.0, 4.0, 4.0]);
    }
}
