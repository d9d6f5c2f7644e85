use microexpr_evaluation::Evaluation;

use super::{section, table};
use crate::{Attention, Settings, Streams};

/// λ of every layer, mean and range over the folds.
pub(super) fn write(page: &mut String, evaluation: &Evaluation) {
    let Some(Settings { model, .. }) = Settings::of(evaluation) else { return };
    if model.attention != Attention::Adaptive || model.layers == 0 {
        return;
    }
    section(page, "Learned λ");
    page.push_str("<p>Over all folds and seeds. 1: self-attention alone, 0: Gaussian attention alone.</p>");
    let streams: &[&str] = match model.streams {
        Streams::Both => &["location", "flow"],
        Streams::Location => &["location"],
        Streams::Flow => &["flow"],
    };
    let names =
        streams.iter().flat_map(|s| (1..=model.layers).map(move |layer| format!("{s}, layer {layer}")));
    let rows = names.enumerate().map(|(number, name)| {
        let values: Vec<f64> =
            evaluation.folds.iter().filter_map(|f| f.log.lambdas.get(number).copied()).collect();
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        let (low, high) = values.iter().fold((1.0f64, 0.0f64), |(l, h), v| (l.min(*v), h.max(*v)));
        vec![name, format!("{mean:.3}"), format!("{low:.3}"), format!("{high:.3}")]
    });
    table(page, &["stream and layer", "mean", "lowest", "highest"], rows);
}
