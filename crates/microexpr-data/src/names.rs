//! The numbers in the names of clips and frames.

enum Part<'a> {
    /// Without leading zeros.
    Number(&'a str),
    Text(&'a str),
}

fn parts(name: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = name;
    std::iter::from_fn(move || {
        let digits = rest.starts_with(|c: char| c.is_ascii_digit());
        let end = rest.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(rest.len());
        let (part, tail) = rest.split_at(end);
        rest = tail;
        let value = part.trim_start_matches('0');
        (!part.is_empty()).then_some(if digits { Part::Number(value) } else { Part::Text(part) })
    })
}

/// The last run of digits in a text.
pub(crate) fn last_number(text: &str) -> Option<u64> {
    let end = text.rfind(|c: char| c.is_ascii_digit())? + 1;
    let start = text[..end]
        .rfind(|c: char| !c.is_ascii_digit())
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    text[start..end].parse().ok()
}

/// Equal for all spellings of a clip's name: lower case, numbers without leading zeros, `_` for anything else
/// (`S03_ne-01` is `s3_ne_1`).
pub(crate) fn clip_key(name: &str) -> String {
    let key = |part| match part {
        Part::Number("") => "0".to_owned(),
        Part::Number(digits) => digits.to_owned(),
        Part::Text(text) => {
            let letter = |c: char| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
            text.chars().map(letter).collect()
        }
    };
    parts(name.trim()).map(key).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use microexpr_core::frame_number;

    use super::*;

    #[test]
    fn clip_keys_of_all_spellings_agree() {
        for (a, b) in
            [("S03_ne-01", "s3_ne_1"), ("EP02_01f", "ep2_1F"), ("006_1_2", " 6_1_2 "), ("a00", "a0")]
        {
            assert_eq!(clip_key(a), clip_key(b));
        }
        assert_ne!(clip_key("EP02_01f"), clip_key("EP02_01"));
        assert_ne!(clip_key("a1_11"), clip_key("a11_1"));
    }

    #[test]
    fn frame_number_is_the_last_run_of_digits() {
        let number = |name: &str| frame_number(Path::new(name));
        assert_eq!(number("a/006_05562.jpg"), Some(5562));
        assert_eq!(number("reg_img46.jpg"), Some(46));
        assert_eq!(number("image000001.copy.bmp"), Some(1));
        assert_eq!(number("é12é.bmp"), Some(12));
        assert_eq!(number("cover.jpg"), None);
    }
}
