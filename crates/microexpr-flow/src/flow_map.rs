//! Flow maps: the motion from onset to apex as a small picture, the form in which the field exchanges recordings that it may
//! not publish.
//!
//! Red is horizontal flow, green vertical flow, blue optical strain. Every channel of every clip is scaled to `0..=255` by
//! itself: `round(255·(f − min f)/(max f − min f))`. So neither amplitude nor the value of no motion is kept;
//! [`FlowMap::to_flow`] takes the median of a channel for the latter.
//!
//! Source: S.-T. Liong, Y. S. Gan, J. See, H.-Q. Khor, Y.-C. Huang, "Shallow Triple Stream Three-dimensional CNN (STSTNet) for
//! Micro-expression Recognition", FG 2019, §3 (the three channels, 28×28 pixels, strain `√(u_x² + v_y² + ½(u_y + v_x)²)`); the
//! scaling as found in the maps published with Z. Wang, K. Zhang, W. Luo, R. Sankaranarayana, "HTNet for Micro-expression
//! Recognition", Neurocomputing 602, 2024: 0 and 255 in every channel of every map, and equally often, so rounded after the
//! resize; the strain is not that of the 28×28 flow, so taken before it. How they were resized is not known: here the mean over
//! the area of a pixel.

mod area_mean;
mod files;

use microexpr_core::{FlowField, OutOfRange};
use ndarray::{Array2, ArrayView2};

use crate::{FlowError, strain};
pub use area_mean::area_mean;
pub use files::{read_flow_map, write_flow_map};

/// Horizontal flow, vertical flow and strain of one clip on a square grid, each scaled to `0..=255` by itself.
///
/// # Example
///
/// ```
/// use microexpr_core::FlowField;
/// use microexpr_flow::FlowMap;
/// use ndarray::Array2;
///
/// // One half of the frame rests, the other moves to the left.
/// let u = Array2::from_shape_fn((56, 56), |(_, col)| if col < 28 { 0.0 } else { -0.5 });
/// let map = FlowMap::from_flow(&FlowField::new(u, Array2::zeros((56, 56)))?, FlowMap::SIZE)?;
/// assert_eq!((map.u()[[3, 0]], map.u()[[3, 27]]), (255, 0));
/// assert!(map.strain()[[3, 13]] == 255 && map.strain()[[3, 3]] == 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowMap {
    u: Array2<u8>,
    v: Array2<u8>,
    strain: Array2<u8>,
}

impl FlowMap {
    /// Side of the published maps in pixels.
    pub const SIZE: usize = 28;
    /// The smallest side of a map in pixels.
    pub const MIN_SIZE: usize = 8;

    /// Joins the three channels, `[row, col]`.
    ///
    /// # Errors
    ///
    /// [`FlowError::FrameSize`] if they differ in size or are not square, [`FlowError::Setting`] if they are smaller than
    /// [`FlowMap::MIN_SIZE`].
    pub fn new(u: Array2<u8>, v: Array2<u8>, strain: Array2<u8>) -> Result<Self, FlowError> {
        let size = u.nrows();
        if let Some(found) = [u.dim(), v.dim(), strain.dim()].into_iter().find(|dim| *dim != (size, size)) {
            return Err(FlowError::FrameSize { expected: (size, size), found });
        }
        check_size(size)?;
        Ok(Self { u, v, strain })
    }

    /// The map of a flow field: strain at every pixel, the three planes averaged over `size`×`size` areas, and each scaled to
    /// `0..=255`; a plane without differences becomes 0.
    ///
    /// # Errors
    ///
    /// [`FlowError::Setting`] for a `size` below [`FlowMap::MIN_SIZE`], [`FlowError::EmptyFrame`],
    /// [`FlowError::FlowNotFinite`].
    pub fn from_flow(flow: &FlowField, size: usize) -> Result<Self, FlowError> {
        check_size(size)?;
        let (height, width) = flow.dim();
        if height == 0 || width == 0 {
            return Err(FlowError::EmptyFrame { height, width });
        }
        let finite = |at: &(usize, usize)| flow.u()[*at].is_finite() && flow.v()[*at].is_finite();
        if let Some((row, col)) = ndarray::indices((height, width)).into_iter().find(|at| !finite(at)) {
            return Err(FlowError::FlowNotFinite { field: 0, row, col });
        }
        let channel = |plane: ArrayView2<'_, f32>| scaled(&area_mean(plane, size));
        Ok(Self { u: channel(flow.u()), v: channel(flow.v()), strain: channel(strain(flow).view()) })
    }

    /// Side in pixels.
    #[must_use]
    pub fn size(&self) -> usize {
        self.u.nrows()
    }

    /// Horizontal flow, to the right, `[row, col]`.
    #[must_use]
    pub fn u(&self) -> ArrayView2<'_, u8> {
        self.u.view()
    }

    /// Vertical flow, down, `[row, col]`.
    #[must_use]
    pub fn v(&self) -> ArrayView2<'_, u8> {
        self.v.view()
    }

    /// Optical strain, `[row, col]`.
    #[must_use]
    pub fn strain(&self) -> ArrayView2<'_, u8> {
        self.strain.view()
    }

    /// The flow as far as the map has kept it: each component minus its median, divided by its root mean square; 0 where a
    /// component does not differ. Its unit is not the pixel.
    #[must_use]
    pub fn to_flow(&self) -> FlowField {
        joined(normalised(&self.u), normalised(&self.v))
    }

    /// The strain as far as the map has kept it: its square root, minus the mean, over the standard deviation; 0 where it does
    /// not differ.
    #[must_use]
    pub fn to_strain(&self) -> Array2<f32> {
        let root = self.strain.mapv(|e| f64::from(e).sqrt());
        let mean = root.mean().unwrap_or_default();
        let deviation = root.std(0.0);
        root.mapv(|e| if deviation > 0.0 { ((e - mean) / deviation) as f32 } else { 0.0 })
    }

    /// The map of the same clip seen in a mirror: columns in reverse order, horizontal flow reversed.
    #[must_use]
    pub fn mirrored(&self) -> Self {
        let reversed = |plane: &Array2<u8>| plane.slice(ndarray::s![.., ..;-1]).to_owned();
        Self {
            u: reversed(&self.u).mapv(|u| u8::MAX - u),
            v: reversed(&self.v),
            strain: reversed(&self.strain),
        }
    }
}

fn check_size(size: usize) -> Result<(), OutOfRange> {
    OutOfRange::unless(size >= FlowMap::MIN_SIZE, "size", "at least 8 px", size)
}

fn joined(u: Array2<f32>, v: Array2<f32>) -> FlowField {
    FlowField::new(u, v).expect("both components have the map's size")
}

/// `round(255·(f − min)/(max − min))`.
fn scaled(plane: &Array2<f64>) -> Array2<u8> {
    let (min, max) =
        plane.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), f| (a.min(*f), b.max(*f)));
    let gain = if max > min { 255.0 / (max - min) } else { 0.0 };
    plane.mapv(|f| ((f - min) * gain).round() as u8)
}

/// Minus the median, over the root mean square.
fn normalised(plane: &Array2<u8>) -> Array2<f32> {
    let mut sorted: Vec<u8> = plane.iter().copied().collect();
    sorted.sort_unstable();
    let (below, above) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
    let centred = plane.mapv(|f| f64::from(f) - (f64::from(below) + f64::from(above)) / 2.0);
    let rms = (centred.iter().map(|f| f * f).sum::<f64>() / sorted.len() as f64).sqrt();
    centred.mapv(|f| if rms > 0.0 { (f / rms) as f32 } else { 0.0 })
}
