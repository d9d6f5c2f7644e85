//! Which pixels a window of a convolution or a pooling sees.

/// A window that slides over an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::face_mesh) struct Window {
    pub(in crate::face_mesh) height: usize,
    pub(in crate::face_mesh) width: usize,
    /// Down and to the right.
    pub(in crate::face_mesh) stride: [usize; 2],
    pub(in crate::face_mesh) padding: Padding,
}

/// What happens at the image's border, by TensorFlow's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::face_mesh) enum Padding {
    /// The result has a place for every stride of the image; what lies outside counts as zero (a pooling leaves it out).
    Same,
    /// The window stays within the image.
    Valid,
}

/// The steps of a window along one axis of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Axis {
    /// Number of places that the window takes.
    pub(super) places: usize,
    size: usize,
    length: usize,
    stride: usize,
    /// How far the first window begins before the image.
    pub(super) before: usize,
}

impl Window {
    /// The window's steps downwards in an image of that height.
    pub(super) fn down(&self, height: usize) -> Axis {
        Axis::new(self.height, height, self.stride[0], self.padding)
    }

    /// The window's steps to the right in an image of that width.
    pub(super) fn along(&self, width: usize) -> Axis {
        Axis::new(self.width, width, self.stride[1], self.padding)
    }
}

impl Axis {
    fn new(size: usize, length: usize, stride: usize, padding: Padding) -> Self {
        let (places, before) = match padding {
            Padding::Valid => ((length + 1).saturating_sub(size).div_ceil(stride), 0),
            Padding::Same => {
                let places = length.div_ceil(stride);
                // Of an odd number of zeros the smaller part goes before.
                (places, ((places - 1) * stride + size).saturating_sub(length) / 2)
            }
        };
        Self { places, size, length, stride, before }
    }

    /// The image's pixels that the window sees at a place: pairs of the position in the window and in the image.
    pub(super) fn seen(&self, place: usize) -> impl Iterator<Item = (usize, usize)> + Clone + use<> {
        let (start, before, length) = (place * self.stride, self.before, self.length);
        let positions = (0..self.size).map(move |tap| (tap, (start + tap).checked_sub(before)));
        positions.filter_map(move |(tap, at)| Some((tap, at.filter(|at| *at < length)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(axis: Axis) -> Vec<Vec<usize>> {
        (0..axis.places).map(|place| axis.seen(place).map(|(_, at)| at).collect()).collect()
    }

    #[test]
    fn windows_of_the_same_padding_are_tensorflows() {
        // TensorFlow's rule: of an even length at stride two nothing lies before, one zero behind.
        assert_eq!(seen(Axis::new(3, 6, 2, Padding::Same)), [vec![0, 1, 2], vec![2, 3, 4], vec![4, 5]]);
        assert_eq!(seen(Axis::new(3, 3, 1, Padding::Same)), [vec![0, 1], vec![0, 1, 2], vec![1, 2]]);
        assert_eq!(seen(Axis::new(3, 3, 2, Padding::Same)), [vec![0, 1], vec![1, 2]]);
    }

    #[test]
    fn valid_windows_stay_within_the_image() {
        assert_eq!(seen(Axis::new(2, 5, 2, Padding::Valid)), [vec![0, 1], vec![2, 3]]);
        assert_eq!(seen(Axis::new(3, 3, 3, Padding::Valid)), [vec![0, 1, 2]]);
    }
}
