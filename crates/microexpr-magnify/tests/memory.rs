//! What streaming costs in memory, counted by the allocator.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use microexpr_magnify::{
    ButterworthOrder, FrameLayout, GainRule, Magnifier, RieszMagnifier, RieszParams, StreamFilter,
    StreamParams,
};

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static BYTES: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

#[expect(unsafe_code, reason = "an allocator is an unsafe trait; every call is passed on as it is")]
// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.set(CALLS.get() + 1);
        BYTES.set(BYTES.get() + layout.size());
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        BYTES.set(BYTES.get().saturating_sub(layout.size()));
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn calls_during(work: impl FnOnce()) -> usize {
    let before = CALLS.get();
    work();
    CALLS.get() - before
}

#[test]
fn streams_do_not_allocate_after_construction() {
    for layout in [FrameLayout::grey(61, 83), FrameLayout::rgb(61, 83)] {
        for order in [ButterworthOrder::First, ButterworthOrder::Second] {
            let temporal = StreamFilter::Butterworth { low_hz: 0.5, high_hz: 10.0, order };
            let params = StreamParams { temporal, ..Default::default() };
            let mut linear = Magnifier::new(layout, 100.0, &params).unwrap();
            let riesz = RieszParams { temporal, ..Default::default() };
            let mut riesz = RieszMagnifier::new(layout, 100.0, &riesz).unwrap();
            let mut frame: Vec<u8> = (0..layout.len()).map(|i| (i * 7 % 251) as u8).collect();
            let calls = calls_during(|| {
                for _ in 0..5 {
                    linear.magnify(&mut frame).unwrap();
                    riesz.magnify(&mut frame).unwrap();
                    frame.rotate_right(1);
                }
            });
            assert_eq!(calls, 0, "{layout:?} {order:?}");
        }
    }
}

/// Frames in several bands of rows on several threads, whose allocations count too.
#[cfg(feature = "rayon")]
#[test]
fn streams_of_large_frames_do_not_allocate_on_any_thread() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let calls = || pool.broadcast(|_| CALLS.get()).iter().sum::<usize>();
    let layout = FrameLayout::rgb(480, 640);
    let mut magnifier = Magnifier::new(layout, 100.0, &StreamParams::default()).unwrap();
    let mut frame: Vec<u8> = (0..layout.len()).map(|i| (i * 7 % 251) as u8).collect();
    pool.install(|| magnifier.magnify(&mut frame).unwrap());
    let no_frame = {
        let before = calls();
        pool.install(|| ());
        calls() - before
    };
    let before = calls();
    pool.install(|| {
        for _ in 0..50 {
            frame.rotate_right(1);
            magnifier.magnify(&mut frame).unwrap();
        }
    });
    assert_eq!(calls() - before, no_frame, "{no_frame} without a frame");
}

/// The state that no stream can do without: two planes of a quarter of the frame's size per colour, and one frame.
#[test]
fn a_stream_holds_at_most_twice_its_state() {
    for (layout, planes) in [
        (FrameLayout::grey(254, 254), 1),
        (FrameLayout::rgb(254, 254), 3),
        (FrameLayout::grey(480, 640), 1),
        (FrameLayout::rgb(480, 640), 3),
    ] {
        let params =
            StreamParams { gain: GainRule::Wu { lambda_c_px: 16.0, boost: 2.0 }, ..Default::default() };
        let state = 2 * planes * (layout.height * layout.width / 4) * size_of::<f32>() + layout.len();
        let before = BYTES.get();
        let frame = vec![0_u8; layout.len()];
        let magnifier = Magnifier::<u8>::new(layout, 100.0, &params).unwrap();
        let held = BYTES.get() - before;
        let mib = |bytes: usize| bytes as f64 / f64::from(1 << 20);
        println!("{layout:?}: {:.2} MiB held, {:.2} MiB of state", mib(held), mib(state));
        assert!(held <= 2 * state, "{held} bytes for a state of {state}");
        drop((frame, magnifier));
    }
}
