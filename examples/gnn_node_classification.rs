//! Node classification: which side every member of the karate club takes, learned from its two leaders and all friendships.

mod karate;

use burn::backend::{Autodiff, Flex};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::{AdamConfig, GradientsParams, Optimizer};
use burn::prelude::*;
use karate::{MEMBERS, Network, club, right};
use microexpr::gnn::{GnnError, SeededRng};

type Training = Autodiff<Flex>;

fn main() -> Result<(), GnnError> {
    let device = Default::default();
    let club = club::<Training>(&device)?;
    let mut network = Network::<Training>::init(&device, &mut SeededRng::new(1));
    let mut optimizer = AdamConfig::new().init();
    let loss = CrossEntropyLossConfig::new().init(&device);
    let leaders = || Tensor::<Training, 1, Int>::from_ints([0, MEMBERS as i32 - 1], &device);
    let sides = Tensor::<Training, 1, Int>::from_ints([0, 1], &device);
    for _ in 0..100 {
        let scores = network.forward(&club);
        let value = loss.forward(scores.select(0, leaders()), sides.clone());
        let gradients = GradientsParams::from_grads(value.backward(), &network);
        network = optimizer.step(0.02, network, gradients);
    }
    let right = right(network.forward(&club));
    println!("{right} of {MEMBERS} members on the right side");
    assert!(right >= 31);
    Ok(())
}
