//! Classifies one clip with a saved model.

fn main() -> std::process::ExitCode {
    microexpr_cli::classify()
}
