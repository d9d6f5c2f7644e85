#!/usr/bin/env python3
"""Writes the tables of docs/ that stand in result files.

    python3 docs/tables.py                                        writes every table between its markers
    python3 docs/tables.py --collect NAME OUT/*/results.json      makes docs/results/NAME.tsv of evaluations

A table in a page stands between `<!-- table: NAME -->` and `<!-- /table -->` and is docs/results/NAME.tsv, cell by cell. A test
(crates/microexpr/tests/tables.rs) fails if one differs.
"""

import json
import pathlib
import re
import sys

DOCS = pathlib.Path(__file__).parent
BETWEEN = re.compile(r"(<!-- table: (\S+) -->\n).*?(<!-- /table -->)", re.DOTALL)


def table(name):
    rows = [line.split("\t") for line in (DOCS / "results" / f"{name}.tsv").read_text().splitlines()]
    lines = [rows[0], ["---"] * len(rows[0]), *rows[1:]]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in lines)


def write_all():
    for page in sorted(DOCS.glob("*.md")):
        text = page.read_text()
        new = BETWEEN.sub(lambda found: found[1] + table(found[2]) + found[3], text)
        if new != text:
            page.write_text(new)
            print(page)


def short(value):
    """Three decimals, without the zero before them."""
    return re.sub(r"^0\.", ".", f"{value:.3f}")


def row(path):
    results = json.loads(path.read_text())
    low, high = results["intervals"]["uf1"]
    figures = results["accuracy"], results["uf1"], results["deviation"]["uf1"], low, high, results["uar"]
    return [path.parent.name, *map(short, figures)]


def collect(name, paths):
    heading = ["learner", "accuracy", "UF1", "± seeds", "95 % from", "to", "UAR"]
    rows = [heading, *(row(pathlib.Path(path)) for path in paths)]
    (DOCS / "results" / f"{name}.tsv").write_text("".join("\t".join(cells) + "\n" for cells in rows))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--collect"]:
        collect(sys.argv[2], sys.argv[3:])
    write_all()
