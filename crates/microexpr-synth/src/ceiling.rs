use crate::{ActionUnitSet, ActionUnitTable, ClassShares, Expression};

/// What somebody would score who knew every clip's action units and [`ActionUnitTable::casme3`], and nothing else: more
/// than any recogniser can be expected to have on clips whose sets are drawn from that table.
///
/// The answer is Bayes', [`ActionUnitTable::most_likely`]. Nothing is left out: the table that answers is the one the sets
/// were drawn from.
///
/// # Example
///
/// ```
/// use microexpr_synth::{Ceiling, ClassShares};
///
/// let ceiling = Ceiling::expected(ClassShares::default());
/// assert!((ceiling.accuracy() - 0.77).abs() < 0.005);
/// assert!((ceiling.uf1() - 0.78).abs() < 0.005);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Ceiling {
    /// Clips (or their expected share) `[true class][answer]`, in the order of [`Expression::ALL`].
    pub confusion: [[f64; 3]; 3],
    /// Clips whose set the table does not hold; they are answered with the most frequent class.
    pub unknown_sets: usize,
}

impl Ceiling {
    /// The expectation over clips with the given shares of classes.
    #[must_use]
    pub fn expected(shares: ClassShares) -> Self {
        let table = ActionUnitTable::casme3();
        let all: f64 = shares.in_order().iter().sum();
        let mut confusion = [[0.0; 3]; 3];
        for row in table.rows() {
            let Some(answer) = table.most_likely(&row.set, shares) else { continue };
            for class in Expression::ALL {
                let share = shares.in_order()[class.index()] / all;
                confusion[class.index()][answer.index()] += share * table.frequency(&row.set, class);
            }
        }
        Self { confusion, unknown_sets: 0 }
    }

    /// The score on given clips; the shares of the classes are known to be theirs.
    #[must_use]
    pub fn of_clips<'a>(clips: impl IntoIterator<Item = (Expression, &'a ActionUnitSet)>) -> Self {
        let clips: Vec<_> = clips.into_iter().collect();
        let count = |class| clips.iter().filter(|(c, _)| *c == class).count() as f64;
        let [negative, positive, surprise] = Expression::ALL.map(count);
        let shares = ClassShares { negative, positive, surprise };
        let most = Expression::ALL.into_iter().rev().max_by(|a, b| count(*a).total_cmp(&count(*b)));
        let mut ceiling = Self { confusion: [[0.0; 3]; 3], unknown_sets: 0 };
        for (class, set) in &clips {
            let answer = ActionUnitTable::casme3().most_likely(set, shares);
            ceiling.unknown_sets += usize::from(answer.is_none());
            let answer = answer.or(most).unwrap_or(*class);
            ceiling.confusion[class.index()][answer.index()] += 1.0;
        }
        ceiling
    }

    /// Share of right answers; 0 without clips.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        let right: f64 = (0..3).map(|class| self.confusion[class][class]).sum();
        ratio(right, self.confusion.as_flattened().iter().sum())
    }

    /// Unweighted F1: the mean over the classes of `2·TP / (clips + answers)`; 0 for a class with neither.
    #[must_use]
    pub fn uf1(&self) -> f64 {
        let f1 = |class: usize| {
            let clips: f64 = self.confusion[class].iter().sum();
            let answers: f64 = self.confusion.iter().map(|row| row[class]).sum();
            ratio(2.0 * self.confusion[class][class], clips + answers)
        };
        (0..3).map(f1).sum::<f64>() / 3.0
    }
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}
