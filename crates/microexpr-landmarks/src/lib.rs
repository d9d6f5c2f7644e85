//! Face detection, 68-point landmarks, tracking and alignment, in pure Rust.
//!
//! From the image files of a clip to a clip in which the head stands still, with the points of every frame:
//!
//! ```no_run
//! use microexpr_core::ImageSequence;
//! use microexpr_landmarks::{AlignParams, FaceAligner, FaceLandmarker, LandmarkerParams, Paper51Params, paper51};
//!
//! let landmarker = FaceLandmarker::open(None, LandmarkerParams::default())?;
//! let seen = landmarker.read(&ImageSequence::open("s1_ne_01")?, 100.0)?;
//! let followed = landmarker.follow(&seen.clip, &seen.face)?;
//! let aligned = FaceAligner::new(AlignParams::default())?.align(&seen.clip, &followed.landmarks)?;
//! let nodes = paper51(&aligned.landmarks[0], (254, 254), &Paper51Params::default())?;
//! # Ok::<(), microexpr_landmarks::LandmarkError>(())
//! ```
//!
//! No file is needed: the landmark model is the face mesh that the crate carries, unless another one is named.
//!
//! The parts work alone. With points from elsewhere, here drawn by hand, no model is needed:
//!
//! ```
//! use microexpr_core::{LandmarkScheme, Landmarks};
//! use microexpr_landmarks::{Paper51Params, paper51};
//!
//! // Eyes at (40, 50) and (80, 50), everything else on a ring around the mouth.
//! let points = (0..68).map(|i| match i {
//!     36..42 => [40.0, 50.0],
//!     42..48 => [80.0, 50.0],
//!     17..27 => [30.0 + 6.0 * f64::from(i - 17), 40.0],
//!     _ => [60.0 + 20.0 * f64::from(i).cos(), 90.0 + 10.0 * f64::from(i).sin()],
//! });
//! let all = Landmarks::new(LandmarkScheme::Ibug68, points.collect())?;
//! let nodes = paper51(&all, (128, 128), &Paper51Params::default())?;
//! // The first forehead point lies 0.35 · 40 = 14 pixels above the first brow point.
//! assert_eq!(nodes.points()[37], [30.0, 26.0]);
//! # Ok::<(), microexpr_landmarks::LandmarkError>(())
//! ```
//!
//! | file | holds |
//! |---|---|
//! | `detector`, `seeta_face` | [`FaceDetector`], [`FaceChoice`], the default detector [`SeetaFace`] |
//! | `shape_predictor` | [`ShapePredictor`]: landmarks in a box, by models in dlib's format, read and written |
//! | `shape_predictor/training` | [`ShapePredictorTrainer`]: models for one's own annotated faces |
//! | `face_mesh` | [`FaceMesh`]: 478 points with depths, the 68 among them, the head's pose; any face (feature `face-mesh`, default) |
//! | `head_pose` | [`HeadPose`]: yaw, pitch, roll |
//! | `generated_faces` | [`ShapePredictor::for_generated_faces`]: a model for generated faces only |
//! | `model_path`, `landmark_model` | [`find_landmark_model`], [`LandmarkModel`]: where the model comes from |
//! | `landmark_predictor` | [`LandmarkPredictor`]: whichever model |
//! | `plausibility` | [`PlausibilityParams`]: which points are not taken for a face's |
//! | `landmarker` | [`FaceLandmarker`]: detector and predictor together, for images and clips |
//! | `landmark_file` | [`LandmarkFile`], [`read_landmarks`], [`write_landmarks`]: points of any other program |
//! | `tracking` | [`track`]: points of the first frame followed through a clip |
//! | `alignment` | [`FaceAligner`]: head motion undone, face cut out |
//! | `paper51` | [`paper51`]: the 51 points of 2S-AMAGN |
//! | `picture` | [`draw_landmarks`]: points and their numbers on the face |
//!
//! # Models and licences
//!
//! A program built with default features is under `MIT AND Apache-2.0 AND BSD-2-Clause` as far as this project goes (the crates it depends
//! on state theirs); without the feature `face-mesh` under `MIT AND BSD-2-Clause`. The notices to pass on are `models/*/NOTICE` and
//! `models/mediapipe/LICENSE`, which the package holds.
//!
//! The detector's model is SeetaFace's (BSD 2-Clause, © 2016 Visual Information Processing and Learning group, Chinese
//! Academy of Sciences), embedded at build time from the source package of `rustface`. The face mesh is MediaPipe's attention
//! mesh (Apache License 2.0, © The MediaPipe Authors), carried unmodified in `models/mediapipe` with its licence and a notice; without
//! the feature `face-mesh` it is not part of the program. dlib's published model is not included: it was trained on photographs whose
//! licence excludes commercial use; [`find_landmark_model`] tells where its file is looked for. A model that was trained on the
//! painted faces of `microexpr-synth` is for generated faces only and is never taken unasked.
//!
//! # No face, many faces, half a face
//!
//! No face is an error ([`LandmarkError::NoFace`]) unless the box is given or the whole frame is the face. Faces that fill the picture,
//! as in cropped sets, are found with a border around it ([`SeetaFaceParams::border`]), else the whole picture is tried as one. Points
//! that do not look like a face's are refused with the reason ([`LandmarkError::NotAFace`], [`PlausibilityParams`]).
//!
//! Of many faces the largest is taken, and followed: a second face never takes over, because tracking needs no detection after the first
//! frame, and a lost face is looked for only where it was last seen ([`OnLoss`]). Of a face cut by the image's border the detector finds
//! what it can; predicted points may then lie outside the image.

#![doc(html_root_url = "https://docs.rs/microexpr-landmarks/latest")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod alignment;
mod detector;
mod error;
mod eyes;
mod face_box;
#[cfg(feature = "face-mesh")]
mod face_mesh;
mod generated_faces;
mod grey;
mod head_pose;
mod landmark_file;
mod landmark_model;
mod landmark_predictor;
mod landmarker;
mod model_path;
mod paper51;
mod parallel;
mod picture;
mod plane_map;
mod plausibility;
mod seeta_face;
mod shape_predictor;
mod tracking;

// The crates whose types stand in public signatures, in the versions that they have there.
pub use image;
pub use microexpr_core;
pub use ndarray;

pub use alignment::{
    AlignEvidence, AlignParams, AlignedClip, Brightness, CropParams, FaceAligner, TextureParams,
};
pub use detector::{Detection, FaceChoice, FaceDetector, choose_face};
pub use error::LandmarkError;
pub use face_box::FaceBox;
#[cfg(feature = "face-mesh")]
pub use face_mesh::{FaceMesh, MeshFace};
pub use grey::{grey_as_dlib, grey_from_frame};
pub use head_pose::HeadPose;
pub use landmark_file::{ClipLandmarks, FolderFrames, LandmarkFile, read_landmarks, write_landmarks};
pub use landmark_model::{FACE_MESH_MODEL, GENERATED_FACES_MODEL, LandmarkModel};
pub use landmark_predictor::LandmarkPredictor;
pub use landmarker::{
    FaceClip, FaceLandmarker, FaceLandmarks, FollowedFace, FoundFaces, LandmarkerParams, OnLoss, PointMotion,
    SAME_FACE_OVERLAP,
};
pub use model_path::{LANDMARK_MODEL_DEFAULT, LANDMARK_MODEL_VARIABLE, find_landmark_model};
pub use paper51::{Paper51Params, paper51};
pub use picture::{PictureParams, draw_landmarks};
pub use plane_map::{MotionModel, PlaneMap};
pub use plausibility::{Implausible, PlausibilityParams};
pub use seeta_face::{DETECTOR_MODEL_VARIABLE, SeetaFace, SeetaFaceParams};
pub use shape_predictor::{
    AnnotatedFace, COMPACT_COMPONENTS, ShapePredictor, ShapePredictorTrainer, TrainParams, TrainProgress,
    round_as_dlib,
};
pub use tracking::{TrackParams, track};

/// The program of the crate's front page, which is to work.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct FrontPage;
