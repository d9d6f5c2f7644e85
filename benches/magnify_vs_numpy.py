"""Streaming linear magnification against NumPy and OpenCV: time per frame and its ratio, one thread each, in one run.

    cargo bench -p microexpr-benches --bench magnify --no-run
    pip install numpy scipy opencv-python-headless
    python benches/magnify_vs_numpy.py EXECUTABLE [--results docs/results]

EXECUTABLE is the path that cargo printed. The peer runs the same commuted algorithm as the crate: reduce to the finest
amplified level, filter that one plane in time, amplify its levels, expand, add. Settings of the bench: alpha 4, Wu's gains
with a cut-off of 16 px, first-order Butterworth difference from 1 to 20 Hz at 200 frames per second, chroma 0.1. The two take
turns, and the shortest of all times counts, so that a busy machine slows both alike. Peak memory of the peer is what NumPy
allocated above the input; the crate's is counted by `cargo test -p microexpr-magnify --test memory -- --nocapture`, and stays
what it was in the table that --results writes.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile
import time
import tracemalloc

import cv2
import numpy as np
from scipy import signal

import result_files

FPS, LOW_HZ, HIGH_HZ, ALPHA, LAMBDA_C, CHROMA = 200.0, 1.0, 20.0, 4.0, 16.0, 0.1
FRAMES, ROUNDS = 75, 6
YIQ = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])


def gains(h, w):
    count, side = 1, min(h, w)
    while side >= 5:
        side, count = side // 2, count + 1
    wavelength, out = np.hypot(h, w) / 3, [0.0] * count
    for level in range(count - 1, -1, -1):
        if 0 < level < count - 1:
            out[level] = float(np.clip(2 * (wavelength * (1 + ALPHA) / LAMBDA_C - 1), 0, ALPHA))
        wavelength /= 2
    return out


class Stream:
    def __init__(self, h, w, color):
        self.gains, self.sizes = gains(h, w), [(h, w)]
        while len(self.sizes) < len(self.gains):
            self.sizes.append(tuple((s + 1) // 2 for s in self.sizes[-1]))
        self.finest = next(i for i, g in enumerate(self.gains) if g > 0)
        self.coarsest = max(i for i, g in enumerate(self.gains) if g > 0)
        self.low_passes = [signal.butter(1, hz / (FPS / 2)) for hz in (HIGH_HZ, LOW_HZ)]
        self.mix = np.linalg.inv(YIQ) @ np.diag([1, CHROMA, CHROMA]) @ YIQ if color else None
        self.first = None

    def push(self, frame):
        plane = frame.astype(np.float32)
        for _ in range(self.finest):
            plane = cv2.pyrDown(plane)
        if self.mix is not None:
            plane = cv2.transform(plane, self.mix)
        if self.first is None:
            self.first, self.states = plane.copy(), [plane * 0, plane * 0]
        x, outputs = plane - self.first, []
        for k, (b, a) in enumerate(self.low_passes):
            y = np.float32(b[0]) * x + self.states[k]
            self.states[k] = np.float32(b[1]) * x - np.float32(a[1]) * y
            outputs.append(y)
        change = self.amplify(outputs[0] - outputs[1])
        for level in range(self.finest - 1, -1, -1):
            change = self.up(change, level)
        return cv2.add(frame, change, dtype=cv2.CV_8U)

    def amplify(self, plane):
        bands = []
        for level in range(self.finest, self.coarsest + 1):
            half = cv2.pyrDown(plane)
            bands.append((plane - self.up(half, level)) * np.float32(self.gains[level]))
            plane = half
        out = bands[-1]
        for level in range(self.coarsest - 1, self.finest - 1, -1):
            out = self.up(out, level) + bands[level - self.finest]
        return out

    def up(self, plane, level):
        h, w = self.sizes[level]
        return cv2.pyrUp(plane, dstsize=(w, h))


def frames_of(h, w, color):
    shape = (FRAMES, h, w, 3) if color else (FRAMES, h, w)
    return np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)


def peer_ms(video, color):
    """Shortest time of a frame, the first one left out."""
    stream, best = Stream(*video.shape[1:3], color), np.inf
    stream.push(video[0])
    for frame in video[1:]:
        start = time.perf_counter()
        stream.push(frame)
        best = min(best, time.perf_counter() - start)
    return 1000 * best


def peer_mib(video, color):
    """Most memory that one stream holds at a time, its result included."""
    tracemalloc.start()
    stream = Stream(*video.shape[1:3], color)
    for frame in video[:5]:
        stream.push(frame)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20


def bench_ms(executable, name, folder):
    """Shortest time per frame of criterion's samples."""
    command = [executable, "--bench", "--noplot", "--warm-up-time", "0.2", "--measurement-time", "0.8", f"^{name}$"]
    environment = os.environ | {"RAYON_NUM_THREADS": "1", "CRITERION_HOME": str(folder)}
    subprocess.run(command, env=environment, check=True, capture_output=True)
    (sample,) = pathlib.Path(folder).rglob("new/sample.json")
    sample = json.loads(sample.read_text())
    return min(t / n for t, n in zip(sample["times"], sample["iters"])) / 1e6


def write_table(folder, figures):
    """The page's table; what the crate and its state take is not measured here and stays."""
    rows = [line.split("\t") for line in (folder / "magnification.tsv").read_text().splitlines() if not line.startswith("# ")]
    heading, before = rows[0], {row[0]: row[5:] for row in rows[1:]}
    command = "python benches/magnify_vs_numpy.py EXECUTABLE --results docs/results`, `cargo test -p microexpr-magnify --test memory -- --nocapture"
    rows = [[name, *cells, *before[name]] for name, cells in figures.items()]
    result_files.write(folder, "magnification", command, heading, rows)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("executable")
    parser.add_argument("--results", type=pathlib.Path, help="folder for the table as a file")
    arguments = parser.parse_args()
    executable, figures = str(pathlib.Path(arguments.executable).resolve()), {}
    cv2.setNumThreads(1)
    print(f"numpy {np.__version__}, OpenCV {cv2.__version__}, 1 thread")
    print(f"{'frames':12} {'NumPy ms':>9} {'crate ms':>9} {'ratio':>6} {'NumPy MiB':>10}")
    for h, w in ((254, 254), (480, 640)):
        for color in (False, True):
            name, video = f"{'rgb' if color else 'grey'} {h}x{w}", frames_of(h, w, color)
            peer, ours = [], []
            for _ in range(ROUNDS):
                peer.append(peer_ms(video, color))
                with tempfile.TemporaryDirectory() as folder:
                    ours.append(bench_ms(executable, f"magnify/stream/{name}", folder))
            peer, ours = min(peer), min(ours)
            mib = peer_mib(video, color)
            print(f"{name:12} {peer:9.3f} {ours:9.3f} {peer / ours:6.2f} {mib:10.1f}", flush=True)
            title = f"{w}×{h} {'RGB' if color else 'grey'}"
            figures[title] = [f"{peer:.3f}", f"{ours:.3f}", f"{peer / ours:.2f}", f"{mib:.1f}"]
    if arguments.results:
        write_table(arguments.results, figures)


main()
