//! Reading the network from a TensorFlow Lite file.
//!
//! Source: TensorFlow, `tensorflow/lite/schema/schema.fbs`, version 3: the numbers of tables' fields and of operations.

mod options;

use super::flatbuffer::Table;
use super::network::{Network, NetworkBuilder};
use super::operation::{Convolution, DepthwiseConvolution, Operation};
use super::tensor::Shape;

/// A network and the names of its outputs, in their order.
#[derive(Debug)]
pub(super) struct ModelFile {
    pub(super) network: Network,
    pub(super) input: Shape,
    pub(super) outputs: Vec<String>,
}

/// Why a file is no model that this crate can run.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("operation {operation}: {problem}")]
pub(super) struct ModelFileError {
    /// Number of the operation in the file.
    operation: usize,
    problem: &'static str,
}

/// Fields of the tables, by the schema's order.
mod field {
    pub(super) const MODEL_OPERATOR_CODES: usize = 1;
    pub(super) const MODEL_GRAPHS: usize = 2;
    pub(super) const MODEL_BUFFERS: usize = 4;
    pub(super) const CODE_BUILTIN: usize = 0;
    pub(super) const CODE_CUSTOM: usize = 1;
    pub(super) const GRAPH_TENSORS: usize = 0;
    pub(super) const GRAPH_INPUTS: usize = 1;
    pub(super) const GRAPH_OUTPUTS: usize = 2;
    pub(super) const GRAPH_OPERATORS: usize = 3;
    pub(super) const TENSOR_SHAPE: usize = 0;
    pub(super) const TENSOR_TYPE: usize = 1;
    pub(super) const TENSOR_BUFFER: usize = 2;
    pub(super) const TENSOR_NAME: usize = 3;
    pub(super) const OPERATOR_CODE: usize = 0;
    pub(super) const OPERATOR_INPUTS: usize = 1;
    pub(super) const OPERATOR_OUTPUTS: usize = 2;
    pub(super) const BUFFER_DATA: usize = 0;
}

/// Operations, by their numbers in the schema.
mod code {
    pub(super) const ADD: u8 = 0;
    pub(super) const CONV_2D: u8 = 3;
    pub(super) const DEPTHWISE_CONV_2D: u8 = 4;
    pub(super) const DEQUANTIZE: u8 = 6;
    pub(super) const MAX_POOL_2D: u8 = 17;
    pub(super) const MUL: u8 = 18;
    pub(super) const RESHAPE: u8 = 22;
    pub(super) const CUSTOM: u8 = 32;
    pub(super) const PAD: u8 = 34;
    pub(super) const STRIDED_SLICE: u8 = 45;
    pub(super) const PRELU: u8 = 54;
}

const HALF_FLOATS: u8 = 1;
const INTEGERS: u8 = 2;

/// What a tensor of the file is.
#[derive(Debug, Clone)]
enum Value {
    /// Not computed yet, or never.
    Unknown,
    /// Weights.
    Constant(Vec<f32>),
    /// The result of an operation, by its number in the network.
    Computed(usize),
}

impl ModelFile {
    /// Reads the network; of a file that it cannot run it says why not.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, ModelFileError> {
        let refuse = |problem| ModelFileError { operation: 0, problem };
        let model = Table::root(bytes).ok_or(refuse("not a FlatBuffer"))?;
        let graphs = model.tables(field::MODEL_GRAPHS);
        let graph = graphs.first().ok_or(refuse("the file holds no graph"))?;
        let file = File {
            codes: model.tables(field::MODEL_OPERATOR_CODES),
            buffers: model.tables(field::MODEL_BUFFERS),
            tensors: graph.tables(field::GRAPH_TENSORS),
        };
        let inputs = graph.numbers(field::GRAPH_INPUTS);
        let input = inputs.first().copied().and_then(index).ok_or(refuse("the graph has no input"))?;
        let shape = file.shape(input).ok_or(refuse("the input is no image"))?;
        let mut builder = NetworkBuilder::new(shape);
        let mut values = vec![Value::Unknown; file.tensors.len()];
        values[input] = Value::Computed(0);
        for (number, operator) in graph.tables(field::GRAPH_OPERATORS).iter().enumerate() {
            file.add(operator, &mut builder, &mut values)
                .map_err(|problem| ModelFileError { operation: number, problem })?;
        }
        let results: Vec<usize> = graph.numbers(field::GRAPH_OUTPUTS).into_iter().filter_map(index).collect();
        let computed = results.iter().map(|i| match values.get(*i) {
            Some(Value::Computed(tensor)) => Ok(*tensor),
            _ => Err(refuse("an output is never computed")),
        });
        let network = builder.finish(computed.collect::<Result<_, _>>()?);
        Ok(Self { network, input: shape, outputs: results.iter().map(|i| file.name(*i)).collect() })
    }
}

/// The tables of a file that operations point to.
struct File<'a> {
    codes: Vec<Table<'a>>,
    buffers: Vec<Table<'a>>,
    tensors: Vec<Table<'a>>,
}

type Problem = &'static str;

impl File<'_> {
    /// Adds an operator of the file to the network, or its weights to the values.
    fn add(
        &self,
        operator: &Table<'_>,
        builder: &mut NetworkBuilder,
        values: &mut [Value],
    ) -> Result<(), Problem> {
        let code = self.codes.get(operator.number(field::OPERATOR_CODE, 0) as usize);
        let code = code.ok_or("the operation has no code")?;
        let inputs: Vec<usize> =
            operator.numbers(field::OPERATOR_INPUTS).into_iter().filter_map(index).collect();
        let result = operator.numbers(field::OPERATOR_OUTPUTS).first().copied().and_then(index);
        let result = result.filter(|i| *i < values.len()).ok_or("the operation has no result")?;
        if code.byte(field::CODE_BUILTIN) == code::DEQUANTIZE {
            let weights = inputs.first().and_then(|i| self.half_floats(*i));
            values[result] = Value::Constant(weights.ok_or("the weights are not half floats")?);
            return Ok(());
        }
        let operation = self.operation(code, operator, &inputs, result, values)?;
        let computed = inputs.iter().filter_map(|i| match values.get(*i) {
            Some(Value::Computed(tensor)) => Some(*tensor),
            _ => None,
        });
        let tensor = builder.add(operation, computed.collect()).ok_or("the inputs do not fit")?;
        if builder.shape(tensor) != self.shape(result) {
            return Err("the result has another shape than the file says");
        }
        values[result] = Value::Computed(tensor);
        Ok(())
    }

    fn operation(
        &self,
        code: &Table<'_>,
        operator: &Table<'_>,
        inputs: &[usize],
        result: usize,
        values: &[Value],
    ) -> Result<Operation, Problem> {
        let weights = |input: usize| match inputs.get(input).and_then(|i| values.get(*i)) {
            Some(Value::Constant(weights)) => Ok(weights.clone()),
            _ => Err("weights are missing"),
        };
        let integers = |input: usize| {
            inputs.get(input).and_then(|i| self.integers(*i)).ok_or("whole numbers are missing")
        };
        let window = |size| options::window(operator, size).ok_or("the window is not described");
        match code.byte(field::CODE_BUILTIN) {
            code::CONV_2D => {
                let window = window(self.kernel_size(inputs))?;
                let convolution = Convolution::new(window, &weights(1)?, weights(2)?);
                convolution.map(Operation::Convolve).ok_or("the kernel does not fit")
            }
            code::DEPTHWISE_CONV_2D => {
                let window = window(self.kernel_size(inputs))?;
                let convolution = DepthwiseConvolution::new(window, weights(1)?, weights(2)?);
                convolution.map(Operation::ConvolveChannels).ok_or("the kernel does not fit")
            }
            code::MAX_POOL_2D => Ok(Operation::MaxPool(window(options::pool_size(operator))?)),
            code::PRELU => Ok(Operation::Rectify(weights(1)?)),
            code::ADD => Ok(Operation::Add),
            code::MUL => Ok(Operation::Scale(weights(1)?)),
            code::PAD => options::channels_of_zeros(&integers(1)?),
            code::RESHAPE => {
                self.shape(result).map(Operation::Reshape).ok_or("a shape of more than three axes")
            }
            // A slice that is the whole: how the file gives a tensor a second name.
            code::STRIDED_SLICE if integers(1)?.iter().all(|begin| *begin == 0) => {
                self.shape(result).map(Operation::Reshape).ok_or("a shape of more than three axes")
            }
            code::CUSTOM => options::custom(code.bytes(field::CODE_CUSTOM), operator),
            _ => Err("an operation that is not known"),
        }
    }

    /// Height and width of a convolution's kernel.
    fn kernel_size(&self, inputs: &[usize]) -> Option<[usize; 2]> {
        let shape = self.tensors.get(*inputs.get(1)?)?.numbers(field::TENSOR_SHAPE);
        Some([index(*shape.get(1)?)?, index(*shape.get(2)?)?])
    }

    /// A shape of up to three axes, or of four if the first, the batch, is one.
    fn shape(&self, tensor: usize) -> Option<Shape> {
        let axes = self.tensors.get(tensor)?.numbers(field::TENSOR_SHAPE);
        let axes: Option<Vec<usize>> = axes.into_iter().map(index).collect();
        match axes?.as_slice() {
            [1, height, width, channels] | [height @ 1, width, channels] => {
                Some(Shape::new(*height, *width, *channels))
            }
            _ => None,
        }
    }

    fn name(&self, tensor: usize) -> String {
        let name = self.tensors.get(tensor).and_then(|t| t.bytes(field::TENSOR_NAME)).unwrap_or_default();
        String::from_utf8_lossy(name).into_owned()
    }

    fn half_floats(&self, tensor: usize) -> Option<Vec<f32>> {
        let data = self.data(tensor, HALF_FLOATS)?;
        Some(data.as_chunks().0.iter().map(|b| from_half(u16::from_le_bytes(*b))).collect())
    }

    fn integers(&self, tensor: usize) -> Option<Vec<i32>> {
        let data = self.data(tensor, INTEGERS)?;
        Some(data.as_chunks().0.iter().map(|b| i32::from_le_bytes(*b)).collect())
    }

    fn data(&self, tensor: usize, kind: u8) -> Option<&[u8]> {
        let tensor = self.tensors.get(tensor).filter(|t| t.byte(field::TENSOR_TYPE) == kind)?;
        self.buffers.get(tensor.number(field::TENSOR_BUFFER, 0) as usize)?.bytes(field::BUFFER_DATA)
    }
}

/// A number as an index; `None` below zero.
fn index(number: i32) -> Option<usize> {
    usize::try_from(number).ok()
}

/// A number of IEEE 754's half precision: a sign, 5 bits of exponent (from −15), 10 bits of fraction.
fn from_half(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023) / 1024.0);
    sign * match exponent {
        0 => fraction * 2f32.powi(-14),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1.0 + fraction) * 2f32.powi(exponent - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_floats_are_those_of_the_standard() {
        for (bits, value) in [
            (0x3C00, 1.0),
            (0xC000, -2.0),
            (0x7BFF, 65504.0),
            (0x0001, 2f32.powi(-24)),
            (0x0400, 2f32.powi(-14)),
            (0x3555, 0.333_251_95),
            (0xFC00, f32::NEG_INFINITY),
        ] {
            assert_eq!(from_half(bits), value, "{bits:04x}");
        }
        assert!(from_half(0x7E00).is_nan());
    }

    #[test]
    fn a_cut_or_foreign_file_is_refused_and_never_a_panic() {
        let whole = super::super::MODEL;
        for length in (0..whole.len()).step_by(100_003).chain([0, 1, 4, 100, whole.len() / 2]) {
            assert!(ModelFile::read(&whole[..length]).is_err(), "{length} bytes");
        }
        assert!(ModelFile::read(&[255; 4096]).is_err());
    }
}
