//! The motion of all regions over a stretch of frames, and how far it departs from what lies before and after.

use microexpr_core::Point;

/// Motion beside the head's, `[frame][region]`, in inter-ocular distances.
#[derive(Debug, Clone)]
pub(crate) struct MotionTrack {
    pub(crate) frames: usize,
    pub(crate) regions: usize,
    values: Vec<Point>,
}

impl MotionTrack {
    /// Takes frames of equally many regions and averages them over time by a Gaussian.
    pub(crate) fn smoothed<'a>(frames: impl Iterator<Item = &'a Vec<Point>>, sigma_frames: f64) -> Self {
        let rows: Vec<&Vec<Point>> = frames.collect();
        let regions = rows.first().map_or(0, |row| row.len());
        let raw = Self { frames: rows.len(), regions, values: rows.into_iter().flatten().copied().collect() };
        let reach = (4.0 * sigma_frames).round() as usize;
        let weight = |lag: usize| (-0.5 * (lag as f64 / sigma_frames.max(1e-9)).powi(2)).exp();
        let kernel: Vec<f64> = (0..=reach).map(weight).collect();
        let sum = kernel[0] + 2.0 * kernel[1..].iter().sum::<f64>();
        raw.combined(|at, region| {
            let mut value = raw.at(at, region).map(|part| part * kernel[0]);
            for (lag, weight) in kernel.iter().enumerate().skip(1) {
                let (before, after) = (raw.at(at.saturating_sub(lag), region), raw.at(at + lag, region));
                (0..2).for_each(|axis| value[axis] += weight * (before[axis] + after[axis]));
            }
            value.map(|part| part / sum)
        })
    }

    /// The motion of a region; beyond the last frame, that of the last one.
    pub(crate) fn at(&self, frame: usize, region: usize) -> Point {
        self.values[frame.min(self.frames - 1) * self.regions + region]
    }

    /// Running mean over `2·half + 1` frames.
    pub(crate) fn averaged(&self, half: usize) -> Self {
        let mut values = vec![[0.0; 2]; self.values.len()];
        let count = (2 * half + 1) as f64;
        for region in 0..self.regions {
            let mut sum = [0.0; 2];
            // Before the first frame everything is where it is in it.
            add(&mut sum, self.at(0, region), half as f64);
            (0..=half).for_each(|frame| add(&mut sum, self.at(frame, region), 1.0));
            for frame in 0..self.frames {
                if frame > 0 {
                    add(&mut sum, self.at(frame + half, region), 1.0);
                    add(&mut sum, self.at(frame.saturating_sub(half + 1), region), -1.0);
                }
                values[frame * self.regions + region] = sum.map(|part| part / count);
            }
        }
        Self { frames: self.frames, regions: self.regions, values }
    }

    /// What every region departs by from the mean of its places `reach` frames before and after: `d(t) − (m(t−w) + m(t+w))/2`.
    pub(crate) fn departures(&self, around: &Self, reach: usize) -> Self {
        self.combined(|frame, region| {
            let (before, after) =
                (around.at(frame.saturating_sub(reach), region), around.at(frame + reach, region));
            let at = self.at(frame, region);
            [0, 1].map(|axis| at[axis] - f64::midpoint(before[axis], after[axis]))
        })
    }

    fn combined(&self, value: impl Fn(usize, usize) -> Point) -> Self {
        let value = &value;
        let frame = |frame: usize| (0..self.regions).map(move |region| value(frame, region));
        Self {
            frames: self.frames,
            regions: self.regions,
            values: (0..self.frames).flat_map(frame).collect(),
        }
    }
}

fn add(sum: &mut Point, value: Point, times: f64) {
    (0..2).for_each(|axis| sum[axis] += times * value[axis]);
}
