//! What each part of the method is worth (the paper's Tables 4 and 5, and more).

fn main() -> std::process::ExitCode {
    microexpr_cli::ablation()
}
