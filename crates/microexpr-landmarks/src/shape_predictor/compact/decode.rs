use super::MAGIC;
use crate::shape_predictor::leaves::{Leaves, Projected};
use crate::shape_predictor::model::{
    DEEPEST, MOST_CASCADES, MOST_LANDMARKS, MOST_TREES, Model, PoolPixel, Split, check_splits,
};

/// Shapes are in units of the face box; a million boxes away nothing is meant.
const LARGEST: f32 = 1e6;

pub(in crate::shape_predictor) fn is_compact(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// Reads a whole compact model; on failure the position and what is wrong there.
pub(in crate::shape_predictor) fn read(bytes: &[u8]) -> Result<Model, (u64, String)> {
    let mut reader = ByteReader { bytes, offset: MAGIC.len() };
    read_model(&mut reader).map_err(|problem| (reader.offset as u64, problem))
}

fn read_model(reader: &mut ByteReader<'_>) -> Result<Model, String> {
    let landmarks = within("the number of landmarks", reader.u16()?.into(), 1, MOST_LANDMARKS)?;
    let cascades = within("the number of cascades", reader.u16()?.into(), 1, MOST_CASCADES)?;
    let depth = within("the depth", reader.u8()?.into(), 1, DEEPEST)?;
    let components = within("the number of components", reader.u8()?.into(), 1, 255)?;
    let initial_shape = reader.floats(2 * landmarks)?;
    let basis = reader.floats(2 * landmarks * components)?;
    let projected = Projected { basis, scales: Vec::new(), coefficients: Vec::new(), components };
    let mut model = Model {
        initial_shape,
        pools: Vec::new(),
        trees: Vec::new(),
        depth,
        splits: Vec::new(),
        leaves: Leaves::Rows(Vec::new()),
    };
    let projected = (0..cascades).try_fold(projected, |p, _| read_cascade(reader, &mut model, p))?;
    if reader.offset != reader.bytes.len() {
        return Err(format!("expected the end, found {} more bytes", reader.bytes.len() - reader.offset));
    }
    model.leaves = Leaves::Projected(projected);
    check_splits(&model)?;
    Ok(model)
}

fn read_cascade(
    reader: &mut ByteReader<'_>,
    model: &mut Model,
    mut projected: Projected,
) -> Result<Projected, String> {
    let trees = within("the number of trees", reader.u32()? as usize, 1, MOST_TREES)?;
    let (pixels, landmarks) = (usize::from(reader.u16()?), model.initial_shape.len() / 2);
    let mut pool = Vec::new();
    for pixel in reader.take(10 * pixels)?.chunks_exact(10) {
        let anchor = u16::from_le_bytes([pixel[0], pixel[1]]);
        within("an anchor", anchor.into(), 0, landmarks - 1)?;
        let delta = [sane(le_f32(&pixel[2..]))?, sane(le_f32(&pixel[6..]))?];
        pool.push(PoolPixel { anchor, delta });
    }
    model.pools.push(pool);
    model.trees.push(trees);
    projected.scales.extend(reader.floats(projected.components)?);
    let splits = reader.take(trees * ((1 << model.depth) - 1) * 6)?.chunks_exact(6);
    model.splits.extend(splits.map(|s| Split {
        a: u16::from_le_bytes([s[0], s[1]]),
        b: u16::from_le_bytes([s[2], s[3]]),
        threshold: i16::from_le_bytes([s[4], s[5]]).into(),
    }));
    let coefficients = reader.take(trees * (1 << model.depth) * projected.components)?;
    projected.coefficients.extend(coefficients.iter().map(|b| b.cast_signed()));
    Ok(projected)
}

/// Bytes in order; nothing is allocated that the bytes do not fill.
struct ByteReader<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> ByteReader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], String> {
        let left = self.bytes.len() - self.offset;
        let taken = self
            .bytes
            .get(self.offset..self.offset.saturating_add(length))
            .ok_or_else(|| format!("expected {length} bytes, found {left}"))?;
        self.offset += length;
        Ok(taken)
    }

    fn u8(&mut self) -> Result<u8, String> {
        Ok(self.take(1)?[0])
    }

    fn u16(&mut self) -> Result<u16, String> {
        self.take(2).map(|b| u16::from_le_bytes([b[0], b[1]]))
    }

    fn u32(&mut self) -> Result<u32, String> {
        self.take(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
    }

    fn floats(&mut self, count: usize) -> Result<Vec<f32>, String> {
        self.take(4 * count)?.chunks_exact(4).map(|b| sane(le_f32(b))).collect()
    }
}

fn le_f32(b: &[u8]) -> f32 {
    f32::from_le_bytes([b[0], b[1], b[2], b[3]])
}

fn sane(value: f32) -> Result<f32, String> {
    if value.abs() <= LARGEST { Ok(value) } else { Err(format!("found {value}, beyond any sane value")) }
}

fn within(what: &str, found: usize, least: usize, most: usize) -> Result<usize, String> {
    if (least..=most).contains(&found) {
        Ok(found)
    } else {
        Err(format!("expected {least} to {most} for {what}, found {found}"))
    }
}
