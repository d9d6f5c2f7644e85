use std::path::PathBuf;

use microexpr_core::{CoreError, OutOfRange};
use microexpr_flow::FlowError;

use crate::{FaceBox, Implausible};

/// What can go wrong between an image and its landmarks.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LandmarkError {
    /// A model or landmark file cannot be read.
    #[error("{path}: cannot be read", path = path.display())]
    ReadFile {
        /// The file.
        path: PathBuf,
        /// The reason given by the system.
        #[source]
        source: std::io::Error,
    },
    /// A landmark model ends too early, holds impossible numbers, or is no landmark model at all.
    #[error(
        "{path}: not a usable landmark model: at byte {offset}: {problem} (expected dlib's shape predictor format or the compact \
         one; a .bz2 download must be unpacked first)",
        path = path.display()
    )]
    ShapePredictorFormat {
        /// The file, or `(memory)`.
        path: PathBuf,
        /// Position at which reading stopped.
        offset: u64,
        /// What was expected and what was found.
        problem: String,
    },
    /// Faces that no landmark model can be trained on.
    #[error("training faces: {problem}")]
    TrainingSet {
        /// What was expected and what was found.
        problem: String,
    },
    /// No landmark model was named and none lies in the usual place.
    #[error(
        "no 68-point landmark model found: name one explicitly, or set {variable}, or install it as {default} (package \
         libdlib-data on Debian and Ubuntu; dlib.net/files/shape_predictor_68_face_landmarks.dat.bz2, unpacked). Its \
         training data excludes commercial use. Without a file there are the name {mesh}, for any face, where this build has the \
         feature face-mesh, and, for generated faces and nothing else, the name {embedded}",
        embedded = crate::GENERATED_FACES_MODEL,
        mesh = crate::FACE_MESH_MODEL,
        default = default.display()
    )]
    NoShapePredictor {
        /// The environment variable that may name the file.
        variable: &'static str,
        /// Where the file is looked for last.
        default: PathBuf,
    },
    /// This build carries no face detection model, and no file was named.
    #[error(
        "no face detection model found: name seeta_fd_frontal_v1.0.bin explicitly, or set {variable} to its path, or \
         build where the source package of rustface holds model/seeta_fd_frontal_v1.0.bin"
    )]
    NoDetectorModel {
        /// The environment variable that may name the file.
        variable: &'static str,
    },
    /// A face detection model of the wrong size or content.
    #[error("{path}: not the SeetaFace model seeta_fd_frontal_v1.0.bin: expected {expected} bytes, found {found}", path = path.display())]
    DetectorModel {
        /// The file.
        path: PathBuf,
        /// Size of the model in bytes.
        expected: usize,
        /// Size of the file in bytes.
        found: usize,
    },
    /// The detector found no face.
    #[error(
        "no face found in an image of {width}x{height} pixels: give the face's box, or take the whole frame if the image \
         is already cropped to a face"
    )]
    NoFace {
        /// Image width in pixels.
        width: u32,
        /// Image height in pixels.
        height: u32,
    },
    /// Points were found in a box, and do not look like a face's.
    #[error(
        "what was found at [{left:.0}, {top:.0}, {right:.0}, {bottom:.0}] does not look like a face: {reason}. Give the face's box, or \
         widen the limits of `plausibility`",
        left = face.left(), top = face.top(), right = face.right(), bottom = face.bottom()
    )]
    NotAFace {
        /// The box.
        face: FaceBox,
        /// What speaks against it.
        reason: Implausible,
    },
    /// A face box that is turned inside out, not finite, or far beyond any image.
    #[error(
        "face box must be left < right and top < bottom in pixels, found [{left}, {top}, {right}, {bottom}]"
    )]
    FaceBox {
        /// Left edge.
        left: f64,
        /// Top edge.
        top: f64,
        /// Right edge.
        right: f64,
        /// Bottom edge.
        bottom: f64,
    },
    /// Landmarks of another scheme than the operation works on.
    #[error("expected the 68-point scheme, found {found} points of {scheme:?}")]
    Scheme {
        /// The scheme of the given points.
        scheme: microexpr_core::LandmarkScheme,
        /// The number of the given points.
        found: usize,
    },
    /// A setting out of its range.
    #[error(transparent)]
    Setting(#[from] OutOfRange),
    /// One set of landmarks per frame was expected.
    #[error("expected landmarks for {expected} frames, found {found}")]
    FrameCount {
        /// Number of frames.
        expected: usize,
        /// Number of landmark sets.
        found: usize,
    },
    /// Points of a frame that all lie in one place: a lost face, as some programs write it.
    #[error("all {points} landmarks of frame {frame} lie in one place: they are no face's")]
    PointsCoincide {
        /// Index of the frame.
        frame: usize,
        /// Number of the points.
        points: usize,
    },
    /// Eyes that coincide give no scale.
    #[error("the eyes of frame {frame} are {distance_px} pixels apart, too close to measure a face by")]
    DegenerateFace {
        /// Index of the frame.
        frame: usize,
        /// Distance between the eye centres in pixels.
        distance_px: f64,
    },
    /// Too few points could be followed into a frame.
    #[error("frame {frame}: only {tracked} of {points} points could be followed from the first frame")]
    TrackLost {
        /// Index of the frame.
        frame: usize,
        /// Points that were followed.
        tracked: usize,
        /// Points in all.
        points: usize,
    },
    /// A frame that could not be brought onto the first one.
    #[error("frame {frame} cannot be aligned to the first one: {problem}")]
    Alignment {
        /// Index of the frame.
        frame: usize,
        /// What failed.
        problem: &'static str,
    },
    /// A landmark file with missing columns, missing frames or unreadable numbers.
    #[error("{path}: line {line}: {problem}", path = path.display())]
    LandmarkFile {
        /// The file.
        path: PathBuf,
        /// Line in the file, from 1.
        line: u64,
        /// What was expected and what was found.
        problem: String,
    },
    /// An error of the values underneath: clips, images, files.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// An error of the point tracker.
    #[error(transparent)]
    Flow(#[from] FlowError),
}
