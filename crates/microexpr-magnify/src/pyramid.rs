//! Binomial-5 pyramid on planes in place of arrays: the numbers of [`microexpr_core::pyramid`], without allocation.

use microexpr_core::border::reflect_101;

use crate::sample::sealed::Kernel;

/// [`reflect_101`] without a division where one reflection does.
#[inline(always)]
pub(crate) fn mirror(index: isize, len: usize) -> usize {
    let last = len as isize - 1;
    let once = if index < 0 { -index } else { index.min(2 * last - index) };
    if (0..=last).contains(&once) { once as usize } else { reflect_101(index, len) }
}

/// Source rows of output row `row` one level down, for a plane of `height` rows.
#[inline(always)]
pub(crate) fn five_rows<T>(plane: &[T], stride: usize, height: usize, row: usize) -> [&[T]; 5] {
    std::array::from_fn(|tap| {
        let source = mirror((2 * row + tap) as isize - 2, height);
        &plane[source * stride..(source + 1) * stride]
    })
}

/// One level down: `source` of `(height, width)` to `target` of half that size, rounded up.
#[inline(always)]
pub(crate) fn down(source: &[f32], (height, width): (usize, usize), target: &mut [f32], line: &mut [f32]) {
    let line = &mut line[..width];
    for (row, out) in target.chunks_exact_mut(width.div_ceil(2)).enumerate() {
        f32::blur_rows(five_rows(source, width, height, row), line);
        halve_row(line, out);
    }
}

/// Horizontal half of the reduction: every second binomial sum of `line`, divided by 256 (16 for each direction).
#[inline(always)]
pub(crate) fn halve_row(line: &[f32], out: &mut [f32]) {
    let width = line.len();
    let pairs = line.as_chunks::<2>().0;
    // Sums inside `line`: those of the pairs that have a neighbour on both sides.
    let interior = 1..pairs.len().max(2) - 1;
    if pairs.len() > 2 {
        let (left, right) = (&pairs[..interior.end - 1], &pairs[2..]);
        for (((o, l), m), r) in out[interior.clone()].iter_mut().zip(left).zip(&pairs[1..]).zip(right) {
            *o = (l[0] + r[0] + 4.0 * (l[1] + m[1]) + 6.0 * m[0]) * (1.0 / 256.0);
        }
    }
    for i in (0..1).chain(interior.end..out.len()) {
        let tap = |k: isize| line[mirror(2 * i as isize + k, width)];
        out[i] = (tap(-2) + tap(2) + 4.0 * (tap(-1) + tap(1)) + 6.0 * tap(0)) * (1.0 / 256.0);
    }
}

/// Vertical half of the expansion: row `row` of the doubled plane, still of the coarse width.
#[inline(always)]
pub(crate) fn expand_column(source: &[f32], (rows, width): (usize, usize), row: usize, line: &mut [f32]) {
    let middle = row / 2;
    let at = |r: usize| &source[r * width..(r + 1) * width];
    let (b, c) = (at(middle), at((middle + 1).min(rows - 1)));
    if row.is_multiple_of(2) {
        let a = at(if middle == 0 { 1.min(rows - 1) } else { middle - 1 });
        for i in 0..width {
            line[i] = (a[i] + 6.0 * b[i] + c[i]) * 0.125;
        }
    } else {
        for i in 0..width {
            line[i] = (b[i] + c[i]) * 0.5;
        }
    }
}

/// Horizontal half of the expansion: even outputs weigh three coarse values `(1, 6, 1) / 8`, odd ones are the mean of
/// two; mirrored on the left, the last value repeated on the right, as OpenCV does.
#[inline(always)]
pub(crate) fn expand_row(source: &[f32], out: &mut [f32]) {
    let (last, width) = (source.len() - 1, out.len());
    out[0] = (source[1.min(last)] + 6.0 * source[0] + source[1.min(last)]) * 0.125;
    if width > 1 {
        out[1] = (source[0] + source[1.min(last)]) * 0.5;
    }
    let (left, right) = (&source[..last.max(1) - 1], &source[2.min(last)..]);
    let pairs = out[2.min(width)..].as_chunks_mut::<2>().0;
    for (((pair, l), m), r) in pairs.iter_mut().zip(left).zip(&source[1.min(last)..]).zip(right) {
        *pair = [(l + 6.0 * m + r) * 0.125, (m + r) * 0.5];
    }
    if last > 0 {
        out[2 * last] = (source[last - 1] + 7.0 * source[last]) * 0.125;
        if let Some(end) = out.get_mut(2 * last + 1) {
            *end = source[last];
        }
    }
}
