//! Writes generated micro-expression clips, with exact ground truth, in a dataset's own layout.

use std::error::Error;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use microexpr_synth::{Ceiling, GeneratedClip, Layout, SynthParams, write_dataset};

/// Generate faces with micro-expressions, laid out on disk like a dataset.
///
/// How strong expressions are, how fast, and which action units each class shows is calibrated on what is published of real ones:
/// the landmark that moves most moves by 1.2 % of the inter-ocular distance in the median (0.94 px of 78), action units are drawn as
/// often as annotated in CAS(ME)³, one-sided ones too, so that classes overlap, and 15 % of the clips hold a blink. What somebody who
/// knew the action units would score is printed; `ceiling` says it of any such dataset.
///
/// Every clip folder holds its frames and landmarks.csv (the true 68 points of every frame, OpenFace's column names); SAMM's
/// and CASME II's workbooks name onset, apex, offset, action units and emotion; truth.json at the root holds subject, class,
/// action units, apex and true motion of every clip.
#[derive(Parser)]
pub(crate) struct Options {
    /// Whose folders and file names to imitate
    #[arg(long, value_enum)]
    layout: LayoutName,
    /// Folder to write to; it must be empty or not exist yet
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Number of persons
    #[arg(long, value_name = "N", default_value_t = SynthParams::default().subjects)]
    subjects: usize,
    /// Clips of every person
    #[arg(long, value_name = "N", default_value_t = SynthParams::default().clips_per_subject)]
    clips: usize,
    /// The same seed gives the same dataset
    #[arg(long, value_name = "S", default_value_t = SynthParams::default().seed)]
    seed: u64,
    /// Which expressions and which recording
    #[arg(long, value_enum, default_value = "calibrated")]
    recipe: Recipe,
}

#[derive(Clone, Copy, ValueEnum)]
enum Recipe {
    /// As real micro-expressions are known to be
    Calibrated,
    /// Prototypes of FACS, 0.12 to 0.4 px large: classes that do not overlap, in a worse recording
    Prototypical,
}

impl Recipe {
    fn params(self, layout: Layout) -> SynthParams {
        let calibrated = layout.params();
        match self {
            Self::Calibrated => calibrated,
            Self::Prototypical => {
                let SynthParams { acting, nuisance, .. } = SynthParams::prototypical();
                SynthParams { acting, nuisance, ..calibrated }
            }
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum LayoutName {
    /// SMIC's raw high-speed part: BMP, 100 frames per second
    Smic,
    /// SAMM: grey JPEG, 200 frames per second, SAMM_Micro_FACS_Codes_v2.xlsx
    Samm,
    /// CASME II: colour JPEG, 200 frames per second, CASME2-coding-20140508.xlsx
    Casme2,
}

impl LayoutName {
    fn layout(self) -> Layout {
        match self {
            Self::Smic => Layout::Smic,
            Self::Samm => Layout::Samm,
            Self::Casme2 => Layout::Casme2,
        }
    }
}

pub(crate) fn run(args: &Options) -> Result<(), Box<dyn Error>> {
    let layout = args.layout.layout();
    let params = SynthParams {
        seed: args.seed,
        subjects: args.subjects,
        clips_per_subject: args.clips,
        ..args.recipe.params(layout)
    };
    let total = args.subjects.saturating_mul(args.clips) as u64;
    let bar = crate::shared::progress_bar(total, "clips");
    let written = write_dataset(&params, layout, &args.out, |_| bar.inc(1));
    bar.finish_and_clear();
    let records = written?;
    println!("{} clips of {} subjects in {}", records.len(), args.subjects, args.out.display());
    if matches!(args.recipe, Recipe::Calibrated) {
        println!("{}", ceiling(records.values()));
    }
    Ok(())
}

fn ceiling<'a>(clips: impl Iterator<Item = &'a GeneratedClip>) -> String {
    let ceiling = Ceiling::of_clips(clips.map(|clip| (clip.class, &clip.action_units)));
    format!("knowing the action units: accuracy {:.4}, UF1 {:.4}", ceiling.accuracy(), ceiling.uf1())
}
