#!/usr/bin/env python3
"""Writes the tables of the pages that stand in result files.

    python3 docs/tables.py                                        writes every table between its markers
    python3 docs/tables.py --collect NAME OUT/*/results.json      makes docs/results/NAME.tsv of evaluations
    python3 docs/tables.py --spotting NAME OUT/*/spotting.json    the same of `spot --truth`

A table in a page stands between `<!-- table: NAME -->` and `<!-- /table -->` and is docs/results/NAME.tsv, cell by cell, and below it
where it comes from. `<!-- table: NAME (COLUMN, COLUMN) -->` shows these columns alone. A result file begins with

    # command: what gives it (or `# source:` where it was published)
    # recorded: YYYY-MM-DD, COMMIT

A test (crates/microexpr/tests/tables.rs) fails if a table differs or a file does not say where it comes from.
"""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).parent.parent
RESULTS = ROOT / "docs" / "results"
BETWEEN = re.compile(r"(<!-- table: (\w+)(?: \((.*?)\))? -->\n).*?(<!-- /table -->)", re.DOTALL)


def read(name):
    """What the head of a result file says, and its rows."""
    lines = (RESULTS / f"{name}.tsv").read_text().splitlines()
    head = dict(line.removeprefix("# ").split(": ", 1) for line in lines if line.startswith("# "))
    return head, [line.split("\t") for line in lines if not line.startswith("# ")]


def table(name, columns, page):
    head, rows = read(name)
    if columns:
        kept = [rows[0].index(column) for column in columns.split(", ")]
        rows = [[row[i] for i in kept] for row in rows]
    rows[1:1] = [["---"] * len(rows[0])]
    path = "docs/results" if page.parent == ROOT else "results"
    origin = f"[`{name}.tsv`]({path}/{name}.tsv), {head['recorded']}: {head.get('command') or head['source']}\n"
    return "".join("| " + " | ".join(cells) + " |\n" for cells in rows) + "\n" + origin


def write_all():
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        text = page.read_text()
        new = BETWEEN.sub(lambda found: found[1] + table(found[2], found[3], page) + found[4], text)
        if new != text:
            page.write_text(new)
            print(page.relative_to(ROOT))


def short(value):
    """Three decimals, without the zero before them."""
    return re.sub(r"^0\.", ".", f"{value:.3f}")


def write(name, rows):
    """The rows below the head that the file has, or below one that is to be filled in."""
    file = RESULTS / f"{name}.tsv"
    lines = file.read_text().splitlines() if file.exists() else ["# command: ", "# recorded: "]
    head = [line for line in lines if line.startswith("# ")]
    file.write_text("\n".join(head + ["\t".join(map(str, cells)) for cells in rows]) + "\n")


def evaluation(path):
    results = json.loads(path.read_text())
    low, high = results["intervals"]["uf1"]
    figures = results["accuracy"], results["uf1"], results["deviation"]["uf1"], low, high, results["uar"]
    return [path.parent.name, *map(short, figures)]


def spotting(path):
    for kind, scores in json.loads(path.read_text()).items():
        if isinstance(scores, dict) and "spotted" in scores:
            counts = [scores[name] for name in ("true", "spotted", "right")]
            yield [path.parent.name, kind, *counts, *(short(scores[name]) for name in ("precision", "recall", "f1"))]


def main(task=None, name=None, *paths):
    paths = [pathlib.Path(path) for path in paths]
    if task == "--collect":
        heading = ["learner", "accuracy", "UF1", "± seeds", "95 % from", "to", "UAR"]
        write(name, [heading, *map(evaluation, paths)])
    elif task == "--spotting":
        heading = ["recordings", "", "true", "spotted", "right", "precision", "recall", "F1"]
        write(name, [heading, *(row for path in paths for row in spotting(path))])
    write_all()


if __name__ == "__main__":
    main(*sys.argv[1:])
