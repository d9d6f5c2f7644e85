//! What a dataset on disk holds, what it lacks, and how its classes compare with the published protocol.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use microexpr::data::{
    ClipRecord, DatasetIndex, FrameProblem, LabelScheme, Layout, SmicCamera, SmicParams, check_frames,
    frame_gaps, read_smic,
};

mod shared;

/// Says what a dataset folder holds and what it lacks: clips, subjects, classes against the published protocol,
/// empty folders, missing, unreadable and odd-sized frames, apexes outside their clips. The exit code is 1 if the
/// root does not hold the dataset.
#[derive(Parser)]
struct Arguments {
    /// Layout of the dataset.
    #[arg(long, value_enum)]
    dataset: DatasetName,
    /// Folder of the dataset (of a manifest: the CSV file or its folder); else SMIC_ROOT, SAMM_ROOT, CASME2_ROOT or
    /// MANIFEST_ROOT.
    #[arg(long)]
    root: Option<PathBuf>,
    /// Number of classes of the protocol.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(3..=5))]
    classes: u8,
    /// SMIC's camera; by default the only one there, or hs.
    #[arg(long, value_enum)]
    camera: Option<Camera>,
    /// How closely frames are looked at: decode each one, or only check the numbers in their names.
    #[arg(long, value_enum, default_value = "decode")]
    frames: Frames,
}

#[derive(Clone, Copy, ValueEnum)]
enum DatasetName {
    Smic,
    Samm,
    Casme2,
    Manifest,
}

#[derive(Clone, Copy, ValueEnum)]
enum Camera {
    Hs,
    Vis,
    Nir,
}

#[derive(Clone, Copy, ValueEnum)]
enum Frames {
    Decode,
    Names,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    shared::run(|| check(arguments))
}

fn check(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let scheme = LabelScheme::with_classes(arguments.classes.into()).ok_or("--classes must be 3 or 5")?;
    let index = read(&arguments)?;
    print_contents(&index, scheme);
    let problems = frame_problems(&index.clips, arguments.frames);
    print_list("skipped clips", index.skipped.iter().map(|s| format!("{}: {}", s.id, s.reason)).collect());
    print_list("warnings", index.warnings.clone());
    print_list("frame problems", problems);
    Ok(())
}

fn read(arguments: &Arguments) -> Result<DatasetIndex, Box<dyn Error>> {
    let layout = match arguments.dataset {
        DatasetName::Smic => Layout::Smic,
        DatasetName::Samm => Layout::Samm,
        DatasetName::Casme2 => Layout::Casme2,
        DatasetName::Manifest => Layout::Manifest,
    };
    let root = layout.root(arguments.root.clone())?;
    let camera = arguments.camera.map(|camera| match camera {
        Camera::Hs => SmicCamera::Hs,
        Camera::Vis => SmicCamera::Vis,
        Camera::Nir => SmicCamera::Nir,
    });
    Ok(match layout {
        Layout::Smic => read_smic(root, &SmicParams { camera })?,
        _ => layout.read(root)?,
    })
}

fn print_contents(index: &DatasetIndex, scheme: LabelScheme) {
    println!("{} in {}", index.layout, index.root.display());
    let frames: Vec<usize> = index.clips.iter().map(|clip| clip.frames.len()).collect();
    println!(
        "clips: {} of {} subjects, {} frames, {} to {} frames a clip",
        index.clips.len(),
        index.subjects().len(),
        frames.iter().sum::<usize>(),
        frames.iter().min().unwrap_or(&0),
        frames.iter().max().unwrap_or(&0)
    );
    let mut labels: BTreeMap<&str, usize> = BTreeMap::new();
    for clip in &index.clips {
        *labels.entry(&clip.label).or_default() += 1;
    }
    let labels: Vec<String> = labels.iter().map(|(label, count)| format!("{label} {count}")).collect();
    println!("labels: {}", labels.join(", "));
    let counts = scheme.classes().iter().zip(index.class_counts(scheme));
    let counts: Vec<String> = counts.map(|(class, count)| format!("{class} {count}")).collect();
    println!("classes: {}", counts.join(", "));
    match (scheme.protocol_counts(index.layout), index.protocol_note(scheme)) {
        (None, _) => println!("protocol: none published for these classes"),
        (Some(_), None) => println!("protocol: clips and subjects agree with the published one"),
        (Some(_), Some(note)) => println!("protocol: {note}"),
    }
}

fn frame_problems(clips: &[ClipRecord], frames: Frames) -> Vec<String> {
    let look: fn(&ClipRecord) -> Vec<FrameProblem> = match frames {
        Frames::Decode => check_frames,
        Frames::Names => frame_gaps,
    };
    let bar = shared::progress_bar(clips.len() as u64, "clips");
    let mut problems = Vec::new();
    for clip in clips {
        problems.extend(look(clip).iter().map(|problem| format!("{}: {problem}", clip.id())));
        bar.inc(1);
    }
    bar.finish_and_clear();
    problems
}

fn print_list(title: &str, lines: Vec<String>) {
    println!("{title}: {}", if lines.is_empty() { "none".to_owned() } else { lines.len().to_string() });
    for line in lines {
        println!("  {line}");
    }
}
