#!/usr/bin/env bash
# rusty_h264-decoder 0.17.0: the cropping of an H.264 picture at its left and top is left out, the picture is shifted.
#
# A sequence parameter set may crop a picture at all four sides (ITU-T H.264, 7.4.2.1.1). Encoders crop at right and bottom to come from
# whole macroblocks to the picture's size; tools that cut a border off without encoding anew (ffmpeg's h264_metadata) write the other two.
# The decoder reads all four and applies two: the frame keeps the columns and rows that are to go, without an error, and is larger
# than it says. Points found in it are off by the crop.
#
# ffmpeg itself crops at the left exactly only with `-flags unaligned`; otherwise the decoder rounds the left edge to its alignment.
#
# Method: one picture of known columns, coded by x264, cropped by 6 at the left and 10 at the top; decoded by both.
#
# Seen with rustc 1.95, imageio-ffmpeg 0.6.0 (ffmpeg 7.0.2) (2026-11-28):
#
#   declared size 90x70
#   ffmpeg  90x70, equal to the uncropped picture from column 6, row 10
#   decoder 96x80, equal to the uncropped picture from column 0, row 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet imageio-ffmpeg==0.6.0
ffmpeg=$("$folder/venv/bin/python" -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
run() { "$ffmpeg" -hide_banner -loglevel error -nostdin "$@"; }
cd "$folder"
run -f lavfi -i "nullsrc=s=96x80:r=25,format=yuv420p,geq=lum='20+2*X+Y/4':cb=128:cr=128" -frames:v 1 -c:v libx264 -qp 10 whole.h264
run -i whole.h264 -c copy -bsf:v h264_metadata=crop_left=6:crop_top=10 cropped.h264
run -i whole.h264 -f rawvideo -vf extractplanes=y whole.luma
run -flags unaligned -i cropped.h264 -f rawvideo -vf extractplanes=y ffmpeg.luma
mkdir -p src
cat > Cargo.toml <<'TOML'
[package]
name = "check"
version = "0.0.0"
edition = "2024"
[dependencies]
rusty_h264-decoder = { version = "=0.17.0", default-features = false, features = ["std"] }
TOML
cat > src/main.rs <<'RS'
use rusty_h264_decoder::Decoder;

fn main() {
    let whole = std::fs::read("whole.luma").unwrap();
    let at = |x: usize, y: usize| whole[96 * y + x];
    let equal = |luma: &[u8], width: usize, left: usize, top: usize| {
        luma.iter().enumerate().all(|(i, value)| *value == at(left + i % width, top + i / width))
    };
    println!("declared size 90x70");
    let ffmpeg = std::fs::read("ffmpeg.luma").unwrap();
    assert_eq!(ffmpeg.len(), 90 * 70);
    assert!(equal(&ffmpeg, 90, 6, 10));
    println!("ffmpeg  90x70, equal to the uncropped picture from column 6, row 10");
    let frame = Decoder::new().decode_stream(&std::fs::read("cropped.h264").unwrap()).unwrap().remove(0);
    assert_eq!((frame.width, frame.height), (96, 80));
    assert!(equal(&frame.y, 96, 0, 0));
    println!("decoder 96x80, equal to the uncropped picture from column 0, row 0");
}
RS
cargo run --quiet
