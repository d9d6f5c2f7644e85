//! Emotion words to classes.

use microexpr_data::{ClipRecord, DataError, Dataset, LabelScheme, Layout};

fn class(scheme: LabelScheme, dataset: Dataset, label: &str) -> Option<&'static str> {
    let clip = ClipRecord {
        dataset,
        subject: "s".into(),
        clip: "c".into(),
        label: label.into(),
        frames: Vec::new(),
        onset: None,
        apex: None,
        offset: None,
        fps: 100.0,
    };
    scheme.class_of(&clip).map(|index| scheme.classes()[index])
}

#[test]
fn three_classes_are_negative_positive_surprise() {
    let of = |dataset, label| class(LabelScheme::ThreeClasses, dataset, label);
    for label in ["Anger", "Contempt", "Disgust", "Fear", "Sadness", "negative"] {
        assert_eq!(of(Dataset::Samm, label), Some("negative"));
    }
    assert_eq!(
        (of(Dataset::Samm, "Happiness"), of(Dataset::Smic, "positive")),
        (Some("positive"), Some("positive"))
    );
    assert_eq!((of(Dataset::Samm, "Surprise "), of(Dataset::Samm, "Other")), (Some("surprise"), None));
    assert_eq!(
        (of(Dataset::Casme2, "repression"), of(Dataset::Casme2, "disgust")),
        (Some("negative"), Some("negative"))
    );
    assert_eq!((of(Dataset::Casme2, "sadness"), of(Dataset::Casme2, "others")), (None, None));
}

#[test]
fn five_classes_are_samms_without_disgust_fear_and_sadness() {
    let of = |label| class(LabelScheme::FiveClasses, Dataset::Samm, label);
    assert_eq!(LabelScheme::FiveClasses.classes(), ["anger", "happiness", "surprise", "contempt", "other"]);
    assert_eq!(
        (of("Anger"), of("Other"), of("others"), of("Contempt")),
        (Some("anger"), Some("other"), Some("other"), Some("contempt"))
    );
    assert_eq!((of("Disgust"), of("Fear"), of("Sadness"), of("")), (None, None, None, None));
}

/// SAMM's 159 emotions, from its published description.
#[test]
fn samms_emotions_give_the_protocols_counts() {
    let emotions = [
        ("Anger", 57),
        ("Happiness", 26),
        ("Other", 26),
        ("Surprise", 15),
        ("Contempt", 12),
        ("Disgust", 9),
        ("Fear", 8),
        ("Sadness", 6),
    ];
    for scheme in [LabelScheme::ThreeClasses, LabelScheme::FiveClasses] {
        let mut counts = vec![0; scheme.classes().len()];
        for (emotion, n) in emotions {
            if let Some(name) = class(scheme, Dataset::Samm, emotion) {
                counts[scheme.classes().iter().position(|c| *c == name).unwrap()] += n;
            }
        }
        assert_eq!(counts, scheme.protocol_counts(Layout::Samm).unwrap().clips);
    }
}

#[test]
fn schemes_and_layouts_are_found_by_what_a_user_types() {
    assert_eq!(LabelScheme::with_classes(3), Some(LabelScheme::ThreeClasses));
    assert_eq!(LabelScheme::with_classes(5), Some(LabelScheme::FiveClasses));
    assert_eq!(LabelScheme::with_classes(4), None);
    assert_eq!("casme2".parse::<Layout>().unwrap(), Layout::Casme2);
    assert!(matches!("casme3".parse::<Layout>(), Err(DataError::UnknownLayout { .. })));
    assert_eq!(Dataset::from_name("CASME II"), Dataset::Casme2);
    assert_eq!(Dataset::from_name("4DME").to_string(), "4DME");
}

#[test]
fn a_given_root_goes_before_the_environment() {
    assert_eq!(Layout::Smic.root(Some("x".into())).unwrap(), std::path::Path::new("x"));
    if std::env::var_os("MANIFEST_ROOT").is_none() {
        let error = Layout::Manifest.root(None).unwrap_err().to_string();
        assert_eq!(
            error,
            "no root of manifest given: name a folder, or set the environment variable MANIFEST_ROOT"
        );
    }
}
