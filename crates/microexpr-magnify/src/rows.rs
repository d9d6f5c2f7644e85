//! What happens to bands of rows: from the frame to its levels and back. Bands of all planes are cut alike; a plane that the
//! colour path lacks is empty.

use crate::color::{ColorPath, add, mix, split};
use crate::plan::Plan;
use crate::pyramid::{expand_column, expand_row, five_rows, halve_row};
use crate::sample::sealed::Kernel;
use crate::simd::Task;

/// Working space of one band: rows of the frame's width.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    /// All channels.
    line: Vec<f32>,
    /// One plane each.
    wide: [Vec<f32>; 3],
}

impl Lines {
    pub(crate) fn new(plan: &Plan) -> Self {
        let width = plan.layout.width;
        let planes = plan.color.planes();
        let wide = std::array::from_fn(|i| if i < planes { vec![0.0; width] } else { vec![] });
        Self { line: vec![0.0; width * plan.layout.color.channels()], wide }
    }
}

/// Three planes of `area` values, those that exist.
pub(crate) fn planes(level: &[f32], area: usize) -> [&[f32]; 3] {
    let mut chunks = level.chunks_exact(area);
    std::array::from_fn(|_| chunks.next().unwrap_or_default())
}

/// Three planes of `area` values, those that exist.
pub(crate) fn planes_mut(level: &mut [f32], area: usize) -> [&mut [f32]; 3] {
    let mut chunks = level.chunks_exact_mut(area);
    std::array::from_fn(|_| chunks.next().unwrap_or_default())
}

/// From the frame to rows of its level 0 or 1.
pub(crate) struct Read<'a, P> {
    pub(crate) plan: &'a Plan,
    pub(crate) frame: &'a [P],
    pub(crate) level: usize,
    pub(crate) first_row: usize,
    pub(crate) target: [&'a mut [f32]; 3],
    pub(crate) lines: &'a mut Lines,
}

impl<P: Kernel> Task for Read<'_, P> {
    #[inline(always)]
    fn run(self) {
        let Self { plan, frame, level, first_row, mut target, lines } = self;
        let (height, width) = plan.sizes[0];
        let stride = width * plan.layout.color.channels();
        let out_width = plan.sizes[level].1;
        for row in 0..target[0].len() / out_width {
            if level == 0 {
                P::load(&frame[(first_row + row) * stride..][..stride], &mut lines.line);
            } else {
                P::blur_rows(five_rows(frame, stride, height, first_row + row), &mut lines.line);
            }
            let mut out = rows_at(&mut target, row, out_width);
            let wide = split(plan.color, &lines.line, &mut lines.wide);
            for (plane, out) in wide.into_iter().zip(&mut out).take(plan.color.planes()) {
                if level == 0 { out.copy_from_slice(plane) } else { halve_row(plane, out) }
            }
            mix_at(plan, level, out);
        }
    }
}

/// From a level to rows of the next coarser one.
pub(crate) struct Halve<'a> {
    pub(crate) plan: &'a Plan,
    /// The finer level.
    pub(crate) level: usize,
    pub(crate) source: [&'a [f32]; 3],
    pub(crate) first_row: usize,
    pub(crate) target: [&'a mut [f32]; 3],
    pub(crate) lines: &'a mut Lines,
}

impl Task for Halve<'_> {
    #[inline(always)]
    fn run(self) {
        let Self { plan, level, source, first_row, mut target, lines } = self;
        let ((height, width), out_width) = (plan.sizes[level], plan.sizes[level + 1].1);
        let line = &mut lines.line[..width];
        for row in 0..target[0].len() / out_width {
            let mut out = rows_at(&mut target, row, out_width);
            for (plane, out) in source.into_iter().zip(&mut out).take(plan.color.planes()) {
                f32::blur_rows(five_rows(plane, width, height, first_row + row), line);
                halve_row(line, out);
            }
            mix_at(plan, level + 1, out);
        }
    }
}

/// `target = step · target + expand(coarse)` for rows of a level.
pub(crate) struct Expand<'a> {
    pub(crate) plan: &'a Plan,
    /// The finer level.
    pub(crate) level: usize,
    pub(crate) coarse: [&'a [f32]; 3],
    pub(crate) first_row: usize,
    pub(crate) target: [&'a mut [f32]; 3],
    pub(crate) lines: &'a mut Lines,
}

impl Task for Expand<'_> {
    #[inline(always)]
    fn run(self) {
        let Self { plan, level, coarse, first_row, target, lines } = self;
        let (width, half) = (plan.sizes[level].1, plan.sizes[level + 1]);
        let step = if level < plan.finest { 0.0 } else { plan.steps[level] };
        let (line, wide) = (&mut lines.line[..half.1], &mut lines.wide[0][..width]);
        for (coarse, target) in coarse.into_iter().zip(target) {
            for (row, out) in target.chunks_exact_mut(width).enumerate() {
                expand_column(coarse, half, first_row + row, line);
                if step == 0.0 {
                    expand_row(line, out);
                } else {
                    expand_row(line, wide);
                    out.iter_mut().zip(&*wide).for_each(|(o, w)| *o = step * *o + w);
                }
            }
        }
    }
}

/// Adds level 0, which is its own planes plus the expanded level 1, to rows of the frame.
pub(crate) struct Write<'a, P> {
    pub(crate) plan: &'a Plan,
    /// Level 0, empty unless it is filtered.
    pub(crate) fine: [&'a [f32]; 3],
    /// Level 1, empty if there is none.
    pub(crate) coarse: [&'a [f32]; 3],
    pub(crate) first_row: usize,
    pub(crate) frame: &'a mut [P],
    pub(crate) lines: &'a mut Lines,
}

impl<P: Kernel + Copy> Task for Write<'_, P> {
    #[inline(always)]
    fn run(self) {
        let Self { plan, fine, coarse, first_row, frame, lines } = self;
        let width = plan.layout.width;
        let half = plan.sizes.get(1).copied().unwrap_or_default();
        // The coarsest level comes multiplied by its step.
        let step = if plan.sizes.len() > 1 { plan.steps[0] } else { 1.0 };
        for (row, out) in frame.chunks_exact_mut(width * plan.layout.color.channels()).enumerate() {
            for (wide, (fine, coarse)) in lines.wide.iter_mut().zip(fine.into_iter().zip(coarse)) {
                if coarse.is_empty() {
                    wide.fill(0.0);
                } else {
                    expand_column(coarse, half, first_row + row, &mut lines.line[..half.1]);
                    expand_row(&lines.line[..half.1], wide);
                }
                if !fine.is_empty() {
                    let fine = &fine[(first_row + row) * width..][..width];
                    wide.iter_mut().zip(fine).for_each(|(w, v)| *w += step * v);
                }
            }
            let [a, b, c] = &lines.wide;
            add(plan.color, [a, b, c], &mut lines.line, out);
        }
    }
}

/// Row `row` of every plane.
#[inline(always)]
fn rows_at<'a>(planes: &'a mut [&mut [f32]; 3], row: usize, width: usize) -> [&'a mut [f32]; 3] {
    planes.each_mut().map(|plane| plane.get_mut(row * width..(row + 1) * width).unwrap_or_default())
}

/// Colours are mixed where there are fewest pixels: at the filtered level.
#[inline(always)]
fn mix_at(plan: &Plan, level: usize, rows: [&mut [f32]; 3]) {
    if let (ColorPath::Mixed(matrix), true) = (&plan.color, level == plan.finest) {
        mix(rows, matrix);
    }
}
