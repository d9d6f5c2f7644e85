use burn::prelude::*;
use burn::tensor::activation::relu;
use microexpr_flow::FlowMap;
use microexpr_gnn::{FullyConnected, FullyConnectedConfig, SeededRng};

/// Filters of the three streams.
const FILTERS: usize = 3 + 5 + 8;
/// Values under a filter: 3×3 pixels of three channels.
const UNDER_FILTER: usize = 3 * 3 * 3;
/// Blocks of 2×2 places that are averaged, of windows of 3×3 pixels of which the largest counts.
const BLOCKS: usize = 5;
const WINDOWS: usize = 2;
const PIXELS: usize = 3;
/// Rows of values that a map becomes.
pub(super) const ROWS: usize = (BLOCKS * WINDOWS * PIXELS) * (BLOCKS * WINDOWS * PIXELS);

/// STSTNet: three shallow convolutional streams of 3, 5 and 8 filters over a flow map, pooled and fully connected.
///
/// Every stream is a 3×3 convolution (padding 1), ReLU and a maximum over 3×3 pixels (stride 3, padding 1); side by side they are
/// averaged over 2×2 and connected to the class scores. As all streams see the same map and are pooled alike, they are one
/// convolution of 16 filters; as the map is no variable, that is one matrix product with its pixels' neighbourhoods, laid out once
/// in the order in which they are pooled ([`neighbourhoods`]).
///
/// Source: S.-T. Liong, Y. S. Gan, J. See, H.-Q. Khor, Y.-C. Huang, "Shallow Triple Stream Three-dimensional CNN (STSTNet) for
/// Micro-expression Recognition", FG 2019, §3.2.
#[derive(Module, Debug)]
pub(super) struct Ststnet<B: Backend> {
    /// The filters of all streams, `[16, 27]`: values of a filter in the order channel, row, column.
    pub(super) streams: FullyConnected<B>,
    /// `[classes, 25·16]`: block after block, filter after filter.
    pub(super) classifier: FullyConnected<B>,
}

impl<B: Backend> Ststnet<B> {
    /// A network with random weights, drawn as PyTorch draws those of `Conv2d` and `Linear`.
    pub(super) fn new(classes: usize, device: &B::Device, random: &mut SeededRng) -> Self {
        Self {
            streams: FullyConnectedConfig::new(UNDER_FILTER, FILTERS).init(device, random),
            classifier: FullyConnectedConfig::new(BLOCKS * BLOCKS * FILTERS, classes).init(device, random),
        }
    }

    /// Class scores.
    ///
    /// # Shapes
    ///
    /// - `maps`: `[N·900, 27]`, [`neighbourhoods`] of N maps; output: `[N, classes]`
    pub(super) fn forward(&self, maps: Tensor<B, 2>) -> Tensor<B, 2> {
        let [rows, _] = maps.dims();
        let filtered = self.streams.forward(maps);
        // The largest of ReLUs is the ReLU of the largest.
        let windows = filtered.reshape([rows / (PIXELS * PIXELS), PIXELS * PIXELS, FILTERS]).max_dim(1);
        let places = rows / (PIXELS * PIXELS * WINDOWS * WINDOWS);
        let blocks = relu(windows).reshape([places, WINDOWS * WINDOWS, FILTERS]).mean_dim(1);
        self.classifier.forward(blocks.reshape([rows / ROWS, BLOCKS * BLOCKS * FILTERS]))
    }
}

/// The 3×3 neighbourhoods of a map's pixels, 0 beyond the border, 27 values each, in the order in which they are pooled: 25 blocks of
/// four windows of nine pixels. A window that reaches beyond the border has pixels of its own twice instead, which its maximum
/// does not notice.
pub(super) fn neighbourhoods(channels: &[[[f32; FlowMap::SIZE]; FlowMap::SIZE]; 3]) -> Vec<f32> {
    let last = FlowMap::SIZE as isize - 1;
    let axis = |block: usize, window: usize| {
        let first = (PIXELS * (WINDOWS * block + window)) as isize - 1;
        (first..first + PIXELS as isize).map(move |at| at.clamp(first.max(0), last))
    };
    let value = |channel: usize, row: isize, col: isize| {
        let inside = |at: isize| usize::try_from(at).ok().filter(|at| *at < FlowMap::SIZE);
        inside(row).zip(inside(col)).map_or(0.0, |(row, col)| channels[channel][row][col])
    };
    let mut rows = Vec::with_capacity(ROWS * UNDER_FILTER);
    for (block, window) in blocks_and_windows() {
        for row in axis(block[0], window[0]) {
            for col in axis(block[1], window[1]) {
                for channel in 0..3 {
                    for (down, right) in (-1..=1).flat_map(|down| (-1..=1).map(move |right| (down, right))) {
                        rows.push(value(channel, row + down, col + right));
                    }
                }
            }
        }
    }
    rows
}

/// `[row, column]` of every block, and of every window in it.
fn blocks_and_windows() -> impl Iterator<Item = ([usize; 2], [usize; 2])> {
    let square = |side: usize| (0..side * side).map(move |i| [i / side, i % side]);
    square(BLOCKS).flat_map(move |block| square(WINDOWS).map(move |window| (block, window)))
}

#[cfg(test)]
mod tests {
    use burn::module::Param;
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
                Param::from_data(TensorData::new(values("conv.weight"), [16, 27]), device);
            network.streams.bias = Param::from_data(TensorData::new(values("conv.bias"), [16]), device);
            // PyTorch's inputs are filter after filter, block after block.
            let theirs = values("fc.weight");
            let ours = (0..1200).map(|i| theirs[i / 400 * 400 + i % 16 * 25 + i % 400 / 16]).collect();
            network.classifier.weight = Param::from_data(TensorData::new::<f32, _>(ours, [3, 400]), device);
            network.classifier.bias = Param::from_data(TensorData::new(values("fc.bias"), [3]), device);
            let map = |values: &[f32]| {
                let channel = |c| {
                    std::array::from_fn(|row| std::array::from_fn(|col| values[c * 784 + row * 28 + col]))
                };
                neighbourhoods(&std::array::from_fn(channel))
            };
            let rows: Vec<f32> = values("maps").chunks(3 * 784).flat_map(map).collect();
            let maps = Tensor::from_data(TensorData::new(rows, [2 * ROWS, 27]), device);
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
