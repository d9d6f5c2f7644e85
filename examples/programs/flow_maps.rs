//! Flow maps of a dataset on disk: the field's small pictures of a clip's motion, and their list.

fn main() -> std::process::ExitCode {
    microexpr_cli::flow_maps()
}
