//! The 68 landmarks of every face of an image.

use std::error::Error;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use clap::Parser;
use image::{DynamicImage, GrayImage, ImageFormat, RgbImage};
use microexpr::core::{ImageSequence, Point, SampleBits, atomic_file};
use microexpr::landmarks::{
    FaceBox, FaceLandmarker, FaceLandmarks, FoundFaces, HeadPose, LandmarkError, LandmarkerParams,
    PictureParams, draw_landmarks, grey_as_dlib,
};
use microexpr::video::is_video;
use serde::Serialize;

use crate::shared::frames::{at_depth, parse_bits};
use crate::shared::input::open_video;
use crate::shared::outputs::keep_inputs;

/// Finds faces and their 68 landmarks, with fractions of pixels.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// Image (.png, .jpg, .bmp, .tif, .pgm or .ppm), or a video, of which the first frame counts; - for Y4M on standard input
    image: PathBuf,
    /// Landmark model: a file in dlib's format, `mesh` for the embedded face mesh, or `generated-faces` for the embedded model of
    /// generated faces only [default: $MICROEXPR_LANDMARK_MODEL, else mesh]
    #[arg(long, value_name = "FILE|mesh")]
    model: Option<PathBuf>,
    /// Box of one face, in pixels; without it all faces are found
    #[arg(long = "box", value_name = "L,T,R,B", value_parser = parse_box, allow_hyphen_values = true)]
    face: Option<FaceBox>,
    /// JSON file to write: {"faces":[{"box":[l,t,r,b],"points":[[x,y],...],"pose":{...}}]}, the pose in degrees where the model is the mesh
    /// [default: standard output]
    #[arg(long, value_name = "F.json")]
    out: Option<PathBuf>,
    /// Picture of the points and their numbers to write
    #[arg(long, value_name = "F.png")]
    picture: Option<PathBuf>,
    /// Depth of the camera where a 16-bit image holds fewer bits: 10, 12 or 14
    #[arg(long, value_name = "N", value_parser = parse_bits)]
    bits: Option<SampleBits>,
}

#[derive(Serialize)]
struct Output {
    faces: Vec<OutputFace>,
}

#[derive(Serialize)]
struct OutputFace {
    #[serde(rename = "box")]
    face: FaceBox,
    points: Vec<Point>,
    /// The head's turn; only the mesh tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pose: Option<HeadPose>,
}

fn parse_box(text: &str) -> Result<FaceBox, String> {
    let edges: Result<Vec<f64>, _> = text.split(',').map(|edge| edge.trim().parse()).collect();
    match edges.as_deref() {
        Ok([left, top, right, bottom]) => {
            FaceBox::new(*left, *top, *right, *bottom).map_err(|e| e.to_string())
        }
        _ => Err("expected four numbers: left,top,right,bottom".to_owned()),
    }
}

pub(crate) fn run(arguments: &Options) -> Result<(), Box<dyn Error>> {
    let Options { image, out, picture, model, .. } = arguments;
    let inputs: Vec<&Path> = std::iter::once(image).chain(model).map(PathBuf::as_path).collect();
    keep_inputs(&[("--out", out.as_deref()), ("--picture", picture.as_deref())], &inputs)?;
    let image = first_picture(image, arguments.bits)?;
    let mut picture = image.to_rgb8();
    let mut faces = Vec::new();
    for found in faces_of(&grey_as_dlib(&image), arguments)?.faces {
        draw_landmarks(&mut picture, &found.landmarks, Some(&found.face), &PictureParams::default());
        let FaceLandmarks { face, landmarks, pose } = found;
        if let Some(pose) = pose.filter(HeadPose::is_turned) {
            eprintln!("warning: the head at {:.0},{:.0} is turned: {pose}", face.left(), face.top());
        }
        faces.push(OutputFace { face, points: landmarks.points().to_vec(), pose });
    }
    if let Some(path) = &arguments.picture {
        write_png(path, &picture)?;
    }
    let json = serde_json::to_vec(&Output { faces })?;
    match &arguments.out {
        Some(path) => atomic_file::write(path, &json)?,
        None => println!("{}", String::from_utf8(json)?),
    }
    Ok(())
}

/// The image, or the first frame of the video.
fn first_picture(path: &Path, bits: Option<SampleBits>) -> Result<DynamicImage, Box<dyn Error>> {
    if path == Path::new("-") || is_video(path) {
        let first = open_video(path)?.next().transpose()?;
        return first.ok_or_else(|| format!("{}: there is no frame in it", path.display()).into());
    }
    Ok(at_depth(ImageSequence::from_paths(vec![path.to_owned()])?, bits)?.image(0)?)
}

/// The faces; what was found and does not look like one is told, and an error if there is nothing else.
fn faces_of(image: &GrayImage, arguments: &Options) -> Result<FoundFaces, LandmarkError> {
    let landmarker = FaceLandmarker::open(arguments.model.as_deref(), LandmarkerParams::default())?;
    if let Some(face) = &arguments.face {
        return Ok(FoundFaces { faces: vec![landmarker.points_in(image, face)?], ..FoundFaces::default() });
    }
    let mut found = landmarker.faces(image)?;
    if found.faces.is_empty() {
        let nobody = LandmarkError::NoFace { width: image.width(), height: image.height() };
        return Err(found.refused.pop().unwrap_or(nobody));
    }
    for refused in &found.refused {
        eprintln!("left out: {refused}");
    }
    Ok(found)
}

fn write_png(path: &Path, picture: &RgbImage) -> Result<(), Box<dyn Error>> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(atomic_file::write(path, &bytes.into_inner())?)
}
