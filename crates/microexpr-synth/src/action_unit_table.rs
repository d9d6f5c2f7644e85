use std::sync::LazyLock;

use rand::Rng;
use rand::distr::{Distribution, weighted::WeightedIndex};

use crate::{ActionUnitSet, ClassShares, Expression};

/// How often each set of action units was annotated with each class.
///
/// The same set occurs under several classes: who sees the motion perfectly is still not always right, see
/// [`Ceiling`](crate::Ceiling).
#[derive(Debug, Clone, PartialEq)]
pub struct ActionUnitTable {
    rows: Vec<ActionUnitCounts>,
}

/// One set of action units and the number of clips of each class that show exactly it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionUnitCounts {
    /// The set.
    pub set: ActionUnitSet,
    /// Clips, in the order of [`Expression::ALL`].
    pub clips: [u32; 3],
}

static CASME3: LazyLock<ActionUnitTable> = LazyLock::new(|| {
    let text = include_str!("../data/action_units_by_class.csv");
    let rows =
        text.lines().skip(1).map(|line| counts(line).expect("every line of the embedded table is one"));
    ActionUnitTable { rows: rows.collect() }
});

/// `set,negative,positive,surprise`.
fn counts(line: &str) -> Option<ActionUnitCounts> {
    let (set, numbers) = line.split_once(',')?;
    let numbers: Option<Vec<u32>> = numbers.split(',').map(|number| number.parse().ok()).collect();
    Some(ActionUnitCounts { set: set.parse().ok()?, clips: numbers?.try_into().ok()? })
}

impl ActionUnitTable {
    /// The 687 clips of CAS(ME)³ part A with one of the three classes.
    ///
    /// Source: J. Li et al., "CAS(ME)³: A Third Generation Facial Spontaneous Micro-Expression Database With Depth Information
    /// and High Ecological Validity", IEEE TPAMI 2023; counted from its annotation.
    #[must_use]
    pub fn casme3() -> &'static Self {
        &CASME3
    }

    /// All sets that occur.
    #[must_use]
    pub fn rows(&self) -> &[ActionUnitCounts] {
        &self.rows
    }

    /// `P(set | class)`: the share of the class's clips that show exactly this set.
    #[must_use]
    pub fn frequency(&self, set: &ActionUnitSet, class: Expression) -> f64 {
        let of_class = |row: &ActionUnitCounts| row.clips[class.index()];
        let shown: u32 = self.rows.iter().filter(|row| row.set == *set).map(of_class).sum();
        f64::from(shown) / f64::from(self.rows.iter().map(of_class).sum::<u32>())
    }

    /// Bayes' answer to who knows the set: the class with the largest `share(class)·P(set | class)`, the first of equals.
    /// `None` for a set that does not occur under any class with a share.
    #[must_use]
    pub fn most_likely(&self, set: &ActionUnitSet, shares: ClassShares) -> Option<Expression> {
        let weight = |class: Expression| shares.in_order()[class.index()] * self.frequency(set, class);
        let best = Expression::ALL.into_iter().rev().max_by(|a, b| weight(*a).total_cmp(&weight(*b)))?;
        (weight(best) > 0.0).then_some(best)
    }

    pub(crate) fn draw(&self, class: Expression, rng: &mut impl Rng) -> &ActionUnitSet {
        let weights = self.rows.iter().map(|row| row.clips[class.index()]);
        let index = WeightedIndex::new(weights).expect("every class of the table has clips");
        &self.rows[index.sample(rng)].set
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    /// The share of `draws` in which every row of the table comes, and Pearson's statistic against it.
    fn chi_square(class: Expression, draws: u32) -> (f64, usize) {
        let table = ActionUnitTable::casme3();
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(17);
        let drawn: Vec<&ActionUnitSet> = (0..draws).map(|_| table.draw(class, &mut rng)).collect();
        let (mut statistic, mut cells) = (0.0, 0);
        for row in table.rows() {
            let expected = f64::from(draws) * table.frequency(&row.set, class);
            let found = drawn.iter().filter(|set| ***set == row.set).count() as f64;
            if expected == 0.0 {
                assert_eq!(found, 0.0, "{} never occurs as {class:?}", row.set);
                continue;
            }
            statistic += (found - expected).powi(2) / expected;
            cells += 1;
        }
        (statistic, cells)
    }

    #[test]
    fn sets_are_drawn_as_often_as_they_were_annotated() {
        for class in Expression::ALL {
            // The rarest sets of 449 clips are expected 22 times in 10,000 draws: enough for the statistic's distribution.
            let (statistic, cells) = chi_square(class, 10_000);
            let freedom = cells as f64 - 1.0;
            // Mean and deviation of the χ² distribution; four deviations above lies less than 1 in 1000.
            let limit = freedom + 4.0 * (2.0 * freedom).sqrt();
            assert!(statistic < limit, "{class:?}: χ² {statistic} with {freedom} degrees of freedom");
        }
    }

    #[test]
    fn the_table_is_the_published_count() {
        let table = ActionUnitTable::casme3();
        let of_class = |class| table.rows().iter().map(|row| row.clips[class]).sum::<u32>();
        assert_eq!([of_class(0), of_class(1), of_class(2)], [449, 54, 184]);
        assert_eq!(table.rows().len(), 67);
        let mut sets: Vec<_> = table.rows().iter().map(|row| &row.set).collect();
        sets.sort();
        sets.dedup();
        assert_eq!(sets.len(), 67);
    }

    #[test]
    fn bayes_answers_with_the_class_that_shows_the_set_most() {
        let table = ActionUnitTable::casme3();
        let answer = |set: &str| table.most_likely(&set.parse().unwrap(), ClassShares::default());
        // .43 · 66/449 = .063 negative against .31 · 16/54 = .092 positive.
        assert_eq!(answer("14"), Some(Expression::Positive));
        assert_eq!(answer("4"), Some(Expression::Negative));
        assert_eq!(answer("1+2"), Some(Expression::Surprise));
        assert_eq!(answer("6+12"), None);
        let surprise = ClassShares { negative: 0.0, positive: 0.0, surprise: 1.0 };
        let set = "4".parse().unwrap();
        assert_eq!(table.most_likely(&set, surprise), Some(Expression::Surprise));
    }
}
