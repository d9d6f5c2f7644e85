use microexpr_landmarks::HeadPose;

/// Clips that are named; more are counted.
const NAMED: usize = 10;

/// Tells of those of some clips whose head is turned, the ones turned most first; of a clip whose pose is not known nothing is told.
pub(crate) fn warning(clips: impl ExactSizeIterator<Item = (String, Option<HeadPose>)>) -> Option<String> {
    let all = clips.len();
    let mut turned: Vec<(String, HeadPose)> =
        clips.filter_map(|(id, pose)| Some((id, pose.filter(HeadPose::is_turned)?))).collect();
    if turned.is_empty() {
        return None;
    }
    turned.sort_by(|(_, a), (_, b)| b.yaw_deg.abs().total_cmp(&a.yaw_deg.abs()));
    let names: Vec<String> = turned.iter().take(NAMED).map(|(id, pose)| format!("{id} ({pose})")).collect();
    let more = match turned.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    Some(format!(
        "in {} of {all} clips the head is turned away by more than 15° or nodded by more than 30°: {}{more}",
        turned.len(),
        names.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(id: usize, yaw_deg: f64) -> (String, Option<HeadPose>) {
        (format!("s1/{id}"), Some(HeadPose { yaw_deg, pitch_deg: -3.0, roll_deg: 1.0 }))
    }

    #[test]
    fn turned_heads_are_named_the_most_turned_first_and_others_are_not() {
        let clips = [clip(1, 16.0), clip(2, -14.0), ("s1/3".to_owned(), None), clip(4, -21.0)];
        let told = warning(clips.into_iter()).expect("two are turned");
        assert!(told.starts_with("in 2 of 4 clips"), "{told}");
        assert!(
            told.ends_with("s1/4 (yaw -21°, pitch -3°, roll 1°), s1/1 (yaw 16°, pitch -3°, roll 1°)"),
            "{told}"
        );
        assert_eq!(warning([clip(1, 3.0), ("s1/2".to_owned(), None)].into_iter()), None);
    }

    #[test]
    fn of_many_turned_heads_ten_are_named() {
        let told = warning((0..13).map(|i| clip(i, 20.0))).expect("all are turned");
        assert!(told.ends_with("and 3 more") && told.matches("yaw").count() == 10, "{told}");
    }
}
