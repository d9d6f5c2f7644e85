use std::path::{Path, PathBuf};

use crate::LandmarkError;

/// Environment variable that may name the landmark model.
pub const LANDMARK_MODEL_VARIABLE: &str = "MICROEXPR_LANDMARK_MODEL";

/// Where Debian's and Ubuntu's package `libdlib-data` puts the published 68-point model.
pub const LANDMARK_MODEL_DEFAULT: &str = "/usr/share/dlib/shape_predictor_68_face_landmarks.dat";

/// The landmark model to use: `explicit`, else the file named by [`LANDMARK_MODEL_VARIABLE`], else
/// [`LANDMARK_MODEL_DEFAULT`] if it exists.
///
/// The published model was trained on the iBUG 300-W photographs, whose licence excludes commercial use; it is therefore
/// not part of this crate. (For generated faces there is a model in the crate, see
/// [`LandmarkModel`](crate::LandmarkModel).)
///
/// # Errors
///
/// [`LandmarkError::NoShapePredictor`], which tells these three ways.
pub fn find_landmark_model(explicit: Option<&Path>) -> Result<PathBuf, LandmarkError> {
    choose(
        explicit,
        std::env::var_os(LANDMARK_MODEL_VARIABLE).map(PathBuf::from),
        Path::new(LANDMARK_MODEL_DEFAULT),
    )
}

fn choose(
    explicit: Option<&Path>,
    variable: Option<PathBuf>,
    default: &Path,
) -> Result<PathBuf, LandmarkError> {
    explicit
        .map(Path::to_owned)
        .or(variable.filter(|v| !v.as_os_str().is_empty()))
        .or_else(|| default.is_file().then(|| default.to_owned()))
        .ok_or_else(|| LandmarkError::NoShapePredictor {
            variable: LANDMARK_MODEL_VARIABLE,
            default: default.to_owned(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explicit_model_wins_over_the_variable_and_the_variable_over_the_usual_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let default = folder.path().join("usual.dat");
        let (a, b) = (Path::new("a.dat"), PathBuf::from("b.dat"));
        assert_eq!(choose(Some(a), Some(b.clone()), &default).expect("explicit"), a);
        assert_eq!(choose(None, Some(b.clone()), &default).expect("variable"), b);
        let message = choose(None, Some(PathBuf::new()), &default).expect_err("nothing there").to_string();
        for part in ["explicitly", LANDMARK_MODEL_VARIABLE, "usual.dat", "commercial"] {
            assert!(message.contains(part), "{part} is missing in: {message}");
        }
        std::fs::write(&default, b"").expect("a file");
        assert_eq!(choose(None, None, &default).expect("usual place"), default);
    }
}
