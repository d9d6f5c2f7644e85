//! What the network is measured against, under the same rules: machines on the same features, and a small convolutional network
//! on flow maps.

mod feature_table;
mod kernel;
mod kernel_ridge;
mod machine_learner;
mod ststnet;
mod ststnet_learner;
mod svm;
mod table;

pub use kernel::Kernel;
pub use machine_learner::{Machine, MachineLearner, MachineParams};
pub use ststnet_learner::{StstnetLearner, StstnetParams};
pub use table::{RivalRow, Rivals};
