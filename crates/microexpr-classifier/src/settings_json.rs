//! Settings as JSON: read with every key known, and changed key by key.

use microexpr_evaluation::Evaluation;
use serde_json::{Map, Value};

use crate::network_learner::NETWORK;
use crate::{ClassifierError, Settings};

impl Settings {
    /// The settings of an evaluation by the network; `None` of another learner's.
    #[must_use]
    pub fn of(evaluation: &Evaluation) -> Option<Self> {
        let network = evaluation.learner.name == NETWORK;
        network.then(|| serde_json::from_value(evaluation.settings.clone()).ok())?
    }

    /// Reads settings as found under `settings` in results.json. What the text leaves out is the paper's.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::DecodeSettings`] if the text is not JSON or a value is of the wrong kind;
    /// [`ClassifierError::UnknownSetting`] for a key that nothing reads, such as a misspelt one.
    pub fn from_json(text: &[u8]) -> Result<Self, ClassifierError> {
        from_value(serde_json::from_slice(text).map_err(ClassifierError::DecodeSettings)?)
    }

    /// The settings as JSON, numbers in their shortest form.
    pub(crate) fn to_json(&self) -> Value {
        // Through text: a value made directly would hold 0.003 in single precision as 0.003000000026.
        serde_json::to_vec(self).and_then(|text| serde_json::from_slice(&text)).unwrap_or_default()
    }

    /// These settings with one changed: `key` is its path in the JSON, such as `pipeline.averaging_s` or `model.layers`;
    /// `value` is JSON, or a word without quotes (`consecutive`). A value with parts of its own is replaced as a whole:
    /// `pipeline.flow` by `{"algorithm":"tvl1"}`.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::UnknownSetting`] if there is no such key, [`ClassifierError::DecodeSettings`] if it cannot have
    /// this value.
    pub fn with(&self, key: &str, value: &str) -> Result<Self, ClassifierError> {
        let mut all = serde_json::to_value(self).map_err(ClassifierError::EncodeSettings)?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
        let last = key.split('.').count() - 1;
        let mut place = &mut all;
        for (at, part) in key.split('.').enumerate() {
            let unknown = unknown_setting(key.split('.').take(at + 1), place.as_object());
            // A setting that is absent unless somebody gives it is not in the JSON; what nothing reads is refused below.
            if let (true, Value::Object(beside)) = (at == last && !value.is_null(), &mut *place) {
                beside.entry(part).or_insert(Value::Null);
            }
            place = place.get_mut(part).ok_or(unknown)?;
        }
        *place = value;
        from_value(all)
    }
}

/// The settings, if each of the keys means something.
fn from_value(given: Value) -> Result<Settings, ClassifierError> {
    let settings: Settings =
        serde_json::from_value(given.clone()).map_err(ClassifierError::DecodeSettings)?;
    let read = serde_json::to_value(&settings).map_err(ClassifierError::EncodeSettings)?;
    check_keys(&given, &read, &mut Vec::new())?;
    Ok(settings)
}

/// Refuses a key of `given` that is not in what was `read` from it. What is `null` counts as absent.
fn check_keys<'a>(given: &'a Value, read: &Value, path: &mut Vec<&'a str>) -> Result<(), ClassifierError> {
    let (Value::Object(given), Value::Object(read)) = (given, read) else { return Ok(()) };
    for (key, value) in given.iter().filter(|(_, value)| !value.is_null()) {
        path.push(key);
        let kept = read.get(key).or_else(|| choice_of_before(key, value, read));
        let kept = kept.ok_or_else(|| unknown_setting(path.iter().copied(), Some(read)))?;
        check_keys(value, kept, path)?;
        path.pop();
    }
    Ok(())
}

/// What was read of a choice with parts of its own, whose name is given in the casing of an earlier version; serde knows those
/// names, too.
fn choice_of_before<'a>(key: &str, value: &Value, read: &'a Map<String, Value>) -> Option<&'a Value> {
    let mut all = read.iter();
    match (all.next(), all.next()) {
        (Some((known, parts)), None) if value.is_object() && spelling(known) == spelling(key) => Some(parts),
        _ => None,
    }
}

/// A name without its casing.
fn spelling(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn unknown_setting<'a>(
    path: impl Iterator<Item = &'a str>,
    beside: Option<&Map<String, Value>>,
) -> ClassifierError {
    let expected = match beside {
        Some(keys) => {
            format!("expected one of {}", keys.keys().map(String::as_str).collect::<Vec<_>>().join(", "))
        }
        None => "what holds it is a single value".to_owned(),
    };
    ClassifierError::UnknownSetting { key: path.collect::<Vec<_>>().join("."), expected }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Preset;
    use microexpr_flow::FlowAlgorithm;
    use microexpr_pipeline::FlowSpan;

    fn error(result: Result<Settings, ClassifierError>) -> String {
        crate::error::chain(&result.unwrap_err())
    }

    #[test]
    fn settings_survive_the_way_through_json() {
        for preset in Preset::ALL {
            let settings = preset.settings();
            let text = serde_json::to_vec(&settings).unwrap();
            assert_eq!(Settings::from_json(&text).unwrap(), settings);
        }
        assert_eq!(Settings::from_json(b"{}").unwrap(), Settings::default());
        assert_eq!(Settings::from_json(br#"{"inner_validation": null}"#).unwrap(), Settings::default());
    }

    /// Keys are snake_case, or the name of a choice; names of choices are kebab-case.
    fn assert_one_casing(value: &Value) {
        let plain = |text: &str| {
            text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c))
        };
        match value {
            Value::String(text) => assert!(plain(text) && !text.contains('_'), "{text}"),
            Value::Array(values) => values.iter().for_each(assert_one_casing),
            Value::Object(map) => map.iter().for_each(|(key, value)| {
                assert!(plain(key), "{key}");
                assert_one_casing(value);
            }),
            _ => {}
        }
    }

    #[test]
    fn settings_have_one_casing_and_those_of_before_are_read() {
        for preset in Preset::ALL {
            assert_one_casing(&preset.settings().to_json());
        }
        let old = br#"{"model": {"self_attention": "Gatv2", "readout": "MaxMean", "activation": "Elu"},
            "pipeline": {"landmarker": {"face": "WholeFrame", "motion": "PerFrame"},
                "magnification": {"temporal": {"onset_low_pass": {"cutoff_hz": 8.0}}},
                "selection": {"keep": "greater_or_equal"}}}"#;
        let read = Settings::from_json(old).unwrap();
        assert_eq!(read.model.self_attention, microexpr_gnn::attention::SelfAttentionKind::Gatv2);
        assert_eq!(read.pipeline.landmarker.face, microexpr_landmarks::FaceChoice::WholeFrame);
        assert_eq!(read.pipeline.selection.keep, microexpr_flow::KeepRule::GreaterOrEqual);
    }

    #[test]
    fn one_setting_changes_and_no_other() {
        let settings = Preset::Recommended.settings();
        let mut expected = settings.clone();
        expected.pipeline.averaging_s = 0.045;
        assert_eq!(settings.with("pipeline.averaging_s", "0.045").unwrap(), expected);

        let mut expected = settings.clone();
        expected.pipeline.flow_span = FlowSpan::Consecutive;
        expected.pipeline.flow = FlowAlgorithm::TvL1(Default::default());
        let changed = settings.with("pipeline.flow_span", "consecutive").unwrap();
        assert_eq!(changed.with("pipeline.flow", r#"{"algorithm":"tvl1"}"#).unwrap(), expected);
    }

    #[test]
    fn settings_that_are_absent_by_default_can_be_given() {
        let changed = Settings::default().with("pipeline.phase_magnification", r#"{"alpha":4}"#).unwrap();
        assert_eq!(changed.pipeline.phase_magnification.as_ref().unwrap().alpha, 4.0);
        assert_eq!(changed.pipeline.alpha(), 4.0);
        assert_eq!(changed.with("pipeline.phase_magnification", "null").unwrap(), Settings::default());
        let changed = Settings::default().with("pipeline.selection_flow", r#"{"algorithm":"tvl1"}"#).unwrap();
        assert!(changed.pipeline.selection_flow.is_some());
        let message = error(Settings::default().with("pipeline.phase_magnifcation", "null"));
        assert!(message.starts_with("unknown setting `pipeline.phase_magnifcation`"), "{message}");
    }

    #[test]
    fn a_misspelt_key_is_refused_by_name() {
        let settings = Settings::default();
        let message = error(settings.with("pipeline.averging_s", "0.045"));
        assert!(message.starts_with("unknown setting `pipeline.averging_s`; expected one of "), "{message}");
        assert!(message.contains("averaging_s"), "{message}");
        let message = error(settings.with("training.epochs.first", "3"));
        assert!(message.contains("`training.epochs.first`") && message.contains("single value"), "{message}");
        let message = error(settings.with("pipeline.flow", r#"{"algorithm":"tvl1","warpz":3}"#));
        assert!(message.contains("`pipeline.flow.warpz`"), "{message}");
        let message = error(Settings::from_json(br#"{"modell": {}}"#));
        assert!(
            message.contains("`modell`; expected one of flow_maps, model, pipeline, training"),
            "{message}"
        );
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_refused() {
        let message = error(Settings::default().with("training.epochs", "many"));
        assert!(message.contains("many") && message.contains("usize"), "{message}");
        let message = error(Settings::from_json(b"{"));
        assert!(message.contains("EOF"), "{message}");
    }
}
