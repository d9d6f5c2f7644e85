use crate::ShapePredictor;

/// The bytes of [`ShapePredictor::for_generated_faces`], made by `examples/generated_faces_model.rs`.
pub(crate) const BYTES: &[u8] = include_bytes!("../models/generated_faces.model");

impl ShapePredictor {
    /// The 68-point model that this crate carries: **for generated faces only**.
    ///
    /// It was trained on 400 painted faces of `microexpr-synth` and on nothing else, so that programs, tests and examples
    /// run on generated clips without any model file. On photographs its points mean nothing: use
    /// [`ShapePredictor::open`] with a model that was trained on photographs. The program that trained it is
    /// `examples/generated_faces_model.rs` of this crate.
    ///
    /// On generated faces of other persons, in the default detector's boxes, its points lie 1.0 % of the inter-ocular
    /// distance from the truth (mean over the points, median over 60 persons).
    ///
    /// # Example
    ///
    /// ```
    /// assert_eq!(microexpr_landmarks::ShapePredictor::for_generated_faces().landmark_count(), 68);
    /// ```
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "the bytes are the crate's own")]
    pub fn for_generated_faces() -> Self {
        Self::from_bytes(BYTES).expect("the crate's own model is whole")
    }
}
