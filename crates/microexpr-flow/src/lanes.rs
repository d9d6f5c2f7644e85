//! Lines read and written in registers, for loops over so many lines that the compiler does not vectorise them itself.

/// Values in a register.
pub(crate) const LANES: usize = 8;
pub(crate) type Lanes = [f32; LANES];

/// The values of a line from `at` on, zeros beyond its end.
#[inline(always)]
pub(crate) fn load(line: &[f32], at: usize) -> Lanes {
    let mut lanes = [0.0; LANES];
    match line.get(at..at + LANES) {
        Some(values) => lanes.copy_from_slice(values),
        None => lanes.iter_mut().zip(&line[at.min(line.len())..]).for_each(|(lane, value)| *lane = *value),
    }
    lanes
}

/// [`load`] of several lines.
#[inline(always)]
pub(crate) fn load_all<const N: usize>(lines: [&[f32]; N], at: usize) -> [Lanes; N] {
    let mut all = [[0.0; LANES]; N];
    for (lanes, line) in all.iter_mut().zip(lines) {
        *lanes = load(line, at);
    }
    all
}

/// Writes the values to a line from `at` on, as far as it goes.
#[inline(always)]
pub(crate) fn store(line: &mut [f32], at: usize, lanes: &Lanes) {
    match line.get_mut(at..at + LANES) {
        Some(values) => values.copy_from_slice(lanes),
        None => line[at..].iter_mut().zip(lanes).for_each(|(value, lane)| *value = *lane),
    }
}
