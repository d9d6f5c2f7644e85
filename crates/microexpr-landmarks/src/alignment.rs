//! Bringing every frame onto the first one, and cutting the face out.

mod blocks;
mod brightness;
mod crop;
mod frame_parts;
mod hull;
mod params;
mod registration;

use microexpr_core::{Clip, GreyFrames, Landmarks, Point};
use ndarray::Array3;

use crate::eyes::{Eyes, require_68};
use crate::parallel::{fill_frames, map_in_parallel};
use crate::plane_map::{distance, fit_robust};
use crate::{HeadPose, LandmarkError, MotionModel, PlaneMap};
use frame_parts::FrameParts;
use hull::ConvexHull;
use registration::{Registered, Registration};

pub use brightness::Brightness;
pub use params::{AlignEvidence, AlignParams, CropParams, TextureParams};

/// A clip in which the head stands still and the face fills the frame.
#[derive(Debug, Clone, PartialEq)]
pub struct AlignedClip {
    /// The faces, `size_px` square, at the frame rate of the original.
    pub clip: Clip,
    /// The 68 points of every frame in pixels of [`AlignedClip::clip`].
    pub landmarks: Vec<Landmarks>,
    /// For every frame: pixels of the aligned frame to pixels of the original one.
    pub transforms: Vec<PlaneMap>,
    /// For every frame: root mean square motion of the face's stable parts that the alignment left over, in pixels of the
    /// original, measurement noise included.
    pub residual_px: Vec<f64>,
    /// How the head is turned in the first frame, if that is known: whoever found the landmarks may tell.
    pub pose: Option<HeadPose>,
}

/// Aligns the frames of a clip to its first one and cuts the face out, in a single resampling.
///
/// Source: 2S-AMAGN §4.1 (frames are aligned to the first and 254×254 pixels large); by which motion, on what evidence and
/// with which margin is our choice, see [`AlignParams`].
#[derive(Debug, Clone, PartialEq)]
pub struct FaceAligner {
    params: AlignParams,
}

impl FaceAligner {
    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// [`LandmarkError::Setting`] naming the setting that is out of range.
    pub fn new(params: AlignParams) -> Result<Self, LandmarkError> {
        params.check()?;
        Ok(Self { params })
    }

    /// Aligns a clip, given its 68 points in every frame.
    ///
    /// # Errors
    ///
    /// [`LandmarkError::FrameCount`] and [`LandmarkError::Scheme`] for unfitting landmarks,
    /// [`LandmarkError::DegenerateFace`] if the first frame's eyes coincide, [`LandmarkError::Alignment`] naming a frame
    /// that cannot be registered.
    pub fn align(&self, clip: &dyn GreyFrames, tracked: &[Landmarks]) -> Result<AlignedClip, LandmarkError> {
        let (frames, ..) = clip.dim();
        if tracked.len() != frames {
            return Err(LandmarkError::FrameCount { expected: frames, found: tracked.len() });
        }
        tracked.iter().try_for_each(require_68)?;
        let placement = crop::placement(&tracked[0], &self.params.crop)?;
        let Registered { maps, residual_px } = self.head_motion(clip, tracked)?;
        let transforms: Vec<PlaneMap> = maps.iter().map(|m| placement.then(m)).collect();
        let landmarks = transforms
            .iter()
            .zip(tracked)
            .enumerate()
            .map(|(i, (t, l))| moved_back(t, l, i))
            .collect::<Result<_, _>>()?;
        let clip = self.cut(clip, &transforms)?;
        Ok(AlignedClip { clip, landmarks, transforms, residual_px, pose: None })
    }

    fn cut(&self, clip: &dyn GreyFrames, transforms: &[PlaneMap]) -> Result<Clip, LandmarkError> {
        let size = self.params.crop.size_px;
        let mut frames = Array3::zeros((transforms.len(), size, size));
        fill_frames(&mut frames, |i, face| {
            crop::resample(clip, i, &transforms[i], face);
            Ok::<_, LandmarkError>(())
        })?;
        if self.params.brightness == Brightness::MatchFirst {
            brightness::match_first(&mut frames);
        }
        Ok(Clip::new(frames, clip.fps())?)
    }

    /// The head's motion from the first frame to each frame.
    fn head_motion(&self, clip: &dyn GreyFrames, tracked: &[Landmarks]) -> Result<Registered, LandmarkError> {
        let start = self.motion_of_stable_points(tracked)?;
        if self.params.evidence == AlignEvidence::StablePoints || self.params.motion == MotionModel::None {
            return Ok(start);
        }
        let points = tracked[0].points();
        let outline = face_outline(points)?;
        let face = ConvexHull::around(&outline);
        let iod_px = Eyes::of(points, 0)?.distance_px();
        let margin_px = self.params.texture.expressive_margin_iod * iod_px;
        let stable = |p: Point| {
            face.contains(p)
                && EXPRESSIVE.iter().flat_map(|r| &points[r.clone()]).all(|q| distance(p, *q) >= margin_px)
        };
        let texture = &self.params.texture;
        // Only the face is compared: what lies around it needs neither halving nor blurring.
        let step = Registration::shrink(iod_px, texture);
        let margin_px = Registration::margin_px(texture, step);
        let parts = FrameParts::around(clip, &outline, &start.maps, margin_px, step);
        let origin = parts.origin();
        let within = |p: Point| stable([p[0] + origin[0], p[1] + origin[1]]);
        let centre = [face.centre()[0] - origin[0], face.centre()[1] - origin[1]];
        let maps: Vec<PlaneMap> = start.maps.iter().map(|m| m.seen_from(origin)).collect();
        let registered =
            Registration::new(&within, (centre, iod_px), self.params.motion, texture).run(&parts, &maps)?;
        let back = origin.map(|v| -v);
        Ok(Registered { maps: registered.maps.iter().map(|m| m.seen_from(back)).collect(), ..registered })
    }

    fn motion_of_stable_points(&self, tracked: &[Landmarks]) -> Result<Registered, LandmarkError> {
        let stable = |l: &Landmarks| -> Vec<Point> {
            self.params.stable_points.iter().map(|i| l.points()[*i]).collect()
        };
        let from = stable(&tracked[0]);
        let (mut maps, mut residual_px) = (Vec::new(), Vec::new());
        let fits = map_in_parallel(tracked.len(), |i| {
            let to = stable(&tracked[i]);
            (fit_robust(&from, &to, self.params.motion).filter(|m| m.inverse().is_some()), to)
        });
        for (frame, (map, to)) in fits.into_iter().enumerate() {
            let problem = "its stable points coincide";
            let map = map.ok_or(LandmarkError::Alignment { frame, problem })?;
            let squares = from.iter().zip(&to).map(|(p, q)| distance(map.apply(*p), *q).powi(2));
            residual_px.push((squares.sum::<f64>() / from.len() as f64).sqrt());
            maps.push(map);
        }
        Ok(Registered { maps, residual_px })
    }
}

/// Brows, eyes and mouth.
const EXPRESSIVE: [std::ops::Range<usize>; 2] = [17..27, 36..68];

/// Jaw, brows, and the forehead half an inter-ocular distance above them.
fn face_outline(points: &[Point]) -> Result<Vec<Point>, LandmarkError> {
    let eyes = Eyes::of(points, 0)?;
    let up = eyes.up_from(points[57]).map(|v| 0.5 * v * eyes.distance_px());
    let forehead = points[17..=26].iter().map(|p| [p[0] + up[0], p[1] + up[1]]);
    Ok(points[..=26].iter().copied().chain(forehead).collect())
}

fn moved_back(transform: &PlaneMap, landmarks: &Landmarks, frame: usize) -> Result<Landmarks, LandmarkError> {
    let problem = "its motion flattens the face";
    let back = transform.inverse().ok_or(LandmarkError::Alignment { frame, problem })?;
    Ok(landmarks.map(|p| back.apply(*p))?)
}
