use super::boxes::{Fields, child};
use crate::error::Fault;

/// The part of a track that is shown, in units of its time scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ShownPart {
    /// First time that is shown.
    pub(super) from: i64,
    /// The time from which on nothing is shown.
    pub(super) until: i64,
}

impl ShownPart {
    const ALL: Self = Self { from: i64::MIN, until: i64::MAX };

    pub(super) fn contains(self, time: i64) -> bool {
        (self.from..self.until).contains(&time)
    }
}

/// What the box `edts` of a track says. Empty edits at its beginning delay it, which does not matter to a recording without sound;
/// one edit at normal speed cuts a part out.
pub(super) fn shown_part(
    track: &[u8],
    movie_timescale: u32,
    track_timescale: u32,
) -> Result<ShownPart, Fault> {
    let Some(list) = child(track, b"edts").and_then(|edits| child(edits, b"elst")) else {
        return Ok(ShownPart::ALL);
    };
    let edits = edits(list).ok_or_else(|| Fault::damaged("its edit list is cut off"))?;
    let mut shown = edits.iter().filter(|edit| edit.media_time != -1);
    let Some(edit) = shown.next() else { return Ok(ShownPart::ALL) };
    if shown.next().is_some() || edit.rate != NORMAL_SPEED {
        return Err(Fault::unsupported("a cut of several parts (an edit list)"));
    }
    let length = u128::from(edit.duration) * u128::from(track_timescale);
    let length = i64::try_from(length.div_ceil(u128::from(movie_timescale.max(1)))).unwrap_or(i64::MAX);
    let until = if edit.duration == 0 { i64::MAX } else { edit.media_time.saturating_add(length) };
    Ok(ShownPart { from: edit.media_time, until })
}

/// 1 as a number with 16 bits before and after the point.
const NORMAL_SPEED: u32 = 1 << 16;

struct Edit {
    duration: u64,
    media_time: i64,
    rate: u32,
}

fn edits(list: &[u8]) -> Option<Vec<Edit>> {
    let mut fields = Fields(list);
    let version = fields.version()?;
    let count = fields.u32()? as usize;
    let edit = |fields: &mut Fields<'_>| {
        let duration = fields.sized(version)?;
        let media_time = match version {
            0 => fields.i32()?.into(),
            _ => fields.u64()?.cast_signed(),
        };
        Some(Edit { duration, media_time, rate: fields.u32()? })
    };
    let edits: Vec<Edit> = (0..count).map_while(|_| edit(&mut fields)).collect();
    (edits.len() == count).then_some(edits)
}
