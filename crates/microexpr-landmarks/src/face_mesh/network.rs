use std::sync::{Mutex, PoisonError};

use super::operation::Operation;
use super::tensor::{Shape, Tensor};

/// Operations in the order in which they are computed.
#[derive(Debug)]
pub(super) struct Network {
    steps: Vec<Step>,
    /// How many tensors there are in all, the input being the first.
    tensors: usize,
    outputs: Vec<usize>,
    /// Memory of the last run, for the next one.
    memory: Mutex<Vec<Vec<f32>>>,
}

/// One operation; tensors are named by their numbers.
#[derive(Debug)]
struct Step {
    operation: Operation,
    inputs: Vec<usize>,
    output: usize,
    shape: Shape,
    /// Tensors that nothing needs after this step.
    done: Vec<usize>,
}

/// A network that grows operation by operation, checked as it grows.
#[derive(Debug)]
pub(super) struct NetworkBuilder {
    steps: Vec<Step>,
    shapes: Vec<Shape>,
}

impl NetworkBuilder {
    /// A network whose tensor number 0 is the input.
    pub(super) fn new(input: Shape) -> Self {
        Self { steps: Vec::new(), shapes: vec![input] }
    }

    /// Adds an operation and gives the number of its result; `None` if the tensors do not fit.
    pub(super) fn add(&mut self, operation: Operation, inputs: Vec<usize>) -> Option<usize> {
        let shapes: Option<Vec<Shape>> = inputs.iter().map(|i| self.shapes.get(*i).copied()).collect();
        let shape = operation.shape(&shapes?)?;
        let output = self.shapes.len();
        self.shapes.push(shape);
        self.steps.push(Step { operation, inputs, output, shape, done: Vec::new() });
        Some(output)
    }

    /// Shape of a tensor.
    pub(super) fn shape(&self, tensor: usize) -> Option<Shape> {
        self.shapes.get(tensor).copied()
    }

    /// The network with these results.
    pub(super) fn finish(mut self, outputs: Vec<usize>) -> Network {
        let mut needed_later = vec![false; self.shapes.len()];
        outputs.iter().for_each(|i| needed_later[*i] = true);
        for step in self.steps.iter_mut().rev() {
            step.done = step.inputs.iter().copied().filter(|i| !needed_later[*i]).collect();
            step.done.sort_unstable();
            step.done.dedup();
            step.inputs.iter().for_each(|i| needed_later[*i] = true);
        }
        Network { steps: self.steps, tensors: self.shapes.len(), outputs, memory: Mutex::default() }
    }
}

impl Network {
    /// The results for an input of the shape that the network was built for.
    pub(super) fn run(&self, input: Tensor) -> Vec<Tensor> {
        let mut tensors = vec![Tensor::default(); self.tensors];
        tensors[0] = input;
        // Memory goes round: what a step frees, the next one takes.
        let mut free = std::mem::take(&mut *self.memory.lock().unwrap_or_else(PoisonError::into_inner));
        let mut scratch = free.pop().unwrap_or_default();
        for step in &self.steps {
            let mut output = Tensor::zeros_in(step.shape, free.pop().unwrap_or_default());
            let inputs: Vec<&Tensor> = step.inputs.iter().map(|i| &tensors[*i]).collect();
            step.operation.run(&inputs, &mut output, &mut scratch);
            tensors[step.output] = output;
            free.extend(step.done.iter().map(|i| std::mem::take(&mut tensors[*i].values)));
        }
        free.push(scratch);
        *self.memory.lock().unwrap_or_else(PoisonError::into_inner) = free;
        self.outputs.iter().map(|i| std::mem::take(&mut tensors[*i])).collect()
    }

    /// The regions that are cut out of the face, in the network's order.
    pub(super) fn regions(&self) -> impl Iterator<Item = &[usize]> {
        self.steps.iter().filter_map(|step| match &step.operation {
            Operation::RegionTransform(region) => Some(region.points.as_slice()),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_that_are_needed_again_outlive_the_memory_that_goes_round() {
        let mut builder = NetworkBuilder::new(Shape::new(1, 1, 2));
        let doubled = builder.add(Operation::Scale(vec![2.0]), vec![0]).expect("fits");
        let again = builder.add(Operation::Scale(vec![3.0]), vec![doubled]).expect("fits");
        let third = builder.add(Operation::Scale(vec![-1.0]), vec![again]).expect("fits");
        let sum = builder.add(Operation::Add, vec![third, doubled]).expect("fits");
        let network = builder.finish(vec![sum, again]);
        let outputs = network.run(Tensor::new(Shape::new(1, 1, 2), vec![1.0, 10.0]));
        assert_eq!(outputs[0].values, [-4.0, -40.0]);
        assert_eq!(outputs[1].values, [6.0, 60.0]);
    }

    #[test]
    fn tensors_that_do_not_fit_are_refused() {
        let mut builder = NetworkBuilder::new(Shape::new(1, 1, 2));
        let wider = builder.add(Operation::PadChannels(1), vec![0]).expect("fits");
        assert!(builder.add(Operation::Add, vec![0, wider]).is_none());
        assert!(builder.add(Operation::Add, vec![0, 9]).is_none());
        assert!(builder.add(Operation::Rectify(vec![0.1]), vec![0]).is_none());
    }
}
