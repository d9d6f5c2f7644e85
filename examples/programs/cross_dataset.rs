//! Trains on one dataset and tests on another (the paper's Table 6).

fn main() -> std::process::ExitCode {
    microexpr_cli::cross_dataset()
}
