//! What a dataset on disk holds, what it lacks, and how its classes compare with the published protocol.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use microexpr::data::{
    AnnotationParams, ClipRecord, CompositeParams, DatasetIndex, Erratum, FrameProblem, LabelScheme, Layout,
    SMIC_HS_SUBJECTS, SmicCamera, SmicParams, check_frames, frame_gaps, frame_number, read_casme2,
    read_composite, read_samm, read_smic,
};
use rayon::prelude::*;

mod shared;

/// Says what a dataset folder holds and what it lacks: clips, subjects, classes against the published protocol, clips and
/// frames that are missing, unreadable or odd-sized frames, apexes outside their clips. The exit code is 1 if the root
/// does not hold the dataset or no clip of it can be used.
#[derive(Parser)]
struct Arguments {
    /// Layout of the dataset
    #[arg(long, value_enum)]
    dataset: DatasetName,
    /// Folder of the dataset (of a manifest: the CSV file or its folder; of the composite: the folder that holds all
    /// three); else SMIC_ROOT, SAMM_ROOT, CASME2_ROOT, MANIFEST_ROOT or COMPOSITE_ROOT
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Number of classes of the protocol
    #[arg(long, default_value_t = 3)]
    classes: usize,
    /// SMIC's camera [default: the only one there, or hs]
    #[arg(long, value_enum)]
    camera: Option<Camera>,
    /// Workbook of SAMM or CASME II [default: the one beside the subjects' folders or above them]
    #[arg(long, value_name = "FILE")]
    workbook: Option<PathBuf>,
    /// Corrections of the workbook, CSV with the header [subject,]clip,column,frame; they go before the known ones
    #[arg(long, value_name = "FILE")]
    errata: Option<PathBuf>,
    /// List of the composite's clips, CSV database,subject,clip,label [default: one that lies in the root]
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// How closely frames are looked at: decode each one, or only check the numbers in their names
    #[arg(long, value_enum, default_value = "decode")]
    frames: Frames,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DatasetName {
    Smic,
    Samm,
    Casme2,
    Composite,
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
    shared::run(check)
}

fn check(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    match report(arguments) {
        // Whoever reads has seen enough, as in `check … | head`.
        Err(error) if is_broken_pipe(error.as_ref()) => Ok(()),
        other => other,
    }
}

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn report(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let scheme = shared::dataset_options::label_scheme(arguments.classes)?;
    refuse_unfitting_options(arguments)?;
    let index = read(arguments)?;
    let mut out = io::stdout().lock();
    print_contents(&mut out, &index, scheme)?;
    print_classes(&mut out, &index, scheme)?;
    let problems = frame_problems(&index.clips, arguments.frames);
    print_list(
        &mut out,
        "skipped clips",
        index.skipped.iter().map(|s| format!("{}: {}", s.id, s.reason)).collect(),
    )?;
    print_list(&mut out, "warnings", index.warnings.clone())?;
    print_list(&mut out, "frame problems", problems)?;
    if index.clips.is_empty() {
        return Err(format!("{}: no clip can be used", index.root.display()).into());
    }
    Ok(())
}

/// An option that the dataset has no use for is a mistake of the caller.
fn refuse_unfitting_options(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    use DatasetName::{Casme2, Composite, Samm, Smic};
    let (dataset, has) = (
        arguments.dataset,
        [
            ("--camera", arguments.camera.is_some(), &[Smic][..]),
            ("--workbook", arguments.workbook.is_some(), &[Samm, Casme2]),
            ("--errata", arguments.errata.is_some(), &[Samm, Casme2, Composite]),
            ("--list", arguments.list.is_some(), &[Composite]),
        ],
    );
    match has.iter().find(|(_, given, fits)| *given && !fits.contains(&dataset)) {
        Some((option, ..)) => Err(format!("{option} has no meaning for this dataset").into()),
        None => Ok(()),
    }
}

fn read(arguments: &Arguments) -> Result<DatasetIndex, Box<dyn Error>> {
    let errata = arguments.errata.as_ref().map(Erratum::read).transpose()?.unwrap_or_default();
    let annotations = |mut params: AnnotationParams| {
        params.workbook = params.workbook.or_else(|| arguments.workbook.clone());
        params.errata.extend(errata.iter().cloned());
        params
    };
    let given = arguments.root.clone();
    Ok(match arguments.dataset {
        DatasetName::Smic => {
            let camera = arguments.camera.map(|camera| match camera {
                Camera::Hs => SmicCamera::Hs,
                Camera::Vis => SmicCamera::Vis,
                Camera::Nir => SmicCamera::Nir,
            });
            read_smic(Layout::Smic.root(given)?, &SmicParams { camera })?
        }
        DatasetName::Samm => read_samm(Layout::Samm.root(given)?, &annotations(AnnotationParams::samm()))?,
        DatasetName::Casme2 => {
            read_casme2(Layout::Casme2.root(given)?, &annotations(AnnotationParams::default()))?
        }
        DatasetName::Manifest => Layout::Manifest.open(given)?,
        DatasetName::Composite => {
            let root = given.or_else(|| Layout::Composite.root_from_environment());
            let mut params = match root {
                Some(_) => CompositeParams::default(),
                None => CompositeParams::from_environment()?,
            };
            params.list.clone_from(&arguments.list);
            params.samm_annotations.errata.extend(errata.iter().cloned());
            params.casme2_annotations.errata.extend(errata.iter().cloned());
            read_composite(root.unwrap_or_default(), &params)?
        }
    })
}

fn print_contents(out: &mut impl Write, index: &DatasetIndex, scheme: LabelScheme) -> io::Result<()> {
    match index.root.as_os_str().is_empty() {
        true => writeln!(out, "{} of SMIC_ROOT, SAMM_ROOT and CASME2_ROOT", index.layout)?,
        false => writeln!(out, "{} in {}", index.layout, index.root.display())?,
    }
    let frames: Vec<usize> = index.clips.iter().map(|clip| clip.frames.len()).collect();
    writeln!(
        out,
        "clips: {} of {} subjects, {} frames, {} to {} frames a clip",
        index.clips.len(),
        index.subjects().len(),
        frames.iter().sum::<usize>(),
        frames.iter().min().unwrap_or(&0),
        frames.iter().max().unwrap_or(&0)
    )?;
    let datasets: BTreeSet<_> = index.clips.iter().map(|clip| &clip.dataset).collect();
    for dataset in datasets.iter().filter(|_| datasets.len() > 1) {
        let mut part = index.clone();
        part.clips.retain(|clip| clip.dataset == **dataset);
        let (clips, subjects) = (part.clips.len(), part.subjects().len());
        writeln!(out, "  {dataset}: {clips} of {subjects} subjects; {}", classes(&part, scheme))?;
    }
    let annotated = index.clips.iter().filter(|clip| clip.onset.is_some());
    let (clips, apexes) =
        annotated.fold((0, 0), |(n, m), clip| (n + 1, m + usize::from(clip.apex_index().is_some())));
    if clips > 0 {
        writeln!(
            out,
            "apexes: {apexes} of {clips} annotated clips have theirs between onset and offset, and its frame is there"
        )?;
    }
    let mut labels: BTreeMap<&str, usize> = BTreeMap::new();
    for clip in &index.clips {
        *labels.entry(&clip.label).or_default() += 1;
    }
    let labels: Vec<String> = labels.iter().map(|(label, count)| format!("{label} {count}")).collect();
    writeln!(out, "labels: {}", labels.join(", "))
}

fn print_classes(out: &mut impl Write, index: &DatasetIndex, scheme: LabelScheme) -> io::Result<()> {
    writeln!(out, "classes: {}", classes(index, scheme))?;
    match (scheme.protocol_counts(index.layout), index.protocol_note(scheme)) {
        (None, _) => writeln!(out, "protocol: none published for these classes")?,
        (Some(_), None) => writeln!(out, "protocol: agrees with the published one")?,
        (Some(_), Some(note)) => {
            writeln!(out, "protocol: {note}")?;
            print_missing_smic_subjects(out, index)?;
        }
    }
    Ok(())
}

fn classes(index: &DatasetIndex, scheme: LabelScheme) -> String {
    let counts = scheme.classes().iter().zip(index.class_counts(scheme));
    counts.map(|(class, count)| format!("{class} {count}")).collect::<Vec<_>>().join(", ")
}

/// SAMM's and CASME II's workbooks name what is missing; SMIC has none.
fn print_missing_smic_subjects(out: &mut impl Write, index: &DatasetIndex) -> io::Result<()> {
    if index.layout != Layout::Smic || index.clips.iter().any(|clip| clip.fps < 100.0) {
        return Ok(());
    }
    let there = |n: &u32| {
        let is = |clip: &ClipRecord| frame_number(clip.subject.as_ref()) == Some(u64::from(*n));
        index.clips.iter().any(is)
    };
    let missing: Vec<String> =
        SMIC_HS_SUBJECTS.iter().filter(|n| !there(n)).map(|n| format!("s{n:02}")).collect();
    writeln!(
        out,
        "subjects of SMIC-HS without a clip: {}",
        if missing.is_empty() { "none".into() } else { missing.join(", ") }
    )
}

fn frame_problems(clips: &[ClipRecord], frames: Frames) -> Vec<String> {
    let look: fn(&ClipRecord) -> Vec<FrameProblem> = match frames {
        Frames::Decode => check_frames,
        Frames::Names => frame_gaps,
    };
    let bar = shared::progress_bar(clips.len() as u64, "clips");
    let of_clip = |clip: &ClipRecord| {
        let problems: Vec<String> =
            look(clip).iter().map(|problem| format!("{}: {problem}", clip.id())).collect();
        bar.inc(1);
        problems
    };
    let problems: Vec<Vec<String>> = clips.par_iter().map(of_clip).collect();
    bar.finish_and_clear();
    problems.concat()
}

fn print_list(out: &mut impl Write, title: &str, lines: Vec<String>) -> io::Result<()> {
    writeln!(out, "{title}: {}", if lines.is_empty() { "none".to_owned() } else { lines.len().to_string() })?;
    for line in lines {
        writeln!(out, "  {line}")?;
    }
    Ok(())
}
