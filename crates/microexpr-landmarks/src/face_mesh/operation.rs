//! The operations of the face mesh's network.

mod convolution;
mod elementwise;
mod products;
mod region;
mod window;

use super::tensor::{Shape, Tensor};

pub(super) use convolution::{Convolution, DepthwiseConvolution};
pub(super) use region::RegionTransform;
pub(super) use window::{Padding, Window};

/// What is done to one or two tensors.
#[derive(Debug)]
pub(super) enum Operation {
    Convolve(Convolution),
    ConvolveChannels(DepthwiseConvolution),
    /// PReLU, with a slope for every channel.
    Rectify(Vec<f32>),
    Add,
    /// By one factor, or by one for every number.
    Scale(Vec<f32>),
    MaxPool(Window),
    /// As many channels of zeros.
    PadChannels(usize),
    /// The same numbers in another shape.
    Reshape(Shape),
    /// From the mesh to the map of one region.
    RegionTransform(RegionTransform),
    /// From an image and a region's map to the region, `[height, width]`.
    LookUp([usize; 2]),
    /// From a region's points and its map to points of the image.
    MovePoints,
}

impl Operation {
    /// The shape of the result; `None` if the inputs do not fit.
    pub(super) fn shape(&self, inputs: &[Shape]) -> Option<Shape> {
        const MATRIX: Shape = Shape { height: 1, width: 4, channels: 4 };
        let (first, second) = (*inputs.first()?, inputs.get(1).copied());
        let kept = |fits: bool| fits.then_some(first);
        match self {
            Self::Convolve(convolution) => convolution.shape(first),
            Self::ConvolveChannels(convolution) => convolution.shape(first),
            Self::Rectify(slopes) => kept(slopes.len() == first.channels),
            Self::Add => kept(second == Some(first)),
            Self::Scale(factors) => kept(factors.len() == 1 || factors.len() == first.size()),
            Self::MaxPool(window) => {
                let (down, along) = (window.down(first.height), window.along(first.width));
                Some(Shape::new(down.places, along.places, first.channels))
            }
            Self::PadChannels(more) => Some(Shape { channels: first.channels + more, ..first }),
            Self::Reshape(shape) => (shape.size() == first.size()).then_some(*shape),
            Self::RegionTransform(region) => {
                (first.channels == 3 && region.last_point() < first.places()).then_some(MATRIX)
            }
            Self::LookUp([height, width]) => {
                let fits = first.size() > 0 && second == Some(MATRIX);
                fits.then(|| Shape::new(*height, *width, first.channels))
            }
            Self::MovePoints => kept(first.channels == 2 && second == Some(MATRIX)),
        }
    }

    /// Computes the result into `output`, whose shape it has already.
    pub(super) fn run(&self, inputs: &[&Tensor], output: &mut Tensor, scratch: &mut Vec<f32>) {
        let first = inputs[0];
        match self {
            Self::Convolve(convolution) => convolution.run(first, output, scratch),
            Self::ConvolveChannels(convolution) => convolution.run(first, output),
            Self::Rectify(slopes) => elementwise::rectify(first, slopes, output),
            Self::Add => elementwise::add(first, inputs[1], output),
            Self::Scale(factors) => elementwise::scale(first, factors, output),
            Self::MaxPool(window) => elementwise::max_pool(first, window, output),
            Self::PadChannels(_) => elementwise::pad_channels(first, output),
            Self::Reshape(_) => output.values.copy_from_slice(&first.values),
            Self::RegionTransform(region) => region.run(first, output),
            Self::LookUp(_) => region::look_up(first, &region::rows(inputs[1]), output),
            Self::MovePoints => region::move_points(first, &region::rows(inputs[1]), output),
        }
    }
}
