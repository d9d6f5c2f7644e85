use super::model::{Model, VERSION};
use super::wire_writer::WireWriter;

/// A float takes five to seven bytes.
const FLOAT_BYTES: usize = 6;

/// The whole serialised predictor, as dlib 19.24 writes it.
pub(super) fn write(model: &Model) -> Vec<u8> {
    let row = model.initial_shape.len();
    let values = model.trees.iter().sum::<usize>() * (1 << model.depth) * row;
    let mut writer = WireWriter::with_capacity(FLOAT_BYTES * (values + 2 * model.splits.len() + row));
    writer.int(VERSION);
    write_column(&mut writer, &model.initial_shape);
    write_forests(&mut writer, model);
    writer.count(model.pools.len());
    for pool in &model.pools {
        writer.count(pool.len());
        pool.iter().for_each(|pixel| writer.count(pixel.anchor.into()));
    }
    writer.count(model.pools.len());
    for pool in &model.pools {
        writer.count(pool.len());
        pool.iter().flat_map(|pixel| pixel.delta).for_each(|d| writer.float(d));
    }
    writer.into_bytes()
}

fn write_forests(writer: &mut WireWriter, model: &Model) {
    let (per_tree, row) = ((1 << model.depth) - 1, model.initial_shape.len());
    let mut splits = model.splits.chunks_exact(per_tree);
    let mut leaf = 0;
    writer.count(model.trees.len());
    for (cascade, trees) in model.trees.iter().enumerate() {
        writer.count(*trees);
        for splits in splits.by_ref().take(*trees) {
            writer.count(per_tree);
            for split in splits {
                writer.count(split.a.into());
                writer.count(split.b.into());
                writer.float(split.threshold);
            }
            writer.count(per_tree + 1);
            let rows = model.leaves.rows(cascade, leaf..leaf + per_tree + 1, row);
            rows.chunks_exact(row).for_each(|values| write_column(writer, values));
            leaf += per_tree + 1;
        }
    }
}

fn write_column(writer: &mut WireWriter, values: &[f32]) {
    writer.matrix_size(values.len(), 1);
    values.iter().for_each(|v| writer.float(*v));
}
