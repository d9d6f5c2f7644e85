//! What lies outside an image.

/// Index of the pixel that stands for position `index` of a line of `len` pixels when the image is mirrored about the
/// centres of its border pixels (`dcb|abcd|cba`, OpenCV's `BORDER_REFLECT_101`).
///
/// # Panics
///
/// If `len` is zero.
#[must_use]
pub fn reflect_101(index: isize, len: usize) -> usize {
    assert!(len > 0, "a line needs at least one pixel");
    if len == 1 {
        return 0;
    }
    let period = 2 * (len as isize - 1);
    let folded = index.rem_euclid(period);
    folded.min(period - folded) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirrors_about_pixel_centres_at_any_distance() {
        let line: Vec<usize> = (-4..8).map(|i| reflect_101(i, 4)).collect();
        assert_eq!(line, [2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1]);
        assert_eq!(reflect_101(-7, 1), 0);
    }
}
