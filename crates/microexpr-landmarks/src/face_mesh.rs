//! 478 points of a face by MediaPipe's attention mesh.

mod crop;
mod flatbuffer;
mod flexbuffer;
mod head_pose;
mod ibug68;
mod mirror;
mod model_file;
mod network;
mod operation;
mod tensor;

use std::sync::LazyLock;

use image::{ImageBuffer, Pixel};

use crate::FaceBox;
use crate::plane_map::median;
use crop::FaceCrop;
pub(crate) use ibug68::ibug68_of_mesh;
use mirror::{mirrored_picture, mirrored_points};
use model_file::ModelFile;
use tensor::Tensor;

/// The model file as it is carried: unmodified, under the Apache License 2.0 (see `models/mediapipe/NOTICE`).
pub(crate) const MODEL: &[u8] = include_bytes!("../models/mediapipe/face_landmark_with_attention.tflite");

/// Points of the mesh: 468 of the face's surface, and five for each iris.
const POINTS: usize = 478;
const SURFACE: usize = 468;
const IRIS: usize = 5;
/// The first points of an eye's region: its contour.
const EYE_CONTOUR: usize = 16;

static NETWORK: LazyLock<MeshNetwork> = LazyLock::new(MeshNetwork::carried);

/// A face that [`FaceMesh`] found.
#[derive(Debug, Clone, PartialEq)]
pub struct MeshFace {
    /// The 478 points `[x, y, z]` in pixels of the image: 468 of the face's surface, then five of the iris that is left in the image
    /// (middle, right, top, left, bottom), then five of the other. `z` is the depth, less for what is nearer, of any zero.
    pub points: Vec<[f64; 3]>,
    /// How sure the network is that it sees a face, `0..=1`.
    pub presence: f64,
    /// How far the last pass moved the points: median, in inter-ocular distances (of the middles of the irises).
    pub spread: f64,
    /// The upright box, as dlib's detector would draw it, that the points were found in at last.
    pub face: FaceBox,
}

/// Finds 478 points of a face in its box: MediaPipe's attention mesh, which the crate carries.
///
/// The network sees 192×192 pixels and needs its face upright and at a certain size; so it is asked several times, each pass taking its
/// crop from the points of the one before. The first pass's box need not be exact. The last pass looks at the crop's mirror image, too,
/// and the points are the means of both: alone they lie some tenths of the network's pixels to the right, and other ones in a face than
/// in its mirror image.
///
/// Source: Y. Kartynnik, A. Ablavatski, I. Grishchenko, M. Grundmann, "Real-time Facial Surface Geometry from Monocular Video on Mobile
/// GPUs", CVPR Workshops 2019; I. Grishchenko et al., "Attention Mesh: High-fidelity Face Mesh Prediction in Real-time", CVPR
/// Workshops 2020. Differs from MediaPipe: the crop is sampled at the middles of pixels and averaged where it is shrunk; the
/// mirror image.
///
/// # Example
///
/// ```
/// use image::RgbImage;
/// use microexpr_landmarks::{FaceBox, FaceMesh};
///
/// let nobody = RgbImage::new(100, 100);
/// let found = FaceMesh::new().find(&nobody, &FaceBox::whole_frame(100, 100)?);
/// assert_eq!(found.points.len(), 478);
/// assert!(found.presence < 0.5);
/// # Ok::<(), microexpr_landmarks::LandmarkError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct FaceMesh {
    network: &'static MeshNetwork,
}

/// Passes over every face.
const PASSES: usize = 3;
/// Further passes while points still move by more than [`STEADY`] inter-ocular distances.
const MORE_PASSES: usize = 3;
const STEADY: f64 = 0.015;

impl FaceMesh {
    /// The mesh. The first one reads the model, which takes some milliseconds.
    #[must_use]
    pub fn new() -> Self {
        Self { network: &NETWORK }
    }

    /// The points of the face in a box, of a grey or coloured image. There are always points: where
    /// [`presence`](MeshFace::presence) is low they are no face's.
    #[must_use]
    pub fn find<P: Pixel<Subpixel = u8>>(&self, image: &ImageBuffer<P, Vec<u8>>, face: &FaceBox) -> MeshFace {
        let mut crop = FaceCrop::around_box(face);
        let mut picture = crop.sample(image, self.network.file.input);
        let mut found = self.network.run(picture.clone(), &crop);
        for pass in 1..PASSES + MORE_PASSES {
            if pass >= PASSES && found.spread <= STEADY {
                break;
            }
            let Some(next) = FaceCrop::around_points(&found.points) else { break };
            crop = next;
            picture = crop.sample(image, self.network.file.input);
            let before = std::mem::replace(&mut found, self.network.run(picture.clone(), &crop));
            found.spread = moved(&before.points, &found.points);
        }
        let mirrored = self.network.run_mirrored(picture, &crop);
        for (p, q) in found.points.iter_mut().zip(&mirrored) {
            *p = std::array::from_fn(|axis| f64::midpoint(p[axis], q[axis]));
        }
        found
    }
}

impl Default for FaceMesh {
    fn default() -> Self {
        Self::new()
    }
}

/// Median distance of the points of two passes, in distances between the irises.
fn moved(before: &[[f64; 3]], after: &[[f64; 3]]) -> f64 {
    let apart = |p: &[f64; 3], q: &[f64; 3]| (p[0] - q[0]).hypot(p[1] - q[1]);
    let distances = before.iter().zip(after).map(|(p, q)| apart(p, q)).collect();
    median(distances) / apart(&after[SURFACE], &after[SURFACE + IRIS])
}

/// The network and where its results go in the mesh.
#[derive(Debug)]
struct MeshNetwork {
    file: ModelFile,
    /// Points of the mesh that the lips', the left and the right eye's part of the network finds anew.
    regions: [Vec<usize>; 3],
}

/// The network's outputs.
const OUTPUTS: [&str; 7] = [
    "output_mesh_identity",
    "output_lips",
    "output_left_eye",
    "output_right_eye",
    "output_left_iris",
    "output_right_iris",
    "conv_faceflag",
];

impl MeshNetwork {
    fn carried() -> Self {
        let file = ModelFile::read(MODEL).expect("the crate's own model is whole");
        let regions: Vec<Vec<usize>> = file.network.regions().map(<[usize]>::to_vec).collect();
        let regions = regions.try_into().expect("the crate's own model looks at lips and two eyes");
        assert_eq!(file.outputs, OUTPUTS, "the crate's own model has these outputs");
        Self { file, regions }
    }

    /// The face in the picture of a crop.
    fn run(&self, picture: Tensor, crop: &FaceCrop) -> MeshFace {
        let (points, presence) = self.mesh(picture);
        let points = self.in_image(points, crop);
        MeshFace { points, presence, spread: f64::INFINITY, face: crop.face() }
    }

    /// Its points as the network finds them in the picture's mirror image.
    fn run_mirrored(&self, picture: Tensor, crop: &FaceCrop) -> Vec<[f64; 3]> {
        let (points, _) = self.mesh(mirrored_picture(picture));
        self.in_image(mirrored_points(&points, self.file.input.width), crop)
    }

    fn in_image(&self, points: Vec<[f32; 3]>, crop: &FaceCrop) -> Vec<[f64; 3]> {
        points.into_iter().map(|p| crop.point(p, self.file.input.width)).collect()
    }

    /// Points in pixels of the network's input, and the sureness that it shows a face.
    fn mesh(&self, input: Tensor) -> (Vec<[f32; 3]>, f64) {
        let outputs = self.file.network.run(input);
        let [surface, lips, left_eye, right_eye, left_iris, right_iris, flag] = outputs.as_slice() else {
            unreachable!("the outputs were counted when the model was read")
        };
        let mut points = surface.values.as_chunks::<3>().0.to_vec();
        points.resize(POINTS, [0.0; 3]);
        for (numbers, region) in self.regions.iter().zip([lips, left_eye, right_eye]) {
            set(&mut points, numbers.iter().copied(), region);
        }
        let [_, left, right] = &self.regions;
        for (first, iris, eye) in [(SURFACE, left_iris, left), (SURFACE + IRIS, right_iris, right)] {
            set(&mut points, first..first + IRIS, iris);
            // An iris has no depth of its own: it lies as deep as its eye's contour.
            let depth = eye[..EYE_CONTOUR].iter().map(|i| points[*i][2]).sum::<f32>() / EYE_CONTOUR as f32;
            points[first..first + IRIS].iter_mut().for_each(|p| p[2] = depth);
        }
        (points, 1.0 / (1.0 + f64::from(-flag.values[0]).exp()))
    }
}

/// Puts the `[x, y]` of a region's points where they belong; depths stay those of the surface.
fn set(points: &mut [[f32; 3]], numbers: impl Iterator<Item = usize>, found: &Tensor) {
    for (number, [x, y]) in numbers.zip(found.values.as_chunks::<2>().0) {
        (points[number][0], points[number][1]) = (*x, *y);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::{Path, PathBuf};

    use serde::Deserialize;

    use super::tensor::Shape;
    use super::*;

    /// What `tests/data/mediapipe/generate.py` writes.
    #[derive(Deserialize)]
    struct Expected {
        faces: BTreeMap<String, Vec<[f64; 3]>>,
    }

    fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/mediapipe")
    }

    fn picture(name: &str) -> Tensor {
        let picture = image::open(folder().join(name)).expect("a picture").to_rgb8();
        let values = picture.as_raw().iter().map(|v| f32::from(*v) / 255.0).collect();
        Tensor::new(Shape::new(192, 192, 3), values)
    }

    #[test]
    fn the_mirror_image_of_a_mirror_image_is_the_picture() {
        let face = picture("face1.png");
        let once = mirrored_picture(face.clone());
        assert_eq!((once.at(7, 0), once.at(7, 191)), (face.at(7, 191), face.at(7, 0)));
        assert_eq!(mirrored_picture(once).values, face.values);
        let points: Vec<[f32; 3]> = (0..POINTS).map(|i| [i as f32, 1.0, 2.0]).collect();
        assert_eq!(mirrored_points(&mirrored_points(&points, 192), 192), points);
    }

    #[test]
    fn points_of_the_mirror_image_go_where_no_exchange_of_two_brings_them_nearer() {
        // Sums over the faces of squared distances between the points of the picture and of its mirror image. A closed mouth's lips lie
        // in one place: points nearer to each other than the noise of both pictures are no evidence.
        const NOISE_PX: f64 = 1.0;
        let squared =
            |p: &[f32; 3], q: &[f32; 3]| p.iter().zip(q).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>();
        let mut square = vec![vec![0.0; POINTS]; POINTS];
        let mut in_one_place = BTreeSet::new();
        for number in 1..=4 {
            let face = picture(&format!("face{number}.png"));
            let (found, _) = NETWORK.mesh(face.clone());
            let (there, _) = NETWORK.mesh(mirrored_picture(face));
            let there = mirrored_points(&there, 192);
            for (i, j) in (0..POINTS).flat_map(|i| (0..POINTS).map(move |j| (i, j))) {
                square[i][j] += squared(&found[i], &there[j]);
                if squared(&found[i], &found[j]) < NOISE_PX.powi(2) {
                    in_one_place.insert((i, j));
                }
            }
        }
        for (i, j) in (0..POINTS).flat_map(|i| (0..i).map(move |j| (i, j))) {
            if in_one_place.contains(&(i, j)) {
                continue;
            }
            let (kept, exchanged) = (square[i][i] + square[j][j], square[i][j] + square[j][i]);
            assert!(kept <= exchanged, "{i} and {j}: {kept} {exchanged}");
        }
    }

    #[test]
    fn points_are_mediapipes_on_the_same_crop() {
        // Shares of the crop. Both compute in single precision, in different orders.
        const TOLERANCE: f64 = 1e-3;
        let expected = std::fs::read(folder().join("expected.json")).expect("the golden values");
        let expected: Expected = serde_json::from_slice(&expected).expect("the golden values");
        assert_eq!(expected.faces.len(), 4);
        for (name, expected) in expected.faces {
            let (points, presence) = NETWORK.mesh(picture(&name));
            let worst = points
                .iter()
                .zip(&expected)
                .flat_map(|(p, q)| p.iter().zip(q).map(|(p, q)| (f64::from(*p) / 192.0 - q).abs()));
            let worst = worst.fold(0.0, f64::max);
            println!("{name}: largest difference {worst:.1e} of the crop, presence {presence:.4}");
            assert!(expected.len() == POINTS && worst < TOLERANCE, "{name}: {worst}");
            assert!(presence > 0.99, "{name}: {presence}");
        }
    }
}
