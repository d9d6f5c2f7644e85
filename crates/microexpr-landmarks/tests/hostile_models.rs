//! Mutated model files: errors or working models, within memory bounded by the file's own size.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::LazyLock;

use image::GrayImage;
use microexpr_landmarks::{FaceBox, ShapePredictor};
use proptest::prelude::*;

thread_local! {
    static HELD: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

#[expect(unsafe_code, reason = "an allocator is an unsafe trait; every call is passed on as it is")]
// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.set(HELD.get() + layout.size());
        PEAK.set(PEAK.get().max(HELD.get()));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.set(HELD.get().saturating_sub(layout.size()));
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Most bytes held at once during `work`, beyond those held before, and its result.
fn peak_of<T>(work: impl FnOnce() -> T) -> (usize, T) {
    let before = HELD.get();
    PEAK.set(before);
    let result = work();
    (PEAK.get() - before, result)
}

/// Two models by dlib, and one in the compact format.
static MODELS: LazyLock<[Vec<u8>; 3]> = LazyLock::new(|| {
    let read = |name: &str| {
        std::fs::read(format!("{}/tests/data/dlib/{name}", env!("CARGO_MANIFEST_DIR"))).expect("a data file")
    };
    let compact = ShapePredictor::from_bytes(&read("points68.dat")).expect("a model").to_compact_bytes(12);
    [read("points5.dat"), read("points68.dat"), compact]
});

/// A number in memory takes at most 4/3 of its bytes in the file, a growing list for a moment three times its own.
const MEMORY_PER_BYTE: usize = 4;
/// The reader's buffer (64 KiB), and what messages and short lists take.
const MEMORY_AT_ALL: usize = 100_000;

#[derive(Debug, Clone)]
enum Mutation {
    Set(u8),
    Insert(Vec<u8>),
    Remove(usize),
    Cut,
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        6 => any::<u8>().prop_map(Mutation::Set),
        // A count of up to eight bytes: as large as the format can say.
        3 => (1_u8..=8, prop::collection::vec(any::<u8>(), 8)).prop_map(|(length, mut bytes)| {
            bytes.insert(0, length);
            bytes.truncate(usize::from(length) + 1);
            Mutation::Insert(bytes)
        }),
        1 => (1_usize..20).prop_map(Mutation::Remove),
        1 => Just(Mutation::Cut),
    ]
}

/// Early places, where the counts are, as often as all others.
fn place() -> impl Strategy<Value = f64> {
    prop_oneof![(0.0..1.0).prop_map(|x: f64| x.powi(6)), 0.0..1.0]
}

fn mutate(bytes: &mut Vec<u8>, at: f64, mutation: Mutation) {
    let at = (at * (bytes.len() - 1) as f64) as usize;
    match mutation {
        Mutation::Set(byte) => bytes[at] = byte,
        Mutation::Insert(some) => drop(bytes.splice(at..at, some)),
        Mutation::Remove(count) => drop(bytes.drain(at..(at + count).min(bytes.len() - 1))),
        Mutation::Cut => bytes.truncate(at.max(1)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_models_are_errors_or_models_and_never_take_much_memory(
        model in 0..3_usize,
        mutations in prop::collection::vec((place(), mutation()), 1..4),
    ) {
        let mut bytes = MODELS[model].clone();
        mutations.into_iter().for_each(|(at, mutation)| mutate(&mut bytes, at, mutation));
        let (peak, result) = peak_of(|| ShapePredictor::from_bytes(&bytes));
        prop_assert!(peak <= MEMORY_PER_BYTE * bytes.len() + MEMORY_AT_ALL, "{} bytes for {}", peak, bytes.len());
        match result {
            Err(error) => prop_assert!(error.to_string().contains("at byte")),
            Ok(predictor) => {
                let image = GrayImage::from_fn(40, 30, |x, y| image::Luma([(5 * x + 3 * y) as u8]));
                let face = FaceBox::new(-3.0, 2.0, 45.0, 33.0).expect("a box");
                let points = predictor.predict(&image, &face);
                prop_assert!(points.points().iter().flatten().all(|v| v.is_finite()));
            }
        }
    }
}

#[test]
fn a_file_is_read_within_the_models_own_size() {
    let path = format!("{}/tests/data/dlib/points68.dat", env!("CARGO_MANIFEST_DIR"));
    let before = HELD.get();
    let (peak, predictor) = peak_of(|| ShapePredictor::open(path).expect("a model"));
    let held = HELD.get() - before;
    // Beyond the model, only the reader's buffer of 64 KiB and the file's path.
    assert!(peak - held < 80_000, "{peak} bytes at most for a model of {held}");
    drop(predictor);
}
