//! What `magnify` reads, decides and writes.

pub(crate) mod depth;
pub(crate) mod hints;
pub(crate) mod options;
pub(crate) mod output;
pub(crate) mod source;
