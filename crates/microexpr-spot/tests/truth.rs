//! Tables of true intervals, and MEGC's scores against hand counts.

use std::error::Error;

use microexpr_spot::{ExpressionKind, Interval, SpottingScores, read_truth, right_pairs};

fn read(text: &str) -> Result<usize, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("truth.csv");
    std::fs::write(&path, text).expect("written");
    read_truth(&path).map(|rows| rows.len()).map_err(|error| {
        let cause = error.source().map(|source| format!(": {source}")).unwrap_or_default();
        format!("{error}{cause}").replace(&path.display().to_string(), "truth.csv")
    })
}

#[test]
fn a_table_with_more_columns_in_any_order_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("truth.csv");
    let text = "recording,kind,class,action_units,onset,apex,offset,peak_px\ns01_1,Macro,positive,15,899,993,1140,8.1\n";
    std::fs::write(&path, text).expect("written");
    let rows = read_truth(&path).expect("a table");
    assert_eq!((rows[0].recording.as_str(), rows[0].kind), ("s01_1", ExpressionKind::Macro));
    assert_eq!((rows[0].interval, rows[0].apex), (Interval { onset: 899, offset: 1140 }, 993));
    assert_eq!(rows[0].class, "positive");
}

#[test]
fn what_is_no_table_of_intervals_is_refused_in_one_line() {
    let cases = [
        ("a,b\n1,2\n", "truth.csv: expected a column recording; found a, b"),
        (
            "recording,kind,onset,apex,offset\nr,tiny,1,2,3\n",
            "truth.csv: line 2: kind is \"tiny\", expected micro or macro",
        ),
        (
            "recording,kind,onset,apex,offset\nr,micro,x,2,3\n",
            "truth.csv: line 2: onset is \"x\", expected a frame number, from 0",
        ),
        (
            "recording,kind,onset,apex,offset\nr,micro,-1,2,3\n",
            "truth.csv: line 2: onset is \"-1\", expected a frame number, from 0",
        ),
        (
            "recording,kind,onset,apex,offset\nr,micro,9,9,3\n",
            "truth.csv: line 2: offset is \"3\", expected a frame not before the onset",
        ),
        (
            "recording,kind,onset,apex,offset\nr,micro,1,9,3\n",
            "truth.csv: line 2: apex is \"9\", expected a frame from onset to offset",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(read(text), Err(message.to_owned()));
    }
    for unreadable in
        ["recording,kind,onset,apex,offset\nr,micro\n", "recording,kind,onset,apex,offset\n\u{fffd}"]
    {
        let message = read(unreadable).expect_err("too few cells");
        assert!(
            message.starts_with("truth.csv: cannot be read as CSV: ") && !message.contains('\n'),
            "{message}"
        );
    }
    assert!(read_truth(std::path::Path::new("no/such/file.csv")).is_err());
}

#[test]
fn half_of_the_union_makes_a_spotted_interval_right() {
    let truth = [Interval { onset: 0, offset: 9 }];
    // 10 of 20 frames shared, then 10 of 21.
    assert_eq!(right_pairs(&truth, &[Interval { onset: 0, offset: 19 }]), [(0, 0)]);
    assert!(right_pairs(&truth, &[Interval { onset: 0, offset: 20 }]).is_empty());
}

#[test]
fn a_true_interval_counts_once_however_often_it_is_spotted() {
    let truth = [Interval { onset: 10, offset: 29 }];
    let twice = [Interval { onset: 10, offset: 27 }, Interval { onset: 11, offset: 29 }];
    assert_eq!(right_pairs(&truth, &twice), [(0, 1)]);
    let scores = SpottingScores::of_recording(&truth, &twice);
    assert_eq!((scores.precision, scores.recall), (0.5, 1.0));
}

#[test]
fn recordings_are_pooled_by_counts() {
    let one = SpottingScores::of_counts(3, 2, 2);
    let other = SpottingScores::of_counts(1, 4, 0);
    let all = SpottingScores::pooled([one, other]);
    assert_eq!((all.real, all.spotted, all.right), (4, 6, 2));
    assert_eq!(all.f1, 0.4);
    assert_eq!(SpottingScores::pooled([]).f1, 0.0);
}
