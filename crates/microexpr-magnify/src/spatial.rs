//! The spatial half of the linear method. The temporal filter and the pyramid are linear and commute: so a frame is
//! reduced to its finest amplified level, that one small plane is filtered in time, and only then split into levels.

use crate::plan::Plan;
use crate::row_bands::{band_count, for_each_row_band};
use crate::rows::{Expand, Halve, Lines, Read, Write, planes, planes_mut};
use crate::sample::sealed::Kernel;
use crate::simd::dispatch;

/// Buffers for one frame at a time.
#[derive(Debug, Clone)]
pub(crate) struct Spatial {
    plan: Plan,
    /// Planes one behind the other, per level; empty for a level 0 that is not filtered.
    levels: Vec<Vec<f32>>,
    /// Working space per band of rows.
    lines: Vec<Lines>,
}

impl Spatial {
    /// For frames whose rows are worked on in at most `bands` bands at once.
    pub(crate) fn new(plan: Plan, bands: usize) -> Self {
        let used = |level| level > 0 || plan.finest == 0;
        let len = |level| if used(level) { plan.color.planes() * plan.area(level) } else { 0 };
        let levels = (0..plan.sizes.len()).map(|level| vec![0.0; len(level)]).collect();
        Self { levels, lines: vec![Lines::new(&plan); bands], plan }
    }

    /// The planes that [`Spatial::reduce`] fills, [`Spatial::amplify`] reads and the temporal filter changes between.
    pub(crate) fn band_mut(&mut self) -> &mut [f32] {
        &mut self.levels[self.plan.finest]
    }

    /// Reduces a frame to its finest amplified level.
    pub(crate) fn reduce<P: Kernel + Sync>(&mut self, frame: &[P]) {
        let start = self.plan.finest.min(1);
        self.read(frame, start);
        for level in start..self.plan.finest {
            self.halve(level);
        }
    }

    /// Adds the gain-weighted levels of the filtered planes to a frame.
    pub(crate) fn amplify<P: Kernel + Copy + Send>(&mut self, frame: &mut [P]) {
        let (finest, coarsest) = (self.plan.finest, self.plan.steps.len() - 1);
        for level in finest..coarsest {
            self.halve(level);
        }
        let gain = self.plan.steps[coarsest];
        self.levels[coarsest].iter_mut().for_each(|v| *v *= gain);
        for level in (1..coarsest).rev() {
            self.expand(level);
        }
        self.write(frame);
    }

    fn read<P: Kernel + Sync>(&mut self, frame: &[P], level: usize) {
        let Self { plan, levels, lines } = self;
        let target = planes_mut(&mut levels[level], plan.area(level));
        let lines = bands_for(lines, frame.len());
        for_each_row_band(lines, plan.sizes[level].0, target, &|lines, first_row, target| {
            dispatch(Read { plan, frame, level, first_row, target, lines });
        });
    }

    /// Fills the level below `level`.
    fn halve(&mut self, level: usize) {
        let Self { plan, levels, lines } = self;
        let (fine, coarse) = levels.split_at_mut(level + 1);
        let source = planes(&fine[level], plan.area(level));
        let target = planes_mut(&mut coarse[0], plan.area(level + 1));
        let lines = bands_for(lines, fine[level].len());
        for_each_row_band(lines, plan.sizes[level + 1].0, target, &|lines, first_row, target| {
            dispatch(Halve { plan, level, source, first_row, target, lines });
        });
    }

    /// Adds the level below `level` to it.
    fn expand(&mut self, level: usize) {
        let Self { plan, levels, lines } = self;
        let (fine, coarse) = levels.split_at_mut(level + 1);
        let lines = bands_for(lines, fine[level].len());
        let coarse = planes(&coarse[0], plan.area(level + 1));
        let target = planes_mut(&mut fine[level], plan.area(level));
        for_each_row_band(lines, plan.sizes[level].0, target, &|lines, first_row, target| {
            dispatch(Expand { plan, level, coarse, first_row, target, lines });
        });
    }

    fn write<P: Kernel + Copy + Send>(&mut self, frame: &mut [P]) {
        let Self { plan, levels, lines } = self;
        let fine = planes(&levels[0], plan.area(0));
        let coarse = levels.get(1).map_or([&[][..]; 3], |level| planes(level, plan.area(1)));
        let lines = bands_for(lines, frame.len());
        for_each_row_band(lines, plan.layout.height, [frame], &|lines, first_row, [frame]| {
            dispatch(Write { plan, fine, coarse, first_row, frame, lines });
        });
    }
}

/// Working spaces for as many bands as a level of `values` values is worth.
fn bands_for(lines: &mut [Lines], values: usize) -> &mut [Lines] {
    let bands = band_count(values).min(lines.len());
    &mut lines[..bands]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::Task;
    use crate::{FrameLayout, GainRule};

    #[test]
    fn instruction_set_and_bands_do_not_change_a_bit() {
        let layout = FrameLayout::rgb(61, 75);
        let frame: Vec<u8> = (0..layout.len()).map(|i| (i * i % 241) as u8).collect();
        let plan = Plan::new(layout, &GainRule::default(), 0.5, 0.1).unwrap().unwrap();
        let mut dispatched = Spatial::new(plan.clone(), 1);
        dispatched.reduce(&frame);
        let mut portable = vec![0.0; plan.band_len()];
        for (first_row, count) in [(0, 13), (13, 1), (14, 17)] {
            let area = plan.area(1);
            let target =
                planes_mut(&mut portable, area).map(|p| &mut p[first_row * 38..(first_row + count) * 38]);
            let lines = &mut Lines::new(&plan);
            Read { plan: &plan, frame: &frame, level: 1, first_row, target, lines }.run();
        }
        assert_eq!(dispatched.band_mut(), portable);
        let (mut a, mut b) = (frame.clone(), frame.clone());
        dispatched.amplify(&mut a);
        let levels = dispatched.levels;
        for (first_row, rows) in [(0, 40), (40, 21)] {
            let frame = &mut b[first_row * 225..(first_row + rows) * 225];
            let (fine, coarse) = ([&[][..]; 3], planes(&levels[1], plan.area(1)));
            Write { plan: &plan, fine, coarse, first_row, frame, lines: &mut Lines::new(&plan) }.run();
        }
        assert!(a == b && a != frame);
    }
}
