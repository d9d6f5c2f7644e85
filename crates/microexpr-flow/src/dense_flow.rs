use microexpr_core::FlowField;
use ndarray::ArrayView2;

use crate::plane::Plane;
use crate::{FlowAlgorithm, FlowError};

/// A solver for dense optical flow: `from(x) ≈ to(x + flow(x))`.
///
/// Frames are `f32` in `0..=1`, `[row, col]`; values outside by up to 1, as resampling leaves them, are taken, others are an
/// error. Solvers own their workspace: keep one and use it for many pairs. A frame that
/// belongs to several pairs is prepared once and used in all of them.
///
/// # Example
///
/// ```
/// use microexpr_flow::{Clg, ClgParams, DenseFlow};
/// use ndarray::Array2;
///
/// let wave = |dx: f32| Array2::from_shape_fn((48, 64), |(row, col)| {
///     0.5 + 0.2 * ((col as f32 - dx) / 4.0).sin() + 0.2 * (row as f32 / 5.0).cos()
/// });
/// let mut solver = Clg::new(ClgParams::default());
/// let onset = solver.prepare(wave(0.0).view())?;
/// let later = solver.prepare(wave(0.5).view())?;
/// let flow = solver.flow_between(&onset, &later, None)?;
/// assert!((flow.u()[[24, 32]] - 0.5).abs() < 0.05 && flow.v()[[24, 32]].abs() < 0.05);
/// # Ok::<(), microexpr_flow::FlowError>(())
/// ```
pub trait DenseFlow {
    /// The algorithm and its settings.
    fn algorithm(&self) -> FlowAlgorithm;

    /// Does what can be done for one frame alone: filtering, pyramid.
    ///
    /// # Errors
    ///
    /// [`FlowError::EmptyFrame`], [`FlowError::PixelValue`], and [`FlowError::Setting`] for settings out of range.
    fn prepare(&mut self, frame: ArrayView2<'_, f32>) -> Result<PreparedFrame, FlowError>;

    /// [`DenseFlow::prepare`] of a frame of bytes, 255 being white.
    ///
    /// # Errors
    ///
    /// As [`DenseFlow::prepare`].
    fn prepare_u8(&mut self, frame: ArrayView2<'_, u8>) -> Result<PreparedFrame, FlowError>;

    /// The flow between two prepared frames, the search beginning at `initial` or at no motion.
    ///
    /// # Errors
    ///
    /// [`FlowError::FrameSize`], [`FlowError::PreparedElsewhere`] for frames prepared by another algorithm or with other
    /// settings, [`FlowError::FlowNotFinite`] for an initial flow with NaN or infinite displacements.
    fn flow_between(
        &mut self,
        from: &PreparedFrame,
        to: &PreparedFrame,
        initial: Option<&FlowField>,
    ) -> Result<FlowField, FlowError>;

    /// The flow between two frames.
    ///
    /// # Errors
    ///
    /// As [`DenseFlow::prepare`] and [`DenseFlow::flow_between`].
    fn flow(&mut self, from: ArrayView2<'_, f32>, to: ArrayView2<'_, f32>) -> Result<FlowField, FlowError> {
        if from.dim() != to.dim() {
            return Err(FlowError::FrameSize { expected: from.dim(), found: to.dim() });
        }
        let (from, to) = (self.prepare(from)?, self.prepare(to)?);
        self.flow_between(&from, &to, None)
    }

    /// [`DenseFlow::flow`] of frames of bytes, 255 being white.
    ///
    /// # Errors
    ///
    /// As [`DenseFlow::flow`].
    fn flow_u8(&mut self, from: ArrayView2<'_, u8>, to: ArrayView2<'_, u8>) -> Result<FlowField, FlowError> {
        if from.dim() != to.dim() {
            return Err(FlowError::FrameSize { expected: from.dim(), found: to.dim() });
        }
        let (from, to) = (self.prepare_u8(from)?, self.prepare_u8(to)?);
        self.flow_between(&from, &to, None)
    }
}

/// A frame as one algorithm with one set of settings needs it, made by [`DenseFlow::prepare`].
#[derive(Debug, Clone, PartialEq)]
pub struct PreparedFrame {
    algorithm: FlowAlgorithm,
    dim: (usize, usize),
    planes: Vec<Plane>,
}

impl PreparedFrame {
    pub(crate) fn new(algorithm: FlowAlgorithm, dim: (usize, usize), planes: Vec<Plane>) -> Self {
        Self { algorithm, dim, planes }
    }

    /// Height and width of the frame in pixels.
    #[must_use]
    pub fn dim(&self) -> (usize, usize) {
        self.dim
    }

    /// What the solver has stored, in its own order.
    pub(crate) fn planes(&self) -> &[Plane] {
        &self.planes
    }
}

/// Whether two prepared frames and an initial flow can be used by a solver.
pub(crate) fn check_pair(
    algorithm: &FlowAlgorithm,
    from: &PreparedFrame,
    to: &PreparedFrame,
    initial: Option<&FlowField>,
) -> Result<(), FlowError> {
    let other_size = |found: (usize, usize)| FlowError::FrameSize { expected: from.dim, found };
    if from.algorithm != *algorithm || to.algorithm != *algorithm {
        return Err(FlowError::PreparedElsewhere);
    }
    if from.dim != to.dim {
        return Err(other_size(to.dim));
    }
    if let Some(flow) = initial {
        if flow.dim() != from.dim {
            return Err(other_size(flow.dim()));
        }
        check_finite(flow, 0)?;
    }
    Ok(())
}

/// Whether all displacements of a field, the `field`th of several, are numbers.
pub(crate) fn check_finite(flow: &FlowField, field: usize) -> Result<(), FlowError> {
    let (u, v) = (flow.u(), flow.v());
    let all_finite =
        |plane: ArrayView2<'_, f32>| plane.iter().fold(true, |all, value| all & value.is_finite());
    if all_finite(u) && all_finite(v) {
        return Ok(());
    }
    let bad = u.indexed_iter().zip(v).find(|((_, u), v)| !(u.is_finite() && v.is_finite()));
    match bad {
        Some((((row, col), _), _)) => Err(FlowError::FlowNotFinite { field, row, col }),
        None => Ok(()),
    }
}
