//! Whether two evaluations differ by more than chance.

fn main() -> std::process::ExitCode {
    microexpr_cli::compare()
}
