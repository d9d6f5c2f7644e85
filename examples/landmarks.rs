//! The 68 landmarks of every face of an image.

use std::error::Error;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use image::{ImageFormat, RgbImage};
use microexpr::core::{ImageSequence, Point, atomic_file};
use microexpr::landmarks::{
    FaceBox, FaceDetector, LandmarkError, LandmarkModel, PictureParams, SeetaFace, SeetaFaceParams,
    draw_landmarks, grey_as_dlib,
};
use serde::Serialize;

mod shared;

/// Finds faces and their 68 landmarks, with fractions of pixels.
#[derive(Debug, Parser)]
struct Arguments {
    /// Image (.png, .jpg, .jpeg or .bmp)
    image: PathBuf,
    /// Landmark model in dlib's format, or `generated-faces` for the embedded one, which is for generated faces only
    /// [default: $MICROEXPR_LANDMARK_MODEL, then /usr/share/dlib]
    #[arg(long, value_name = "F.dat")]
    model: Option<PathBuf>,
    /// Box of one face, in pixels; without it all faces are found
    #[arg(long = "box", value_name = "L,T,R,B", value_parser = parse_box, allow_hyphen_values = true)]
    face: Option<FaceBox>,
    /// JSON file to write: {"faces":[{"box":[l,t,r,b],"points":[[x,y],...]}]}
    #[arg(long, value_name = "F.json")]
    out: PathBuf,
    /// Picture of the points and their numbers to write
    #[arg(long, value_name = "F.png")]
    picture: Option<PathBuf>,
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

fn main() -> ExitCode {
    shared::run(find)
}

fn find(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let image = ImageSequence::from_paths(vec![arguments.image.clone()])?.image(0)?;
    let grey = grey_as_dlib(&image);
    let predictor = LandmarkModel::find(arguments.model.as_deref())?.open()?;
    let boxes = match arguments.face {
        Some(face) => vec![face],
        None => {
            let found = SeetaFace::new(SeetaFaceParams::default())?.detect(&grey)?;
            found.iter().map(|detection| detection.face).collect()
        }
    };
    if boxes.is_empty() {
        return Err(LandmarkError::NoFace { width: grey.width(), height: grey.height() }.into());
    }
    let mut picture = image.to_rgb8();
    let mut faces = Vec::new();
    for face in boxes {
        let landmarks = predictor.predict(&grey, &face);
        draw_landmarks(&mut picture, &landmarks, Some(&face), &PictureParams::default());
        faces.push(OutputFace { face, points: landmarks.points().to_vec() });
    }
    if let Some(path) = &arguments.picture {
        write_png(path, &picture)?;
    }
    atomic_file::write(&arguments.out, &serde_json::to_vec(&Output { faces })?)?;
    Ok(())
}

fn write_png(path: &Path, picture: &RgbImage) -> Result<(), Box<dyn Error>> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(atomic_file::write(path, &bytes.into_inner())?)
}
