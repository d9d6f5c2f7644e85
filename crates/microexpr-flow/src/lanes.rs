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

/// The values of a line from `at` on, all of which it has.
#[inline(always)]
pub(crate) fn load_whole(line: &[f32], at: usize) -> Lanes {
    let mut lanes = [0.0; LANES];
    lanes.copy_from_slice(&line[at..at + LANES]);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_the_end_of_a_line_zeros_are_read_and_nothing_is_written() {
        let mut line: Vec<f32> = (1..=11).map(|i| i as f32).collect();
        assert_eq!(load(&line, 1), [2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
        assert_eq!(load(&line, 8), [9.0, 10.0, 11.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(load(&line, 12), [0.0; LANES]);
        store(&mut line, 9, &[-1.0; LANES]);
        assert_eq!(line[7..], [8.0, 9.0, -1.0, -1.0]);
        store(&mut line, 0, &[-2.0; LANES]);
        assert_eq!(line[6..], [-2.0, -2.0, 9.0, -1.0, -1.0]);
    }
}
