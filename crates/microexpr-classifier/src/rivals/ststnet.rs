use burn::module::Param;
use burn::nn::PaddingConfig2d;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{AvgPool2d, AvgPool2dConfig, MaxPool2d, MaxPool2dConfig};
use burn::prelude::*;
use burn::tensor::activation::relu;
use microexpr_gnn::{FullyConnected, FullyConnectedConfig, SeededRng};

/// Filters of the three streams.
const FILTERS: [usize; 3] = [3, 5, 8];
/// Channels of a flow map.
const CHANNELS: usize = 3;
/// Side of a filter in pixels.
const SIDE: usize = 3;
/// Side of what pooling leaves of a map of 28 pixels.
const LEFT: usize = 5;

/// STSTNet: three shallow convolutional streams of 3, 5 and 8 filters over a flow map, pooled and fully connected.
///
/// Every stream is a 3×3 convolution (padding 1), ReLU and a maximum over 3×3 pixels (stride 3, padding 1); side by side they are
/// averaged over 2×2 and connected to the class scores. As all streams see the same map and are pooled alike, they are one
/// convolution of 16 filters.
///
/// Source: S.-T. Liong, Y. S. Gan, J. See, H.-Q. Khor, Y.-C. Huang, "Shallow Triple Stream Three-dimensional CNN (STSTNet) for
/// Micro-expression Recognition", FG 2019, §3.2.
#[derive(Module, Debug)]
pub(super) struct Ststnet<B: Backend> {
    pub(super) streams: Conv2d<B>,
    maximum: MaxPool2d,
    average: AvgPool2d,
    pub(super) classifier: FullyConnected<B>,
}

impl<B: Backend> Ststnet<B> {
    /// A network with random weights, drawn as PyTorch draws those of `Conv2d` and `Linear`.
    pub(super) fn new(classes: usize, device: &B::Device, random: &mut SeededRng) -> Self {
        let filters = FILTERS.iter().sum();
        let padding = || PaddingConfig2d::Explicit(1, 1, 1, 1);
        let config = Conv2dConfig::new([CHANNELS, filters], [SIDE, SIDE]).with_padding(padding());
        let mut streams: Conv2d<B> = config.init(device);
        let fan_in = CHANNELS * SIDE * SIDE;
        let bound = 1.0 / (fan_in as f32).sqrt();
        let mut draw = |count: usize| (0..count).map(|_| random.uniform(-bound, bound)).collect::<Vec<f32>>();
        let weight = TensorData::new(draw(filters * fan_in), [filters, CHANNELS, SIDE, SIDE]);
        streams.weight = Param::from_data(weight, device);
        streams.bias = Some(Param::from_data(TensorData::new(draw(filters), [filters]), device));
        Self {
            streams,
            maximum: MaxPool2dConfig::new([3, 3]).with_strides([3, 3]).with_padding(padding()).init(),
            average: AvgPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
            classifier: FullyConnectedConfig::new(LEFT * LEFT * filters, classes).init(device, random),
        }
    }

    /// Class scores.
    ///
    /// # Shapes
    ///
    /// - `maps`: `[N, 3, 28, 28]`; output: `[N, classes]`
    pub(super) fn forward(&self, maps: Tensor<B, 4>) -> Tensor<B, 2> {
        let pooled = self.average.forward(self.maximum.forward(relu(self.streams.forward(maps))));
        self.classifier.forward(pooled.flatten(1, 3))
    }
}

#[cfg(test)]
mod tests {
    use microexpr_gnn::GraphBackend;
    use serde_json::Value;

    use super::*;
    use crate::Device;
    use crate::device::OnBackend;

    /// Sums of at most 400 products of size 1 in f32.
    const TOLERANCE: f32 = 1e-5;

    struct Forward(Value);

    impl OnBackend for Forward {
        type Output = Vec<f32>;

        fn run<B>(self, device: &B::Device) -> Vec<f32>
        where
            B: burn::tensor::backend::AutodiffBackend + GraphBackend,
            B::InnerBackend: GraphBackend,
        {
            let values = |name: &str| serde_json::from_value::<Vec<f32>>(self.0[name].clone()).unwrap();
            let mut network = Ststnet::<B::InnerBackend>::new(3, device, &mut SeededRng::new(1));
            network.streams.weight =
                Param::from_data(TensorData::new(values("conv.weight"), [16, 3, 3, 3]), device);
            network.streams.bias = Some(Param::from_data(TensorData::new(values("conv.bias"), [16]), device));
            network.classifier.weight =
                Param::from_data(TensorData::new(values("fc.weight"), [3, 400]), device);
            network.classifier.bias = Param::from_data(TensorData::new(values("fc.bias"), [3]), device);
            let maps = Tensor::from_data(TensorData::new(values("maps"), [2, 3, 28, 28]), device);
            network.forward(maps).into_data().iter::<f32>().collect()
        }
    }

    #[test]
    fn scores_are_those_of_pytorch() {
        let golden: Value =
            serde_json::from_str(include_str!("../../tests/data/pytorch/ststnet.json")).unwrap();
        let expected: Vec<f32> = serde_json::from_value(golden["scores"].clone()).unwrap();
        let found = Device::Cpu.run(Forward(golden)).unwrap();
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(&expected) {
            assert!((found - expected).abs() < TOLERANCE, "{found} {expected}");
        }
    }
}
