//! The spatial half of the linear method. The temporal filter and the pyramid are linear and commute: so a frame is
//! reduced to its finest amplified level, that one small plane is filtered in time, and only then split into levels.

use microexpr_core::pyramid::half_size;

use crate::color::{ColorPath, add, mix, split};
use crate::frame::{ColorModel, FrameLayout};
use crate::gain::check;
use crate::pyramid::{down, expand_column, expand_row, five_rows, halve_row};
use crate::sample::sealed::Kernel;
use crate::simd::{Task, dispatch};
use crate::{GainRule, MagnifyError};

/// With `gain[−1] = 0`, `Σ gain[l] · U^l (G[l] − U G[l+1]) = Σ (gain[l] − gain[l−1]) · U^l G[l]`: one expansion per level
/// and no Laplacian at all.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    layout: FrameLayout,
    color: ColorPath,
    /// Height and width of the levels `0..=coarsest`.
    sizes: Vec<(usize, usize)>,
    /// `gain[l] − gain[l−1]` of the levels `0..=coarsest`.
    steps: Vec<f32>,
    /// The level that is filtered in time.
    finest: usize,
}

impl Plan {
    /// `None` if no level of such frames is amplified.
    pub(crate) fn new(
        layout: FrameLayout,
        gain: &GainRule,
        alpha: f64,
        chroma: f64,
    ) -> Result<Option<Self>, MagnifyError> {
        layout.check()?;
        check("chroma", "finite and not negative", chroma, chroma.is_finite() && chroma >= 0.0)?;
        let gains = gain.gains(layout.height, layout.width, alpha)?;
        let previous = std::iter::once(0.0).chain(gains.iter().copied());
        let mut steps: Vec<f32> = gains.iter().zip(previous).map(|(g, p)| (g - p) as f32).collect();
        let Some(finest) = steps.iter().position(|s| *s != 0.0) else { return Ok(None) };
        steps.truncate(1 + steps.iter().rposition(|s| *s != 0.0).unwrap_or(finest));
        let mut sizes = vec![(layout.height, layout.width)];
        while sizes.len() < steps.len() {
            sizes.push(half_size(sizes[sizes.len() - 1]));
        }
        let color = match layout.color {
            ColorModel::Grey => ColorPath::Grey,
            ColorModel::Rgb => ColorPath::rgb(chroma),
        };
        Ok(Some(Self { layout, color, sizes, steps, finest }))
    }

    /// Values of the filtered level, all planes.
    pub(crate) fn band_len(&self) -> usize {
        self.color.planes() * area(self.sizes[self.finest])
    }

    /// Whether two plans filter the same planes in time.
    pub(crate) fn shares_band(&self, other: &Self) -> bool {
        (self.layout, self.color, self.finest) == (other.layout, other.color, other.finest)
    }
}

/// Buffers for one frame at a time.
#[derive(Debug, Clone)]
pub(crate) struct Spatial {
    plan: Plan,
    /// Planes one behind the other, per level; empty for a level 0 that is not filtered.
    levels: Vec<Vec<f32>>,
    line: Vec<f32>,
    wide: [Vec<f32>; 3],
}

impl Spatial {
    pub(crate) fn new(plan: Plan) -> Self {
        let planes = plan.color.planes();
        let used = |level| level > 0 || plan.finest == 0;
        let levels = plan.sizes.iter().enumerate();
        let levels = levels.map(|(l, size)| if used(l) { vec![0.0; planes * area(*size)] } else { vec![] });
        let width = plan.layout.width;
        let line = vec![0.0; width * plan.layout.color.channels()];
        Self { levels: levels.collect(), line, wide: std::array::from_fn(|_| vec![0.0; width]), plan }
    }

    /// The planes that [`Spatial::reduce`] fills, [`Spatial::amplify`] reads and the temporal filter changes between.
    pub(crate) fn band_mut(&mut self) -> &mut [f32] {
        &mut self.levels[self.plan.finest]
    }

    /// Reduces a frame to its finest amplified level.
    pub(crate) fn reduce<P: Kernel>(&mut self, frame: &[P]) {
        dispatch(Reduce { spatial: self, frame });
    }

    /// Adds the gain-weighted levels of the filtered planes to a frame.
    pub(crate) fn amplify<P: Kernel + Copy>(&mut self, frame: &mut [P]) {
        dispatch(Amplify { spatial: self, frame });
    }

    #[inline(always)]
    fn reduce_frame<P: Kernel>(&mut self, frame: &[P]) {
        let start = self.plan.finest.min(1);
        self.read(frame, start);
        for level in start..self.plan.finest {
            self.down(level);
        }
        if let ColorPath::Mixed(matrix) = self.plan.color {
            mix(self.band_mut(), &matrix);
        }
    }

    #[inline(always)]
    fn amplify_frame<P: Kernel + Copy>(&mut self, frame: &mut [P]) {
        let (finest, coarsest) = (self.plan.finest, self.plan.steps.len() - 1);
        for level in finest..coarsest {
            self.down(level);
        }
        let gain = self.plan.steps[coarsest];
        self.levels[coarsest].iter_mut().for_each(|v| *v *= gain);
        for level in (1..coarsest).rev() {
            self.expand_onto(level);
        }
        self.write(frame);
    }

    /// Level 0 or 1 of the frame's planes.
    #[inline(always)]
    fn read<P: Kernel>(&mut self, frame: &[P], level: usize) {
        let (height, width) = self.plan.sizes[0];
        let stride = width * self.plan.layout.color.channels();
        let (rows, out_width) = self.plan.sizes[level];
        let plane = rows * out_width;
        for row in 0..rows {
            if level == 0 {
                P::load(&frame[row * stride..(row + 1) * stride], &mut self.line);
            } else {
                P::blur_rows(five_rows(frame, stride, height, row), &mut self.line);
            }
            split(self.plan.color, &self.line, &mut self.wide);
            for (channel, wide) in self.wide[..self.plan.color.planes()].iter().enumerate() {
                let out = &mut self.levels[level][channel * plane + row * out_width..][..out_width];
                if level == 0 { out.copy_from_slice(wide) } else { halve_row(wide, out) }
            }
        }
    }

    #[inline(always)]
    fn down(&mut self, level: usize) {
        let (size, half) = (self.plan.sizes[level], self.plan.sizes[level + 1]);
        let (fine, coarse) = self.levels.split_at_mut(level + 1);
        let planes = fine[level].chunks_exact(area(size)).zip(coarse[0].chunks_exact_mut(area(half)));
        for (source, target) in planes {
            down(source, size, target, &mut self.line);
        }
    }

    /// `levels[level] = step · levels[level] + expand(levels[level + 1])`.
    #[inline(always)]
    fn expand_onto(&mut self, level: usize) {
        let (size, half) = (self.plan.sizes[level], self.plan.sizes[level + 1]);
        let step = if level < self.plan.finest { 0.0 } else { self.plan.steps[level] };
        let (fine, coarse) = self.levels.split_at_mut(level + 1);
        let (line, wide) = (&mut self.line[..half.1], &mut self.wide[0][..size.1]);
        let planes = fine[level].chunks_exact_mut(area(size)).zip(coarse[0].chunks_exact(area(half)));
        for (target, source) in planes {
            for (row, out) in target.chunks_exact_mut(size.1).enumerate() {
                expand_column(source, half, row, line);
                if step == 0.0 {
                    expand_row(line, out);
                } else {
                    expand_row(line, wide);
                    out.iter_mut().zip(&*wide).for_each(|(o, w)| *o = step * *o + w);
                }
            }
        }
    }

    /// Adds level 0, expanded from level 1, to the frame.
    #[inline(always)]
    fn write<P: Kernel + Copy>(&mut self, frame: &mut [P]) {
        let Self { plan, levels, line, wide } = self;
        let width = plan.layout.width;
        let planes = plan.color.planes();
        for (row, out) in frame.chunks_exact_mut(width * plan.layout.color.channels()).enumerate() {
            for (channel, wide) in wide[..planes].iter_mut().enumerate() {
                if let Some(half) = plan.sizes.get(1) {
                    let plane = &levels[1][channel * area(*half)..][..area(*half)];
                    expand_column(plane, *half, row, &mut line[..half.1]);
                    expand_row(&line[..half.1], wide);
                } else {
                    wide.fill(0.0);
                }
                if plan.finest == 0 {
                    let step = if plan.sizes.len() > 1 { plan.steps[0] } else { 1.0 };
                    let plane = &levels[0][channel * area(plan.sizes[0]) + row * width..][..width];
                    wide.iter_mut().zip(plane).for_each(|(w, v)| *w += step * v);
                }
            }
            add(plan.color, wide, line, out);
        }
    }
}

struct Reduce<'a, P> {
    spatial: &'a mut Spatial,
    frame: &'a [P],
}

impl<P: Kernel> Task for Reduce<'_, P> {
    #[inline(always)]
    fn run(self) {
        self.spatial.reduce_frame(self.frame);
    }
}

struct Amplify<'a, P> {
    spatial: &'a mut Spatial,
    frame: &'a mut [P],
}

impl<P: Kernel + Copy> Task for Amplify<'_, P> {
    #[inline(always)]
    fn run(self) {
        self.spatial.amplify_frame(self.frame);
    }
}

#[inline(always)]
fn area((height, width): (usize, usize)) -> usize {
    height * width
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instruction_set_does_not_change_a_bit() {
        let layout = FrameLayout::rgb(61, 75);
        let frame: Vec<u8> = (0..layout.len()).map(|i| (i * i % 241) as u8).collect();
        let plan = Plan::new(layout, &GainRule::default(), 0.5, 0.1).unwrap().unwrap();
        let (mut dispatched, mut portable) = (Spatial::new(plan.clone()), Spatial::new(plan));
        dispatched.reduce(&frame);
        portable.reduce_frame(&frame);
        assert_eq!(dispatched.band_mut(), portable.band_mut());
        let (mut a, mut b) = (frame.clone(), frame.clone());
        dispatched.amplify(&mut a);
        portable.amplify_frame(&mut b);
        assert!(a == b && a != frame);
    }
}
