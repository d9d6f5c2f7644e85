//! The 68 landmarks of every face of an image.

fn main() -> std::process::ExitCode {
    microexpr_cli::landmarks()
}
