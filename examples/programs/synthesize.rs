//! Writes generated micro-expression clips, with exact ground truth, in a dataset's own layout.

fn main() -> std::process::ExitCode {
    microexpr_cli::synthesize()
}
