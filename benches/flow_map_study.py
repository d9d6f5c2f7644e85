"""What decides recognition on flow maps: variants of the settings, one evaluation each, the development third apart.

    cargo build --release --example evaluate
    python benches/flow_map_study.py --root MAPS --list LIST.csv --out RESULTS [--learner kernel-ridge] [--only NAME,...]
                                     [--results docs/results]
    python benches/flow_map_study.py ... --compare network,linear,rbf,kernel-ridge --seeds 5      the preset by several learners

Settings are chosen by the column `third` alone: within every dataset the subjects in natural order, every third starting with the
second, are left out one by one like all others, but only their clips are scored. `rest` are the other subjects' clips, looked at
once the choice is made. Needs Python 3.10 and nothing else.
"""

import argparse
import csv
import re
import statistics
import subprocess
import sys
from pathlib import Path

import result_files

# The network of the preset `attention` without the scale of its readout, which came later.
ATTENTION = ["--preset", "attention", "--set", "model.readout_scale=as-read", "--set", "model.streams=flow", "--set", "training.networks=2"]
KFOLD = ["--protocol", "k-fold", "--folds", "10"]
VARIANTS = {
    "the preset: 10×10 areas, u and v, mirrored": [],
    "... without mirror images": ["--set", "flow_maps.views=single"],
    "... strain, too": ["--set", "flow_maps.channels=flow-and-strain"],
    "... linear trend removed": ["--set", 'flow_maps.trend={"remove":{"degree":1}}'],
    "... quadratic trend removed": ["--set", 'flow_maps.trend={"remove":{"degree":2}}'],
    "... 51 points of the face, 4 px": ["--set", 'flow_maps.nodes={"face":{"patch_px":4}}'],
    "... 5×5 areas": ["--set", 'flow_maps.nodes={"grid":{"side":5}}'],
    "... 7×7 areas": ["--set", 'flow_maps.nodes={"grid":{"side":7}}'],
    "... 14×14 areas": ["--set", 'flow_maps.nodes={"grid":{"side":14}}'],
    "... onset, apex and offset": ["--set", "flow_maps.frames=onset-apex-offset"],
}
NETWORK = {
    "attention none": [*ATTENTION, *KFOLD, "--set", "model.layers=0"],
    "attention self": [*ATTENTION, *KFOLD, "--attention", "self"],
    "attention gaussian": [*ATTENTION, *KFOLD, "--attention", "gaussian"],
    "attention adaptive": [*ATTENTION, *KFOLD, "--attention", "adaptive"],
}


def natural(name):
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def development(rows):
    """Subjects by which settings may be chosen."""
    chosen = set()
    for dataset in {row["clip"].split("/")[0] for row in rows}:
        own = {row["subject"] for row in rows if row["clip"].startswith(dataset + "/")}
        chosen |= set(sorted(own, key=natural)[1::3])
    return chosen


def uf1(rows):
    classes = {row["truth"] for row in rows}
    scores = []
    for name in classes:
        right = sum(row["truth"] == row["predicted"] == name for row in rows)
        named = sum((row["truth"] == name) + (row["predicted"] == name) for row in rows)
        scores.append(2 * right / named if named else 0.0)
    return sum(scores) / len(scores)


def written(rows):
    """Mean UF1 of the seeds and, of several, their deviation."""
    scores = [uf1([row for row in rows if row["seed"] == seed]) for seed in {row["seed"] for row in rows}]
    deviation = f" ± {result_files.decimals(statistics.stdev(scores))}" if len(set(scores)) > 1 else ""
    return result_files.decimals(statistics.mean(scores)) + deviation


def runs(options):
    """Name, learner and settings of every evaluation."""
    if options.compare:
        return [(learner, learner, []) for learner in options.compare.split(",")]
    variants = VARIANTS | (NETWORK if options.learner == "network" else {})
    chosen = options.only.split(",") if options.only else variants
    return [(name, options.learner, variants[name]) for name in chosen]


def predictions(options, name, learner, settings):
    """Every answer of an evaluation; what of it was finished before, `evaluate` does not repeat."""
    folder = options.out / learner / re.sub(r"\W+", "-", name).strip("-")
    command = [options.evaluate, "--dataset", "flow-maps", "--root", options.root, "--list", options.list]
    command += ["--learner", learner, "--seeds", options.seeds, "--out", str(folder), *settings]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"{name}: {run.stderr.strip()}")
    with open(folder / "predictions.csv", newline="") as file:
        return list(csv.DictReader(file))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", required=True, help="folder of the maps")
    parser.add_argument("--list", required=True, help="their list")
    parser.add_argument("--out", required=True, type=Path, help="folder for the evaluations")
    parser.add_argument("--learner", default="kernel-ridge")
    parser.add_argument("--seeds", default="1")
    parser.add_argument("--only", help="names of variants, with commas between")
    parser.add_argument("--compare", help="learners, with commas between, each with the preset, instead of variants of one")
    parser.add_argument("--evaluate", default="target/release/examples/evaluate", help="the program")
    parser.add_argument("--results", type=Path, help="folder for the table as a file")
    options = parser.parse_args()
    table = []
    for name, learner, settings in runs(options):
        rows = predictions(options, name, learner, settings)
        third = development(rows)
        parts = [r for r in rows if r["subject"] in third], [r for r in rows if r["subject"] not in third], rows
        table.append([name, *map(written, parts)])
        print(*table[-1], sep="\t", flush=True)
    if options.results:
        given = f"--compare {options.compare} --seeds {options.seeds} " if options.compare else ""
        command = f"python benches/flow_map_study.py --root MAPS --list LIST.csv --out OUT {given}--results docs/results"
        table_name = "flow_maps_learners" if options.compare else "flow_maps_choices"
        result_files.write(options.results, table_name, command, ["", "third", "rest", "all"], table)


if __name__ == "__main__":
    main()
