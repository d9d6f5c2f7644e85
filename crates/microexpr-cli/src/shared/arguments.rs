//! Reading the command line.

use clap::Parser;
use clap::error::ErrorKind;

/// The options of a program, or why they are none, on one line. `--help` and `--version` are answered here.
pub(crate) fn parse<T: Parser>() -> Result<T, String> {
    T::try_parse().map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => error.exit(),
        _ => one_line(&error.to_string()),
    })
}

/// What clap says, without its own prefix, usage and hints that stand below.
fn one_line(message: &str) -> String {
    let lines = message.lines().map(str::trim).filter(|line| !line.is_empty());
    let own =
        lines.take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"));
    let text = own.collect::<Vec<_>>().join(" ");
    format!("{} (see --help)", text.strip_prefix("error: ").unwrap_or(&text))
}
