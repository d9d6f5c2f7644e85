use std::collections::BTreeSet;

use microexpr_data::{Dataset, LabelScheme, Layout};
use microexpr_evaluation::{Evaluation, Protocol};
use serde::{Deserialize, Serialize};

use crate::prepare::LabelledClip;

/// Scores that the paper reports for a protocol. It states no validation split and no rule for the epoch.
///
/// Source: A. J. R. Kumar, B. Bhanu, "Uncovering Hidden Emotions with Adaptive Multi-Attention Graph Networks", Tables 2–6.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PaperFigures {
    /// Where in the paper.
    pub tables: &'static str,
    /// 2S-AMAGN: self-attention and Gaussian attention.
    pub multi_attention: PaperScores,
    /// Self-attention alone, if the paper has it.
    pub self_attention: Option<PaperScores>,
}

/// Accuracy and UF1 as printed in the paper.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PaperScores {
    /// Share of correct predictions.
    pub accuracy: f64,
    /// Unweighted F1.
    pub uf1: f64,
}

/// The protocols of the paper's tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PaperProtocol {
    /// SMIC's high-speed camera, 3 classes, leave one subject out.
    Smic3,
    /// SAMM, 3 classes, leave one subject out.
    Samm3,
    /// SAMM, 5 classes, leave one subject out.
    Samm5,
    /// Trained on SAMM, tested on SMIC, 3 classes.
    SammToSmic,
    /// Trained on SMIC, tested on SAMM, 3 classes.
    SmicToSamm,
}

impl PaperProtocol {
    /// All of them.
    const ALL: [Self; 5] = [Self::Smic3, Self::Samm3, Self::Samm5, Self::SammToSmic, Self::SmicToSamm];

    /// Its name in `results.json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Smic3 => "smic3",
            Self::Samm3 => "samm3",
            Self::Samm5 => "samm5",
            Self::SammToSmic => "samm-to-smic",
            Self::SmicToSamm => "smic-to-samm",
        }
    }

    /// The one that an evaluation repeats, if any.
    #[must_use]
    pub fn of_evaluation(evaluation: &Evaluation) -> Option<Self> {
        Self::ALL.into_iter().find(|p| evaluation.paper_protocol.as_deref() == Some(p.name()))
    }

    /// What the paper reports.
    #[must_use]
    pub fn figures(self) -> PaperFigures {
        let scores = |(accuracy, uf1)| PaperScores { accuracy, uf1 };
        let (tables, multi, single) = match self {
            Self::Smic3 => ("Tables 2 and 4", (0.8476, 0.8508), Some((0.8171, 0.8086))),
            Self::Samm3 => ("Tables 2 and 4", (0.9323, 0.9091), Some((0.9098, 0.8398))),
            Self::Samm5 => ("Tables 3 and 5", (0.9265, 0.8844), Some((0.9044, 0.8446))),
            Self::SammToSmic => ("Table 6", (0.7622, 0.7392), None),
            Self::SmicToSamm => ("Table 6", (0.8872, 0.7927), None),
        };
        PaperFigures { tables, multi_attention: scores(multi), self_attention: single.map(scores) }
    }

    /// The paper's protocol that an evaluation repeats; only with the real data: as many clips of every class and as many
    /// subjects as it has.
    pub(crate) fn of(protocol: &Protocol, scheme: LabelScheme, clips: &[LabelledClip<'_>]) -> Option<Self> {
        use Dataset::{Samm, Smic};
        let present: BTreeSet<&Dataset> = clips.iter().map(|c| &c.record.dataset).collect();
        if !present.iter().all(|dataset| is_complete(dataset, scheme, clips)) {
            return None;
        }
        let present: Vec<&Dataset> = present.into_iter().collect();
        match (protocol, scheme, &present[..]) {
            (Protocol::Loso, LabelScheme::ThreeClasses, [Smic]) => Some(Self::Smic3),
            (Protocol::Loso, LabelScheme::ThreeClasses, [Samm]) => Some(Self::Samm3),
            (Protocol::Loso, LabelScheme::FiveClasses, [Samm]) => Some(Self::Samm5),
            (Protocol::CrossDataset { train, test }, LabelScheme::ThreeClasses, _) => {
                match (Dataset::from_name(train), Dataset::from_name(test)) {
                    (Samm, Smic) => Some(Self::SammToSmic),
                    (Smic, Samm) => Some(Self::SmicToSamm),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// Whether the clips of a dataset are those of the published protocol, by their numbers.
fn is_complete(dataset: &Dataset, scheme: LabelScheme, clips: &[LabelledClip<'_>]) -> bool {
    let layout = match dataset {
        Dataset::Smic => Layout::Smic,
        Dataset::Samm => Layout::Samm,
        _ => return false,
    };
    let Some(published) = scheme.protocol_counts(layout) else { return false };
    let own = || clips.iter().filter(|c| c.record.dataset == *dataset);
    let mut counts = vec![0; published.clips.len()];
    own().for_each(|c| counts[c.class] += 1);
    let subjects: BTreeSet<&str> = own().map(|c| c.record.subject.as_str()).collect();
    counts == published.clips && subjects.len() == published.subjects
}

#[cfg(test)]
mod tests {
    use microexpr_data::ClipRecord;

    use super::*;

    fn records(dataset: &Dataset, counts: &[usize], subjects: usize) -> Vec<(ClipRecord, usize)> {
        let classes = counts.iter().enumerate().flat_map(|(class, count)| vec![class; *count]);
        classes
            .enumerate()
            .map(|(at, class)| {
                let record = ClipRecord {
                    dataset: dataset.clone(),
                    subject: format!("s{}", at % subjects),
                    clip: format!("c{at}"),
                    label: String::new(),
                    frames: Vec::new(),
                    onset: None,
                    apex: None,
                    offset: None,
                    bits: None,
                    fps: 100.0,
                };
                (record, class)
            })
            .collect()
    }

    fn of(
        protocol: &Protocol,
        scheme: LabelScheme,
        records: &[(ClipRecord, usize)],
    ) -> Option<PaperProtocol> {
        let clips: Vec<LabelledClip<'_>> =
            records.iter().map(|(record, class)| LabelledClip::new(record, *class)).collect();
        PaperProtocol::of(protocol, scheme, &clips)
    }

    #[test]
    fn the_papers_figures_stand_beside_complete_datasets_only() {
        let three = LabelScheme::ThreeClasses;
        let smic = records(&Dataset::Smic, &[70, 51, 43], 16);
        let samm = records(&Dataset::Samm, &[92, 26, 15], 28);
        assert_eq!(of(&Protocol::Loso, three, &smic), Some(PaperProtocol::Smic3));
        assert_eq!(of(&Protocol::Loso, three, &samm), Some(PaperProtocol::Samm3));
        let five = records(&Dataset::Samm, &[57, 26, 15, 12, 26], 27);
        assert_eq!(of(&Protocol::Loso, LabelScheme::FiveClasses, &five), Some(PaperProtocol::Samm5));

        assert_eq!(of(&Protocol::Loso, three, &smic[1..]), None, "a clip is missing");
        assert_eq!(of(&Protocol::Loso, three, &records(&Dataset::Smic, &[70, 51, 43], 15)), None);
        assert_eq!(of(&Protocol::Loso, three, &records(&Dataset::Casme2, &[88, 32, 25], 24)), None);
        let k_fold = Protocol::SubjectKFold { folds: 10, seed: 1 };
        assert_eq!(of(&k_fold, three, &smic), None, "the paper leaves one subject out");

        let both = [smic, samm].concat();
        assert_eq!(of(&Protocol::Loso, three, &both), None, "the composite is not in the paper");
        let across = |train, test| Protocol::CrossDataset { train, test };
        let (from, to) = ("samm".to_owned(), "smic".to_owned());
        let found = of(&across(from.clone(), to.clone()), three, &both).map(|p| p.figures().multi_attention);
        assert_eq!(found, Some(PaperScores { accuracy: 0.7622, uf1: 0.7392 }));
        assert_eq!(of(&across(to.clone(), from.clone()), three, &both), Some(PaperProtocol::SmicToSamm));
        assert_eq!(of(&across(to, from), three, &both[1..]), None);
    }
}
