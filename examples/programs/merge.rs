//! Joins the shares of an evaluation that was spread over machines.

fn main() -> std::process::ExitCode {
    microexpr_cli::merge()
}
