//! A published spotter, main directional maximal difference, on the recordings that `spot` takes: for comparison.

fn main() -> std::process::ExitCode {
    microexpr_cli::spot_mdmd()
}
