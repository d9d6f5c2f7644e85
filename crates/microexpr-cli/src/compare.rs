//! Whether two evaluations differ by more than chance.

use std::error::Error;
use std::path::PathBuf;

use clap::Parser;
use microexpr::evaluation::{ComparedClips, Comparison, Evaluation, McNemar};

/// Prints two evaluations side by side, and McNemar's exact test of whether either answers more clips rightly.
///
/// With several seeds the test is done on one answer per clip, the class of the highest mean probability over the seeds, and
/// beside it for every seed that both have.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// results.json of the first evaluation, or its folder
    first: PathBuf,
    /// results.json of the second evaluation, or its folder
    second: PathBuf,
    /// Compare on the clips that both have, although they differ
    #[arg(long)]
    common: bool,
}

pub(crate) fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let [first, second] = [&options.first, &options.second].map(Evaluation::read);
    let (first, second) = (first?, second?);
    let which = if options.common { ComparedClips::Common } else { ComparedClips::All };
    let comparison = Comparison::of(&first, &second, which)?;
    print_sides(options, [&first, &second]);
    println!("\nMcNemar's exact test on {} clips", comparison.clips);
    println!("{:<28}{:>14}{:>14}{:>14}", "", "only A right", "only B right", "exact p");
    let several = first.seeds.len() > 1 || second.seeds.len() > 1;
    print_test(if several { "mean probabilities of seeds" } else { "all" }, &comparison.pooled);
    if several {
        comparison.seeds.iter().for_each(|s| print_test(&format!("seed {}", s.seed), &s.test));
    }
    Ok(())
}

fn print_sides(options: &Options, [first, second]: [&Evaluation; 2]) {
    println!("A: {} ({})", options.first.display(), first.protocol);
    println!("B: {} ({})\n", options.second.display(), second.protocol);
    println!("{:<28}{:>10}{:>10}", "", "A", "B");
    println!("{:<28}{:>10}{:>10}", "clips", first.clips, second.clips);
    println!("{:<28}{:>10}{:>10}", "subjects", first.subjects, second.subjects);
    println!("{:<28}{:>10}{:>10}", "seeds", first.seeds.len(), second.seeds.len());
    let row = |name: &str, a: f64, b: f64| println!("{name:<28}{a:>10.4}{b:>10.4}");
    let (a, b) = (&first.scores, &second.scores);
    row("accuracy", a.accuracy, b.accuracy);
    row("UF1", a.uf1, b.uf1);
    row("UAR", a.uar, b.uar);
    let (a, b) = (&first.deviation, &second.deviation);
    row("deviation of UF1 over seeds", a.uf1, b.uf1);
    for (class, (a, b)) in first.classes.iter().zip(first.per_class.iter().zip(&second.per_class)) {
        row(&format!("F1 of {class}"), a.f1, b.f1);
    }
}

fn print_test(name: &str, test: &McNemar) {
    println!("{name:<28}{:>14}{:>14}{:>14.4}", test.only_first, test.only_second, test.exact_p);
}
