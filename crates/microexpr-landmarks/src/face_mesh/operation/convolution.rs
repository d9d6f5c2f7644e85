use super::products::{SlidingRow, add_products, add_products_by_channel, transposed};
use super::window::Window;
use crate::face_mesh::tensor::{Shape, Tensor};

/// A convolution: `y[r, c, o] = bias[o] + Σ kernel[o, (dr, dc, i)] · x[r·stride + dr, c·stride + dc, i]`.
#[derive(Debug)]
pub(in crate::face_mesh) struct Convolution {
    window: Window,
    /// How many numbers the window sees.
    inputs: usize,
    /// `[number seen, output channel]`.
    kernel: Vec<f32>,
    bias: Vec<f32>,
}

impl Convolution {
    /// `kernel` is TensorFlow's `[output channels, rows, columns, input channels]`; `None` if the lengths do not fit.
    pub(in crate::face_mesh) fn new(window: Window, kernel: &[f32], bias: Vec<f32>) -> Option<Self> {
        let inputs = kernel.len().checked_div(bias.len())?;
        let whole = inputs > 0 && inputs.is_multiple_of(window.height * window.width);
        let fits = whole && kernel.len() == inputs * bias.len();
        fits.then(|| Self { window, inputs, kernel: transposed(kernel, inputs), bias })
    }

    pub(super) fn shape(&self, input: Shape) -> Option<Shape> {
        let fits = self.inputs == self.window.height * self.window.width * input.channels;
        let (rows, columns) = (self.window.down(input.height).places, self.window.along(input.width).places);
        fits.then(|| Shape::new(rows, columns, self.bias.len()))
    }

    pub(super) fn run(&self, input: &Tensor, output: &mut Tensor, scratch: &mut Vec<f32>) {
        for place in output.values.chunks_exact_mut(self.bias.len()) {
            place.copy_from_slice(&self.bias);
        }
        let seen = if self.sees_single_pixels() {
            &input.values
        } else {
            self.gather(input, output.shape, scratch);
            &*scratch
        };
        add_products(seen, self.inputs, &self.kernel, &mut output.values, self.bias.len());
    }

    fn sees_single_pixels(&self) -> bool {
        (self.window.height, self.window.width, self.window.stride) == (1, 1, [1, 1])
    }

    /// What the window sees, a row for every place.
    fn gather(&self, input: &Tensor, output: Shape, seen: &mut Vec<f32>) {
        let channels = input.shape.channels;
        seen.clear();
        seen.resize(output.places() * self.inputs, 0.0);
        let (down, along) = (self.window.down(input.shape.height), self.window.along(input.shape.width));
        let places = (0..output.height).flat_map(|row| (0..output.width).map(move |column| (row, column)));
        for ((row, column), seen) in places.zip(seen.chunks_exact_mut(self.inputs)) {
            for (dr, r) in down.seen(row) {
                for (dc, c) in along.seen(column) {
                    let start = (dr * self.window.width + dc) * channels;
                    seen[start..start + channels].copy_from_slice(input.at(r, c));
                }
            }
        }
    }
}

/// A convolution of every channel by itself: `y[r, c, i] = bias[i] + Σ kernel[dr, dc, i] · x[r·stride + dr, c·stride + dc, i]`.
#[derive(Debug)]
pub(in crate::face_mesh) struct DepthwiseConvolution {
    window: Window,
    /// `[window rows, window columns, channels]`.
    kernel: Vec<f32>,
    bias: Vec<f32>,
}

impl DepthwiseConvolution {
    /// `kernel` is TensorFlow's `[1, rows, columns, channels]`; `None` if the lengths do not fit.
    pub(in crate::face_mesh) fn new(window: Window, kernel: Vec<f32>, bias: Vec<f32>) -> Option<Self> {
        (kernel.len() == window.height * window.width * bias.len()).then_some(Self { window, kernel, bias })
    }

    pub(super) fn shape(&self, input: Shape) -> Option<Shape> {
        let (rows, columns) = (self.window.down(input.height).places, self.window.along(input.width).places);
        (input.channels == self.bias.len()).then(|| Shape::new(rows, columns, input.channels))
    }

    pub(super) fn run(&self, input: &Tensor, output: &mut Tensor) {
        let channels = self.bias.len();
        for place in output.values.chunks_exact_mut(channels) {
            place.copy_from_slice(&self.bias);
        }
        let (down, along) = (self.window.down(input.shape.height), self.window.along(input.shape.width));
        for (row, sums) in output.values.chunks_exact_mut(along.places * channels).enumerate() {
            for (tap, seen) in down.seen(row) {
                let weights = &self.kernel[tap * self.window.width * channels..];
                let weights = &weights[..self.window.width * channels];
                let (stride, before) = (self.window.stride[1], along.before);
                let seen = input.row(seen);
                add_products_by_channel(SlidingRow { weights, seen, channels, stride, before }, sums);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::window::Padding;
    use super::*;

    const WINDOW: Window = Window { height: 3, width: 2, stride: [2, 1], padding: Padding::Same };
    const INPUT: Shape = Shape { height: 5, width: 4, channels: 3 };

    fn numbers(count: usize, seed: usize) -> Vec<f32> {
        (0..count).map(|i| ((i * 37 + seed * 11) % 19) as f32 / 8.0 - 1.0).collect()
    }

    /// The sum over the window at a place, by the definition; `weight` by position in the window and input channel.
    fn sum(input: &Tensor, row: usize, column: usize, weight: impl Fn(usize, usize, usize) -> f32) -> f32 {
        // Same padding: three rows at stride two over five need one zero above, two columns at stride one one zero behind.
        let mut sum = 0.0;
        for (dr, dc, i) in (0..3).flat_map(|dr| (0..2).flat_map(move |dc| (0..3).map(move |i| (dr, dc, i)))) {
            let (r, c) = ((2 * row + dr).checked_sub(1), column + dc);
            if let Some(r) = r.filter(|r| *r < 5 && c < 4) {
                sum += weight(dr, dc, i) * input.at(r, c)[i];
            }
        }
        sum
    }

    #[test]
    fn a_convolution_is_its_definition() {
        let input = Tensor::new(INPUT, numbers(INPUT.size(), 1));
        let (kernel, bias) = (numbers(4 * 18, 2), numbers(4, 3));
        let convolution = Convolution::new(WINDOW, &kernel, bias.clone()).expect("lengths fit");
        let shape = convolution.shape(INPUT).expect("channels fit");
        assert_eq!(shape, Shape::new(3, 4, 4));
        let mut output = Tensor::zeros_in(shape, Vec::new());
        convolution.run(&input, &mut output, &mut Vec::new());
        for (row, column, o) in (0..3).flat_map(|r| (0..4).flat_map(move |c| (0..4).map(move |o| (r, c, o))))
        {
            let weight = |dr: usize, dc: usize, i: usize| kernel[o * 18 + (dr * 2 + dc) * 3 + i];
            let expected = bias[o] + sum(&input, row, column, weight);
            assert!((output.at(row, column)[o] - expected).abs() < 1e-5, "{row}, {column}, {o}");
        }
    }

    #[test]
    fn single_pixels_are_convolved_as_by_the_definition() {
        let window = Window { height: 1, width: 1, stride: [1, 1], padding: Padding::Valid };
        let input = Tensor::new(Shape::new(1, 2, 2), vec![1.0, 2.0, 3.0, 4.0]);
        let convolution = Convolution::new(window, &[1.0, 10.0], vec![0.5]).expect("lengths fit");
        let mut output = Tensor::zeros_in(convolution.shape(input.shape).expect("fits"), Vec::new());
        convolution.run(&input, &mut output, &mut Vec::new());
        assert_eq!(output.values, [21.5, 43.5]);
    }

    #[test]
    fn a_depthwise_convolution_is_its_definition() {
        let input = Tensor::new(INPUT, numbers(INPUT.size(), 4));
        let (kernel, bias) = (numbers(18, 5), numbers(3, 6));
        let convolution =
            DepthwiseConvolution::new(WINDOW, kernel.clone(), bias.clone()).expect("lengths fit");
        let mut output = Tensor::zeros_in(convolution.shape(INPUT).expect("channels fit"), Vec::new());
        convolution.run(&input, &mut output);
        for (row, column, o) in (0..3).flat_map(|r| (0..4).flat_map(move |c| (0..3).map(move |o| (r, c, o))))
        {
            let weight =
                |dr: usize, dc: usize, i: usize| if i == o { kernel[(dr * 2 + dc) * 3 + i] } else { 0.0 };
            let expected = bias[o] + sum(&input, row, column, weight);
            assert!((output.at(row, column)[o] - expected).abs() < 1e-5, "{row}, {column}, {o}");
        }
    }

    #[test]
    fn weights_that_do_not_fit_are_refused() {
        assert!(Convolution::new(WINDOW, &numbers(4 * 18 + 1, 0), numbers(4, 0)).is_none());
        assert!(Convolution::new(WINDOW, &[], Vec::new()).is_none());
        assert!(DepthwiseConvolution::new(WINDOW, numbers(17, 0), numbers(3, 0)).is_none());
        let fits_three = Convolution::new(WINDOW, &numbers(4 * 18, 0), numbers(4, 0)).expect("fits");
        assert_eq!(fits_three.shape(Shape::new(5, 4, 2)), None);
    }
}
