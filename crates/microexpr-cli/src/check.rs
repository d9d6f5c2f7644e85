//! What a dataset on disk holds, what it lacks, and how its classes compare with the published protocol.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use microexpr::data::{
    ClipRecord, DatasetIndex, FrameProblem, LabelScheme, Layout, SMIC_HS_SUBJECTS, check_frames_of,
    frame_gaps, frame_number,
};
use microexpr::video::{MOST_CLIP_BYTES, decode_videos};
use rayon::prelude::*;

use crate::shared::dataset_options::label_scheme;
use crate::shared::experiment_options::LandmarksFrom;
use crate::shared::landmark_notes::note_landmark_files;
use crate::shared::reading_options::ReadingOptions;

/// Says what a dataset folder holds and what it lacks: clips, subjects, classes against the published protocol, clips and
/// frames that are missing, unreadable or odd-sized frames, apexes outside their clips. The exit code is 1 if the root
/// does not hold the dataset or no clip of it can be used.
#[derive(Parser)]
pub(crate) struct Options {
    /// Layout of the dataset: smic, samm, casme, casme2, casme3, composite or manifest
    #[arg(long)]
    dataset: Layout,
    /// Folder of the dataset (of a manifest: the CSV file or its folder; of the composite: the folder that holds all
    /// three); else SMIC_ROOT, SAMM_ROOT, CASME2_ROOT, MANIFEST_ROOT or COMPOSITE_ROOT
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Classes, as in `evaluate`: 3, 5 (the dataset's own: samm-5, or casme2-5), casme3-4, casme3-7, 4dme-5, dfme-7, or a CSV file
    /// of label,class
    #[arg(long, value_name = "3|5|NAME|FILE", default_value = "3")]
    classes: String,
    #[command(flatten)]
    reading: ReadingOptions,
    /// Also look at the landmark files that `evaluate --landmarks files` would take
    #[arg(long, value_enum)]
    landmarks: Option<LandmarksFrom>,
    /// How closely frames are looked at: decode each one, or only check the numbers in their names
    #[arg(long, value_enum, default_value = "decode")]
    frames: Frames,
}

#[derive(Clone, Copy, ValueEnum)]
enum Frames {
    Decode,
    Names,
}

pub(crate) fn run(arguments: &Options) -> Result<(), Box<dyn Error>> {
    match report(arguments) {
        // Whoever reads has seen enough, as in `check … | head`.
        Err(error) if is_broken_pipe(error.as_ref()) => Ok(()),
        other => other,
    }
}

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn report(arguments: &Options) -> Result<(), Box<dyn Error>> {
    let scheme = label_scheme(&arguments.classes, &[arguments.dataset])?;
    arguments.reading.check(&[arguments.dataset])?;
    let mut index = arguments.reading.read(arguments.dataset, arguments.root.clone())?;
    let left_out = left_out(&mut index, scheme, arguments.landmarks);
    let mut out = io::stdout().lock();
    print_contents(&mut out, &index, scheme)?;
    print_classes(&mut out, &index, scheme)?;
    let problems = frame_problems(&index.clips, arguments.frames);
    print_list(&mut out, "skipped clips", left_out)?;
    print_list(&mut out, "warnings", index.warnings.clone())?;
    print_list(&mut out, "frame problems", problems)?;
    if index.class_counts(scheme).iter().sum::<usize>() == 0 {
        return Err(format!("{}: no clip can be used", index.root.display()).into());
    }
    Ok(())
}

/// The clips that an evaluation leaves out; those whose landmark files cannot be used are no longer in the index.
fn left_out(index: &mut DatasetIndex, scheme: LabelScheme, landmarks: Option<LandmarksFrom>) -> Vec<String> {
    let mut lines: Vec<String> =
        index.left_out(scheme).iter().map(|clip| format!("{}: {}", clip.id, clip.reason)).collect();
    if matches!(landmarks, Some(LandmarksFrom::Files)) {
        let unusable = note_landmark_files(index);
        let is_usable = |clip: &ClipRecord| unusable.iter().all(|(id, _)| *id != clip.id());
        let with_class: BTreeSet<String> =
            index.clips.iter().filter(|clip| scheme.class_of(clip).is_some()).map(ClipRecord::id).collect();
        index.clips.retain(is_usable);
        let counted = unusable.iter().filter(|(id, _)| with_class.contains(id));
        lines.extend(counted.map(|(id, reason)| format!("{id}: {reason}")));
    }
    lines
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
    writeln!(out, "class set: {scheme}")?;
    writeln!(out, "classes: {}", classes(index, scheme))?;
    print_labels_without_class(out, index, scheme)?;
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

/// What an evaluation leaves out for its label.
fn print_labels_without_class(
    out: &mut impl Write,
    index: &DatasetIndex,
    scheme: LabelScheme,
) -> io::Result<()> {
    let mut labels: BTreeMap<&str, usize> = BTreeMap::new();
    for clip in index.clips.iter().filter(|clip| scheme.class_of(clip).is_none()) {
        *labels.entry(&clip.label).or_default() += 1;
    }
    let count = labels.values().sum::<usize>();
    let labels: Vec<String> = labels.iter().map(|(label, count)| format!("{label} {count}")).collect();
    match count {
        0 => writeln!(out, "without a class: none"),
        _ => writeln!(out, "without a class: {count} clips ({})", labels.join(", ")),
    }
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

/// What is wrong with the frames of a clip, be they files or parts of a video.
fn decoded_problems(clip: &ClipRecord) -> Vec<FrameProblem> {
    let decoded = clip.sequence().and_then(|frames| Ok(decode_videos(&frames, MOST_CLIP_BYTES)?));
    match decoded {
        Ok(frames) => check_frames_of(clip, &frames),
        Err(error) => vec![FrameProblem::Unreadable { error }],
    }
}

fn frame_problems(clips: &[ClipRecord], frames: Frames) -> Vec<String> {
    let look: fn(&ClipRecord) -> Vec<FrameProblem> = match frames {
        Frames::Decode => decoded_problems,
        Frames::Names => frame_gaps,
    };
    let bar = crate::shared::progress_bar(clips.len() as u64, "clips");
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
