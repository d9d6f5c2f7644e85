"""What recognition loses when recordings get worse: one set of rendered clips, one thing changed at a time.

    cargo build --release --examples
    python benches/render_clips.py --photos PHOTOS --landmarks FACES --out CLIPS --seed 2
    python benches/robustness.py --clips CLIPS --out OUT [--render "--photos PHOTOS --landmarks FACES --seed 2"] [--only NAME,...] -- EVALUATE OPTIONS

Every row is one whole run of `evaluate` (leave one subject out) on the changed clips; UF1 and McNemar's exact test against the
clips as made go to OUT/robustness.tsv. With --render the rows of other motion, sway and size are rendered anew, by the same random
numbers; of another size they make other clips, which are not tested against those as made. Started again it goes on where it stopped. Needs numpy, opencv and, for H.264, ffmpeg.
"""
import argparse, csv, json, math, os, shlex, shutil, subprocess, sys
from pathlib import Path
import cv2, numpy as np
from recognition_tables import exact_p

FPS, NOISE = 100, 2.5
LABELS = {"ne": "negative", "po": "positive", "sur": "surprise"}


def as_made(frames): return frames
def every(n): return lambda frames: frames[::n]
def resized(factor):
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return lambda frames: [cv2.resize(f, None, fx=factor, fy=factor, interpolation=how) for f in frames]
def noisy(levels):
    r, added = np.random.default_rng(0), math.sqrt(levels**2 - NOISE**2)
    return lambda frames: [np.clip(np.rint(f + r.normal(0, added, f.shape)), 0, 255).astype(np.uint8) for f in frames]


# name: (what is changed, change of the frames or None, frames per second, how clips are stored, options of the renderer)
BMP = "bmp"
VARIANTS = {
    "as-made": ("as made: 320×320 px, 100 frames per second, noise of 2.5 grey levels, sway 2 px, median peak 1.2 %", as_made, FPS, BMP, None),
    "noise-5": ("noise of 5 grey levels", noisy(5), FPS, BMP, None),
    "noise-8": ("noise of 8 grey levels", noisy(8), FPS, BMP, None),
    "fps-50": ("every second frame: 50 per second", every(2), FPS / 2, BMP, None),
    "fps-25": ("every fourth frame: 25 per second", every(4), FPS / 4, BMP, None),
    "px-160": ("the frames reduced to 160×160 px", resized(.5), FPS, BMP, None),
    "px-640": ("the frames enlarged to 640×640 px", resized(2), FPS, BMP, None),
    "jpeg-90": ("JPEG, quality 90", as_made, FPS, ("jpg", 90), None),
    "jpeg-75": ("JPEG, quality 75", as_made, FPS, ("jpg", 75), None),
    "jpeg-50": ("JPEG, quality 50", as_made, FPS, ("jpg", 50), None),
    "crf-18": ("H.264 (x264), CRF 18", as_made, FPS, ("mp4", 18), None),
    "crf-23": ("H.264 (x264), CRF 23", as_made, FPS, ("mp4", 23), None),
    "crf-28": ("H.264 (x264), CRF 28", as_made, FPS, ("mp4", 28), None),
    "peak-half": ("rendered with peaks half as large", as_made, FPS, BMP, "--peak 0.6"),
    "peak-double": ("rendered with peaks twice as large", as_made, FPS, BMP, "--peak 2.4"),
    "sway-0": ("rendered without sway", as_made, FPS, BMP, "--sway 0"),
    "sway-6": ("rendered with sway of 6 px", as_made, FPS, BMP, "--sway 6"),
    "render-640": ("rendered at 640×640 px (inter-ocular distance 156 px): other clips, since the renderer draws noise by the pixel", as_made, FPS, BMP, "--size 640"),
}


def write(frames, fps, stored, place):
    """Stores a clip under `place`; the path in the manifest."""
    if stored != BMP and stored[0] == "mp4":
        path, (h, w) = place.with_suffix(".mp4"), frames[0].shape
        path.parent.mkdir(parents=True, exist_ok=True)
        command = f"ffmpeg -y -loglevel error -f rawvideo -pix_fmt gray -s {w}x{h} -r {fps:g} -i - -c:v libx264 -crf {stored[1]} -pix_fmt yuv420p"
        subprocess.run(command.split() + [str(path)], input=b"".join(f.tobytes() for f in frames), check=True)
        return path
    place.mkdir(parents=True, exist_ok=True)
    for i, frame in enumerate(frames):
        if stored == BMP:
            cv2.imwrite(str(place / f"{i + 1:06d}.bmp"), frame)
        else:
            cv2.imwrite(str(place / f"{i + 1:06d}.jpg"), frame, [cv2.IMWRITE_JPEG_QUALITY, stored[1]])
    return place


def changed_clips(clips, out, change, fps, stored):
    """A manifest of the clips of a set in SMIC's layout, every one changed."""
    shutil.rmtree(out, ignore_errors=True)
    rows = []
    for folder in sorted(Path(clips).glob("SMIC_all_raw/HS/s*/micro/*/*")):
        frames = [cv2.imread(str(f), cv2.IMREAD_GRAYSCALE) for f in sorted(folder.iterdir())]
        path = write(change(frames), fps, stored, out / folder.name)
        subject, kind, _ = folder.name.split("_")
        rows.append(["rendered", subject, folder.name, path.relative_to(out), LABELS[kind], f"{fps:g}"])
    if not rows:
        sys.exit(f"{clips} holds no clips in SMIC's layout: render them with benches/render_clips.py")
    with open(out / "manifest.csv", "w", newline="") as f:
        csv.writer(f).writerows([["dataset", "subject", "clip", "path", "label", "fps"], *rows])


def right(results):
    return {p["clip"].split("/")[-1]: p["truth"] == p["predicted"] for p in results["predictions"]}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--clips", required=True, help="rendered clips, SMIC's layout"); p.add_argument("--out", required=True)
    p.add_argument("--render", help="options of render_clips.py that made the clips, but for --out"); p.add_argument("--only", help="rows, with commas between")
    p.add_argument("--evaluate", default="target/release/examples/evaluate", help="the program")
    p.add_argument("options", nargs="*", help="after --: options of every run")
    a = p.parse_args()
    names, base, rows = (a.only.split(",") if a.only else list(VARIANTS)), None, []
    for name in ["as-made", *(n for n in names if n != "as-made")]:
        what, change, fps, stored, render = VARIANTS[name]
        if render and not a.render:
            continue
        results, work = Path(a.out) / name / "results.json", Path(a.out) / "clips"
        if not results.exists():
            rendered = a.clips
            if render:
                rendered = f"{a.out}/rendered"
                shutil.rmtree(rendered, ignore_errors=True)
                program = str(Path(__file__).with_name("render_clips.py"))
                subprocess.run([sys.executable, program, "--out", rendered, *shlex.split(a.render), *shlex.split(render)], check=True)
            changed_clips(rendered, work, change, fps, stored)
            run = [a.evaluate, "--dataset", "manifest", "--root", str(work / "manifest.csv"), "--out", str(results.parent), *a.options]
            subprocess.run(run, check=True)
            shutil.rmtree(work); shutil.rmtree(f"{a.out}/rendered", ignore_errors=True)
        r = json.loads(results.read_text())
        base = base or right(r)
        now = right(r)
        gained, lost = (sum(now[c] is right and base[c] is not right for c in base.keys() & now.keys()) for right in (True, False))
        comparable = name != "as-made" and base.keys() == now.keys()
        test = f"{gained}/{lost}, {exact_p(gained, lost):.2g}" if comparable else ""
        rows.append([name, what, f"{r['accuracy']:.3f}", f"{r['uf1']:.3f}", f"{r['uar']:.3f}", test])
        print("\t".join(rows[-1]), flush=True)
        with open(Path(a.out) / "robustness.tsv", "w", newline="") as f:
            csv.writer(f, delimiter="\t", lineterminator="\n").writerows([["name", "changed", "accuracy", "uf1", "uar", "test"], *rows])


if __name__ == "__main__":
    main()
