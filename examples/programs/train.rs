//! Trains one network on all clips of a dataset and saves it.

fn main() -> std::process::ExitCode {
    microexpr_cli::train()
}
