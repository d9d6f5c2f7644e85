#!/usr/bin/env bash
# Golden videos and what ffmpeg decodes of them. Run with ffmpeg 5.1.9 (libx264 core 164); the pictures are generated here: a moving
# grating with a disc that grows, so that every kind of prediction occurs.
#
#   ./generate.sh
#
# NAME.luma.txt holds the SHA-256 of the luma of every frame that ffmpeg shows (its framehash muxer), NAME.rgb.txt that of its
# colours, NAME.luma the luma itself where decoders may differ by a level.
set -euo pipefail
cd "$(dirname "$0")"
rm -f -- *.mp4 *.mov *.avi *.y4m *.txt *.luma
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

ffmpeg() { command ffmpeg -hide_banner -loglevel error -nostdin -fflags +bitexact "$@"; }

# pictures SIZE RATE FRAMES PIXEL_FORMAT OUT
pictures() {
    local disc="lt(hypot(X-W/2-6*sin(N/4)\,Y-H/2)\,8+N/3)"
    local lum="126+50*sin((X+Y/2+N*0.7)/4)+45*${disc}+random(1)*9"
    ffmpeg -f lavfi -i "nullsrc=s=$1:r=$2,format=yuv444p,geq=lum='$lum':cb='128+40*sin(X/9+N/5)':cr='128+40*cos(Y/7)'" \
        -frames:v "$3" -pix_fmt "$4" -flags +bitexact -c:v rawvideo -f nut -y "$5"
}

x264() { ffmpeg -i "$1" -c:v libx264 -threads 1 -flags +bitexact "${@:2}"; }

luma() { ffmpeg -i "$1" -vf extractplanes=y -f framehash -hash sha256 - | grep -v '^#' | sed 's/.*, *//' >"${1%.*}.luma.txt"; }

pictures 96x80 25 24 yuv420p "$scratch/main.nut"
x264 "$scratch/main.nut" -preset veryslow -bf 3 -crf 30 high.mp4
pictures 94x74 30000/1001 12 yuv420p "$scratch/odd.nut"
x264 "$scratch/odd.nut" -profile:v main -bf 2 -crf 30 odd.mp4
x264 "$scratch/odd.nut" -profile:v baseline -slices 3 -crf 32 -movflags +faststart baseline.mov
x264 "$scratch/odd.nut" -g 1 -crf 34 intra.mp4
x264 "$scratch/odd.nut" -vf scale=out_range=full -color_range pc -colorspace bt709 -crf 30 full_range.mp4
# As a phone held upright: the picture is to be turned.
for turn in 90 180 270; do
    ffmpeg -i odd.mp4 -c copy -metadata:s:v rotate=$turn "turned$turn.mp4"
done
# The first frames are needed for decoding, but not shown.
ffmpeg -ss 0.3 -i high.mp4 -t 0.44 -c copy cut.mp4
# Frame 9 is missing.
x264 "$scratch/main.nut" -vf "select=not(eq(n\,9))" -vsync vfr -bf 2 -crf 32 dropped.mp4
# 25 frames per second, then 12.5.
x264 "$scratch/main.nut" -vf "select=lt(n\,12)+not(mod(n\,2))" -vsync vfr -crf 34 variable.mp4
for name in high odd baseline.mov intra full_range turned90 turned180 turned270 cut dropped; do
    case $name in *.mov) luma "$name" ;; *) luma "$name.mp4" ;; esac
done
# Cropped at all four sides: ffmpeg's flag makes its decoder crop exactly.
ffmpeg -i high.mp4 -c copy -bsf:v h264_metadata=crop_left=6:crop_top=10:crop_right=4:crop_bottom=2 cropped.mp4
ffmpeg -flags +unaligned -i cropped.mp4 -vf extractplanes=y -f framehash -hash sha256 - | grep -v '^#' | sed 's/.*, *//' >cropped.luma.txt
# What is not decoded here.
x264 "$scratch/odd.nut" -frames:v 2 -pix_fmt yuv444p -crf 40 chroma444.mp4
x264 "$scratch/odd.nut" -frames:v 2 -pix_fmt yuv420p10le -crf 40 bits10.mp4
ffmpeg -i "$scratch/odd.nut" -frames:v 2 -c:v mpeg4 -q:v 31 -flags +bitexact mpeg4.mp4
x264 "$scratch/odd.nut" -frames:v 4 -g 2 -crf 40 -movflags frag_keyframe+empty_moov fragmented.mp4

pictures 46x38 50 4 yuvj420p "$scratch/small.nut"
ffmpeg -i "$scratch/small.nut" -c:v mjpeg -huffman default -q:v 4 -flags +bitexact mjpeg.avi
ffmpeg -i "$scratch/small.nut" -c:v mjpeg -q:v 4 -flags +bitexact mjpeg.mov
ffmpeg -i mjpeg.avi -vf extractplanes=y -f rawvideo mjpeg.luma

pictures 18x13 50 3 yuv444p "$scratch/tiny.nut"
raw() { ffmpeg -i "$scratch/tiny.nut" -pix_fmt "$1" -c:v rawvideo -flags +bitexact "raw_$1.avi"; }
raw gray && raw yuv420p && raw yuyv422 && raw uyvy422 && raw bgr24 && raw bgra
for name in gray yuv420p yuyv422 uyvy422; do luma "raw_$name.avi"; done
for name in bgr24 bgra; do
    ffmpeg -i "raw_$name.avi" -pix_fmt rgb24 -f framehash -hash sha256 - | grep -v '^#' | sed 's/.*, *//' >"raw_$name.rgb.txt"
done
y4m() { ffmpeg -i "$scratch/tiny.nut" -pix_fmt "$1" -strict -1 -flags +bitexact "$1.y4m"; luma "$1.y4m"; }
y4m yuv420p && y4m yuv444p && y4m yuv422p10le && y4m gray
