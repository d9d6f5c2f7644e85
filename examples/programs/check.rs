//! What a dataset on disk holds, what it lacks, and how its classes compare with the published protocol.

fn main() -> std::process::ExitCode {
    microexpr_cli::check()
}
