use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::Digest as _;
use sha2::Sha256;

/// A SHA-256 digest: equal digests mean equal bytes. Written as 64 hexadecimal digits.
///
/// # Example
///
/// ```
/// use microexpr_core::Digest;
///
/// let digest = Digest::of(b"abc");
/// assert!(digest.to_string().starts_with("ba7816bf8f01cfea"));
/// assert_eq!(digest.to_string().parse(), Ok(digest));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The 32 bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl FromStr for Digest {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut bytes = [0; 32];
        let read = |at: usize| u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok();
        for (at, byte) in bytes.iter_mut().enumerate() {
            let refused = || format!("expected the 64 hexadecimal digits of a digest, found {text:?}");
            *byte = read(at).filter(|_| text.len() == 64).ok_or_else(refused)?;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Digest {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

/// Takes in one value after the other and gives the digest of all; every value counts with its length, so that `ab`, `c` and
/// `a`, `bc` differ.
#[derive(Debug, Clone, Default)]
pub struct Digester(Sha256);

impl Digester {
    /// Nothing taken in yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in a value.
    pub fn add(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        let bytes = bytes.as_ref();
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// Takes in a whole number.
    pub fn number(&mut self, number: u64) -> &mut Self {
        self.add(number.to_le_bytes())
    }

    /// The digest of all values.
    #[must_use]
    pub fn finish(&self) -> Digest {
        Digest(self.0.clone().finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_value_ends_counts() {
        let of = |parts: &[&str]| {
            let mut digester = Digester::new();
            parts.iter().for_each(|part| {
                digester.add(part);
            });
            digester.finish()
        };
        assert_eq!(of(&["ab", "c"]), of(&["ab", "c"]));
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["a"]), of(&["a", ""]));
    }

    #[test]
    fn what_is_no_digest_is_refused() {
        let digest = Digest::of(b"x");
        let text = serde_json::to_string(&digest).unwrap();
        assert_eq!(serde_json::from_str::<Digest>(&text).unwrap(), digest);
        for wrong in ["", "00", &"g".repeat(64), &"0".repeat(65), "é"] {
            assert!(wrong.parse::<Digest>().is_err(), "{wrong}");
        }
    }
}
