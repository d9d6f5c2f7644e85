//! Leave-one-subject-out over several datasets.

use crate::fold::Fold;
use crate::{ClipRecord, loso};

/// Leave-one-subject-out over the clips of several datasets: a subject is `dataset/subject`, so `s01` of one
/// dataset and `s01` of another are two people with a fold each.
///
/// The composite database evaluation (CDE) of MEGC 2019 joins SMIC-HS, SAMM and CASME II: 442 clips, 16 + 28 +
/// 24 = 68 folds. See [`read_composite`](crate::read_composite).
///
/// Source: J. See et al., "MEGC 2019 – The Second Facial Micro-Expressions Grand Challenge", FG 2019.
#[must_use]
pub fn composite_loso<'a>(clips: impl IntoIterator<Item = &'a ClipRecord>) -> Vec<Fold> {
    let subjects: Vec<String> = clips.into_iter().map(ClipRecord::subject_id).collect();
    loso(&subjects)
}
