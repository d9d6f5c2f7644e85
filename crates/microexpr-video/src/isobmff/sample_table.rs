use super::boxes::{Fields, child, needed};
use crate::error::Fault;

/// More frames than any recording has: what 46 hours have at 60 frames per second.
const MOST_SAMPLES: u32 = 10_000_000;

/// One coded frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sample {
    /// First byte in the file.
    pub(crate) offset: u64,
    /// Length in bytes.
    pub(crate) size: u32,
    /// When it is shown, in units of the track's time scale.
    pub(crate) time: i64,
    /// How long, in the same units.
    pub(crate) duration: u32,
    /// Whether it is decoded without other frames.
    pub(crate) is_sync: bool,
}

/// The frames that the box `stbl` lists, in decoding order.
pub(super) fn samples(table: &[u8]) -> Result<Vec<Sample>, Fault> {
    let broken = || Fault::damaged("the list of frames contradicts itself");
    let sizes = sizes(needed(table, b"stsz")?).ok_or_else(broken)?;
    let chunks = chunk_offsets(table)?;
    let offsets = offsets(&sizes, needed(table, b"stsc")?, &chunks).ok_or_else(broken)?;
    let durations = runs(needed(table, b"stts")?, sizes.len()).ok_or_else(broken)?;
    let shifts = child(table, b"ctts").map(|list| runs(list, sizes.len()).ok_or_else(broken)).transpose()?;
    let is_sync = sync_samples(child(table, b"stss"), sizes.len());
    let mut decoded_at = 0_i64;
    let mut samples = Vec::with_capacity(sizes.len());
    for (index, (size, offset)) in sizes.into_iter().zip(offsets).enumerate() {
        // A negative shift is allowed in version 1 and usual in version 0, too.
        let shift = shifts.as_ref().map_or(0, |shifts| shifts[index].cast_signed());
        let (time, duration) = (decoded_at + i64::from(shift), durations[index]);
        samples.push(Sample { offset, size, time, duration, is_sync: is_sync[index] });
        decoded_at += i64::from(duration);
    }
    Ok(samples)
}

fn sizes(list: &[u8]) -> Option<Vec<u32>> {
    let mut fields = Fields(list);
    fields.version()?;
    let (size, count) = (fields.u32()?, fields.u32().filter(|count| *count <= MOST_SAMPLES)?);
    match size {
        0 if count as usize > fields.0.len() / 4 => None,
        0 => (0..count).map(|_| fields.u32()).collect(),
        size => Some(vec![size; count as usize]),
    }
}

fn chunk_offsets(table: &[u8]) -> Result<Vec<u64>, Fault> {
    let (list, version) = match child(table, b"co64") {
        Some(list) => (list, 1),
        None => (needed(table, b"stco")?, 0),
    };
    let mut fields = Fields(list);
    let count = fields.version().and_then(|_| fields.u32()).unwrap_or_default();
    Ok((0..count).map_while(|_| fields.sized(version)).collect())
}

/// Where each frame begins: chunks hold runs of frames without gaps.
fn offsets(sizes: &[u32], list: &[u8], chunks: &[u64]) -> Option<Vec<u64>> {
    let mut fields = Fields(list);
    fields.version()?;
    let count = fields.u32()?;
    let run = |fields: &mut Fields<'_>| Some((fields.u32()?, fields.u32()?, fields.u32()?));
    let runs: Vec<_> = (0..count).map_while(|_| run(&mut fields)).collect();
    let mut offsets = Vec::with_capacity(sizes.len());
    let mut run = 0;
    for (number, chunk) in (1_u32..).zip(chunks) {
        while runs.get(run + 1).is_some_and(|(first, ..)| *first <= number) {
            run += 1;
        }
        let mut offset = *chunk;
        for _ in 0..runs.get(run)?.1 {
            let Some(size) = sizes.get(offsets.len()) else { return Some(offsets) };
            offsets.push(offset);
            offset = offset.checked_add(u64::from(*size))?;
        }
    }
    (offsets.len() == sizes.len()).then_some(offsets)
}

/// One value per frame out of runs of equal ones.
fn runs(list: &[u8], samples: usize) -> Option<Vec<u32>> {
    let mut fields = Fields(list);
    fields.version()?;
    let count = fields.u32()?;
    let mut values = Vec::with_capacity(samples);
    for _ in 0..count {
        let (length, value) = (fields.u32()?, fields.u32()?);
        let length = (length as usize).min(samples - values.len());
        values.extend(std::iter::repeat_n(value, length));
    }
    (values.len() == samples).then_some(values)
}

/// Without a list every frame stands alone.
fn sync_samples(list: Option<&[u8]>, samples: usize) -> Vec<bool> {
    let Some(list) = list else { return vec![true; samples] };
    let mut is_sync = vec![false; samples];
    let mut fields = Fields(list);
    let count = fields.version().and_then(|_| fields.u32()).unwrap_or_default();
    for number in (0..count).map_while(|_| fields.u32()) {
        if let Some(sample) = (number as usize).checked_sub(1).and_then(|index| is_sync.get_mut(index)) {
            *sample = true;
        }
    }
    is_sync
}
