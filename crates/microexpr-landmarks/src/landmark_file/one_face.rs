use std::collections::BTreeMap;

use super::found_face::FoundFace;

/// Faces whose sizes differ by less are equally large.
const ALIKE: f64 = 0.1;

/// The one face of every frame that a clip is about, and what there was to choose from.
///
/// Programs that tell faces apart name them: of these the largest counts, of equals the one seen most surely. Else the largest face
/// of the first frame is followed to the nearest one of each next frame.
pub(super) fn one_face(faces: Vec<FoundFace>) -> (BTreeMap<u64, FoundFace>, Option<String>) {
    let mut frames: BTreeMap<u64, Vec<FoundFace>> = BTreeMap::new();
    for face in faces {
        frames.entry(face.number).or_default().push(face);
    }
    let most = frames.values().map(Vec::len).max().unwrap_or(0);
    if most < 2 {
        let alone =
            frames.into_iter().filter_map(|(number, faces)| Some((number, faces.into_iter().next()?)));
        return (alone.collect(), None);
    }
    if frames.values().flatten().all(|face| face.id.is_some()) {
        return named_face(frames, most);
    }
    let mut chosen: BTreeMap<u64, FoundFace> = BTreeMap::new();
    for (number, mut faces) in frames {
        let rank = |face: &FoundFace| match chosen.values().next_back() {
            Some(before) => face.distance(before),
            None => -face.area(),
        };
        faces.sort_by(|a, b| rank(a).total_cmp(&rank(b)));
        chosen.extend(faces.into_iter().next().map(|face| (number, face)));
    }
    (chosen, Some(format!("up to {most} faces in a frame: the largest of the first frame is followed")))
}

fn named_face(
    frames: BTreeMap<u64, Vec<FoundFace>>,
    most: usize,
) -> (BTreeMap<u64, FoundFace>, Option<String>) {
    let mut by_id: BTreeMap<Option<u64>, Vec<&FoundFace>> = BTreeMap::new();
    frames.values().flatten().for_each(|face| by_id.entry(face.id).or_default().push(face));
    let mean = |faces: &[&FoundFace], of: fn(&FoundFace) -> f64| {
        faces.iter().map(|face| of(face)).sum::<f64>() / faces.len() as f64
    };
    let sizes: Vec<(Option<u64>, f64, f64)> = by_id
        .iter()
        .map(|(id, faces)| (*id, mean(faces, FoundFace::area), mean(faces, |face| face.confidence)))
        .collect();
    let largest = sizes.iter().map(|(_, area, _)| *area).fold(0.0, f64::max);
    let alike = sizes.iter().filter(|(_, area, _)| *area >= (1.0 - ALIKE) * largest);
    // Of equals the first one.
    let chosen = alike.rev().max_by(|a, b| a.2.total_cmp(&b.2)).and_then(|(id, ..)| *id);
    let own = |faces: Vec<FoundFace>| faces.into_iter().find(|face| face.id == chosen);
    let faces = frames.into_iter().filter_map(|(number, faces)| Some((number, own(faces)?)));
    let note = format!("up to {most} faces in a frame: face_id {} is taken", chosen.unwrap_or_default());
    (faces.collect(), Some(note))
}
