//! Several codes of a JPEG scan at once: what the next bits say about where a block's coefficients go on.

/// The codes of AC coefficients that lie within the next bits, as many as fit: each with the value behind it, or the end of the block.
///
/// Runs of 16 zeros, which have no value, are left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct CodeRun {
    /// 0 if not even one code fits.
    bits: u8,
    /// How far the codes go on in the block.
    coefficients: u8,
    /// How far they may have come at most.
    most: u8,
}

/// A block's end is no coefficient, but stands in the place of one.
const LAST_PLACE: u8 = 63;
const BLOCK: u8 = 64;

impl CodeRun {
    /// No code at all.
    pub(super) const NONE: Self = Self { bits: 0, coefficients: BLOCK, most: 0 };

    /// The run at the beginning of `ahead`, whose first `known` bits are known; `code` gives length and symbol of a code that lies within
    /// so many bits.
    pub(super) fn new(ahead: u32, known: u32, code: impl Fn(u32, u32) -> Option<(u8, u8)>) -> Self {
        let mut run = Self { bits: 0, coefficients: 0, most: BLOCK };
        while let Some((length, symbol)) =
            known.checked_sub(run.bits.into()).and_then(|left| code(ahead << run.bits, left))
        {
            let (zeros, size) = (symbol >> 4, symbol & 15);
            if size == 0 {
                if zeros < 15 {
                    run.bits += length;
                    run.most = LAST_PLACE;
                }
                break;
            }
            if run.coefficients + zeros + 1 >= BLOCK {
                break;
            }
            run.bits += length + size;
            run.coefficients += zeros + 1;
        }
        if run.bits == 0 { Self::NONE } else { run }
    }

    /// A code of `(length, symbol)`, and the run behind its value; `None` if they lead out of the block.
    pub(super) fn joined((length, symbol): (u8, u8), rest: Self) -> Option<Self> {
        let (zeros, size) = (symbol >> 4, symbol & 15);
        if size == 0 {
            let end = Self { bits: length, coefficients: 0, most: LAST_PLACE };
            return Some(if zeros < 15 { end } else { Self::NONE });
        }
        let alone = Self { bits: length + size, coefficients: zeros + 1, most: BLOCK };
        if rest.bits == 0 {
            return Some(alone);
        }
        let coefficients = alone.coefficients + rest.coefficients;
        (coefficients < BLOCK).then_some(Self { bits: alone.bits + rest.bits, coefficients, most: rest.most })
    }

    /// Bits of all codes and values, at most 32.
    #[inline(always)]
    pub(super) fn bits(self) -> u32 {
        self.bits.into()
    }

    /// How far the codes go on in the block.
    #[inline(always)]
    pub(super) fn coefficients(self) -> usize {
        self.coefficients.into()
    }

    /// The last place in the block that the run may lead to: behind it the codes would be those of another block.
    #[inline(always)]
    pub(super) fn most(self) -> usize {
        self.most.into()
    }

    /// Whether the block ends with the run.
    #[inline(always)]
    pub(super) fn ends_block(self) -> bool {
        self.most == LAST_PLACE
    }
}
