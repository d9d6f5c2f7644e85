//! A program built without workbooks says what to do with one.
#![cfg(not(feature = "xlsx"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use microexpr_data::{DataError, read_long_annotations};

#[test]
fn a_workbook_is_to_be_saved_as_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("SAMM_LongVideos_V2_Release.xlsx");
    std::fs::write(&path, b"PK").unwrap();
    let error = read_long_annotations(&path).unwrap_err();
    assert!(matches!(error, DataError::WorkbooksLeftOut { .. }));
    assert!(error.to_string().ends_with("save it as .csv"), "{error}");
}
