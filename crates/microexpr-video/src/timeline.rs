//! From the times at which frames are shown to a constant rate.

/// Share of frames that may be repeated or left out; beyond it the video is refused.
const MOST_IRREGULAR: f64 = 0.1;

/// How frames become frames of a constant rate.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Timeline {
    /// Frames per second.
    pub(crate) fps: f64,
    /// For every frame of the constant rate the frame in the file; `None` if they are the same.
    pub(crate) shown: Option<Vec<usize>>,
    /// How often a frame is shown again.
    pub(crate) repeated: u64,
    /// How many frames are never shown.
    pub(crate) left_out: u64,
}

impl Timeline {
    /// Whether so few frames are repeated or left out that motion from frame to frame still means something.
    pub(crate) fn is_regular(&self, frames: usize) -> bool {
        (self.repeated + self.left_out) as f64 <= MOST_IRREGULAR * frames as f64
    }
}

/// The constant rate of frames shown at `times` (ascending, in units of `1 / timescale` seconds); `last_duration` is that of the
/// last frame. `None` if no time passes.
///
/// Where every frame has a place of its own in the grid of the constant rate, however it may tremble within that place, frames are
/// taken as they are. Otherwise each place of the grid shows the last frame that has begun by then.
pub(crate) fn timeline(times: &[i64], last_duration: u64, timescale: u32) -> Option<Timeline> {
    let (first, last) = (*times.first()?, *times.last()?);
    let timescale = f64::from(timescale);
    let as_it_is = |period: f64| {
        let fps = timescale / period;
        (fps.is_finite() && fps > 0.0).then_some(Timeline { fps, shown: None, repeated: 0, left_out: 0 })
    };
    if times.len() == 1 {
        return as_it_is(last_duration as f64);
    }
    let period = usual_period(times)?;
    if has_own_places(times, period) {
        return as_it_is((last - first) as f64 / (times.len() - 1) as f64);
    }
    let place = |time: &i64| ((time - first) as f64 / period).round() as u64;
    let occupied = 1 + times.windows(2).filter(|pair| place(&pair[0]) != place(&pair[1])).count() as u64;
    let places = place(&last) + 1;
    let mut line = Timeline {
        fps: timescale / period,
        shown: None,
        repeated: places - occupied,
        left_out: times.len() as u64 - occupied,
    };
    if line.is_regular(times.len()) {
        let begun_by = |at: u64| times.partition_point(|time| place(time) <= at) - 1;
        line.shown = Some((0..places).map(begun_by).collect());
    }
    Some(line)
}

/// Whether a grid of `period` exists that has exactly one frame in every place.
fn has_own_places(times: &[i64], period: f64) -> bool {
    let off = times.iter().enumerate().map(|(i, time)| (time - times[0]) as f64 - i as f64 * period);
    let (low, high) = off.fold((f64::MAX, f64::MIN), |(low, high), off| (low.min(off), high.max(off)));
    // One frame more or less moves the others by a whole period; the period itself is not known exactly.
    high - low < 0.9 * period
}

/// Mean of the intervals that are not far from their median.
fn usual_period(times: &[i64]) -> Option<f64> {
    let mut intervals: Vec<f64> = times.windows(2).map(|pair| (pair[1] - pair[0]) as f64).collect();
    intervals.sort_by(f64::total_cmp);
    let median = intervals[intervals.len() / 2];
    let usual: Vec<f64> = intervals.into_iter().filter(|i| (i / median - 1.0).abs() < 0.5).collect();
    (median > 0.0).then(|| usual.iter().sum::<f64>() / usual.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trembling_times_are_a_constant_rate() {
        // 30000/1001 frames per second in whole milliseconds.
        let times: Vec<i64> = (0..600).map(|i| (f64::from(i) * 1001.0 / 30.0).round() as i64).collect();
        let line = timeline(&times, 33, 1000).unwrap();
        assert!((line.fps - 29.97).abs() < 1e-3 && line.shown.is_none(), "{line:?}");
        let exact: Vec<i64> = (0..5).map(|i| 1001 * i).collect();
        assert_eq!(timeline(&exact, 1001, 30_000).unwrap().fps, 30_000.0 / 1001.0);
        assert_eq!(timeline(&[7], 40, 1000).unwrap().fps, 25.0);
    }

    #[test]
    fn a_dropped_frame_is_filled_by_the_one_before_it() {
        let times: Vec<i64> = (0..40).filter(|i| *i != 20).map(|i| 40 * i).collect();
        let line = timeline(&times, 40, 1000).unwrap();
        assert_eq!((line.fps, line.repeated, line.left_out), (25.0, 1, 0));
        let shown = line.shown.unwrap();
        assert_eq!((shown.len(), &shown[18..23]), (40, &[18, 19, 19, 20, 21][..]));
    }

    #[test]
    fn two_frames_at_once_leave_one_out() {
        let mut times: Vec<i64> = (0..40).map(|i| 40 * i).collect();
        times.insert(11, 401);
        let line = timeline(&times, 40, 1000).unwrap();
        assert_eq!((line.repeated, line.left_out), (0, 1));
        assert_eq!(&line.shown.unwrap()[9..12], [9, 11, 12]);
    }

    #[test]
    fn a_rate_that_changes_is_irregular() {
        let mut time = 0;
        let times: Vec<i64> = (0..100)
            .map(|i| {
                time += if i < 50 { 20 } else { 40 };
                time
            })
            .collect();
        assert!(!timeline(&times, 40, 1000).unwrap().is_regular(times.len()));
        // A gap of years must not become years of frames.
        let gap = timeline(&[0, 40, 80, i64::MAX / 4], 40, 1000).unwrap();
        assert!(!gap.is_regular(4) && gap.shown.is_none(), "{gap:?}");
        assert_eq!(timeline(&[5, 5, 5], 0, 1000), None);
        assert_eq!(timeline(&[], 0, 1000), None);
    }
}
