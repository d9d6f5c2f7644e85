use super::DensityReduction;

/// Constants of the attention.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AttentionSettings {
    /// Slope of LeakyReLU below zero.
    pub negative_slope: f64,
    /// Added to the variance of eq. 4.
    pub variance_floor: f64,
    /// How the densities of the features become one score.
    pub reduction: DensityReduction,
}

impl AttentionSettings {
    /// What the summed density of `width` features is multiplied by.
    pub(super) fn density_scale(&self, width: usize) -> f32 {
        match self.reduction {
            DensityReduction::Sum => 1.0,
            DensityReduction::Mean => 1.0 / width as f32,
        }
    }
}
