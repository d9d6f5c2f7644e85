//! All programs of microexpr behind one name: `microexpr analyse …`, `microexpr evaluate …`.

fn main() -> std::process::ExitCode {
    microexpr_cli::microexpr()
}
