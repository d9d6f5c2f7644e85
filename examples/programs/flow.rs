//! Dense optical flow between two images, or the tracks of single points.

fn main() -> std::process::ExitCode {
    microexpr_cli::flow()
}
