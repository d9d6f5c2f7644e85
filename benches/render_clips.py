"""Micro-expression clips, or long recordings, rendered from photographs of faces and calibrated on published annotation.

    pip install numpy scipy opencv-python-headless openpyxl
    for photo in PHOTOS/*; do landmarks "$photo" --out "POINTS/$(basename "${photo%.*}").json"; done
    python benches/render_clips.py --photos PHOTOS --landmarks POINTS --layout smic|samm|long|still|blinks --out OUT [--seed N] [--size 320]

The photographs are the user's own and no part of this project; POINTS holds what the program `landmarks` writes of each, under
its name: NAME.json of NAME.png or NAME.jpg. Photographs are taken in the order of their names, faces in that of the file; faces
with less than --min-iod px between the eyes are left out.
- The action units of a clip are drawn from the table in crates/microexpr-synth/data: how often each set of action units was
  annotated with each class in CAS(ME)3 part A (687 clips). The same set often occurs under several classes, so nobody who sees the
  motion perfectly can be right in more than 77 % (UF1 .78) of clips drawn with SMIC's class shares; the program `ceiling` says what
  it is for OUT/truth.json. L and R are one-sided.
- The peak is log-normal about --peak % of the inter-ocular distance (1.2, i.e. 0.94 px at 78 px; spotters of SAMM-LV and CAS(ME)2
  demand 1.3 to 2.3 %), the same subject always favouring the same action units and sides.
- Onset to apex takes 0.17 s in the median (published median of CAS(ME)3: 0.2 s), blinks bring the upper lid down by 5.5 % of the
  inter-ocular distance, the head turns a little (affine), the lamp hardly flickers.
Layout long: recordings of --seconds s with micro-expressions, larger and longer macro-expressions, blinks and head motion;
OUT/intervals.csv holds onset, apex, offset, kind and class of each. Layouts still and blinks: the same heads, lamp and noise without
any expression, blinks with five blinks in a recording; every recording is drawn by (seed, person) alone, so that a part of them can be
made. The short layouts, smic and samm: OUT/truth.json holds subject, class, action units, apex, peak, the 68 points of the first
frame and their true motion at the apex, of every clip.
"""
import argparse, csv, json, math, os, re
import cv2, numpy as np
from scipy.ndimage import map_coordinates, spline_filter

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE = os.path.join(HERE, "..", "crates", "microexpr-synth", "data", "action_units_by_class.csv")
# action unit: (landmark, direction x, direction y, radius as a fraction of IOD); +x right in the image, +y down
AU = {
    1: [(21, 0, -1, .30), (22, 0, -1, .30)], 2: [(18, 0, -1, .30), (25, 0, -1, .30)],
    4: [(21, .6, 1, .28), (22, -.6, 1, .28), (19, .2, .5, .28), (24, -.2, .5, .28)],
    5: [(37, 0, -.8, .12), (38, 0, -.8, .12), (43, 0, -.8, .12), (44, 0, -.8, .12)],
    6: [(41, 0, -.6, .30), (46, 0, -.6, .30)], 7: [(40, 0, -.7, .14), (41, 0, -.7, .14), (46, 0, -.7, .14), (47, 0, -.7, .14)],
    9: [(31, 0, -.6, .22), (35, 0, -.6, .22), (50, 0, -.4, .18), (52, 0, -.4, .18), (21, .2, .4, .2), (22, -.2, .4, .2)],
    10: [(50, 0, -.8, .20), (52, 0, -.8, .20)], 12: [(48, -.8, -.8, .28), (54, .8, -.8, .28)],
    14: [(48, -.7, .1, .20), (54, .7, .1, .20)], 15: [(48, -.1, 1, .26), (54, .1, 1, .26)],
    16: [(58, 0, .8, .22), (56, 0, .8, .22)], 17: [(57, 0, -.6, .24), (8, 0, -.7, .40)],
    18: [(48, .8, 0, .24), (54, -.8, 0, .24)], 20: [(48, -.9, .3, .26), (54, .9, .3, .26)],
    21: [(4, 0, .6, .3), (12, 0, .6, .3)], 22: [(51, 0, -.5, .2), (57, 0, .5, .2)],
    23: [(48, .5, 0, .2), (54, -.5, 0, .2), (51, 0, .4, .16), (57, 0, -.4, .16)],
    24: [(51, 0, .6, .20), (57, 0, -.6, .20)], 25: [(51, 0, -.3, .16), (57, 0, .7, .22)],
    26: [(57, 0, 1, .35), (8, 0, .8, .45)], 28: [(51, 0, .7, .18), (57, 0, -.7, .18)],
    38: [(31, -.6, 0, .14), (35, .6, 0, .14)], 39: [(31, .6, 0, .14), (35, -.6, 0, .14)],
}
CLASSES = ["negative", "positive", "surprise"]
SHARE = dict(zip(CLASSES, (.43, .31, .26)))      # SMIC's 70 : 51 : 43
SAMM_EMOTION = {"negative": ["Anger", "Contempt", "Disgust", "Fear", "Sadness"], "positive": ["Happiness"], "surprise": ["Surprise"]}


def action_unit_table():
    with open(TABLE) as file:
        rows = list(csv.DictReader(file))
    table = {}
    for c in CLASSES:
        n = np.array([float(r[c]) for r in rows])
        table[c] = ([r["action_units"] for r in rows], n / n.sum())
    return table


def photographs(folder, points):
    """Names of the photographs that have points, and the 68 points of every face of each, as the program `landmarks` writes them."""
    for name in sorted(os.listdir(folder)):
        path = os.path.join(points, os.path.splitext(name)[0] + ".json")
        if name.lower().endswith((".png", ".jpg", ".jpeg", ".bmp")) and os.path.isfile(path):
            with open(path) as file:
                yield name, [np.array(face["points"]) for face in json.load(file)["faces"]]


def canonical(photo, points, size, iod):
    """Photo and its 68 points -> size x size grey image (float), points in it: eyes level, IOD fixed."""
    eyes = points[36:42].mean(0), points[42:48].mean(0)
    d = eyes[1] - eyes[0]
    s, th = iod / np.hypot(*d), math.atan2(d[1], d[0])
    c, n = s * math.cos(-th), s * math.sin(-th)
    mid = (eyes[0] + eyes[1]) / 2
    m = np.array([[c, -n, 0], [n, c, 0]])
    m[:, 2] = np.array([size / 2, size * .40]) - m[:, :2] @ mid
    img = cv2.warpAffine(photo, m, (size, size), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    return img.astype(np.float32), points @ m[:, :2].T + m[:, 2]


class Face:
    """One photographed face: its picture, its points, its habits."""

    def __init__(self, image, points, iod, r):
        self.image, self.points, self.iod, self.size = image, points, iod, image.shape[0]
        self.spline = spline_filter(image, order=3, output=np.float32)
        self.yy, self.xx = np.mgrid[0:self.size, 0:self.size].astype(np.float32)
        self.gain = {au: r.lognormal(0, .35) for au in AU}
        self.side = r.normal(0, .2)                       # > 0: the side right in the image moves more

    def spots(self, places, r):
        f = np.zeros((2, self.size, self.size), np.float32)
        for lm, dx, dy, rad in places:
            s = 1 + self.side * (1 if self.points[lm, 0] > self.size / 2 else -1)
            w = np.exp(-((self.xx - self.points[lm, 0]) ** 2 + (self.yy - self.points[lm, 1]) ** 2) / (2 * (rad * self.iod) ** 2)) * s * r.uniform(.7, 1)
            f[0] += dx * w
            f[1] += dy * w
        return f

    def expression(self, aus, peak_px, r):
        """Displacement [2,H,W] of a set like "4+L14"; its largest vector is peak_px long. L and R are the subject's own sides."""
        f = np.zeros((2, self.size, self.size), np.float32)
        for token in aus.split("+"):
            au = int(re.sub(r"\D", "", token))
            places = AU[au]
            if token[0] in "LR":
                left_in_image = token[0] == "R"
                places = [p for p in places if (self.points[p[0], 0] < self.size / 2) == left_in_image or abs(self.points[p[0], 0] - self.size / 2) < .05 * self.iod]
            f += self.gain[au] * self.spots(places, r)
        return f * (peak_px / max(np.hypot(*f).max(), 1e-9))

    def lids(self, px):
        """The upper lids come down by px; brows hardly move."""
        f = np.zeros((2, self.size, self.size), np.float32)
        for upper in ((37, 38), (43, 44)):
            x, y = self.points[list(upper)].mean(0)
            across, above, below = .12 * self.iod, .045 * self.iod, .07 * self.iod
            dy = self.yy - y
            f[1] += np.exp(-((self.xx - x) ** 2 / (2 * across ** 2) + dy ** 2 / (2 * np.where(dy < 0, above, below) ** 2)))
        return f * (px / f.max())


def smooth(r, size, sigma):
    f = cv2.GaussianBlur(r.standard_normal((size, size)).astype(np.float32), (0, 0), sigma)
    return f / f.std()


def bump(t, on, apex, off):
    rise = .5 - .5 * np.cos(np.pi * np.clip((t - on) / max(apex - on, 1), 0, 1))
    fall = .5 + .5 * np.cos(np.pi * np.clip((t - apex) / max(off - apex, 1), 0, 1))
    return np.where(t <= apex, rise, fall)


def render(face, events, n, fps, r, a, write):
    """Calls write(i, frame); events: (field, on, apex, off). Returns the head motion and a sampler of the true total motion."""
    size = face.size
    t = np.arange(n)
    drift = np.stack([smooth(r, size, size / 8), smooth(r, size, size / 8)]) * a.distractor * face.iod / 78 / 2
    slow = np.sin(np.linspace(0, r.uniform(.5, 1.5) * np.pi * max(n / fps / .4, 1) ** .5, n)) * r.uniform(.3, 1)
    walk = np.cumsum(r.standard_normal((n, 5)), 0)
    k = np.hanning(max(3, int(.06 * fps) | 1)); k /= k.sum()
    walk = np.stack([np.convolve(np.pad(w, len(k) // 2, mode="edge"), k, "valid") for w in walk.T], 1)
    walk = (walk - walk[0]) / max(np.abs(walk - walk[0]).max(), 1e-6)
    sway = walk * np.array([a.sway, a.sway, math.radians(a.sway * .25), a.sway / size * .6, a.sway / size * .6]) * np.array([face.iod / 78] * 2 + [1, 1, 1])
    flicker = 1 + a.flicker * np.sin(2 * np.pi * r.uniform(.02, .2) * t * 100 / fps + r.uniform(0, 6.28))
    profiles = [bump(t, on, apex, off) for _, on, apex, off in events]
    xx, yy = face.xx, face.yy
    for i in range(n):
        d = drift * slow[i]
        for (field, *_), p in zip(events, profiles):
            if p[i] > 1e-4:
                d = d + field * p[i]
        tx, ty, th, sx, sy = sway[i]
        c, s = math.cos(-th), math.sin(-th)
        x0, y0 = (xx - size / 2 - tx) * (1 - sx), (yy - size / 2 - ty) * (1 - sy)
        mx, my = c * x0 - s * y0 + size / 2 - d[0], s * x0 + c * y0 + size / 2 - d[1]
        img = map_coordinates(face.spline, [my, mx], order=3, prefilter=False, mode="mirror") * flicker[i]
        img = np.clip(np.rint(img + r.standard_normal(img.shape) * a.noise), 0, 255).astype(np.uint8)
        write(i, img, np.stack([xx - mx, yy - my]))


def at(field, points):
    return np.stack([map_coordinates(c, points.T[::-1], order=1, mode="nearest") for c in field], 1)


def blink(face, n, fps, r):
    b = r.uniform(0, n)
    return face.lids(.055 * face.iod), b - .08 * fps, b, b + .1 * fps


def jpeg_files(folder):
    """What `render` is to call: frame00001.jpg and so on."""
    os.makedirs(folder, exist_ok=True)
    return lambda i, img, moved: cv2.imwrite(os.path.join(folder, f"frame{i + 1:05d}.jpg"), img, [cv2.IMWRITE_JPEG_QUALITY, 97])


def clip_events(face, aus, peak, n, fps, r, a):
    apex = int(np.clip(round(r.lognormal(math.log(.17), .35) * fps), 3, n * .7))
    expression = face.expression(aus, peak, r)
    events = [(expression, 0, apex, int(n - 1 + r.uniform(0, .4) * n))]
    if r.random() < a.blinks:
        events.append(blink(face, n, fps, r))
    return events, apex, expression


def peak_px(face, r, a):
    return face.iod / 100 * float(np.clip(r.lognormal(math.log(a.peak), a.spread), .3, 4))


def short_clips(faces, a, r):
    table, truth, rows = action_unit_table(), {}, []
    for subject, (face, photo) in enumerate(faces, 1):
        count = {}
        for k in range(a.clips_per_subject):
            cls = str(r.choice(CLASSES, p=[SHARE[c] for c in CLASSES]))
            aus = str(r.choice(table[cls][0], p=table[cls][1]))
            fps = 100 if a.layout == "smic" else 200
            n = int(r.integers(26, 46)) if a.layout == "smic" else int(r.integers(55, 96))
            peak = peak_px(face, r, a)
            events, apex, expression = clip_events(face, aus, peak, n, fps, r, a)
            count[cls] = count.get(cls, 0) + 1
            if a.layout == "smic":
                short = {"negative": "ne", "positive": "po", "surprise": "sur"}[cls]
                name = f"s{subject}_{short}_{count[cls]:02d}"
                d = os.path.join(a.out, "SMIC_all_raw", "HS", f"s{subject}", "micro", cls, name)
                file = lambda i: os.path.join(d, f"image{i + 1:06d}.bmp")
                save = lambda i, f: cv2.imwrite(file(i), cv2.cvtColor(f, cv2.COLOR_GRAY2BGR))
            else:
                name = f"{subject:03d}_{k + 1}_1"
                d = os.path.join(a.out, "SAMM", f"{subject:03d}", name)
                first = int(r.integers(10, 4000))
                file = lambda i: os.path.join(d, f"{subject:03d}_{first + i:05d}.jpg")
                save = lambda i, f: cv2.imwrite(file(i), f, [cv2.IMWRITE_JPEG_QUALITY, 97])
                rows.append([f"{subject:03d}", name, k + 1, first, first + apex, first + n - 1, n, "Micro - 1/2", aus, str(r.choice(SAMM_EMOTION[cls])), 1, ""])
            os.makedirs(d, exist_ok=True)
            total = {}
            def write(i, img, moved):
                save(i, img)
                if i == apex:
                    total["total"] = at(moved, face.points)
            render(face, events, n, fps, r, a, write)
            truth[name] = {"subject": subject, "class": cls, "action_units": aus, "apex": apex, "frames": n, "peak_px": round(peak, 4),
                           "landmarks_frame0": face.points.round(3).tolist(), "photo": photo,
                           "motion_at_apex": {"action_units": at(expression, face.points).round(4).tolist(), "total": total["total"].round(4).tolist()}}
    os.makedirs(a.out, exist_ok=True)
    json.dump(truth, open(os.path.join(a.out, "truth.json"), "w"))
    if a.layout == "samm":
        import openpyxl
        wb = openpyxl.Workbook(); ws = wb.active
        for i in range(13):
            ws.append([f"note {i + 1}"] if i < 12 else [])
        ws.append(["Subject", "Filename", "Inducement Code", "Onset Frame", "Apex Frame", "Offset Frame", "Duration", "Micro", "Action Units", "Estimated Emotion", "Objective Classes", "Notes"])
        for row in rows:
            ws.append(row)
        wb.save(os.path.join(a.out, "SAMM", "SAMM_Micro_FACS_Codes_v2.xlsx"))
    print(f"{len(faces)} subjects, {len(truth)} clips in {a.out}")


def recordings(faces, a, r):
    table, rows = action_unit_table(), []
    for subject, (face, photo) in enumerate(faces, 1):
        for k in range(a.clips_per_subject):
            fps, n = a.fps, int(a.seconds * a.fps)
            events, used = [], []
            def place(length):
                for _ in range(200):
                    s = r.uniform(.3 * fps, n - length - .3 * fps)
                    if all(s + length + .3 * fps < u or s > v + .3 * fps for u, v in used):
                        used.append((s, s + length)); return s
                return None
            for kind, how_many in (("macro", r.poisson(a.seconds / 12)), ("micro", 1 + r.poisson(a.seconds / 10))):
                for _ in range(how_many):
                    cls = str(r.choice(CLASSES, p=[SHARE[c] for c in CLASSES]))
                    aus = str(r.choice(table[cls][0], p=table[cls][1]))
                    up = r.lognormal(math.log(.17), .3) if kind == "micro" else r.uniform(.4, 1.2)
                    down = min(r.lognormal(math.log(.2), .3), .5 - min(up, .3)) if kind == "micro" else r.uniform(.5, 1.5)
                    s = place((up + down) * fps)
                    if s is None:
                        continue
                    px = peak_px(face, r, a) if kind == "micro" else face.iod * r.uniform(.04, .12)
                    on, apex, off = s, s + up * fps, s + (up + down) * fps
                    events.append((face.expression(aus, px, r), on, apex, off))
                    rows.append([f"s{subject:02d}_{k + 1}", kind, cls, aus, int(round(on)), int(round(apex)), int(round(off)), round(px, 3)])
            events += [blink(face, n, fps, r) for _ in range(r.poisson(a.seconds / 4))]
            render(face, events, n, fps, r, a, jpeg_files(os.path.join(a.out, f"s{subject:02d}_{k + 1}")))
    with open(os.path.join(a.out, "intervals.csv"), "w", newline="") as f:
        w = csv.writer(f); w.writerow(["recording", "kind", "class", "action_units", "onset", "apex", "offset", "peak_px"]); w.writerows(rows)
    print(f"{len(faces)} subjects, {len(rows)} expressions in {a.out}")


def without_expressions(faces, a):
    n, blinks = int(a.seconds * a.fps), {"still": 0, "blinks": 5}[a.layout]
    for subject, (face, _) in enumerate(faces, 1):
        r = np.random.default_rng([a.seed, subject, 5])
        face = Face(face.image, face.points, face.iod, r)
        events = [blink(face, n, a.fps, r) for _ in range(blinks)]
        render(face, events, n, a.fps, r, a, jpeg_files(os.path.join(a.out, f"s{subject:02d}")))
    print(f"{len(faces)} recordings without expressions in {a.out}")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--photos", required=True, help="folder of photographs"); p.add_argument("--landmarks", required=True, help="folder of what `landmarks` writes of them")
    p.add_argument("--out", required=True)
    p.add_argument("--layout", choices=["smic", "samm", "long", "still", "blinks"], default="smic"); p.add_argument("--seed", type=int, default=0)
    p.add_argument("--clips-per-subject", type=int, default=8); p.add_argument("--max-subjects", type=int, default=99)
    p.add_argument("--min-iod", type=float, default=30, help="skip faces smaller than this in the photograph")
    p.add_argument("--size", type=int, default=320, help="side of the frames; the inter-ocular distance is 78/320 of it")
    p.add_argument("--peak", type=float, default=1.2, help="median peak, %% of the inter-ocular distance"); p.add_argument("--spread", type=float, default=.45, help="deviation of its logarithm")
    p.add_argument("--sway", type=float, default=2.0, help="head sway, px at IOD 78"); p.add_argument("--distractor", type=float, default=.35, help="slow unrelated deformation, px at IOD 78")
    p.add_argument("--flicker", type=float, default=.004); p.add_argument("--noise", type=float, default=2.5, help="sensor noise, grey levels")
    p.add_argument("--blinks", type=float, default=.15, help="share of short clips with a blink")
    p.add_argument("--seconds", type=float, default=20, help="length of a long recording"); p.add_argument("--fps", type=int, default=100, help="of long recordings")
    a = p.parse_args()
    r = np.random.default_rng(a.seed)
    iod, faces = a.size * 78 / 320, []
    for photo, found in photographs(a.photos, a.landmarks):
        grey = cv2.imread(os.path.join(a.photos, photo), cv2.IMREAD_GRAYSCALE)
        for pts in found:
            if np.hypot(*(pts[42:48].mean(0) - pts[36:42].mean(0))) >= a.min_iod and len(faces) < a.max_subjects:
                faces.append((Face(*canonical(grey, pts, a.size, iod), iod, r), photo))
    if not faces:
        raise SystemExit(f"no face of {a.min_iod:g} px or more between the eyes: {a.landmarks} should hold NAME.json of photographs in {a.photos}")
    if a.layout in ("still", "blinks"):
        without_expressions(faces, a)
    else:
        (recordings if a.layout == "long" else short_clips)(faces, a, r)


if __name__ == "__main__":
    main()
