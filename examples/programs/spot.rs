//! Finds micro- and macro-expressions in long recordings.

fn main() -> std::process::ExitCode {
    microexpr_cli::spot()
}
