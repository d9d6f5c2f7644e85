//! Parts of one frame, each with its own working space, on all threads with the feature `rayon`. Where a part
//! begins changes no pixel, so results do not depend on the number of threads. Nothing here allocates.

#[cfg(feature = "rayon")]
use rayon::prelude::*;

/// Values of a band that are worth the hand-over to another thread, about 50 µs of work.
const BAND_LEN: usize = 1 << 16;

/// More bands than this are not worth their working space.
const MOST_BANDS: usize = 32;

/// Number of bands for `values` values.
pub(crate) fn band_count(values: usize) -> usize {
    if cfg!(feature = "rayon") { (values / BAND_LEN).clamp(1, MOST_BANDS) } else { 1 }
}

/// Does `work` on the current pool of threads if it consists of several bands, so that they do not enter it one by one.
pub(crate) fn enter_pool(bands: usize, work: impl FnOnce() + Send) {
    #[cfg(feature = "rayon")]
    if bands > 1 && rayon::current_num_threads() > 1 {
        return rayon::scope(|_| work());
    }
    #[cfg(not(feature = "rayon"))]
    let _ = bands;
    work();
}

/// Calls `work` with every workspace and its part of `values`: `part_len` values, at the end the rest.
pub(crate) fn for_each_part<W: Send, T: Send>(
    workspaces: &mut [W],
    values: &mut [T],
    part_len: usize,
    work: impl Fn(&mut W, &mut [T]) + Send + Sync,
) {
    #[cfg(feature = "rayon")]
    if workspaces.len() > 1 && rayon::current_num_threads() > 1 {
        let parts = workspaces.par_iter_mut().zip(values.par_chunks_mut(part_len));
        return parts.for_each(|(workspace, part)| work(workspace, part));
    }
    workspaces
        .iter_mut()
        .zip(values.chunks_mut(part_len))
        .for_each(|(workspace, part)| work(workspace, part));
}

/// Calls `work(workspace, first row, planes)` for one band of `rows` rows per workspace; `planes` are cut alike, and stay
/// empty where they are.
pub(crate) fn for_each_row_band<W: Send, T: Send, const N: usize>(
    workspaces: &mut [W],
    rows: usize,
    planes: [&mut [T]; N],
    work: &(impl Fn(&mut W, usize, [&mut [T]; N]) + Sync),
) {
    halve_bands(workspaces, 0, rows, planes, work);
}

fn halve_bands<W: Send, T: Send, const N: usize>(
    workspaces: &mut [W],
    first_row: usize,
    rows: usize,
    planes: [&mut [T]; N],
    work: &(impl Fn(&mut W, usize, [&mut [T]; N]) + Sync),
) {
    let bands = workspaces.len();
    if bands < 2 || rows < 2 {
        return workspaces.first_mut().map_or((), |workspace| work(workspace, first_row, planes));
    }
    let (upper, lower) = workspaces.split_at_mut(bands / 2);
    let upper_rows = (rows * upper.len() / bands).max(1);
    let (upper_planes, lower_planes) = cut(planes, rows, upper_rows);
    join(
        || halve_bands(upper, first_row, upper_rows, upper_planes, work),
        || halve_bands(lower, first_row + upper_rows, rows - upper_rows, lower_planes, work),
    );
}

/// Cuts planes of `rows` rows after `upper` of them.
fn cut<T, const N: usize>(
    planes: [&mut [T]; N],
    rows: usize,
    upper: usize,
) -> ([&mut [T]; N], [&mut [T]; N]) {
    let mut lower_planes: [&mut [T]; N] = std::array::from_fn(|_| Default::default());
    let mut lower = lower_planes.iter_mut();
    let upper_planes = planes.map(|plane| {
        let (top, bottom) = plane.split_at_mut(plane.len() / rows * upper);
        if let Some(lower) = lower.next() {
            *lower = bottom;
        }
        top
    });
    (upper_planes, lower_planes)
}

#[cfg(feature = "rayon")]
fn join(a: impl FnOnce() + Send, b: impl FnOnce() + Send) {
    if rayon::current_num_threads() > 1 {
        rayon::join(a, b);
    } else {
        a();
        b();
    }
}

#[cfg(not(feature = "rayon"))]
fn join(a: impl FnOnce(), b: impl FnOnce()) {
    a();
    b();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_one_band_whatever_their_number() {
        for (rows, bands) in [(1, 1), (1, 5), (7, 3), (3, 8), (64, 32)] {
            let (mut wide, mut narrow) = (vec![0; rows * 4], vec![0; rows]);
            let mut workspaces = vec![0; bands];
            let planes = [&mut wide[..], &mut narrow, &mut []];
            for_each_row_band(&mut workspaces, rows, planes, &|calls, first, [wide, narrow, none]| {
                *calls += 1;
                assert_eq!((wide.len(), none.len()), (4 * narrow.len(), 0));
                for (row, value) in narrow.iter_mut().enumerate() {
                    *value += 1 + first + row;
                    wide[4 * row..4 * row + 4].iter_mut().for_each(|v| *v += 1 + first + row);
                }
            });
            assert!(narrow.iter().enumerate().all(|(row, v)| *v == row + 1), "{rows} rows, {bands} bands");
            assert!(wide.chunks(4).enumerate().all(|(row, v)| v == [row + 1; 4]));
            assert!(workspaces.iter().all(|calls| *calls <= 1));
        }
    }
}
