//! The video graph of one clip, as JSON and as a picture.

fn main() -> std::process::ExitCode {
    microexpr_cli::graph()
}
