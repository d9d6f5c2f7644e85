//! The settings that a file gives its operations.

use super::{Problem, Table, index};
use crate::face_mesh::flexbuffer::Map;
use crate::face_mesh::operation::{Operation, Padding, RegionTransform, Window};

/// Fields of the tables, by the schema's order.
mod field {
    pub(super) const OPERATOR_OPTIONS: usize = 4;
    pub(super) const OPERATOR_CUSTOM_OPTIONS: usize = 5;
    pub(super) const WINDOW_PADDING: usize = 0;
    pub(super) const WINDOW_STRIDE_X: usize = 1;
    pub(super) const WINDOW_STRIDE_Y: usize = 2;
    pub(super) const POOL_WIDTH: usize = 3;
    pub(super) const POOL_HEIGHT: usize = 4;
}

/// The window of a convolution or a pooling: their options begin alike.
pub(super) fn window(operator: &Table<'_>, size: Option<[usize; 2]>) -> Option<Window> {
    let options = operator.table(field::OPERATOR_OPTIONS)?;
    let [height, width] = size.filter(|size| !size.contains(&0))?;
    let stride = [field::WINDOW_STRIDE_Y, field::WINDOW_STRIDE_X].map(|f| options.number(f, 0) as usize);
    let padding = if options.byte(field::WINDOW_PADDING) == 0 { Padding::Same } else { Padding::Valid };
    (!stride.contains(&0)).then_some(Window { height, width, stride, padding })
}

/// Height and width of a pooling's window.
pub(super) fn pool_size(operator: &Table<'_>) -> Option<[usize; 2]> {
    let options = operator.table(field::OPERATOR_OPTIONS)?;
    Some([field::POOL_HEIGHT, field::POOL_WIDTH].map(|f| options.number(f, 0) as usize))
}

/// Padding, by the numbers of zeros before and behind each axis.
pub(super) fn channels_of_zeros(padding: &[i32]) -> Result<Operation, Problem> {
    match padding {
        [0, 0, 0, 0, 0, 0, 0, more] => index(*more).map(Operation::PadChannels).ok_or("padding below zero"),
        _ => Err("padding of anything but channels"),
    }
}

/// One of MediaPipe's own operations.
pub(super) fn custom(name: Option<&[u8]>, operator: &Table<'_>) -> Result<Operation, Problem> {
    let settings = || Map::root(operator.bytes(field::OPERATOR_CUSTOM_OPTIONS)?);
    match name {
        Some(b"Landmarks2TransformMatrix") => {
            settings().and_then(region).ok_or("the region is not described")
        }
        Some(b"TransformTensorBilinear") => {
            let size = settings().and_then(output_size);
            size.map(Operation::LookUp).ok_or("the region's size is missing")
        }
        Some(b"TransformLandmarks") => Ok(Operation::MovePoints),
        _ => Err("a custom operation that is not known"),
    }
}

fn output_size(settings: Map<'_>) -> Option<[usize; 2]> {
    Some([settings.whole("output_height")?, settings.whole("output_width")?])
}

fn region(settings: Map<'_>) -> Option<Operation> {
    Some(Operation::RegionTransform(RegionTransform {
        points: settings.list("subset_idxs")?,
        level: [settings.whole("left_rotation_idx")?, settings.whole("right_rotation_idx")?],
        target_angle: settings.float("target_rotation_radians")?,
        output: output_size(settings)?,
        scale: [settings.float("scale_x")?, settings.float("scale_y")?],
    }))
}
