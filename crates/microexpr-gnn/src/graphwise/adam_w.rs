/// Adam with decoupled weight decay on one list of weights, as Burn's `AdamW` with its default constants.
///
/// Source: I. Loshchilov, F. Hutter, "Decoupled Weight Decay Regularization", ICLR 2019.
#[derive(Debug, Clone)]
pub(super) struct AdamW {
    learning_rate: f64,
    weight_decay: f64,
    mean: Vec<f32>,
    square: Vec<f32>,
    steps: i32,
}

const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.999;
const EPSILON: f32 = 1e-5;

impl AdamW {
    pub(super) fn new(weights: usize, learning_rate: f64, weight_decay: f32) -> Self {
        Self {
            learning_rate,
            weight_decay: f64::from(weight_decay),
            mean: vec![0.0; weights],
            square: vec![0.0; weights],
            steps: 0,
        }
    }

    /// One step of all weights against their gradient.
    pub(super) fn step(&mut self, weights: &mut [f32], gradient: &[f32]) {
        self.steps += 1;
        let (mean_share, square_share) = (1.0 - BETA_1.powi(self.steps), 1.0 - BETA_2.powi(self.steps));
        let kept = (1.0 - self.learning_rate * self.weight_decay) as f32;
        let rate = self.learning_rate as f32;
        let moments = self.mean.iter_mut().zip(&mut self.square);
        for ((weight, gradient), (mean, square)) in weights.iter_mut().zip(gradient).zip(moments) {
            *mean = *mean * BETA_1 + gradient * (1.0 - BETA_1);
            *square = *square * BETA_2 + gradient * gradient * (1.0 - BETA_2);
            let step = (*mean / mean_share) / ((*square / square_share).sqrt() + EPSILON);
            *weight = *weight * kept - step * rate;
        }
    }
}
