//! The whole path with no arguments and no data: generated clips in SMIC's layout, the full pipeline, a

fn main() -> std::process::ExitCode {
    microexpr_cli::quickstart()
}
