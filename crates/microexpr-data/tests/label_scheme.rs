//! Emotion words to classes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use microexpr_data::{ClassTable, ClipRecord, DataError, Dataset, LabelScheme, Layout};

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
        bits: None,
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
    assert_eq!("casme3".parse::<Layout>().unwrap(), Layout::Casme3);
    assert!(matches!("casme4".parse::<Layout>(), Err(DataError::UnknownLayout { .. })));
    for scheme in LabelScheme::PUBLISHED {
        assert_eq!(scheme.name().parse::<LabelScheme>().unwrap(), scheme);
    }
    assert_eq!("smic".parse::<LabelScheme>().unwrap(), LabelScheme::ThreeClasses);
    let error = "6".parse::<LabelScheme>().unwrap_err().to_string();
    assert!(error.contains("\"6\", expected one of 3, samm-5, casme2-5, casme3-4, casme3-7"), "{error}");
    assert_eq!(Dataset::from_name("CASME II"), Dataset::Casme2);
    assert_eq!(Dataset::from_name("4DME").to_string(), "4DME");
    assert_eq!(
        (Dataset::from_name("CAS(ME)3"), Dataset::from_name("casme")),
        (Dataset::Casme3, Dataset::Casme)
    );
    // Another dataset than CASME II, with another frame rate.
    assert_eq!(Dataset::from_name("CAS(ME)^2").fps(), None);
}

/// The spellings of CAS(ME)³'s, MMEW's, DFME's and 4DME's tables.
#[test]
fn every_tables_spelling_has_its_class() {
    let three = |label| class(LabelScheme::ThreeClasses, Dataset::Casme3, label);
    for label in ["disgust", "fear", "anger", "sad", "Sadness", "Contempt", "Negative", "Repression"] {
        assert_eq!(three(label), Some("negative"), "{label}");
    }
    for label in ["happy", "Happiness", "Positive"] {
        assert_eq!(three(label), Some("positive"), "{label}");
    }
    assert_eq!(
        (three("surprise"), three("others"), three("tense"), three("angr")),
        (Some("surprise"), None, None, None)
    );
}

#[test]
fn published_sets_have_their_classes() {
    let casme2 = |label| class(LabelScheme::Casme2Five, Dataset::Casme2, label);
    for label in ["disgust", "happiness", "repression", "surprise", "others"] {
        assert_eq!(casme2(label), Some(label));
    }
    assert_eq!((casme2("sadness"), casme2("fear"), casme2("contempt")), (None, None, None));
    let four = |label| class(LabelScheme::Casme3Four, Dataset::Casme3, label);
    assert_eq!(
        (four("sad"), four("happy"), four("surprise")),
        (Some("negative"), Some("positive"), Some("surprise"))
    );
    assert_eq!(four("others"), Some("others"));
    let seven = |label| class(LabelScheme::Casme3Seven, Dataset::Casme3, label);
    let spelt = ["disgust", "surprise", "others", "fear", "anger", "sad", "happy"].map(seven);
    assert_eq!(spelt.map(Option::unwrap), LabelScheme::Casme3Seven.classes());
    let five = |label| class(LabelScheme::FourDmeFive, Dataset::from_name("4DME"), label);
    assert_eq!(
        (five("Repression"), five("Negative"), five("Others")),
        (Some("repression"), Some("negative"), Some("others"))
    );
    assert_eq!(class(LabelScheme::DfmeSeven, Dataset::from_name("DFME"), "others"), None);
}

fn table(text: &str) -> Result<LabelScheme, DataError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("classes.csv");
    std::fs::write(&path, text).unwrap();
    ClassTable::read(path).map(LabelScheme::Table)
}

#[test]
fn classes_of_ones_own_are_read_from_a_table() {
    let scheme = table("label,class\r\nhappy,up\r\nsad,down\r\nfear,down\r\nsmirk,up\r\n").unwrap();
    assert_eq!(scheme.classes(), ["up", "down"]);
    let of = |label| class(scheme, Dataset::Casme2, label);
    assert_eq!((of("Happy"), of("smirk"), of("Fear")), (Some("up"), Some("up"), Some("down")));
    // Another spelling of the same emotion; and what is not in the table.
    assert_eq!(
        (of("happiness"), of("sadness"), of("surprise"), of("wink")),
        (Some("up"), Some("down"), None, None)
    );
    assert_eq!(table("a;x\nb;y\n").unwrap().classes(), ["x", "y"]);
}

#[test]
fn a_wrong_table_of_classes_is_an_error_with_its_line() {
    let error = |text: &str| table(text).unwrap_err().to_string();
    assert!(error("label,class\na,x\nb\n").ends_with("for every label; found \"b\""));
    assert!(
        error("a,x\nb,y\nA,y\n").contains("line 3: ")
            && error("a,x\nb,y\nA,y\n").ends_with("\"A\" in the classes \"x\" and \"y\"")
    );
    assert!(error("a,x\nb,x\n").ends_with("1 classes in the whole table"));
    assert!(error("a,\nb,x\n").contains("line 1: "));
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
