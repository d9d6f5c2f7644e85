"""Whether the network looks where and when the face moved: relevance against the renderer's truth.

    cargo run --release --example evaluate -- --dataset smic --root CLIPS --out OUT
    python benches/explanations.py CLIPS/truth.json OUT/results.json [CLIPS2/truth.json OUT2/results.json ...] > docs/results/explanations.tsv

Relevance is the fall of the answer's probability when the motion of a landmark, or of a frame, is hidden (`results.json`). Of the 51
landmarks the 37 are compared that are points of the 68, whose motion by action units at the apex the renderer wrote down. Prints
a table with tabs, of the clips of all sets. Needs numpy.
"""
import json, sys
import numpy as np

OF_68 = [*range(36, 48), *range(17, 27), *range(48, 60), 31, 33, 35]
REGIONS = {"eyes": slice(0, 12), "brows": slice(12, 22), "mouth": slice(22, 34), "nostrils": slice(34, 37)}
CLASSES = ["negative", "positive", "surprise"]


def rank_correlation(a, b):
    """Spearman's, ties ranked alike."""
    def ranks(v):
        order = np.searchsorted(np.sort(v), v, "left") + np.searchsorted(np.sort(v), v, "right")
        return order - order.mean()
    a, b = ranks(a), ranks(b)
    return (a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum())


def clips(truth, results):
    """Per clip: class, whether it is answered rightly, motion and relevance of 37 landmarks, kept frames with relevance, apex."""
    seed = results["predictions"][0]["seed"]
    for p in (p for p in results["predictions"] if p["seed"] == seed):
        t = truth[p["clip"].split("/")[-1]]
        motion = np.hypot(*np.array(t["motion_at_apex"]["action_units"])[OF_68].T)
        yield {"class": t["class"], "right": p["truth"] == p["predicted"], "motion": motion, "apex": t["apex"],
               "relevance": np.array(p["relevance"])[:37], "frames": [(f["frame"], f["relevance"]) for f in p["frames"]]}


def agrees_with_apex(clip):
    """Whether the frame of highest relevance is the one nearest to the apex."""
    nearest = min(clip["frames"], key=lambda f: abs(f[0] - clip["apex"]))
    return nearest == max(clip["frames"], key=lambda f: f[1])


def main():
    if len(sys.argv) < 3 or len(sys.argv) % 2 == 0:
        sys.exit(__doc__)
    files = [json.load(open(path)) for path in sys.argv[1:]]
    every = [clip for truth, results in zip(files[::2], files[1::2], strict=True) for clip in clips(truth, results)]
    print("quantity", "right answers", "wrong answers", *REGIONS, sep="\t")
    groups = [[c for c in every if c["right"] == right] for right in (True, False)]
    mean = lambda values: f"{np.mean(list(values)):.3f}"
    print("clips", *map(len, groups), *[""] * 4, sep="\t")
    print("rank correlation of relevance and motion", *(mean(rank_correlation(c["relevance"], c["motion"]) for c in g) for g in groups), *[""] * 4, sep="\t")
    many = [[c for c in g if len(c["frames"]) > 1] for g in groups]
    print("most relevant frame is the nearest to the apex", *(mean(map(agrees_with_apex, g)) for g in many), *[""] * 4, sep="\t")
    print("... by chance", *(mean(1 / len(c["frames"]) for c in g) for g in many), *[""] * 4, sep="\t")
    for what in ("motion", "relevance"):
        for name in CLASSES:
            of_class = [c for c in groups[0] if c["class"] == name]
            print(f"{what}, {name}, right answers" + (", px" if what == "motion" else ""), "", "", *(mean(c[what][r].mean() for c in of_class) for r in REGIONS.values()), sep="\t")


if __name__ == "__main__":
    main()
