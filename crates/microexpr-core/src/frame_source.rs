use image::DynamicImage;

use crate::{CoreError, ImageSequence};

/// Anything that gives frames one after the other: a folder, a video file, a pipe, a camera.
///
/// Frames come in playing order, all of one size, and are gone once they were given: a recording of any length needs the
/// memory of a few frames. [`grey_from_image`](crate::grey_from_image) makes grey values of one.
///
/// # Example
///
/// ```
/// use image::{DynamicImage, GrayImage, Luma};
/// use microexpr_core::{CoreError, FrameSource, grey_from_image};
///
/// /// A camera that sees it getting brighter.
/// struct Dawn(u8);
///
/// impl FrameSource for Dawn {
///     fn fps(&self) -> Option<f64> {
///         Some(25.0)
///     }
///
///     fn next_frame(&mut self) -> Result<Option<DynamicImage>, CoreError> {
///         let Some(brighter) = self.0.checked_add(51) else { return Ok(None) };
///         self.0 = brighter;
///         Ok(Some(GrayImage::from_pixel(4, 3, Luma([brighter])).into()))
///     }
/// }
///
/// let mut camera = Dawn(0);
/// let mut brightness = Vec::new();
/// while let Some(frame) = camera.next_frame()? {
///     brightness.push(grey_from_image(&frame)[[0, 0]]);
/// }
/// assert_eq!(brightness, [0.2, 0.4, 0.6, 0.8, 1.0]);
/// # Ok::<(), CoreError>(())
/// ```
pub trait FrameSource {
    /// Frames per second; `None` if the source does not know.
    fn fps(&self) -> Option<f64>;

    /// The next frame; `None` once there are no more.
    ///
    /// # Errors
    ///
    /// Whatever keeps the source from giving the next frame, [`CoreError::FrameSource`] for sources outside this crate. After
    /// an error the source gives no more frames.
    fn next_frame(&mut self) -> Result<Option<DynamicImage>, CoreError>;

    /// How many frames there are altogether; `None` where only the end will tell.
    fn frame_count(&self) -> Option<usize> {
        None
    }
}

impl<T: FrameSource + ?Sized> FrameSource for Box<T> {
    fn fps(&self) -> Option<f64> {
        (**self).fps()
    }

    fn next_frame(&mut self) -> Result<Option<DynamicImage>, CoreError> {
        (**self).next_frame()
    }

    fn frame_count(&self) -> Option<usize> {
        (**self).frame_count()
    }
}

/// The frames of an [`ImageSequence`] as a [`FrameSource`]; image files know no frame rate.
#[derive(Debug, Clone)]
pub struct SequenceFrames {
    sequence: ImageSequence,
    size: Option<(usize, usize)>,
    next: usize,
}

impl From<ImageSequence> for SequenceFrames {
    fn from(sequence: ImageSequence) -> Self {
        Self { sequence, size: None, next: 0 }
    }
}

impl FrameSource for SequenceFrames {
    fn fps(&self) -> Option<f64> {
        None
    }

    fn next_frame(&mut self) -> Result<Option<DynamicImage>, CoreError> {
        let index = self.next;
        let Some(path) = self.sequence.paths().get(index) else { return Ok(None) };
        self.next = self.sequence.len();
        let frame = self.sequence.image(index)?;
        let found = (frame.height() as usize, frame.width() as usize);
        let expected = *self.size.get_or_insert(found);
        if found != expected {
            return Err(CoreError::FrameSize { path: path.clone(), expected, found });
        }
        self.next = index + 1;
        Ok(Some(frame))
    }

    fn frame_count(&self) -> Option<usize> {
        Some(self.sequence.len())
    }
}
