"""What decides recognition on flow maps: variants of the settings, one evaluation each, the development third apart.

    cargo build --release --example evaluate
    python benches/flow_map_study.py --root MAPS --list LIST.csv --out RESULTS [--learner kernel-ridge] [--only NAME,...]
                                     [--results docs/results]

Settings are chosen by the column `third` alone: within every dataset the subjects in natural order, every third starting with the
second, are left out one by one like all others, but only their clips are scored. `rest` are the other subjects' clips, looked at
once the choice is made. Needs Python 3.10 and nothing else.
"""

import argparse
import csv
import re
import subprocess
import sys
from pathlib import Path

import result_files

ATTENTION = ["--preset", "recommended", "--set", "model.streams=flow", "--set", "training.networks=2"]
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


def mean_uf1(rows):
    seeds = {row["seed"] for row in rows}
    return sum(uf1([row for row in rows if row["seed"] == seed]) for seed in seeds) / len(seeds)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", required=True, help="folder of the maps")
    parser.add_argument("--list", required=True, help="their list")
    parser.add_argument("--out", required=True, type=Path, help="folder for the evaluations")
    parser.add_argument("--learner", default="kernel-ridge")
    parser.add_argument("--seeds", default="1")
    parser.add_argument("--only", help="names of variants, with commas between")
    parser.add_argument("--evaluate", default="target/release/examples/evaluate", help="the program")
    parser.add_argument("--results", type=Path, help="folder for the table as a file")
    options = parser.parse_args()
    variants = VARIANTS | (NETWORK if options.learner == "network" else {})
    if options.only:
        variants = {name: variants[name] for name in options.only.split(",")}
    print(f"| {options.learner} | third | rest | all |\n|---|---|---|---|")
    table = []
    for name, settings in variants.items():
        folder = options.out / options.learner / re.sub(r"\W+", "-", name).strip("-")
        command = [options.evaluate, "--dataset", "flow-maps", "--root", options.root, "--list", options.list]
        command += ["--learner", options.learner, "--seeds", options.seeds, "--out", str(folder), *settings]
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode:
            sys.exit(f"{name}: {run.stderr.strip()}")
        with open(folder / "predictions.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        third = development(rows)
        parts = [r for r in rows if r["subject"] in third], [r for r in rows if r["subject"] not in third], rows
        table.append([name, *(result_files.decimals(mean_uf1(part)) for part in parts)])
        print("|", " | ".join(table[-1]), "|", flush=True)
    if options.results:
        command = "python benches/flow_map_study.py --root MAPS --list LIST.csv --out OUT --results docs/results"
        result_files.write(options.results, "flow_maps_choices", command, ["", "third", "rest", "all"], table)


if __name__ == "__main__":
    main()
