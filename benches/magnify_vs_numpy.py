"""Streaming linear magnification in NumPy and OpenCV, to compare with `cargo bench --bench magnify` (one thread each).

Run by hand, right after the criterion bench on the same machine:

    RAYON_NUM_THREADS=1 cargo bench -p microexpr-benches --bench magnify
    python3 benches/magnify_vs_numpy.py

The same commuted algorithm as the crate: reduce to the finest amplified level, filter that one plane in time, amplify its
levels, expand, add. Settings of the bench: alpha 4, Wu's gains with a cut-off of 16 px, first-order Butterworth difference
from 1 to 20 Hz at 200 frames per second, chroma 0.1. Prints milliseconds per frame, the best of several runs.
"""

import time

import cv2
import numpy as np
from scipy import signal

FPS, LOW_HZ, HIGH_HZ, ALPHA, LAMBDA_C, CHROMA, FRAMES = 200.0, 1.0, 20.0, 4.0, 16.0, 0.1, 75
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


def main():
    cv2.setNumThreads(1)
    print(f"numpy {np.__version__}, OpenCV {cv2.__version__}, 1 thread, ms per frame")
    for h, w in ((254, 254), (480, 640)):
        for color in (False, True):
            shape = (FRAMES, h, w, 3) if color else (FRAMES, h, w)
            video = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
            best = np.inf
            for _ in range(8):
                stream = Stream(h, w, color)
                start = time.perf_counter()
                for frame in video:
                    stream.push(frame)
                best = min(best, time.perf_counter() - start)
            print(f"{'rgb' if color else 'grey'} {h}x{w}: {1000 * best / FRAMES:.3f}")


main()
