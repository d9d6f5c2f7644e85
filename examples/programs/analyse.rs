//! From a recording to a page that says which expressions are in it.

fn main() -> std::process::ExitCode {
    microexpr_cli::analyse()
}
