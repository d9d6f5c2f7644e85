//! What somebody would score on generated clips who knew the action units of every one.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;

use clap::Parser;
use microexpr_synth::{ActionUnitSet, Ceiling, Expression};
use serde::Deserialize;

/// Says how well generated clips can be recognised at best: accuracy, UF1 and confusion matrix of Bayes' rule for somebody who knows
/// every clip's exact set of action units and how often CAS(ME)³'s annotators gave it which class.
///
/// Reads the truth.json of `synthesize`, and that of benches/render_clips.py.
#[derive(Parser)]
pub(crate) struct Options {
    /// truth.json of the dataset
    #[arg(value_name = "truth.json")]
    truth: PathBuf,
}

/// What both renderers write of a clip, and more.
#[derive(Deserialize)]
struct Truth {
    class: Expression,
    action_units: ActionUnitSet,
}

pub(crate) fn run(arguments: &Options) -> Result<(), Box<dyn Error>> {
    let path = arguments.truth.display();
    let text = std::fs::read(&arguments.truth).map_err(|error| format!("{path}: {error}"))?;
    let clips: BTreeMap<String, Truth> =
        serde_json::from_slice(&text).map_err(|error| format!("{path}: {error}"))?;
    let ceiling = Ceiling::of_clips(clips.values().map(|clip| (clip.class, &clip.action_units)));
    println!("{} clips; knowing the action units:", clips.len());
    println!("accuracy {:.4}, UF1 {:.4}", ceiling.accuracy(), ceiling.uf1());
    for (class, row) in Expression::ALL.iter().zip(&ceiling.confusion) {
        println!("  {:<8} answered as {}", class.name(), answers(row));
    }
    if ceiling.unknown_sets > 0 {
        println!(
            "{} clips show sets that the table does not hold; they are answered with the most frequent class: this is no ceiling",
            ceiling.unknown_sets
        );
    }
    Ok(())
}

fn answers(row: &[f64; 3]) -> String {
    let words = Expression::ALL.iter().zip(row).map(|(class, count)| format!("{} {count}", class.name()));
    words.collect::<Vec<_>>().join(", ")
}
