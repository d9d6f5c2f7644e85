//! A network that was trained in PyTorch Geometric (`gnn_from_pyg.py`), used from Rust.

mod karate;

use std::error::Error;

use burn::backend::Flex;
use burn::prelude::*;
use burn::tensor::Tolerance;
use karate::{MEMBERS, Network, club, right};
use microexpr::gnn::SeededRng;
use microexpr::gnn::pyg::StateDict;

fn main() -> Result<(), Box<dyn Error>> {
    let device = Default::default();
    let mut network = Network::<Flex>::init(&device, &mut SeededRng::new(1));
    let mut state = StateDict::from_safetensors(include_bytes!("karate/gcn.safetensors"))?;
    state.load("conv1", &mut network.conv1)?;
    state.load("conv2", &mut network.conv2)?;
    state.finish()?;

    let scores = network.forward(&club(&device)?);
    println!("{} of {MEMBERS} members on the right side", right(scores.clone()));

    // The same numbers as in Python.
    let expected: Vec<[f32; 2]> = serde_json::from_str(include_str!("karate/scores.json"))?;
    let expected = TensorData::new(expected.concat(), [MEMBERS, 2]);
    scores.into_data().assert_approx_eq::<f32>(&expected, Tolerance::absolute(1e-5));
    Ok(())
}
