//! Follows a camera: says an expression as soon as it is sure.
//!
//! ```sh
//! ffmpeg -f v4l2 -i /dev/video0 -f yuv4mpegpipe - | cargo run --release --example spot_stream
//! ```

use std::error::Error;

use microexpr::core::grey_from_image;
use microexpr::landmarks::{FaceLandmarker, LandmarkerParams, grey_from_frame};
use microexpr::spot::{
    FaceRegions, RegionTracker, RegionTrackerParams, SpotParams, SpottedExpression, Spotter,
};
use microexpr::video::{Video, VideoParams};

fn main() -> Result<(), Box<dyn Error>> {
    let video = Video::from_standard_input(VideoParams::default())?;
    let fps = video.fps().ok_or("the stream does not say its frame rate")?;
    let landmarker = FaceLandmarker::open(None, LandmarkerParams::default())?;
    let mut follower: Option<(RegionTracker, Spotter)> = None;
    for (number, image) in video.enumerate() {
        let frame = grey_from_image(&image?);
        if follower.is_none()
            && let Ok(face) = landmarker.face(&grey_from_frame(frame.view()))
        {
            let regions = FaceRegions::of_landmarks(&face.landmarks)?;
            let tracker = RegionTracker::start(frame.view(), &regions, fps, RegionTrackerParams::default())?;
            let mut spotter = Spotter::new(&regions, fps, SpotParams::default())?;
            // Frames are counted from the beginning of the stream.
            spotter.skip(number);
            follower = Some((tracker, spotter));
        }
        let Some((tracker, spotter)) = &mut follower else { continue };
        match tracker.follow(frame.view())? {
            Some(motion) => tell(&spotter.push(&motion)?, fps),
            None => {
                tell(&spotter.skip(1), fps);
                follower = None;
            }
        }
    }
    if let Some((_, spotter)) = follower {
        tell(&spotter.finish(), fps);
    }
    Ok(())
}

fn tell(found: &[SpottedExpression], fps: f64) {
    for SpottedExpression { kind, interval, apex, .. } in found {
        let seconds = [interval.onset, *apex, interval.offset].map(|frame| frame as f64 / fps);
        println!("{}: {:.2} s, apex {:.2} s, until {:.2} s", kind.name(), seconds[0], seconds[1], seconds[2]);
    }
}
