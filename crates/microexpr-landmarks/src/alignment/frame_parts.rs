use std::ops::Range;

use microexpr_core::{GreyFrames, ImagePart, Point};

use crate::PlaneMap;

/// The same part of every frame of a clip.
pub(super) struct FrameParts<'a> {
    frames: &'a dyn GreyFrames,
    part: ImagePart,
}

impl<'a> FrameParts<'a> {
    /// The part of the frames that the points of the first one are moved into by the maps, with a margin. Its first pixel is a multiple of
    /// `step` in both directions.
    pub(super) fn around(
        frames: &'a dyn GreyFrames,
        points: &[Point],
        maps: &[PlaneMap],
        margin_px: f64,
        step: usize,
    ) -> Self {
        let moved = maps.iter().flat_map(|map| points.iter().map(|p| map.apply(*p)));
        let part = part_around(moved, margin_px, frames.dim());
        let (top, left) = (part.top / step * step, part.left / step * step);
        let (height, width) = (part.top + part.height - top, part.left + part.width - left);
        Self { frames, part: ImagePart { top, left, height, width } }
    }

    /// Where its first pixel lies in the frames.
    pub(super) fn origin(&self) -> Point {
        [self.part.left as f64, self.part.top as f64]
    }
}

impl GreyFrames for FrameParts<'_> {
    fn dim(&self) -> (usize, usize, usize) {
        (self.frames.dim().0, self.part.height, self.part.width)
    }

    fn fps(&self) -> f64 {
        self.frames.fps()
    }

    fn copy_row(&self, frame: usize, row: usize, columns: Range<usize>, out: &mut [f32]) {
        let columns = self.part.left + columns.start..self.part.left + columns.end;
        self.frames.copy_row(frame, self.part.top + row, columns, out);
    }
}

/// The part of frames of those dimensions that holds the points and a margin around them: at least one pixel, the nearest to the points.
pub(super) fn part_around(
    points: impl Iterator<Item = Point>,
    margin_px: f64,
    (_, height, width): (usize, usize, usize),
) -> ImagePart {
    let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for point in points {
        for axis in [0, 1] {
            (low[axis], high[axis]) = (low[axis].min(point[axis]), high[axis].max(point[axis]));
        }
    }
    let span = |axis: usize, length: usize| {
        let last = (length - 1) as f64;
        // Numbers beyond the frame, and none at all, end at its border.
        let [first, end] = [(low[axis] - margin_px).floor(), (high[axis] + margin_px).ceil()];
        let [first, end] = [first.max(0.0).min(last), end.max(0.0).min(last)].map(|v| v as usize);
        (first, end.saturating_sub(first) + 1)
    };
    let ((left, width), (top, height)) = (span(0, width), span(1, height));
    ImagePart { top, left, height, width }
}

#[cfg(test)]
mod tests {
    use microexpr_core::Clip;
    use ndarray::{Array3, s};

    use super::*;

    #[test]
    fn a_part_holds_the_moved_points_and_ends_at_the_frame() {
        let frames = Array3::from_shape_fn((2, 30, 40), |(t, y, x)| (1000 * t + 40 * y + x) as f32);
        let clip = Clip::new(frames.clone(), 100.0).expect("finite");
        let maps = [PlaneMap::IDENTITY, PlaneMap::similarity(1.0, 0.0, [3.0, -2.0])];
        let part = FrameParts::around(&clip, &[[11.0, 12.0], [20.5, 35.0]], &maps, 2.0, 4);
        // Columns 9 to 25.5, rows 8 to 37.
        assert_eq!((part.origin(), part.dim()), ([8.0, 8.0], (2, 22, 19)));
        assert_eq!(part.whole(1), frames.slice(s![1, 8..30, 8..27]));
    }

    #[test]
    fn points_beyond_the_frame_leave_its_nearest_pixels() {
        let part = part_around([[-50.0, 100.0], [-40.0, 90.0]].into_iter(), 1.0, (1, 30, 40));
        assert_eq!(part, ImagePart { top: 29, left: 0, height: 1, width: 1 });
    }
}
