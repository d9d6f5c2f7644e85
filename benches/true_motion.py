"""How well rendered clips could be recognised if their motion were measured perfectly, and if it were understood perfectly, too.

    cargo build --release --examples
    python benches/true_motion.py [NAME=]CLIPS/truth.json ... [--results docs/results]

"True motion": kernel ridge regression on the motion of all 68 points at the apex, as the renderer knows it, each clip's divided by its
length; one subject is left out at a time, once among the clips of the set, once among those of all sets given, which show the same subjects: what is
lost because a set's clips are few. "Action units seen": the same regression on which action units a clip shows, one-sided ones apart: what
a learner of the set's clips makes of motion that is understood, too. "Action units known": the program `ceiling`, which also knows how often
every set of action units is drawn with each class. NAME is what the table calls the clips (without it the folder's name); clips whose names
begin with the same word, one after the other, get a mean. Needs numpy.
"""
import argparse, itertools, json, pathlib, re, subprocess
import numpy as np
import result_files

CLASSES = ["negative", "positive", "surprise"]
GAMMA, PENALTY = .7, 1.0            # kernel exp(-GAMMA d²/median d²) + 1
WRONG = -.5                         # what the answer for a class is to be where it is not the clip's; 1 where it is


def squared_distances(a, b):
    return np.maximum((a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T, 0)


def ridge(known, classes, asked):
    """Answers [asked, class] of kernel ridge regression, classes weighed inversely to their number."""
    among = squared_distances(known, known)
    scale = GAMMA / np.median(among[among > 1e-9])
    weights = 1 / np.bincount(classes)[classes]
    wanted = np.where(classes[:, None] == np.arange(len(CLASSES)), 1, WRONG)
    penalty = np.diag(PENALTY * weights.mean() / weights)
    answers = np.linalg.solve(np.exp(-scale * among) + 1 + penalty, wanted)
    return (np.exp(-scale * squared_distances(asked, known)) + 1) @ answers


def leave_one_subject_out(motion, classes, subjects):
    predicted = np.empty_like(classes)
    for subject in np.unique(subjects):
        held = subjects == subject
        predicted[held] = ridge(motion[~held], classes[~held], motion[held]).argmax(1)
    return predicted


def uf1(truth, predicted):
    right = [((truth == c) & (predicted == c)).sum() for c in range(len(CLASSES))]
    return np.mean([2 * r / max((truth == c).sum() + (predicted == c).sum(), 1) for c, r in enumerate(right)])


def true_motion(truth):
    """Motion of unit length, classes and subjects of a set's clips."""
    clips = json.loads(truth.read_text()).values()
    motion = np.array([np.ravel(clip["motion_at_apex"]["action_units"]) for clip in clips])
    motion /= np.linalg.norm(motion, axis=1, keepdims=True)
    return motion, np.array([CLASSES.index(clip["class"]) for clip in clips]), np.array([clip["subject"] for clip in clips])


def units_seen(truth):
    """1 for every action unit that a clip shows, 0 for the others."""
    clips = [set(clip["action_units"].split("+")) for clip in json.loads(truth.read_text()).values()]
    units = sorted(set().union(*clips))
    return np.array([[float(unit in clip) for unit in units] for clip in clips])


def of_motion(clips, predicted):
    """Accuracy and UF1."""
    _, classes, _ = clips
    return (predicted == classes).mean(), uf1(classes, predicted)


def learned_from_all(sets):
    """The answers for each set by learners of the other subjects' clips of all sets."""
    motion, classes, subjects = map(np.concatenate, zip(*sets))
    predicted = leave_one_subject_out(motion, classes, subjects)
    return np.split(predicted, np.cumsum([len(of_set) for _, of_set, _ in sets])[:-1])


def of_action_units(truth, program):
    """Accuracy and UF1, as `ceiling` prints them."""
    printed = subprocess.run([program, truth], check=True, capture_output=True, text=True).stdout
    return tuple(map(float, re.search(r"accuracy ([\d.]+), UF1 ([\d.]+)", printed).groups()))


def name_and_path(argument):
    name, _, path = argument.rpartition("=")
    return name or pathlib.Path(path).parent.name, pathlib.Path(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("truth", nargs="+", help="truth.json of rendered clips, NAME= before it")
    parser.add_argument("--ceiling", default="target/release/examples/ceiling", help="the program")
    parser.add_argument("--results", help="folder for true_motion.tsv")
    options = parser.parse_args()
    named = list(map(name_and_path, options.truth))
    sets = [true_motion(truth) for _, truth in named]
    found = []
    for (name, truth), clips, of_all in zip(named, sets, learned_from_all(sets)):
        answers = [leave_one_subject_out(*clips), of_all, leave_one_subject_out(units_seen(truth), *clips[1:])]
        scores = [score for predicted in answers for score in of_motion(clips, predicted)]
        found.append((name, *scores, *of_action_units(truth, options.ceiling)))
    rows = []
    for _, group in itertools.groupby(found, lambda row: row[0].split()[0]):
        figures = list(group)
        figures += [("mean", *np.mean([row[1:] for row in figures], 0))] if len(figures) > 1 else []
        rows += [[name, *map(result_files.decimals, values)] for name, *values in figures]
    print(*("\t".join(row) for row in rows), sep="\n")
    if options.results:
        kinds = ["true motion", "learned from all sets", "action units seen", "action units known"]
        heading = ["clips", *(column for kind in kinds for column in (f"{kind}: accuracy", "UF1"))]
        result_files.write(options.results, "true_motion", "python benches/true_motion.py CLIPS/truth.json ... --results docs/results", heading, rows)


if __name__ == "__main__":
    main()
