use std::path::{Path, PathBuf};

/// Why a video gives no frames, or no more.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VideoError {
    /// The file or pipe cannot be read.
    #[error("{path}: cannot be read", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The reason given by the system.
        #[source]
        source: std::io::Error,
    },
    /// A format, codec or coding tool that is not decoded here. The message gives the command that lets ffmpeg decode it.
    #[error("{path}: {found} is not read directly; this pipes it as Y4M: {command}", path = path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What it holds.
        found: String,
        /// The ffmpeg command that writes the frames as Y4M to its standard output.
        command: String,
    },
    /// The file is cut off, or its parts contradict each other.
    #[error("{path}: damaged or cut off: {reason}", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// Frames come too irregularly to be put into a constant rate: motion from frame to frame would mean nothing.
    #[error(
        "{path}: the frame rate varies: at {fps:.2} frames per second {repeated} of {frames} frames would be repeated and \
         {left_out} left out; if that does no harm, this pipes it at a constant rate: {command}",
        path = path.display()
    )]
    VariableFrameRate {
        /// The file.
        path: PathBuf,
        /// The most frequent rate.
        fps: f64,
        /// Frames in the file.
        frames: usize,
        /// How often a frame would be shown again.
        repeated: u64,
        /// How many frames would not be shown.
        left_out: u64,
        /// The ffmpeg command that resamples.
        command: String,
    },
    /// A frame of a video was named that it does not have, or that comes before the one named last.
    #[error("{path}: there is no such frame after frame {frames}", path = path.display())]
    NoSuchFrame {
        /// The name of the frame: the video, a slash and the frame's number from 1.
        path: PathBuf,
        /// The last frame that was found.
        frames: usize,
    },
    /// Too much to be held in memory at once.
    #[error(
        "{path}: more than {most_bytes} bytes of decoded frames are too much for memory; this cuts a part out: \
         ffmpeg -ss START -t SECONDS -i {quoted} -c:v mjpeg -q:v 2 part.avi",
        path = path.display(), quoted = quoted(path)
    )]
    TooLong {
        /// The file.
        path: PathBuf,
        /// The limit in bytes.
        most_bytes: u64,
    },
}

/// The ffmpeg command that writes a video as Y4M to standard output.
pub(crate) fn pipe_command(path: &Path, options: &str) -> String {
    let space = if options.is_empty() { "" } else { " " };
    format!("ffmpeg -i {}{space}{options} -f yuv4mpegpipe -", quoted(path))
}

/// A path as a POSIX shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+:,@=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// What a part of the reader finds; [`Fault::at`] adds the file.
#[derive(Debug)]
pub(crate) enum Fault {
    Read(std::io::Error),
    Unsupported { found: String, options: &'static str },
    Damaged(String),
}

impl Fault {
    /// Ordinary 8-bit material that another program can decode.
    pub(crate) fn unsupported(found: impl Into<String>) -> Self {
        Self::Unsupported { found: found.into(), options: "" }
    }

    pub(crate) fn damaged(reason: impl Into<String>) -> Self {
        Self::Damaged(reason.into())
    }

    pub(crate) fn at(self, path: &Path) -> VideoError {
        let path = path.to_owned();
        match self {
            Self::Read(source) => VideoError::Read { path, source },
            Self::Damaged(reason) => VideoError::Damaged { path, reason },
            Self::Unsupported { found, options } => {
                let command = pipe_command(&path, options);
                VideoError::Unsupported { path, found, command }
            }
        }
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::UnexpectedEof => Self::damaged("the file ends too early"),
            _ => Self::Read(error),
        }
    }
}

impl From<VideoError> for microexpr_core::CoreError {
    fn from(error: VideoError) -> Self {
        Self::FrameSource { source: Box::new(error) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_survives_a_shell() {
        assert_eq!(pipe_command(Path::new("a/b-1.mkv"), ""), "ffmpeg -i a/b-1.mkv -f yuv4mpegpipe -");
        let odd = pipe_command(Path::new("it's mine.mkv"), "-strict -1");
        assert_eq!(odd, r"ffmpeg -i 'it'\''s mine.mkv' -strict -1 -f yuv4mpegpipe -");
    }
}
