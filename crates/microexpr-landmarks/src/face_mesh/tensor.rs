/// Numbers of the network in rows and columns of channels: `[row, column, channel]`, the channels innermost.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Tensor {
    pub(super) shape: Shape,
    pub(super) values: Vec<f32>,
}

/// Size of a [`Tensor`]. The batch of TensorFlow's `[1, height, width, channels]` is always one here and left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Shape {
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) channels: usize,
}

impl Shape {
    pub(super) fn new(height: usize, width: usize, channels: usize) -> Self {
        Self { height, width, channels }
    }

    /// How many numbers there are.
    pub(super) fn size(self) -> usize {
        self.height * self.width * self.channels
    }

    /// How many places there are, each with all its channels.
    pub(super) fn places(self) -> usize {
        self.height * self.width
    }
}

impl Tensor {
    /// Zeros in the memory of a vector that is no longer needed.
    pub(super) fn zeros_in(shape: Shape, mut memory: Vec<f32>) -> Self {
        memory.clear();
        memory.resize(shape.size(), 0.0);
        Self { shape, values: memory }
    }

    #[cfg(test)]
    pub(super) fn new(shape: Shape, values: Vec<f32>) -> Self {
        assert_eq!(values.len(), shape.size());
        Self { shape, values }
    }

    /// The places of one row.
    pub(super) fn row(&self, row: usize) -> &[f32] {
        let length = self.shape.width * self.shape.channels;
        &self.values[row * length..(row + 1) * length]
    }

    /// The channels of one place.
    #[inline]
    pub(super) fn at(&self, row: usize, column: usize) -> &[f32] {
        let start = (row * self.shape.width + column) * self.shape.channels;
        &self.values[start..start + self.shape.channels]
    }
}
