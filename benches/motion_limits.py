"""Where recognition is lost between what a face does and what is measured of it, on rendered clips.

    cargo build --release --examples
    graph --input CLIP --fps 100 --no-cache --out GRAPHS/CLIP.json        # for every clip of a set
    python benches/motion_limits.py NAME=CLIPS/truth.json=GRAPHS ... [--results docs/results]

Kernel ridge regression as `recommended` approximates it: every clip's motion divided by its root mean square, learned from clips and
their mirror images, whose answers are averaged, classes weighed inversely to their number, one subject left out at a time. It reads the
motion that action units cause at the apex, as the renderer knows it; all motion of the face there, of which `recommended` removes the
quadratic trend; and what the pipeline measured. Kernels exp(-w²d²/2) and exp(-w·d) of several widths and strengths: the best mean over
the sets, by which they are chosen here, and the mean over all of them. Files in GRAPHS are named SUBJECT_CLASS_NUMBER.json. Needs numpy.
"""
import argparse, functools, itertools, json, operator, pathlib
import numpy as np
import result_files
from landmark_identity import measured
from true_motion import CLASSES, squared_distances, uf1

# Of the 51 landmarks those that are points of the 68, and their partners in a mirror.
OF_68 = [*range(36, 48), *range(17, 27), *range(48, 60), 31, 33, 35]
MIRROR = [9, 8, 7, 6, 11, 10, 3, 2, 1, 0, 5, 4, *range(21, 11, -1), *range(28, 21, -1), *range(33, 28, -1), 36, 35, 34]
KERNELS = {
    "exp(-w²d²/2)": lambda squared, width: np.exp(-squared * width**2 / 2),
    "exp(-w·d)": lambda squared, width: np.exp(-np.sqrt(squared) * width),
}
WIDTHS, STRENGTHS = (.84, 1.3, 2, 3, 5), (1, 3, 10)
CERTAINTY = .9     # of a clip's own class in the answer that is fitted


def without_trend(motion, places):
    """Without the best quadratic function of the place, clip by clip."""
    left = []
    for moved, place in zip(motion, places):
        x, y = ((place - place.mean(0)) / place.std()).T
        basis = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], 1)
        left.append(moved - basis @ np.linalg.lstsq(basis, moved, rcond=None)[0])
    return np.array(left)


def patterns(motion):
    flat = motion.reshape(len(motion), -1)
    return flat / np.linalg.norm(flat, axis=1, keepdims=True)


def softmax(scores):
    e = np.exp(scores - scores.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def recognised(motion, classes, subjects, kernel, width, strength):
    """UF1, one subject left out at a time."""
    clips = len(motion)
    views = np.concatenate([patterns(motion), patterns(motion[:, MIRROR] * [-1, 1])])
    among = KERNELS[kernel](squared_distances(views, views), width) + 1
    of_class, of_subject = np.tile(classes, 2), np.tile(subjects, 2)
    height = np.log(CERTAINTY * (len(CLASSES) - 1) / (1 - CERTAINTY))
    targets = height * ((of_class[:, None] == np.arange(len(CLASSES))) - 1 / len(CLASSES))
    predicted = np.empty(clips, int)
    for subject in np.unique(subjects):
        known, asked = of_subject != subject, np.flatnonzero(subjects == subject)
        weights = 1 / np.bincount(of_class[known])[of_class[known]]
        penalty = np.diag(weights.mean() / (strength * weights))
        answers = np.linalg.solve(among[np.ix_(known, known)] + penalty, targets[known])
        both = [softmax(among[np.ix_(asked + view, known)] @ answers) for view in (0, clips)]
        predicted[asked] = sum(both).argmax(1)
    return uf1(classes, predicted)


def seen(truth, graphs):
    """What a learner may see of a set's clips, each with classes and subjects."""
    clips = json.loads(truth.read_text()).values()
    at = lambda *keys: np.array([functools.reduce(operator.getitem, keys, clip) for clip in clips])[:, OF_68]
    units, everything, places = at("motion_at_apex", "action_units"), at("motion_at_apex", "total"), at("landmarks_frame0")
    labels = np.array([CLASSES.index(clip["class"]) for clip in clips]), np.array([clip["subject"] for clip in clips])
    motion, _, classes, subjects = measured(graphs)
    return {
        "what action units move": (units, *labels),
        "... without the quadratic trend": (without_trend(units, places), *labels),
        "all that moves at the apex, without the quadratic trend": (without_trend(everything, places), *labels),
        "what is measured of it": (motion[:, :len(OF_68)], classes, subjects),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+", help="NAME=CLIPS/truth.json=GRAPHS")
    parser.add_argument("--results", help="folder for motion_limits.tsv")
    options = parser.parse_args()
    names, truths, graphs = zip(*(argument.split("=") for argument in options.sets))
    sets = [seen(pathlib.Path(truth), pathlib.Path(folder)) for truth, folder in zip(truths, graphs)]
    rows = []
    for what, kernel in itertools.product(sets[0], KERNELS):
        found = [(width, strength, [recognised(*of_set[what], kernel, width, strength) for of_set in sets])
                 for width, strength in itertools.product(WIDTHS, STRENGTHS)]
        width, strength, best = max(found, key=lambda one: np.mean(one[2]))
        figures = [*best, np.mean(best), np.mean([scores for *_, scores in found])]
        rows.append([what, kernel, f"{width:g}, {strength:g}", *map(result_files.decimals, figures)])
        print("\t".join(rows[-1]), flush=True)
    if options.results:
        heading = ["the learner sees", "kernel", "best width, strength", *names, "mean", "mean over all widths and strengths"]
        command = "python benches/motion_limits.py NAME=CLIPS/truth.json=GRAPHS ... --results docs/results"
        result_files.write(options.results, "motion_limits", command, heading, rows)


if __name__ == "__main__":
    main()
