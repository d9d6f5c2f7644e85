use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::MAGIC;
use crate::shape_predictor::model::Model;

/// The model's bytes with its leaves on `components` principal components.
pub(in crate::shape_predictor) fn write(model: &Model, components: u8) -> Vec<u8> {
    let row = model.initial_shape.len();
    let cascades = leaves_by_cascade(model);
    let basis = principal_components(&cascades, row, usize::from(components));
    let (landmarks, count) = ((row / 2) as u16, basis.ncols() as u8);
    let mut bytes = MAGIC.to_vec();
    bytes.extend(landmarks.to_le_bytes());
    bytes.extend((model.trees.len() as u16).to_le_bytes());
    bytes.extend([model.depth as u8, count]);
    bytes.extend(model.initial_shape.iter().flat_map(|v| v.to_le_bytes()));
    bytes.extend(basis.iter().flat_map(|v| (*v as f32).to_le_bytes()));
    let per_tree = (1 << model.depth) - 1;
    let mut splits = model.splits.as_slice();
    for ((pool, trees), leaves) in model.pools.iter().zip(&model.trees).zip(&cascades) {
        bytes.extend((*trees as u32).to_le_bytes());
        bytes.extend((pool.len() as u16).to_le_bytes());
        for pixel in pool {
            bytes.extend(pixel.anchor.to_le_bytes());
            bytes.extend(pixel.delta.iter().flat_map(|d| d.to_le_bytes()));
        }
        let (now, later) = splits.split_at(trees * per_tree);
        splits = later;
        let (scales, coefficients) = project(leaves, &basis);
        bytes.extend(scales.iter().flat_map(|s| s.to_le_bytes()));
        for split in now {
            bytes.extend(split.a.to_le_bytes());
            bytes.extend(split.b.to_le_bytes());
            bytes.extend(whole_threshold(split.threshold).to_le_bytes());
        }
        bytes.extend(coefficients.iter().map(|c| c.cast_unsigned()));
    }
    bytes
}

/// `difference > threshold` for whole differences from −255 to 255 is `difference > ⌊threshold⌋`.
fn whole_threshold(threshold: f32) -> i16 {
    threshold.floor().clamp(-256.0, 255.0) as i16
}

fn leaves_by_cascade(model: &Model) -> Vec<Vec<f32>> {
    let (row, mut first) = (model.initial_shape.len(), 0);
    let of_cascade = |(cascade, trees): (usize, &usize)| {
        let leaves = trees << model.depth;
        let rows = model.leaves.rows(cascade, first..first + leaves, row);
        first += leaves;
        rows
    };
    model.trees.iter().enumerate().map(of_cascade).collect()
}

/// The directions in which the leaf rows extend most (eigenvectors of their second moments), one per column.
fn principal_components(cascades: &[Vec<f32>], row: usize, components: usize) -> DMatrix<f64> {
    let mut moments = DMatrix::zeros(row, row);
    for leaf in cascades.iter().flat_map(|leaves| leaves.chunks_exact(row)) {
        let leaf = DVector::from_iterator(row, leaf.iter().map(|v| f64::from(*v)));
        moments.syger(1.0, &leaf, &leaf, 1.0);
    }
    moments.fill_upper_triangle_with_lower_triangle();
    let eigen = SymmetricEigen::new(moments);
    let mut order: Vec<usize> = (0..row).collect();
    order.sort_by(|a, b| eigen.eigenvalues[*b].total_cmp(&eigen.eigenvalues[*a]));
    let columns: Vec<_> = order.iter().take(components).map(|i| eigen.eigenvectors.column(*i)).collect();
    DMatrix::from_columns(&columns)
}

/// A cascade's scales and coefficients: the largest coefficient of each component becomes ±127.
fn project(leaves: &[f32], basis: &DMatrix<f64>) -> (Vec<f32>, Vec<i8>) {
    let (row, components) = basis.shape();
    let exact: Vec<f64> = leaves
        .chunks_exact(row)
        .flat_map(|leaf| {
            basis.column_iter().map(move |b| b.iter().zip(leaf).map(|(b, l)| b * f64::from(*l)).sum::<f64>())
        })
        .collect();
    let mut scales = vec![0.0_f64; components];
    for of_leaf in exact.chunks_exact(components) {
        scales.iter_mut().zip(of_leaf).for_each(|(s, c)| *s = s.max(c.abs() / 127.0));
    }
    let coefficients = exact.iter().enumerate().map(|(i, c)| {
        if scales[i % components] > 0.0 { (c / scales[i % components]).round() as i8 } else { 0 }
    });
    (scales.iter().map(|s| *s as f32).collect(), coefficients.collect())
}
