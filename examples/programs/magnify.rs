//! Magnifies the motion in a folder of frames or a video.

fn main() -> std::process::ExitCode {
    microexpr_cli::magnify()
}
