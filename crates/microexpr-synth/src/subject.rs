use microexpr_core::{LandmarkScheme, Landmarks, Point};
use ndarray::{Array2, ArrayView2};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::acting::Spontaneous;
use crate::habits::Habits;
use crate::identity::{Appearance, Proportions};
use crate::spline_image::SplineImage;
use crate::{Acting, SynthError, SynthParams, portrait};

/// The eyes lie at this share of the frame's height.
const EYE_HEIGHT: f64 = 0.40;

/// A generated person: a neutral frontal face in the middle of the frame, and where its 68 points are.
#[derive(Debug, Clone)]
pub struct Subject {
    number: usize,
    landmarks: Landmarks,
    habits: Habits,
    portrait: Array2<f32>,
    surface: SplineImage,
}

impl Subject {
    /// Draws and paints person `number` (from 1) of the dataset `params` describe.
    ///
    /// # Errors
    ///
    /// [`SynthError::Setting`] for settings out of range, [`SynthError::FaceOutsideFrame`] if the face does not fit.
    pub fn new(params: &SynthParams, number: usize) -> Result<Self, SynthError> {
        params.validate()?;
        let mut rng = stream(params.seed, number, 0);
        let shape = Proportions::draw(&mut rng);
        let look = Appearance::draw(&mut rng);
        let points = shape.points(&mut rng);
        let (width, height, unit) = (params.width_px, params.height_px, params.inter_ocular_px);
        let origin = [0.5 * (width as f64 - 1.0), EYE_HEIGHT * height as f64];
        let in_frame: Vec<Point> =
            points.iter().map(|p| [origin[0] + unit * p[0], origin[1] + unit * p[1]]).collect();
        check_room(params, &in_frame)?;
        let contrast = params.texture as f32;
        let portrait = portrait::paint(&points, &look, origin, unit, (height, width), contrast, &mut rng);
        let surface = SplineImage::new(portrait.view());
        let landmarks = Landmarks::new(LandmarkScheme::Ibug68, in_frame)?;
        let spontaneous = match params.acting {
            Acting::Spontaneous(spontaneous) => spontaneous,
            Acting::Prototypical { .. } => Spontaneous::default(),
        };
        let habits = Habits::draw(&spontaneous, &mut stream(params.seed, number | ACTING_STREAM, 0));
        Ok(Self { number, landmarks, habits, portrait, surface })
    }

    /// Number of the person, from 1.
    #[must_use]
    pub fn number(&self) -> usize {
        self.number
    }

    /// The 68 points of the neutral face, in pixels.
    #[must_use]
    pub fn landmarks(&self) -> &Landmarks {
        &self.landmarks
    }

    pub(crate) fn habits(&self) -> &Habits {
        &self.habits
    }

    /// The neutral face, grey `[row, col]` in `0..=1`.
    #[must_use]
    pub fn portrait(&self) -> ArrayView2<'_, f32> {
        self.portrait.view()
    }

    /// The neutral face between the pixels.
    #[must_use]
    pub fn surface(&self) -> &SplineImage {
        &self.surface
    }
}

/// Set in a person's number: the random numbers of its habits (`clip` 0) and of the action units of a clip.
pub(crate) const ACTING_STREAM: usize = 1 << 29;
/// Set in a person's number: the random numbers of its clips' file names.
pub(crate) const NAMES_STREAM: usize = 1 << 30;

/// The random numbers of a person (`clip` 0) or of one of its clips (from 1): the same whatever else is generated.
pub(crate) fn stream(seed: u64, subject: usize, clip: usize) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(((subject as u64) << 32) | clip as u64);
    rng
}

/// Every point stays in the frame wherever the head may go.
fn check_room(params: &SynthParams, points: &[Point]) -> Result<(), SynthError> {
    let n = &params.nuisance;
    let (width, height) = (params.width_px, params.height_px);
    let middle = centre(params);
    let turn = (n.pose_deg + n.sway_deg).to_radians();
    for (landmark, p) in points.iter().enumerate() {
        let from_middle = (p[0] - middle[0]).hypot(p[1] - middle[1]);
        let reach = n.pose_px + n.sway_px + (turn + n.sway_zoom) * from_middle;
        let fits = |v: f64, len: usize| v - reach >= 0.0 && v + reach <= len as f64 - 1.0;
        if !(fits(p[0], width) && fits(p[1], height)) {
            let inter_ocular_px = params.inter_ocular_px;
            return Err(SynthError::FaceOutsideFrame { inter_ocular_px, width, height, landmark, at: *p });
        }
    }
    Ok(())
}

/// The middle of the frame, in pixels.
pub(crate) fn centre(params: &SynthParams) -> Point {
    [0.5 * (params.width_px as f64 - 1.0), 0.5 * (params.height_px as f64 - 1.0)]
}
