"""Clips rendered from photographs whose expressions are weak and unambiguous: the clips of docs/weak_clips.md, in SMIC's layout.

    pip install numpy scipy opencv-python-headless
    python benches/render_weak_clips.py --photos PHOTOS --landmarks POINTS --out OUT [--seed N]

PHOTOS and POINTS as for render_clips.py, whose clips are as strong and as ambiguous as real ones; these are not. Every class has
prototypes of its own (no set of action units is in two), the largest motion is 0.12 to 0.4 px at 78 px between the eyes, the noise
4 grey levels, the lamp flickers by 1.5 %, in half of the clips lids flutter. OUT/truth.json is as render_clips.py writes it.
"""
import argparse, json, math, os
import cv2, numpy as np
from scipy.ndimage import map_coordinates, spline_filter
from render_clips import CLASSES, SHARE, at, canonical, photographs, smooth

SIZE, IOD = 320, 78.0
# action unit: (landmark, direction x, direction y, radius as a fraction of IOD); +x right in the image, +y down
AU = {
    1: [(21, 0, -1, .30), (22, 0, -1, .30)], 2: [(17, 0, -1, .30), (18, 0, -1, .30), (25, 0, -1, .30), (26, 0, -1, .30)],
    4: [(21, .6, 1, .28), (22, -.6, 1, .28), (19, .2, .5, .28), (24, -.2, .5, .28)],
    5: [(37, 0, -.7, .12), (38, 0, -.7, .12), (43, 0, -.7, .12), (44, 0, -.7, .12)],
    6: [(41, 0, -.5, .30), (46, 0, -.5, .30)], 9: [(31, 0, -.6, .22), (35, 0, -.6, .22), (50, 0, -.5, .18), (52, 0, -.5, .18)],
    12: [(48, -.8, -.8, .28), (54, .8, -.8, .28)], 14: [(48, -.9, 0, .22), (54, .9, 0, .22)],
    15: [(48, -.1, 1, .28), (54, .1, 1, .28)], 24: [(51, 0, .6, .20), (57, 0, -.6, .20)], 26: [(57, 0, 1, .35), (8, 0, .8, .45)],
    45: [(37, 0, 1, .12), (38, 0, 1, .12), (43, 0, 1, .12), (44, 0, 1, .12)],
}
PROTOTYPES = {
    "negative": [[4], [4, 9], [15], [4, 15], [24, 4], [9], [14], [1, 4], [1, 2, 4]],
    "positive": [[12], [6, 12], [6, 12, 14]],
    "surprise": [[1, 2], [1, 2, 5], [1, 2, 26], [2]],
}
SHORT = {"negative": "ne", "positive": "po", "surprise": "sur"}
YY, XX = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)


def motion(points, units, peak_px, r):
    """Displacement [2,H,W] of action units; its largest vector is peak_px long."""
    field = np.zeros((2, SIZE, SIZE), np.float32)
    for unit in units:
        gain = r.uniform(.6, 1.0)
        for landmark, dx, dy, radius in AU[unit]:
            x, y = points[landmark]
            w = np.exp(-((XX - x) ** 2 + (YY - y) ** 2) / (2 * (radius * IOD) ** 2)) * gain * r.uniform(.6, 1.0)
            field[0] += dx * w
            field[1] += dy * w
    return field * (peak_px / np.hypot(*field).max())


def over_time(apex, n, r):
    """How much of the expression there is in every frame; it need not be gone in the last one."""
    t = np.arange(n)
    rise = .5 - .5 * np.cos(np.pi * np.clip(t / max(apex, 1), 0, 1))
    fall = .5 + .5 * np.cos(np.pi * np.clip((t - apex) / max(n - 1 - apex, 1), 0, 1) * r.uniform(.6, 1))
    return np.where(t <= apex, rise, fall)


def sway(n, px, r):
    """Shifts in x and y and the turn of the head, frame by frame."""
    walk = np.cumsum(r.standard_normal((n, 3)), 0)
    return (walk - walk[0]) / max(np.abs(walk - walk[0]).max(), 1e-6) * np.array([px, px, math.radians(px * .25)])


def render(image, points, units, n, r, a, write):
    """Calls write(i, frame); the apex, counted from 0, and the true motion of the points from the first frame to it."""
    field = motion(points, units, r.uniform(*a.amplitude), r)
    lids = motion(points, [45], r.uniform(*a.amplitude) * 1.5, r) * (r.random() < .5)
    lids_at = r.uniform(0, n)
    drift = np.stack([smooth(r, SIZE, SIZE / 8), smooth(r, SIZE, SIZE / 8)]) * a.distractor / 2
    apex = int(round(n * r.uniform(.35, .65)))
    expression, head = over_time(apex, n, r), sway(n, a.sway, r)
    slow = np.sin(np.linspace(0, r.uniform(.5, 1.5) * np.pi, n)) * r.uniform(.3, 1)
    flicker = 1 + a.flicker * np.sin(2 * np.pi * r.uniform(.02, .2) * np.arange(n) + r.uniform(0, 6.28))
    spline = spline_filter(image, order=3, output=np.float32)
    for i, (tx, ty, turn) in enumerate(head):
        d = field * expression[i] + drift * slow[i] + lids * math.exp(-((i - lids_at) / (.08 * n + 2)) ** 2)
        c, s = math.cos(-turn), math.sin(-turn)
        x0, y0 = XX - SIZE / 2 - tx, YY - SIZE / 2 - ty
        mx, my = c * x0 - s * y0 + SIZE / 2 - d[0], s * x0 + c * y0 + SIZE / 2 - d[1]
        frame = map_coordinates(spline, [my, mx], order=3, prefilter=False, mode="mirror") * flicker[i]
        write(i, np.clip(np.rint(frame + r.standard_normal(frame.shape) * a.noise), 0, 255).astype(np.uint8))
        if i == apex:
            total = at(np.stack([XX - mx, YY - my]), points)
    return apex, {"action_units": at(field, points).round(4).tolist(), "total": total.round(4).tolist()}


def clips(subject, image, points, r, a):
    """Writes the clips of a person; their truth by name."""
    count, truth = dict.fromkeys(CLASSES, 0), {}
    for _ in range(a.clips_per_subject):
        cls = str(r.choice(CLASSES, p=[SHARE[c] for c in CLASSES]))
        units = PROTOTYPES[cls][r.integers(len(PROTOTYPES[cls]))]
        n = int(r.integers(26, 46))
        count[cls] += 1
        name = f"s{subject}_{SHORT[cls]}_{count[cls]:02d}"
        folder = os.path.join(a.out, "SMIC_all_raw", "HS", f"s{subject}", "micro", cls, name)
        os.makedirs(folder, exist_ok=True)
        write = lambda i, frame: cv2.imwrite(os.path.join(folder, f"image{i + 1:06d}.bmp"), cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
        apex, moved = render(image, points, units, n, r, a, write)
        truth[name] = {"subject": subject, "class": cls, "action_units": "+".join(map(str, units)), "apex": apex, "frames": n,
                       "landmarks_frame0": points.round(3).tolist(), "motion_at_apex": moved}
    return truth


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--photos", required=True, help="folder of photographs")
    p.add_argument("--landmarks", required=True, help="folder of what `landmarks` writes of them")
    p.add_argument("--out", required=True); p.add_argument("--seed", type=int, default=0)
    p.add_argument("--clips-per-subject", type=int, default=8); p.add_argument("--max-subjects", type=int, default=99)
    p.add_argument("--min-iod", type=float, default=30, help="skip faces smaller than this in the photograph")
    p.add_argument("--amplitude", type=float, nargs=2, default=[.12, .4], help="least and largest peak, px")
    p.add_argument("--sway", type=float, default=2.0, help="head sway, px")
    p.add_argument("--distractor", type=float, default=.35, help="slow unrelated deformation, px")
    p.add_argument("--flicker", type=float, default=.015); p.add_argument("--noise", type=float, default=4.0, help="sensor noise, grey levels")
    a = p.parse_args()
    r, subject, truth = np.random.default_rng(a.seed), 0, {}
    for photo, found in photographs(a.photos, a.landmarks):
        grey = cv2.imread(os.path.join(a.photos, photo), cv2.IMREAD_GRAYSCALE)
        for points in found:
            if np.hypot(*(points[42:48].mean(0) - points[36:42].mean(0))) >= a.min_iod and subject < a.max_subjects:
                subject += 1
                truth |= clips(subject, *canonical(grey, points, SIZE, IOD), r, a)
    with open(os.path.join(a.out, "truth.json"), "w") as file:
        json.dump(truth, file)
    print(f"{subject} subjects, {len(truth)} clips in {a.out}")


if __name__ == "__main__":
    main()
