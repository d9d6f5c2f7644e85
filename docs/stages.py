#!/usr/bin/env python3
"""Writes docs/results/stages.tsv, one row per stage, from the other result files; then the tables of the pages.

    python3 docs/stages.py

A ratio is our time over that of the peer or of the version before: below 1 is faster. Where a file has several rows of a stage, the
lowest and the highest ratio are given.
"""

import datetime
import re
import subprocess

import tables

# stage, peer or version before, file, which rows (a pattern for their first cell), how a ratio is read off one
ROWS = [
    ("magnification, a frame", "NumPy with OpenCV", "magnification", "", lambda row: [inverse(row["ratio"])]),
    ("optical flow, Farnebäck", "OpenCV 5, one thread each", "flow_times", "Farnebäck", lambda row: both(row)),
    ("optical flow, TV-L1", "OpenCV 5, one thread each", "flow_times", "TV-L1", lambda row: both(row)),
    ("optical flow, DIS", "OpenCV 5, one thread each", "flow_times", "DIS", lambda row: both(row)),
    ("optical flow, CLG", "OpenCV's DIS medium, finest scale 0", "flow_times", "CLG", lambda row: both(row)),
    ("Lucas–Kanade, 51 points", "OpenCV 5, one thread each", "flow_times", "Lucas", lambda row: both(row)),
    ("optical flow, two threads", "the same with one thread", "flow_threads", "", lambda row: [1 / value for value in both(row)]),
    ("landmarks of a face", "dlib 19.24, the same model", "landmarks", "time per face, published", lambda row: range_of(row["figure"])),
    ("reading that model", "dlib 19.24", "landmarks", "reading the published", lambda row: range_of(row["figure"])),
    ("adaptive attention layer, there and back", "PyTorch 2.15, its own version", "gnn_quiet", "adaptive", lambda row: [inverse(row["ratio, at least"])]),
    ("SAGE, GINE, GAT, GATv2, TransformerConv", "PyTorch Geometric 2.8.1", "gnn_quiet", "G|Tr", lambda row: [inverse(row["ratio, at least"])]),
    ("training step of the network", "PyTorch Geometric 2.8.1", "gnn_quiet", "training|the same graph by graph, as the programs train", lambda row: [inverse(row["ratio, at least"])]),
    ("inference, one clip", "PyTorch Geometric 2.8.1", "gnn_quiet", "inference|the same graph by graph, as the programs class", lambda row: [inverse(row["ratio, at least"])]),
    ("a clip of real size, files to probabilities, processor time", "19582d4", "real_size_times", ".*processor", lambda row: [float(row["ratio"])]),
    ("training a network with attention", "1c84109", "training_times", "", lambda row: [inverse(row["ratio"])]),
]


def inverse(times):
    return 1 / float(times)


def both(row):
    """The ratios of the two sizes that stand in one row."""
    return [float(value) for name, value in row.items() if name.startswith("ratio")]


def range_of(text):
    """`ratio to dlib …: 0.62 to 0.80` as numbers."""
    return [float(value) for value in re.search(r"ratio to dlib\b.*?([\d.]+) to ([\d.]+)", text).groups()]


def named(heading):
    """Column names, a number behind those that occur again."""
    return [name if name not in heading[:i] else f"{name} {i}" for i, name in enumerate(heading)]


def stage(name, peer, file, pattern, ratios):
    head, (heading, *rows) = tables.read(file)
    found = [dict(zip(named(heading), row)) for row in rows if re.match(pattern, row[0])]
    values = [value for row in found for value in ratios(row)]
    ends = sorted({f"{value:.2g}" for value in (min(values), max(values))}, key=float)
    command = found[0]["command"] if head["command"] == "in each row" else head["command"]
    first = re.search("(see )?`[^`]+`", command)
    return [name, peer, " to ".join(ends), first[0] if first else f"`{command}`"]


def main():
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=tables.ROOT, capture_output=True, text=True, check=True)
    lines = [
        "# command: `python3 docs/stages.py`, from the files of the sections below, each with its own day and commit",
        f"# recorded: {datetime.date.today()}, {commit.stdout.strip()}",
        "\t".join(["stage", "peer or version before", "our time over theirs", "command"]),
    ]
    rows = [stage(*row) for row in ROWS if (tables.RESULTS / f"{row[2]}.tsv").exists()]
    (tables.RESULTS / "stages.tsv").write_text("\n".join([*lines, *map("\t".join, rows)]) + "\n")
    tables.write_all()


if __name__ == "__main__":
    main()
