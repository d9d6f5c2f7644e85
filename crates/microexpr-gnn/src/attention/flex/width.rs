/// How many lanes a row has. Loops over rows of a width that is known when they are compiled are unrolled, and the row stays
/// in registers.
pub(crate) trait Width: Copy {
    fn lanes(self) -> usize;
}

/// Known when compiled.
#[derive(Clone, Copy)]
pub(crate) struct Fixed<const LANES: usize>;

/// Known when run.
#[derive(Clone, Copy)]
pub(crate) struct Any(pub(crate) usize);

impl<const LANES: usize> Width for Fixed<LANES> {
    #[inline(always)]
    fn lanes(self) -> usize {
        LANES
    }
}

impl Width for Any {
    #[inline(always)]
    fn lanes(self) -> usize {
        self.0
    }
}

/// Calls a function with a [`Width`] for the given number of lanes: 1 (up to 8 values), 4 (the paper's layers of 32), 13 (its
/// patches of 100), or any.
macro_rules! with_width {
    ($lanes:expr, $width:ident => $call:expr) => {
        match $lanes {
            1 => {
                let $width = $crate::attention::flex::width::Fixed::<1>;
                $call
            }
            4 => {
                let $width = $crate::attention::flex::width::Fixed::<4>;
                $call
            }
            13 => {
                let $width = $crate::attention::flex::width::Fixed::<13>;
                $call
            }
            lanes => {
                let $width = $crate::attention::flex::width::Any(lanes);
                $call
            }
        }
    };
}
pub(crate) use with_width;
