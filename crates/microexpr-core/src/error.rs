use std::path::PathBuf;

/// What can go wrong with clips, image folders and files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CoreError {
    /// A folder holds no file with an image extension.
    #[error("{path}: no image files (expected .png, .jpg, .bmp, .tif, .pgm or .ppm)", path = path.display())]
    NoImages {
        /// The folder that was searched.
        path: PathBuf,
    },
    /// A folder cannot be read.
    #[error("{path}: cannot be read as a folder", path = path.display())]
    ReadFolder {
        /// The folder.
        path: PathBuf,
        /// The reason given by the system.
        #[source]
        source: std::io::Error,
    },
    /// An image file is missing, truncated or of an unknown format.
    #[error("{path}: cannot be decoded as an image", path = path.display())]
    DecodeImage {
        /// The file.
        path: PathBuf,
        /// The decoder's reason.
        #[source]
        source: image::ImageError,
    },
    /// A source of frames that lies outside this crate, such as a video, gives no more.
    #[error(transparent)]
    FrameSource {
        /// What the source says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A frame differs in size from the first frame of its clip.
    #[error(
        "{path}: frame is {}x{} pixels, but the first frame of the clip is {}x{}",
        found.1, found.0, expected.1, expected.0, path = path.display()
    )]
    FrameSize {
        /// The deviating file.
        path: PathBuf,
        /// Height and width of the first frame.
        expected: (usize, usize),
        /// Height and width of this frame.
        found: (usize, usize),
    },
    /// A frame in two files.
    #[error("{first} and {second} are the same frame twice: keep one of them", first = first.display(), second = second.display())]
    FrameTwice {
        /// The first file.
        first: PathBuf,
        /// The other file.
        second: PathBuf,
    },
    /// An image of another depth than the one that was told.
    #[error("{path}: expected {} bits in 16, found {found}", expected.bits(), path = path.display())]
    Depth {
        /// The file.
        path: PathBuf,
        /// The depth that was told.
        expected: crate::SampleBits,
        /// What does not fit it.
        found: String,
    },
    /// Pixels with another number of channels than an image of their kind.
    #[error("expected pixels of {expected} channels, found {found}")]
    Channels {
        /// Channels of such an image.
        expected: usize,
        /// Channels of the pixels.
        found: usize,
    },
    /// A clip without frames, or frames without pixels.
    #[error(
        "a clip needs at least one frame of at least one pixel, found {frames} frames of {width}x{height}"
    )]
    EmptyClip {
        /// Number of frames.
        frames: usize,
        /// Frame height in pixels.
        height: usize,
        /// Frame width in pixels.
        width: usize,
    },
    /// A frame rate that is zero, negative or not finite.
    #[error("frame rate must be a positive number of frames per second, found {fps}")]
    FrameRate {
        /// The rejected value.
        fps: f64,
    },
    /// A pixel that is NaN or infinite.
    #[error("frame {frame} holds a pixel that is not finite")]
    NotFinite {
        /// Index of the frame.
        frame: usize,
    },
    /// The two components of a flow field differ in shape.
    #[error("flow components differ in shape: u is {u:?}, v is {v:?}")]
    FlowShape {
        /// Shape of the horizontal component.
        u: (usize, usize),
        /// Shape of the vertical component.
        v: (usize, usize),
    },
    /// A landmark scheme with a fixed number of points got another number.
    #[error("{scheme} has {expected} points, found {found}")]
    PointCount {
        /// Name of the scheme.
        scheme: &'static str,
        /// Points the scheme asks for.
        expected: usize,
        /// Points given.
        found: usize,
    },
    /// A landmark coordinate that is NaN or infinite.
    #[error("landmark {index} is not finite")]
    PointNotFinite {
        /// Index of the point.
        index: usize,
    },
    /// A file could not be written.
    #[error("{path}: cannot be written", path = path.display())]
    Write {
        /// The destination.
        path: PathBuf,
        /// The reason given by the system.
        #[source]
        source: std::io::Error,
    },
}
