"""Optical flow of microexpr against OpenCV: time ratio and error, one thread each, in one run.

    cargo build --release --example flow
    pip install numpy scipy scikit-image opencv-contrib-python-headless
    python benches/flow_vs_opencv.py [--middlebury FOLDER ...] [--flow target/release/examples/flow]

Pairs with exact ground truth are made from scikit-image's astronaut photograph: I0(x) = S(x + d(x)), I1(x) = S(x), S a
quintic spline that is only enlarged, d a smooth field. A Middlebury folder holds frame10.png, frame11.png and flow10.flo.
Programs take turns, and the shortest of all times counts, so that a busy machine slows both alike.
"""

import argparse
import os
import pathlib
import re
import subprocess
import tempfile
import time

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates, spline_filter
from skimage import data

MAGNITUDES = [0.1, 0.3, 0.5, 1.0, 2.0, 5.0]
NOISE = [0, 2]
# name: size of the pair, corner and size of the part of the photograph
SETS = {"254x254": ((254, 254), (48, 144), (160, 160)), "640x480": ((480, 640), (20, 16), (360, 480))}
ROUNDS, REPEATS = 5, 10
LONG_MS = 300


def farneback(a, b):
    return cv2.calcOpticalFlowFarneback(a, b, None, 0.5, 3, 15, 3, 5, 1.2, 0)


def dis(preset, finest=None):
    solver = cv2.DISOpticalFlow_create(preset)
    if finest is not None:
        solver.setFinestScale(finest)
    return lambda a, b: solver.calc(a, b, None)


def tv_l1(**settings):
    solver = cv2.optflow.DualTVL1OpticalFlow_create(**settings)
    return lambda a, b: solver.calc(a, b, None)


# name: OpenCV's function, arguments of our program
PAIRS = {
    "Farneback": (farneback, ["--algorithm", "farneback"]),
    "TV-L1": (tv_l1(), ["--algorithm", "tvl1"]),
    "TV-L1 fast": (
        tv_l1(scaleStep=0.5, innnerIterations=10, outerIterations=3),
        ["--algorithm", "tvl1", "--preset", "fast"],
    ),
    "DIS ultrafast": (dis(0), ["--algorithm", "dis", "--preset", "ultrafast"]),
    "DIS fast": (dis(1), ["--algorithm", "dis", "--preset", "fast"]),
    "DIS medium": (dis(2), ["--algorithm", "dis", "--preset", "medium"]),
    "CLG / DIS full size": (dis(2, 0), ["--algorithm", "clg"]),
}


def smooth_field(height, width):
    """A smooth field whose longest displacement is 1, `[row, col, (u, v)]`."""
    rng, sigma = np.random.default_rng(7), 0.10 * min(height, width)
    pad = int(4 * sigma)
    field = []
    for _ in range(2):
        noise = gaussian_filter(rng.standard_normal((height + 2 * pad, width + 2 * pad)), sigma)
        field.append(noise[pad:-pad, pad:-pad] / noise[pad:-pad, pad:-pad].std())
    field = np.stack(field, -1)
    return field / np.sqrt((field**2).sum(-1)).max()


def make_pair(name, magnitude, noise):
    """Two frames of bytes and the true flow."""
    (height, width), (top, left), (part_height, part_width) = SETS[name]
    spline = spline_filter(data.astronaut().astype(float) @ [0.299, 0.587, 0.114], order=5)
    y, x = np.mgrid[0:height, 0:width].astype(float)
    flow = (smooth_field(height, width) * magnitude).astype(np.float32)
    rng = np.random.default_rng(int(1000 * magnitude) + noise)

    def look(y, x):
        at = [top + (y + 0.5) * part_height / height - 0.5, left + (x + 0.5) * part_width / width - 0.5]
        image = map_coordinates(spline, at, order=5, prefilter=False, mode="mirror")
        image = image + noise * rng.standard_normal(image.shape)
        return np.clip(np.rint(image), 0, 255).astype(np.uint8)

    return look(y + flow[..., 1], x + flow[..., 0]), look(y, x), flow


class Ours:
    """Our program, run on files of a scratch folder."""

    def __init__(self, program, folder):
        self.program, self.folder = program, pathlib.Path(folder)

    def run(self, a, b, arguments, out, repeats=1):
        """Runs once; returns the path of the result and the shortest time in ms."""
        paths = [str(self.folder / n) for n in ("a.png", "b.png", out)]
        cv2.imwrite(paths[0], a), cv2.imwrite(paths[1], b)
        command = [self.program, paths[0], paths[1], *arguments, "--out", paths[2], "--repeat", str(repeats)]
        environment = {**os.environ, "RAYON_NUM_THREADS": "1"}
        text = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
        return paths[2], float(re.search(r"([\d.]+) ms", text)[1])

    def flow(self, a, b, arguments):
        return cv2.readOpticalFlow(self.run(a, b, arguments, "out.flo")[0])

    def points(self, a, b, points):
        table = self.folder / "points.csv"
        np.savetxt(table, points, "%.9f", ",", header="x,y", comments="")
        path, _ = self.run(a, b, ["--points", str(table)], "found.csv")
        return np.loadtxt(path, delimiter=",", skiprows=1)


def error(flow, truth, known=None):
    distance = np.sqrt(((flow - truth) ** 2).sum(-1))
    return distance.mean() if known is None else distance[known].mean()


def corners(image):
    inner = cv2.goodFeaturesToTrack(image[12:-12, 12:-12].copy(), 51, 0.01, 8)
    return (inner[:, 0] + 12).astype(np.float32)


def look_up(flow, points):
    x, y = points[:, :1].copy(), points[:, 1:].copy()
    return np.stack([cv2.remap(flow[..., c].copy(), x, y, cv2.INTER_LINEAR)[:, 0] for c in (0, 1)], -1)


def lucas_kanade(a, b, points):
    found, status, _ = cv2.calcOpticalFlowPyrLK(a, b, points[:, None], None)
    return found[:, 0], status[:, 0] == 1


def print_row(name, values):
    print(f"{name:30s}", *(f"{value:8.4f}" for value in values), flush=True)


def print_errors(ours):
    for name in SETS:
        for noise in NOISE:
            pairs = [make_pair(name, magnitude, noise) for magnitude in MAGNITUDES]
            print(f"\nmean end-point error in px, {name}, noise {noise}; largest displacement", *MAGNITUDES)
            print_row("no motion at all", [error(0 * truth, truth) for _, _, truth in pairs])
            for algorithm, (theirs, arguments) in PAIRS.items():
                print_row(f"OpenCV {algorithm}", [error(theirs(a, b), truth) for a, b, truth in pairs])
                print_row(f"ours   {algorithm}", [error(ours.flow(a, b, arguments), t) for a, b, t in pairs])
            rows = []
            for a, b, truth in pairs:
                points = corners(a)
                goal = points + look_up(truth, points)
                found, tracked = lucas_kanade(a, b, points)
                rows.append((error(found, goal, tracked), error(ours.points(a, b, points), goal, tracked)))
            print_row("OpenCV LK, 51 corners", [row[0] for row in rows])
            print_row("ours   LK, 51 corners", [row[1] for row in rows])


def print_middlebury(ours, folders):
    print("\nmean end-point error in px, Middlebury:", *(folder.name for folder in folders))
    pairs = []
    for folder in folders:
        a, b = (cv2.imread(str(folder / f"frame{i}.png"), cv2.IMREAD_GRAYSCALE) for i in (10, 11))
        truth = cv2.readOpticalFlow(str(folder / "flow10.flo"))
        pairs.append((a, b, truth, (np.abs(truth) < 1e9).all(-1)))
    for algorithm, (theirs, arguments) in PAIRS.items():
        print_row(f"OpenCV {algorithm}", [error(theirs(a, b), t, known) for a, b, t, known in pairs])
        print_row(f"ours   {algorithm}", [error(ours.flow(a, b, arguments), t, known) for a, b, t, known in pairs])


def shortest(run):
    """The shortest of a few runs in ms, and how many there were: long ones are not repeated."""
    times = []
    while len(times) < REPEATS and sum(times) < LONG_MS:
        start = time.perf_counter()
        run()
        times.append(1e3 * (time.perf_counter() - start))
    return min(times), len(times)


def print_times(ours):
    for name, magnitude in (("254x254", 1.0), ("640x480", 2.0)):
        a, b, _ = make_pair(name, magnitude, 2)
        points = corners(a)
        table = ours.folder / "points.csv"
        np.savetxt(table, points, "%.9f", ",", header="x,y", comments="")
        rows = {algorithm: (lambda f=theirs: f(a, b), arguments) for algorithm, (theirs, arguments) in PAIRS.items()}
        rows["LK, 51 corners"] = (lambda: lucas_kanade(a, b, points), ["--points", str(table)])
        print(f"\ntime in ms, {name}: OpenCV, ours, ratio")
        for algorithm, (theirs, arguments) in rows.items():
            best = [np.inf, np.inf]
            for _ in range(ROUNDS):
                opencv_ms, repeats = shortest(theirs)
                _, our_ms = ours.run(a, b, arguments, "out.flo", repeats)
                best = [min(best[0], opencv_ms), min(best[1], our_ms)]
            print_row(algorithm, [*best, best[1] / best[0]])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--flow", default="target/release/examples/flow", help="our program")
    parser.add_argument("--middlebury", nargs="*", type=pathlib.Path, default=[], help="folders of Middlebury pairs")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    cv2.ocl.setUseOpenCL(False)
    print("OpenCV", cv2.__version__)
    with tempfile.TemporaryDirectory() as folder:
        ours = Ours(arguments.flow, folder)
        print_times(ours)
        print_errors(ours)
        if arguments.middlebury:
            print_middlebury(ours, arguments.middlebury)


if __name__ == "__main__":
    main()
