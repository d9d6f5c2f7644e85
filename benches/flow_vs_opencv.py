"""Optical flow of microexpr against OpenCV: time ratio and error, one thread each, in one run.

    cargo build --release -p microexpr-flow --example measure
    pip install numpy scipy scikit-image opencv-contrib-python-headless
    python benches/flow_vs_opencv.py [--middlebury FOLDER ...] [--program target/release/examples/measure]
                                     [--only times|threads|errors|middlebury] [--algorithms NAME ...] [--results docs/results]

--results writes the tables of docs/performance.md.

Pairs with exact ground truth are made from scikit-image's astronaut photograph: I0(x) = S(x + d(x)), I1(x) = S(x), S a
quintic spline that is only enlarged, d a smooth field or four bumps as of a micro-expression. A Middlebury folder holds
frame10.png, frame11.png and flow10.flo. Both sides take frames of bytes and include all preparation. Times are processor
times of one thread; programs take turns and the shortest of all counts, so that a busy machine slows both alike. `--only threads`
compares our times on the clock for the eight pairs of a clip with one and two threads, in turns: give it both cores. (One pair is the work
of one thread.)
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile
import time

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates, spline_filter
from skimage import data

import result_files

MAGNITUDES = [0.1, 0.3, 0.5, 1.0, 2.0, 5.0]
NOISE = [0, 2]
# name: size of the pair, corner and size of the part of the photograph, kind of motion
SETS = {
    "254x254 smooth": ((254, 254), (48, 144), (160, 160), "smooth"),
    "254x254 bumps": ((254, 254), (48, 144), (160, 160), "bumps"),
    "640x480 smooth": ((480, 640), (20, 16), (360, 480), "smooth"),
}
ROUNDS, REPEATS = 5, 10
LONG_MS = 300


def farneback(a, b):
    return cv2.calcOpticalFlowFarneback(a, b, None, 0.5, 3, 15, 3, 5, 1.2, 0)


def dis(preset, finest=None):
    solver = cv2.DISOpticalFlow_create(preset)
    if finest is not None:
        solver.setFinestScale(finest)
    return lambda a, b: solver.calc(a, b, None)


def deep_flow(a, b):
    return cv2.optflow.createOptFlow_DeepFlow().calc(a, b, None)


def tv_l1(**settings):
    solver = cv2.optflow.DualTVL1OpticalFlow_create(**settings)
    return lambda a, b: solver.calc(a, b, None)


def ours_dis(finest, stride, iterations, refinements=5):
    return {
        "algorithm": "dis",
        "finest_scale": finest,
        "patch_stride": stride,
        "gradient_descent_iterations": iterations,
        "variational_refinement_iterations": refinements,
    }


# name: OpenCV's function, our settings (what they leave out is the default)
PAIRS = {
    "Farneback": (farneback, {"algorithm": "farneback"}),
    "TV-L1": (tv_l1(), {"algorithm": "tvl1"}),
    "TV-L1 fast": (
        tv_l1(scaleStep=0.5, innnerIterations=10, outerIterations=3),
        {"algorithm": "tvl1", "scale_step": 0.5, "inner_iterations": 10, "outer_iterations": 3},
    ),
    "DIS ultrafast": (dis(0), ours_dis(2, 4, 12, 0)),
    "DIS fast": (dis(1), ours_dis(2, 4, 16)),
    "DIS medium": (dis(2), ours_dis(1, 3, 25)),
    "DIS full size": (dis(2, 0), ours_dis(0, 3, 25)),
    "CLG / DIS full size": (dis(2, 0), {"algorithm": "clg"}),
}
# OpenCV algorithms without a counterpart here, for comparison.
OTHERS = {"DeepFlow": deep_flow}


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


def bumps_field(height, width):
    """Brows and mouth corners that move, everything else at rest; the longest displacement is 1."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    field = np.zeros((height, width, 2))
    bumps = [(0.29, 0.36, 0.3, -1, 0.055), (0.29, 0.64, -0.3, -1, 0.055)]
    bumps += [(0.605, 0.40, -1, -0.6, 0.06), (0.605, 0.61, 1, -0.6, 0.06)]
    for row, col, u, v, radius in bumps:
        square = (x - col * width) ** 2 + (y - row * height) ** 2
        field += np.exp(-square / (2 * (radius * min(height, width)) ** 2))[..., None] * [u, v]
    return field / np.sqrt((field**2).sum(-1)).max()


FIELDS = {"smooth": smooth_field, "bumps": bumps_field}


def make_pair(name, magnitude, noise):
    """Two frames of bytes and the true flow."""
    (height, width), (top, left), (part_height, part_width), kind = SETS[name]
    spline = spline_filter(data.astronaut().astype(float) @ [0.299, 0.587, 0.114], order=5)
    y, x = np.mgrid[0:height, 0:width].astype(float)
    flow = (FIELDS[kind](height, width) * magnitude).astype(np.float32)
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

    def run(self, kind, a, b, settings, out, repeats=1):
        """Runs `repeats` times on one thread; returns the path of the result and the shortest processor time in ms."""
        return str(self.folder / out), self.timed(kind, a, b, settings, out, repeats, 1)[0]

    def timed(self, kind, a, b, settings, out, repeats, threads):
        """In ms: the shortest times of the thread's processor and on the clock, and the mean processor time of all threads."""
        a_path, b_path, out = (str(self.folder / name) for name in ("a.png", "b.png", out))
        cv2.imwrite(a_path, a)
        cv2.imwrite(b_path, b)
        command = [self.program, kind, a_path, b_path, str(settings), out, str(repeats)]
        environment = {**os.environ, "RAYON_NUM_THREADS": str(threads)}
        before = os.times()
        text = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout
        after = os.times()
        spent = after.children_user + after.children_system - before.children_user - before.children_system
        return [*(float(time) for time in text.split()), 1e3 * spent / repeats]

    def dense(self, a, b, settings, repeats=1):
        return self.run("dense", a, b, self.settings_file(settings), "out.flo", repeats)

    def clip(self, a, b, settings, repeats, threads):
        """Of the pairs of a clip: the shortest time on the clock and the mean processor time."""
        return self.timed("clip", a, b, self.settings_file(settings), "out.flo", repeats, threads)[1:]

    def settings_file(self, settings):
        path = self.folder / "settings.json"
        path.write_text(json.dumps(settings))
        return path

    def flow(self, a, b, settings):
        return cv2.readOpticalFlow(self.dense(a, b, settings)[0])

    def points(self, a, b, points, repeats=1):
        path = self.folder / "points.csv"
        np.savetxt(path, points, "%.9f", ",", header="x,y", comments="")
        return self.run("points", a, b, path, "found.csv", repeats)

    def found(self, a, b, points):
        return np.loadtxt(self.points(a, b, points)[0], delimiter=",", skiprows=1)


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


def chosen(algorithms, table):
    return {name: entry for name, entry in table.items() if not algorithms or name in algorithms}


# What the tables of the page call them.
LABELS = {
    "Farneback": "Farnebäck (ours equals OpenCV's)",
    "TV-L1 fast": "TV-L1, scale step 0.5, 10 inner, 3 outer iterations",
    "DIS full size": "DIS medium, finest scale 0",
    "CLG / DIS full size": "CLG / DIS medium, finest scale 0",
    "DeepFlow": "CLG / DeepFlow",
    "LK": "Lucas–Kanade, 51 corners",
}
MOTIONS = {"smooth": "smooth motion", "bumps": "four moving spots in a face at rest"}


def dense_errors(ours, pairs, algorithms, others):
    """Of every algorithm: its name, our errors, OpenCV's. A pair is two frames, the true flow, and where it is known."""
    clg = None
    for algorithm, (theirs, settings) in chosen(algorithms, PAIRS).items():
        mine = [error(ours.flow(a, b, settings), truth, known) for a, b, truth, known in pairs]
        clg = mine if algorithm.startswith("CLG") else clg
        yield algorithm, mine, [error(theirs(a, b), truth, known) for a, b, truth, known in pairs]
    for algorithm, theirs in chosen(algorithms, others).items():
        yield algorithm, clg, [error(theirs(a, b), truth, known) for a, b, truth, known in pairs]


def point_errors(ours, pairs):
    """Errors of the points that OpenCV says it found."""
    mine, opencv = [], []
    for a, b, truth, _ in pairs:
        points = corners(a)
        goal = points + look_up(truth, points)
        found, tracked = lucas_kanade(a, b, points)
        opencv.append(error(found, goal, tracked))
        mine.append(error(ours.found(a, b, points), goal, tracked))
    return "LK", mine, opencv


def print_errors(rows):
    """Prints rows while they come and gives the cells of the page's table."""
    cells = []
    for algorithm, mine, opencv in rows:
        print_row(f"OpenCV {algorithm}", opencv)
        if mine is not None:
            print_row(f"ours   {algorithm}", mine)
            # Farnebäck's flow is OpenCV's to 1e-3 px: one number.
            same = algorithm == "Farneback"
            show = (lambda x, _: result_files.decimals(x)) if same else result_files.ours_and_theirs
            cells.append([LABELS.get(algorithm, algorithm), *map(show, mine, opencv)])
    return cells


def measure_errors(ours, algorithms, results):
    for name, (size, _, _, motion) in SETS.items():
        for noise in NOISE:
            pairs = [(*make_pair(name, magnitude, noise), None) for magnitude in MAGNITUDES]
            print(f"\nmean end-point error in px, {name}, noise {noise}; largest displacement", *MAGNITUDES)
            still = [error(0 * truth, truth) for _, _, truth, _ in pairs]
            print_row("no motion at all", still)
            cells = print_errors(dense_errors(ours, pairs, algorithms, OTHERS if "254" in name else {}))
            if not algorithms or "Farneback" in algorithms:
                settings = PAIRS["Farneback"][1]
                print_row("Farneback, ours to OpenCV's", [error(ours.flow(a, b, settings), farneback(a, b)) for a, b, *_ in pairs])
            if not algorithms or "LK" in algorithms:
                cells += print_errors([point_errors(ours, pairs)])
            if results:
                spots = "spots" if motion == "bumps" else f"smooth_{size[1]}"
                title = f"{size[1]}×{size[0]}, {MOTIONS[motion]}, " + (f"noise of {noise} grey levels" if noise else "no noise")
                rows = [["no motion at all", *map(result_files.decimals, still)], *cells]
                file = f"flow_error_{spots}" + ("_noise" if noise else "")
                command = "python benches/flow_vs_opencv.py --results docs/results --only errors"
                result_files.write(results, file, command, [title, *(f"{m:g}" for m in MAGNITUDES)], rows)


def measure_middlebury(ours, folders, algorithms, results):
    names = [folder.name for folder in folders]
    print("\nmean end-point error in px, Middlebury:", *names)
    pairs = []
    for folder in folders:
        a, b = (cv2.imread(str(folder / f"frame{i}.png"), cv2.IMREAD_GRAYSCALE) for i in (10, 11))
        truth = cv2.readOpticalFlow(str(folder / "flow10.flo"))
        pairs.append((a, b, truth, (np.abs(truth) < 1e9).all(-1)))
    cells = print_errors(dense_errors(ours, pairs, algorithms, OTHERS))
    if results:
        command = "python benches/flow_vs_opencv.py --results docs/results --only middlebury --middlebury FOLDER …"
        result_files.write(results, "flow_error_middlebury", command, ["Middlebury", *names], cells)


def shortest(run):
    """The shortest of a few runs in ms, and how many there were: long ones are not repeated."""
    times = []
    while len(times) < REPEATS and sum(times) < LONG_MS:
        start = time.thread_time()
        run()
        times.append(1e3 * (time.thread_time() - start))
    return min(times), len(times)


# Where the table of times calls them otherwise.
TIMED = {
    "Farneback": "Farnebäck",
    "CLG / DIS full size": "CLG against DIS medium, finest scale 0",
    "LK": "Lucas–Kanade, 51 points, steps down to 0.01 px as OpenCV",
}


def measure_times(ours, algorithms, results):
    cells = {}
    for name, magnitude in (("254x254 smooth", 1.0), ("640x480 smooth", 2.0)):
        a, b, _ = make_pair(name, magnitude, 2)
        points = corners(a)
        rows = {
            algorithm: (lambda f=theirs: f(a, b), lambda n, s=settings: ours.dense(a, b, s, n))
            for algorithm, (theirs, settings) in PAIRS.items()
        }
        rows["LK"] = (lambda: lucas_kanade(a, b, points), lambda n: ours.points(a, b, points, n))
        print(f"\ntime in ms, {name.split()[0]}: OpenCV, ours, ratio")
        for algorithm, (theirs, mine) in chosen(algorithms, rows).items():
            best = [np.inf, np.inf]
            for _ in range(ROUNDS):
                opencv_ms, repeats = shortest(theirs)
                _, our_ms = mine(max(repeats, 3))
                best = [min(best[0], opencv_ms), min(best[1], our_ms)]
            print_row(algorithm, [*best, best[1] / best[0]])
            shown = [*map(result_files.significant, best), result_files.significant(best[1] / best[0], 2)]
            cells.setdefault(algorithm, [TIMED.get(algorithm, LABELS.get(algorithm, algorithm))]).extend(shown)
    if results:
        heading = ["time in ms", "254×254: OpenCV", "ours", "ratio", "640×480: OpenCV", "ours", "ratio"]
        command = "python benches/flow_vs_opencv.py --results docs/results --only times"
        result_files.write(results, "flow_times", command, heading, cells.values())


def measure_threads(ours, algorithms, results):
    cells = {}
    for name, magnitude in (("254x254 smooth", 1.0), ("640x480 smooth", 2.0)):
        a, b, _ = make_pair(name, magnitude, 2)
        print(f"\ntime on the clock in ms, {name.split()[0]}: one thread, two, ratio; processor time of two over one")
        for algorithm, (_, settings) in chosen(algorithms, PAIRS).items():
            repeats = 3 if ours.clip(a, b, settings, 1, 1)[0] > LONG_MS else REPEATS
            rounds = [[ours.clip(a, b, settings, repeats, threads) for threads in (1, 2)] for _ in range(ROUNDS)]
            (one, work), (two, more_work) = np.min(rounds, 0)
            print_row(algorithm, [one, two, one / two, more_work / work])
            label = algorithm if algorithm.startswith("CLG") else TIMED.get(algorithm, LABELS.get(algorithm, algorithm))
            shown = map(result_files.significant, (one, two, one / two))
            cells.setdefault(algorithm, [label.split(" /")[0]]).extend(shown)
    if results:
        heading = ["eight pairs of a clip, ms on the clock", "254×254: one thread", "two", "ratio", "640×480: one thread", "two", "ratio"]
        command = "python benches/flow_vs_opencv.py --results docs/results --only threads"
        result_files.write(results, "flow_threads", command, heading, cells.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", default="target/release/examples/measure", help="our program")
    parser.add_argument("--middlebury", nargs="*", type=pathlib.Path, default=[], help="folders of Middlebury pairs")
    parser.add_argument("--only", choices=["times", "threads", "errors", "middlebury"], help="leave the other tables out")
    parser.add_argument("--algorithms", nargs="*", default=[], help=f"among {', '.join([*PAIRS, *OTHERS, 'LK'])}")
    parser.add_argument("--results", type=pathlib.Path, help="folder for the tables as files")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    cv2.ocl.setUseOpenCL(False)
    print("OpenCV", cv2.__version__)
    with tempfile.TemporaryDirectory() as folder:
        ours = Ours(arguments.program, folder)
        if arguments.only in (None, "times"):
            measure_times(ours, arguments.algorithms, arguments.results)
        if arguments.only == "threads":
            measure_threads(ours, arguments.algorithms, arguments.results)
        if arguments.only in (None, "errors"):
            measure_errors(ours, arguments.algorithms, arguments.results)
        if arguments.only in (None, "middlebury") and arguments.middlebury:
            measure_middlebury(ours, arguments.middlebury, arguments.algorithms, arguments.results)


if __name__ == "__main__":
    main()
