use std::io::Read;

use super::leaves::Leaves;
use super::wire::{FLOAT_BYTES, INT_BYTES, WireReader};
use crate::LandmarkError;

/// Compares two pixels of the pool: left child if `pool[a] − pool[b] > threshold`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Split {
    pub(super) a: u16,
    pub(super) b: u16,
    pub(super) threshold: f32,
}

/// A pixel to look at: an offset from a landmark, in the mean shape's coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PoolPixel {
    pub(super) anchor: u16,
    pub(super) delta: [f32; 2],
}

/// A cascade of regression forests, laid out for prediction.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Model {
    /// Mean shape in box coordinates: x0, y0, x1, y1, …
    pub(super) initial_shape: Vec<f32>,
    /// Pixels compared in each cascade.
    pub(super) pools: Vec<Vec<PoolPixel>>,
    /// Trees of each cascade, in order.
    pub(super) trees: Vec<usize>,
    /// Depth of every tree.
    pub(super) depth: usize,
    /// `[cascade][tree][split]`, breadth first.
    pub(super) splits: Vec<Split>,
    /// What the trees add to the shape.
    pub(super) leaves: Leaves,
}

pub(super) const VERSION: i64 = 1;
pub(super) const MOST_LANDMARKS: usize = 1000;
pub(super) const MOST_CASCADES: usize = 1000;
pub(super) const MOST_TREES: usize = 1_000_000;
pub(super) const MOST_POOL: usize = u16::MAX as usize;
pub(super) const DEEPEST: usize = 16;
/// Shortest encodings: a split, an empty vector.
const SPLIT_BYTES: u64 = 2 * INT_BYTES + FLOAT_BYTES;

/// Reads a whole serialised predictor; every number is checked before anything of its size is allocated.
pub(super) fn read<R: Read>(reader: &mut WireReader<R>) -> Result<Model, LandmarkError> {
    let version = reader.int("the version")?;
    if version != VERSION {
        return Err(reader.error(format!("expected version {VERSION}, found {version}")));
    }
    let initial_shape = read_initial_shape(reader)?;
    let mut model = Model {
        initial_shape,
        pools: Vec::new(),
        trees: Vec::new(),
        depth: 0,
        splits: Vec::new(),
        leaves: Leaves::Rows(Vec::new()),
    };
    read_forests(reader, &mut model)?;
    read_pools(reader, &mut model)?;
    check_splits(&model).map_err(|problem| reader.error(problem))?;
    match reader.left() {
        0 => Ok(model),
        left => Err(reader.error(format!("expected the end of the file, found {left} more bytes"))),
    }
}

fn read_initial_shape<R: Read>(reader: &mut WireReader<R>) -> Result<Vec<f32>, LandmarkError> {
    let (rows, cols) = reader.matrix_size("the size of the mean shape")?;
    if cols != 1 || rows % 2 != 0 || !(2..=2 * MOST_LANDMARKS as u64).contains(&rows) {
        return Err(reader.error(format!(
            "expected a mean shape of 2 to {} rows in one column, found {rows}x{cols}",
            2 * MOST_LANDMARKS
        )));
    }
    (0..rows).map(|_| reader.float("a coordinate of the mean shape")).collect()
}

fn read_forests<R: Read>(reader: &mut WireReader<R>, model: &mut Model) -> Result<(), LandmarkError> {
    let cascades = reader.count("the number of cascades", 1, MOST_CASCADES, INT_BYTES)?;
    let mut leaves = Vec::new();
    for cascade in 0..cascades {
        let trees = reader.count("the number of trees", 1, MOST_TREES, 2 * INT_BYTES)?;
        model.trees.push(trees);
        for tree in 0..trees {
            let splits = reader.count("the number of splits", 1, (1 << DEEPEST) - 1, SPLIT_BYTES)?;
            if (cascade, tree) == (0, 0) {
                model.depth = depth_of(splits)
                    .ok_or_else(|| reader.error(format!("{splits} splits do not make a full tree")))?;
                reserve(reader, model, &mut leaves, cascades * trees);
            }
            let expected = (1 << model.depth) - 1;
            if splits != expected {
                return Err(
                    reader.error(format!("expected {expected} splits as in the first tree, found {splits}"))
                );
            }
            read_tree(reader, model, &mut leaves, splits)?;
        }
    }
    leaves.shrink_to_fit();
    model.leaves = Leaves::Rows(leaves);
    Ok(())
}

fn depth_of(splits: usize) -> Option<usize> {
    (splits + 1).is_power_of_two().then(|| (splits + 1).trailing_zeros() as usize)
}

/// Room for all cascades if they are like the first one, but never more values than the bytes left can hold.
fn reserve<R: Read>(reader: &WireReader<R>, model: &mut Model, leaves: &mut Vec<f32>, trees: usize) {
    let (trees, leaf_count) = (trees as u64, 1_u64 << model.depth);
    let row = model.initial_shape.len() as u64;
    model.splits.reserve_exact((trees * (leaf_count - 1)).min(reader.left() / SPLIT_BYTES) as usize);
    leaves.reserve_exact((trees * leaf_count * row).min(reader.left() / FLOAT_BYTES) as usize);
}

fn read_tree<R: Read>(
    reader: &mut WireReader<R>,
    model: &mut Model,
    leaves: &mut Vec<f32>,
    splits: usize,
) -> Result<(), LandmarkError> {
    for _ in 0..splits {
        let a = reader.count("a pixel number of a split", 0, MOST_POOL - 1, 0)? as u16;
        let b = reader.count("a pixel number of a split", 0, MOST_POOL - 1, 0)? as u16;
        model.splits.push(Split { a, b, threshold: reader.float("a split's threshold")? });
    }
    let rows = model.initial_shape.len();
    reader.count("the number of leaves", splits + 1, splits + 1, FLOAT_BYTES * rows as u64)?;
    for _ in 0..=splits {
        let found = reader.matrix_size("the size of a leaf")?;
        if found != (rows as u64, 1) {
            return Err(reader.error(format!("expected a leaf of {rows}x1, found {}x{}", found.0, found.1)));
        }
        reader.floats("a leaf's value", rows, leaves)?;
    }
    Ok(())
}

fn read_pools<R: Read>(reader: &mut WireReader<R>, model: &mut Model) -> Result<(), LandmarkError> {
    let (cascades, landmarks) = (model.trees.len(), model.initial_shape.len() / 2);
    reader.count("the number of anchor lists", cascades, cascades, INT_BYTES)?;
    for _ in 0..cascades {
        let pixels = reader.count("the number of anchors", 1, MOST_POOL, INT_BYTES)?;
        let mut pool = Vec::with_capacity(pixels);
        for _ in 0..pixels {
            let anchor = reader.count("an anchor", 0, landmarks - 1, 0)? as u16;
            pool.push(PoolPixel { anchor, delta: [0.0; 2] });
        }
        model.pools.push(pool);
    }
    reader.count("the number of offset lists", cascades, cascades, INT_BYTES)?;
    for pool in &mut model.pools {
        reader.count("the number of offsets", pool.len(), pool.len(), 2 * FLOAT_BYTES)?;
        for pixel in pool {
            pixel.delta = [reader.float("a pixel's offset")?, reader.float("a pixel's offset")?];
        }
    }
    Ok(())
}

/// Every split compares pixels of its cascade's pool.
pub(super) fn check_splits(model: &Model) -> Result<(), String> {
    let per_tree = (1 << model.depth) - 1;
    let mut rest = model.splits.as_slice();
    for (cascade, (pool, trees)) in model.pools.iter().zip(&model.trees).enumerate() {
        let (splits, later) = rest.split_at(trees * per_tree);
        rest = later;
        if let Some(split) = splits.iter().find(|s| usize::from(s.a.max(s.b)) >= pool.len()) {
            let pixel = split.a.max(split.b);
            return Err(format!("cascade {cascade} compares pixel {pixel} of a pool of {}", pool.len()));
        }
    }
    Ok(())
}
