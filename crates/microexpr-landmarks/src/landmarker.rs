use std::path::Path;

use image::GrayImage;
use microexpr_core::{Clip, ImageSequence, Landmarks, Point, grey_from_image};
use ndarray::{Array2, Array3, Axis, s};
use serde::{Deserialize, Serialize};

use crate::plane_map::median;
use crate::{
    FaceBox, FaceChoice, FaceDetector, LandmarkError, SeetaFace, SeetaFaceParams, ShapePredictor,
    TrackParams, choose_face, find_landmark_model, grey_as_dlib, grey_from_frame, track,
};

/// Settings of [`FaceLandmarker`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LandmarkerParams {
    /// Which face is meant.
    pub face: FaceChoice,
    /// How points get from the first frame to the others.
    pub motion: PointMotion,
    /// Shift and growth of the box, as a share of its size, over which the first frame's points are the median of nine
    /// predictions; zero predicts once. A predictor's points depend on where exactly the box lies.
    pub box_jitter: f64,
    /// The point tracker's settings.
    pub track: TrackParams,
}

impl Default for LandmarkerParams {
    fn default() -> Self {
        Self {
            face: FaceChoice::Largest,
            motion: PointMotion::Tracked,
            box_jitter: 0.03,
            track: TrackParams::default(),
        }
    }
}

/// How points get from the first frame to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum PointMotion {
    /// Found in the first frame, followed from there (see [`track`]): hundredths of a pixel of jitter.
    #[default]
    Tracked,
    /// Found in every frame anew, as the paper words it: tenths of a pixel of jitter, more than many micro-expressions
    /// move.
    PerFrame,
}

/// A face of an image: its box and its points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaceLandmarks {
    /// The face's box.
    #[serde(rename = "box")]
    pub face: FaceBox,
    /// Its landmarks.
    pub landmarks: Landmarks,
}

/// A clip read around its face: what lies far from the face was never kept in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct FaceClip {
    /// The frames, cropped to the face's surroundings.
    pub clip: Clip,
    /// The face's box in the first frame, in pixels of `clip`.
    pub face: FaceBox,
    /// Where the first pixel of `clip` lies in the files' images.
    pub origin: Point,
}

/// From images and clips to landmarks: a detector, a predictor, and the rules between them.
pub struct FaceLandmarker {
    detector: Box<dyn FaceDetector + Send + Sync>,
    predictor: ShapePredictor,
    params: LandmarkerParams,
}

impl FaceLandmarker {
    /// Joins a detector and a predictor.
    ///
    /// # Errors
    ///
    /// [`LandmarkError::Settings`] if `box_jitter` is not within 0 to 0.5.
    pub fn new(
        detector: Box<dyn FaceDetector + Send + Sync>,
        predictor: ShapePredictor,
        params: LandmarkerParams,
    ) -> Result<Self, LandmarkError> {
        if !(0.0..=0.5).contains(&params.box_jitter) {
            let problem = format!("expected 0 to 0.5, found {}", params.box_jitter);
            return Err(LandmarkError::Settings { setting: "box_jitter", problem });
        }
        Ok(Self { detector, predictor, params })
    }

    /// The default detector and the model that [`find_landmark_model`] finds.
    ///
    /// # Errors
    ///
    /// Those of [`find_landmark_model`], [`ShapePredictor::open`], [`SeetaFace::new`] and [`FaceLandmarker::new`].
    pub fn open(model: Option<&Path>, params: LandmarkerParams) -> Result<Self, LandmarkError> {
        let predictor = ShapePredictor::open(find_landmark_model(model)?)?;
        Self::new(Box::new(SeetaFace::new(SeetaFaceParams::default())?), predictor, params)
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &LandmarkerParams {
        &self.params
    }

    /// All faces of an image, the surest first, whatever `face` is set to.
    ///
    /// # Errors
    ///
    /// The detector's errors.
    pub fn faces(&self, image: &GrayImage) -> Result<Vec<FaceLandmarks>, LandmarkError> {
        let mut found = self.detector.detect(image)?;
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        Ok(found.into_iter().map(|d| self.points_in(image, &d.face)).collect())
    }

    /// The chosen face of an image (see [`LandmarkerParams::face`]).
    ///
    /// # Errors
    ///
    /// Those of [`choose_face`].
    pub fn face(&self, image: &GrayImage) -> Result<FaceLandmarks, LandmarkError> {
        let face = choose_face(self.detector.as_ref(), image, self.params.face)?;
        Ok(self.points_in(image, &face))
    }

    /// Points of the face in a box: the median over small shifts of the box.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "medians of finite values are finite")]
    pub fn points_in(&self, image: &GrayImage, face: &FaceBox) -> FaceLandmarks {
        let middle = self.predictor.predict(image, face);
        if self.params.box_jitter == 0.0 {
            return FaceLandmarks { face: *face, landmarks: middle };
        }
        let j = self.params.box_jitter;
        let shifts = [(-j, 0.0), (j, 0.0), (0.0, -j), (0.0, j)];
        let boxes = shifts
            .iter()
            .flat_map(|(dx, dy)| [face.adjusted(*dx, *dy, 1.0 - j), face.adjusted(*dx, *dy, 1.0 + j)]);
        let mut all: Vec<Landmarks> = boxes.map(|b| self.predictor.predict(image, &b)).collect();
        all.push(middle);
        let points = (0..self.predictor.landmark_count())
            .map(|i| [0, 1].map(|axis| median(all.iter().map(|l| l.points()[i][axis]).collect())))
            .collect();
        let landmarks = Landmarks::new(all[0].scheme(), points).expect("medians of finite values are finite");
        FaceLandmarks { face: *face, landmarks }
    }

    /// Reads a clip around the chosen face of its first frame: the box grown to twice its size, within the image. Memory
    /// grows with the face, not with the camera.
    ///
    /// # Errors
    ///
    /// Those of [`choose_face`] and of [`ImageSequence::to_clip`].
    pub fn read(&self, sequence: &ImageSequence, fps: f64) -> Result<FaceClip, LandmarkError> {
        let first = sequence.image(0)?;
        let face = choose_face(self.detector.as_ref(), &grey_as_dlib(&first), self.params.face)?;
        let first = grey_from_image(&first);
        let Some(window) = Window::around(&face, first.dim()) else {
            return Err(LandmarkError::NoFace { width: first.ncols() as u32, height: first.nrows() as u32 });
        };
        let mut frames = Array3::zeros((sequence.len(), window.height, window.width));
        frames.index_axis_mut(Axis(0), 0).assign(&window.of(&first));
        for index in 1..sequence.len() {
            let frame = sequence.grey(index)?;
            if frame.dim() != first.dim() {
                let path = sequence.paths()[index].clone();
                let (expected, found) = (first.dim(), frame.dim());
                return Err(microexpr_core::CoreError::FrameSize { path, expected, found }.into());
            }
            frames.index_axis_mut(Axis(0), index).assign(&window.of(&frame));
        }
        let (x, y) = (window.left as f64, window.top as f64);
        let face = FaceBox::new(face.left() - x, face.top() - y, face.right() - x, face.bottom() - y)?;
        Ok(FaceClip { clip: Clip::new(frames, fps)?, face, origin: [x, y] })
    }

    /// The points of every frame of a clip, by the way that [`LandmarkerParams::motion`] names. `face` is the box of the
    /// first frame.
    ///
    /// Frame by frame, the box follows the face: it is moved with the points of the frame before.
    ///
    /// # Errors
    ///
    /// Those of [`track`].
    pub fn follow(&self, clip: &Clip, face: &FaceBox) -> Result<Vec<Landmarks>, LandmarkError> {
        let first = self.points_in(&grey_from_frame(clip.frame(0)), face).landmarks;
        if self.params.motion == PointMotion::Tracked {
            return track(clip, &first, &self.params.track);
        }
        let start = first.centroid();
        let mut all = vec![first];
        for frame in 1..clip.len() {
            let now = all.last().map_or(start, Landmarks::centroid);
            let (dx, dy) = ((now[0] - start[0]) / face.width(), (now[1] - start[1]) / face.height());
            let image = grey_from_frame(clip.frame(frame));
            all.push(self.points_in(&image, &face.adjusted(dx, dy, 1.0)).landmarks);
        }
        Ok(all)
    }
}

impl std::fmt::Debug for FaceLandmarker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FaceLandmarker").field("params", &self.params).finish_non_exhaustive()
    }
}

/// The part of an image that is kept.
struct Window {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

impl Window {
    /// Twice the box, within an image of `(height, width)`; `None` if the box lies outside.
    fn around(face: &FaceBox, (height, width): (usize, usize)) -> Option<Self> {
        let wide = face.adjusted(0.0, 0.0, 2.0);
        let (left, top) = (wide.left().max(0.0) as usize, wide.top().max(0.0) as usize);
        let right = (wide.right().max(-1.0) + 1.0).min(width as f64) as usize;
        let bottom = (wide.bottom().max(-1.0) + 1.0).min(height as f64) as usize;
        (left < right && top < bottom).then(|| Self { left, top, width: right - left, height: bottom - top })
    }

    fn of(&self, image: &Array2<f32>) -> Array2<f32> {
        let (rows, cols) = (self.top..self.top + self.height, self.left..self.left + self.width);
        image.slice(s![rows, cols]).to_owned()
    }
}
