mod border;
mod shrunk;

use std::path::Path;

use image::GrayImage;
use microexpr_core::OutOfRange;
use rustface::{FaceInfo, ImageData, Model};
use serde::{Deserialize, Serialize};

use border::merged;
use shrunk::shrunk;

use crate::detector::largest_of;
use crate::parallel::both_in_parallel;
use crate::{Detection, FaceBox, FaceDetector, LandmarkError};

/// Environment variable that may name the detector's model file.
pub const DETECTOR_MODEL_VARIABLE: &str = "MICROEXPR_DETECTOR_MODEL";

const MODEL_BYTES: usize = 1_209_904;
/// The detector's window: it can look at nothing smaller.
const WINDOW_PX: u32 = 40;

#[cfg(embedded_detector)]
const EMBEDDED: Option<&[u8]> = Some(include_bytes!(concat!(env!("OUT_DIR"), "/seeta_fd_frontal.bin")));
#[cfg(not(embedded_detector))]
const EMBEDDED: Option<&[u8]> = None;

/// Settings of [`SeetaFace`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SeetaFaceParams {
    /// Detections that score less are dropped; 2.0 is SeetaFace's own value.
    pub min_score: f64,
    /// Size of each pyramid level relative to the one before, 0.1 to 0.99.
    pub pyramid_step: f32,
    /// Step of the sliding window in pixels of each level.
    pub window_step_px: u32,
    /// Side of the mapped box as a multiple of the detector's.
    pub box_scale: f64,
    /// Shift of the mapped box to the right, as a share of the detector's side.
    pub box_shift_x: f64,
    /// Shift of the mapped box downwards, as a share of the detector's side.
    pub box_shift_y: f64,
    /// Border that is put around the picture to find faces that fill it, as a share of its smaller side; 0 for none.
    pub border: f64,
}

impl Default for SeetaFaceParams {
    fn default() -> Self {
        Self {
            min_score: 2.0,
            pyramid_step: 0.8,
            window_step_px: 4,
            box_scale: 0.976,
            box_shift_x: 0.0,
            box_shift_y: 0.071,
            border: 0.25,
        }
    }
}

/// The frontal face detector SeetaFace, by the `rustface` crate.
///
/// Source: S. Wu, M. Kan, Z. He, S. Shan, X. Chen, "Funnel-Structured Cascade for Multi-View Face Detection with
/// Alignment-Awareness", Neurocomputing 2017. The model is that of the SeetaFace engine, © 2016 Visual Information
/// Processing and Learning group, Chinese Academy of Sciences, BSD 2-Clause.
///
/// Its boxes are mapped to those of dlib's detector, which landmark models are trained on. Calibrated on the 22 faces that
/// both find in seven of dlib's example photographs: dlib's side is 0.976 of SeetaFace's (quartiles 0.906 and 1.029), its
/// centre 0.071 of the side lower (quartiles 0.037 and 0.103) and not shifted sideways (median −0.010).
/// There it finds 22 of dlib's 23 faces, 13 more, and nothing that is no face; points from its boxes lie 1.4 % of the
/// inter-ocular distance from those in dlib's boxes (mean over the points, median over the faces; quartiles 0.9 and 2.0 %).
#[derive(Clone)]
pub struct SeetaFace {
    model: Model,
    params: SeetaFaceParams,
}

impl SeetaFace {
    /// A detector with the model embedded at build time, else the one that [`DETECTOR_MODEL_VARIABLE`] names.
    ///
    /// # Errors
    ///
    /// [`LandmarkError::NoDetectorModel`] if there is neither, [`LandmarkError::Setting`] for settings out of range, and
    /// the errors of [`SeetaFace::open`].
    pub fn new(params: SeetaFaceParams) -> Result<Self, LandmarkError> {
        if let Some(path) = std::env::var_os(DETECTOR_MODEL_VARIABLE) {
            return Self::open(path, params);
        }
        let bytes = EMBEDDED.ok_or(LandmarkError::NoDetectorModel { variable: DETECTOR_MODEL_VARIABLE })?;
        Self::from_bytes(bytes, Path::new("(embedded)"), params)
    }

    /// A detector with the model file `seeta_fd_frontal_v1.0.bin`.
    ///
    /// # Errors
    ///
    /// [`LandmarkError::ReadFile`], [`LandmarkError::DetectorModel`] for any other file, [`LandmarkError::Setting`].
    pub fn open(path: impl AsRef<Path>, params: SeetaFaceParams) -> Result<Self, LandmarkError> {
        let path = path.as_ref();
        let bytes = std::fs::read(path)
            .map_err(|source| LandmarkError::ReadFile { path: path.to_owned(), source })?;
        Self::from_bytes(&bytes, path, params)
    }

    fn from_bytes(bytes: &[u8], path: &Path, params: SeetaFaceParams) -> Result<Self, LandmarkError> {
        check(&params)?;
        let wrong = || LandmarkError::DetectorModel {
            path: path.to_owned(),
            expected: MODEL_BYTES,
            found: bytes.len(),
        };
        if bytes.len() != MODEL_BYTES {
            return Err(wrong());
        }
        let model = rustface::read_model(bytes).map_err(|_| wrong())?;
        Ok(Self { model, params })
    }

    /// Faces within an image.
    fn detect_in(&self, image: &GrayImage) -> Vec<Detection> {
        let (width, height) = image.dimensions();
        if width < WINDOW_PX || height < WINDOW_PX {
            return Vec::new();
        }
        let mut detector = rustface::create_detector_with_model(self.model.clone());
        detector.set_min_face_size(WINDOW_PX);
        detector.set_score_thresh(self.params.min_score);
        detector.set_pyramid_scale_factor(self.params.pyramid_step);
        detector.set_slide_window_step(self.params.window_step_px, self.params.window_step_px);
        let found = detector.detect(&ImageData::new(image.as_raw(), width, height));
        found.iter().filter_map(|f| Some(Detection { face: self.map_box(f)?, score: f.score() })).collect()
    }

    /// Faces that take about a quarter of the image or more, looked for in an image so small that this is the detector's window;
    /// `None` for images that are as small already.
    fn detect_large(&self, image: &GrayImage) -> Result<Option<Vec<Detection>>, LandmarkError> {
        let shrink = f64::from(image.width().min(image.height())) / f64::from(4 * WINDOW_PX);
        if shrink <= 1.0 {
            return Ok(None);
        }
        let size = |length: u32| (f64::from(length) / shrink).round() as u32;
        let small = shrunk(image, size(image.width()), size(image.height()));
        let on_image = |d: &Detection| Ok(Detection { face: enlarged(&d.face, image, &small)?, ..*d });
        self.detect_in(&small).iter().map(on_image).collect::<Result<_, _>>().map(Some)
    }

    /// A box of the detector in dlib's terms.
    fn map_box(&self, found: &FaceInfo) -> Option<FaceBox> {
        let b = found.bbox();
        let (x, y) = (f64::from(b.x()), f64::from(b.y()));
        let square = FaceBox::new(x, y, x + f64::from(b.width()), y + f64::from(b.height())).ok()?;
        Some(square.adjusted(self.params.box_shift_x, self.params.box_shift_y, self.params.box_scale))
    }
}

impl std::fmt::Debug for SeetaFace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SeetaFace").field("params", &self.params).finish_non_exhaustive()
    }
}

impl FaceDetector for SeetaFace {
    /// Faces at least 40 pixels wide; an image smaller than that has none. Faces that fill the picture are found, too.
    fn detect(&self, image: &GrayImage) -> Result<Vec<Detection>, LandmarkError> {
        Ok(merged(self.detect_in(image), self.detect_at_border(image)?))
    }

    /// First looks at the image shrunk until a face of a quarter of its width fills the detector's window; smaller faces count only
    /// where there is none. The finest levels of the image's pyramid, which take most of the time, are left out then.
    fn largest(&self, image: &GrayImage) -> Result<Option<FaceBox>, LandmarkError> {
        let (found, at_border) =
            both_in_parallel(|| self.detect_large(image), || self.detect_at_border(image));
        let at_border = at_border?;
        if let Some(found) = found?
            && let Some(face) = largest_of(&merged(found, at_border.clone()))
        {
            return Ok(Some(face));
        }
        Ok(largest_of(&merged(self.detect_in(image), at_border)))
    }
}

/// A box of `small` on the image that it was made of.
fn enlarged(face: &FaceBox, image: &GrayImage, small: &GrayImage) -> Result<FaceBox, LandmarkError> {
    let scale = |of: u32, small: u32| f64::from(of) / f64::from(small);
    let (sx, sy) = (scale(image.width(), small.width()), scale(image.height(), small.height()));
    // Images share their edges, half a pixel beyond the middle of their first pixels.
    let at = |position: f64, scale: f64| (position + 0.5) * scale - 0.5;
    FaceBox::new(at(face.left(), sx), at(face.top(), sy), at(face.right(), sx), at(face.bottom(), sy))
}

fn check(params: &SeetaFaceParams) -> Result<(), OutOfRange> {
    let score = params.min_score;
    let above_zero = (f64::MIN_POSITIVE..=1e9).contains(&score);
    OutOfRange::unless(above_zero, "min_score", "more than 0 and at most 1e9", score)?;
    let step = params.pyramid_step;
    OutOfRange::unless((0.1..=0.99).contains(&step), "pyramid_step", "0.1 to 0.99", step)?;
    OutOfRange::unless(params.window_step_px > 0, "window_step_px", "at least 1", params.window_step_px)?;
    for (setting, found, range, expected) in [
        ("box_scale", params.box_scale, 0.01..=10.0, "0.01 to 10"),
        ("box_shift_x", params.box_shift_x, -10.0..=10.0, "-10 to 10"),
        ("box_shift_y", params.box_shift_y, -10.0..=10.0, "-10 to 10"),
        ("border", params.border, 0.0..=1.0, "0 to 1"),
    ] {
        OutOfRange::unless(range.contains(&found), setting, expected, found)?;
    }
    Ok(())
}
