//! The container of MP4 and MOV: ISO/IEC 14496-12 (ISO base media file format) and the QuickTime format it grew from.
//!
//! A reader of its own rather than a crate: the table of contents of a damaged file must lead to an error, never to a panic or to
//! an allocation that the file's size does not justify.

mod boxes;
mod edit_list;
mod sample_table;
mod track;

pub(crate) use boxes::read_movie;
pub(crate) use sample_table::Sample;
pub(crate) use track::{Coding, Track};
