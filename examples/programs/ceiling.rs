//! What somebody would score on generated clips who knew the action units of every one.

fn main() -> std::process::ExitCode {
    microexpr_cli::ceiling()
}
