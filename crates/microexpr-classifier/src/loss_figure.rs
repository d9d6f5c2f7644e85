use microexpr_evaluation::Evaluation;
use plotters::prelude::*;

use crate::line_chart::{Axis, Curve, LineChart};

/// Mean training loss of every epoch, one line per seed, averaged over the folds.
pub(crate) fn training_loss(evaluation: &Evaluation) -> Result<String, String> {
    let losses: Vec<(u64, Vec<f64>)> =
        evaluation.seeds.iter().map(|s| (s.seed, mean_losses(evaluation, s.seed))).collect();
    let epochs = losses.iter().map(|(_, losses)| losses.len()).max().unwrap_or(1).max(2);
    let highest = losses.iter().flat_map(|(_, losses)| losses).fold(0.1f64, |m, v| m.max(*v));
    let curve = |(number, (seed, losses)): (usize, (u64, Vec<f64>))| Curve {
        name: format!("seed {seed}"),
        colour: Palette99::pick(number).to_rgba(),
        points: losses.into_iter().enumerate().map(|(epoch, loss)| (epoch as f64 + 1.0, loss)).collect(),
        dots_px: 0,
    };
    LineChart {
        x: Axis { name: "epoch", range: 1.0..epochs as f64, counts: true },
        y: Axis { name: "training loss (mean over folds)", range: 0.0..highest * 1.05, counts: false },
        curves: losses.into_iter().enumerate().map(curve).collect(),
        legend: SeriesLabelPosition::LowerLeft,
    }
    .svg()
}

fn mean_losses(evaluation: &Evaluation, seed: u64) -> Vec<f64> {
    let folds: Vec<_> = evaluation.folds.iter().filter(|f| f.seed == seed).collect();
    let epochs = folds.iter().map(|f| f.log.losses.len()).max().unwrap_or(0);
    let mean = |epoch: usize| {
        let losses: Vec<f64> = folds.iter().filter_map(|f| f.log.losses.get(epoch).copied()).collect();
        losses.iter().sum::<f64>() / losses.len().max(1) as f64
    };
    (0..epochs).map(mean).collect()
}
