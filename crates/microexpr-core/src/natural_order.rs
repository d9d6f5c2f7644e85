use std::cmp::Ordering;

/// Compares names with numbers in them: digit runs as numbers, everything else as text (`img9` before `img10`). Names that differ in
/// leading zeros only compare as text.
#[must_use]
pub fn natural_order(a: &str, b: &str) -> Ordering {
    let (mut x, mut y) = (a.as_bytes(), b.as_bytes());
    while let (Some(p), Some(q)) = (x.first(), y.first()) {
        let step = if p.is_ascii_digit() && q.is_ascii_digit() {
            let (m, n) = (digit_run(x), digit_run(y));
            let (s, t) = (strip_zeros(&x[..m]), strip_zeros(&y[..n]));
            let order = s.len().cmp(&t.len()).then_with(|| s.cmp(t));
            (x, y) = (&x[m..], &y[n..]);
            order
        } else {
            let order = p.cmp(q);
            (x, y) = (&x[1..], &y[1..]);
            order
        };
        if step != Ordering::Equal {
            return step;
        }
    }
    x.len().cmp(&y.len()).then_with(|| a.cmp(b))
}

fn digit_run(text: &[u8]) -> usize {
    text.iter().take_while(|c| c.is_ascii_digit()).count()
}

fn strip_zeros(digits: &[u8]) -> &[u8] {
    &digits[digits.iter().take_while(|c| **c == b'0').count()..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sort_by_value_with_or_without_padding() {
        let sorted = |mut names: Vec<&'static str>| {
            names.sort_by(|a, b| natural_order(a, b));
            names
        };
        assert_eq!(
            sorted(vec!["img10.bmp", "img9.bmp", "img0011.bmp", "a.bmp", "img1.bmp", "img.bmp"]),
            ["a.bmp", "img.bmp", "img1.bmp", "img9.bmp", "img10.bmp", "img0011.bmp"]
        );
        assert_eq!(
            sorted(vec!["s10", "s2", "s03", "t1", "s", "s3", "12", "003"]),
            ["003", "12", "s", "s2", "s03", "s3", "s10", "t1"]
        );
    }
}
