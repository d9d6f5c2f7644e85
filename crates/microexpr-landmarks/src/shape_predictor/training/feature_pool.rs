use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::TrainParams;
use crate::shape_predictor::model::{PoolPixel, Split};

/// Pixels that a cascade may compare.
pub(super) struct FeaturePool {
    pub(super) pixels: Vec<PoolPixel>,
    /// Where they lie, in the mean shape's coordinates.
    places: Vec<[f32; 2]>,
    lambda: f64,
}

/// Draws after which a pair is taken however far apart its pixels are: a pool whose pixels all lie far apart ends too.
const MOST_DRAWS: usize = 1000;

impl FeaturePool {
    /// Uniform over the mean shape's extent, grown by the padding; every pixel hangs on the nearest landmark.
    pub(super) fn draw(mean: &[f32], params: &TrainParams, rng: &mut ChaCha8Rng) -> Self {
        let padding = params.pool_padding as f32;
        let [x, y] = [0, 1].map(|axis| {
            let values = || mean.iter().skip(axis).step_by(2);
            let low = values().copied().fold(f32::INFINITY, f32::min) - padding;
            (low, values().copied().fold(f32::NEG_INFINITY, f32::max) + padding - low)
        });
        let mut place = |(low, extent): (f32, f32)| low + extent * rng.random::<f32>();
        let places: Vec<[f32; 2]> = (0..params.pool_size).map(|_| [place(x), place(y)]).collect();
        let pixels = places.iter().map(|p| hang(*p, mean)).collect();
        Self { pixels, places, lambda: params.lambda }
    }

    /// Two different pixels, near ones rather than far ones (`exp(−distance / λ)`), and a threshold from −64 to 64.
    pub(super) fn random_split(&self, rng: &mut ChaCha8Rng) -> Split {
        let mut pair = (0, 1);
        for _ in 0..MOST_DRAWS {
            pair = (rng.random_range(0..self.places.len()), rng.random_range(0..self.places.len()));
            let (p, q) = (self.places[pair.0], self.places[pair.1]);
            let distance = f64::from((p[0] - q[0]).hypot(p[1] - q[1]));
            if pair.0 != pair.1 && rng.random::<f64>() < (-distance / self.lambda).exp() {
                break;
            }
        }
        Split { a: pair.0 as u16, b: pair.1 as u16, threshold: rng.random_range(-64.0..64.0) }
    }
}

/// The nearest landmark of the mean shape, the first of equals, and the offset from there.
fn hang(place: [f32; 2], mean: &[f32]) -> PoolPixel {
    let offset = |anchor: usize| [place[0] - mean[2 * anchor], place[1] - mean[2 * anchor + 1]];
    let square = |anchor: usize| offset(anchor).map(|d| d * d).iter().sum::<f32>();
    let nearest =
        (1..mean.len() / 2).fold(0, |best, anchor| if square(anchor) < square(best) { anchor } else { best });
    PoolPixel { anchor: nearest as u16, delta: offset(nearest) }
}
