//! Evaluation of datasets by subject-wise protocols: from folders of frames, or flow maps, to a table.

fn main() -> std::process::ExitCode {
    microexpr_cli::evaluate()
}
