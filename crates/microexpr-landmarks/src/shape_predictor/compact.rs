//! A small format of our own: leaves on their principal components, one byte per coefficient.
//!
//! Little-endian, without gaps: the eight bytes `MXLANDM1`; `u16` landmarks, `u16` cascades, `u8` depth, `u8` components;
//! the mean shape and the basis as `f32`; then for every cascade `u32` trees and `u16` pool pixels, the pool (`u16` anchor,
//! two `f32`), the components' scales (`f32`), the splits (`u16`, `u16`, `i16` threshold) and the leaves' coefficients
//! (`i8`). Grey values are whole numbers, so the thresholds' whole parts lose nothing.

mod decode;
mod encode;

pub(super) use decode::{is_compact, read};
pub(super) use encode::write;

const MAGIC: [u8; 8] = *b"MXLANDM1";
