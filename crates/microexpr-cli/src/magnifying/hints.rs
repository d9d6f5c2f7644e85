//! What the library says of settings, in the program's own words.

use microexpr::magnify::{FilterWarning, MagnifyError};

/// An error with the options that cure it.
pub(crate) fn in_options(error: MagnifyError) -> String {
    match error {
        MagnifyError::FrameRate { fps } => format!("--fps must be above 0, found {fps}"),
        MagnifyError::Band { low_hz, high_hz } => {
            format!("--band needs 0 <= LO < HI, found {low_hz}..{high_hz}")
        }
        MagnifyError::AboveNyquist { found_hz, nyquist_hz } => format!(
            "frequencies up to {found_hz} Hz cannot be told from the frames, which show less than {nyquist_hz} Hz: lower HI \
             of --band, or correct --fps"
        ),
        MagnifyError::EmptyBand { low_hz, high_hz, spacing_hz } => format!(
            "{low_hz}..{high_hz} Hz holds none of the recording's frequencies, which are {spacing_hz:.3} Hz apart: widen \
             --band, or use --temporal butterworth"
        ),
        MagnifyError::Setting(refused) if refused.setting.contains("zero-phase") => {
            format!("--temporal zero-phase needs a LO of --band above 0, found {}", refused.found)
        }
        other => other.to_string(),
    }
}

/// A warning with the options that avoid it.
pub(crate) fn warning(warning: FilterWarning) -> String {
    match warning {
        FilterWarning::FewFrequencies { count, spacing_hz } => format!(
            "the ideal band holds only {count} of the recording's frequencies, which are {spacing_hz:.3} Hz apart: motion \
             will ring over the whole recording; prefer --temporal butterworth"
        ),
        other => other.to_string(),
    }
}
