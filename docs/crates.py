#!/usr/bin/env python3
"""Draws the workspace's crates and what each depends on, from `cargo metadata`, as docs/crates.svg.

    python3 docs/crates.py

A crate stands above all crates that it needs. An arrow is left out where another way leads there, too.
A test (crates/microexpr/tests/crate_picture.rs) compares the picture with the manifests.
"""

import json
import pathlib
import subprocess

DOCS = pathlib.Path(__file__).parent
PREFIX = "microexpr-"
BOX, GAP, ROW, MARGIN = (128, 40), 24, 92, 24
WITH_BURN, PLAIN = "#fde2c8", "#dcebf7"


def dependencies():
    command = ["cargo", "metadata", "--no-deps", "--format-version", "1"]
    packages = json.loads(subprocess.run(command, cwd=DOCS, check=True, capture_output=True).stdout)["packages"]
    own = {p["name"] for p in packages if p["name"] == "microexpr" or p["name"].startswith(PREFIX)}
    own -= {"microexpr-examples", "microexpr-benches"}
    normal = lambda p: [d["name"] for d in p["dependencies"] if d["kind"] is None]
    return {p["name"]: sorted(normal(p)) for p in packages if p["name"] in own}


def reach(crate, needs):
    found = set()
    for other in needs[crate]:
        if other in needs:
            found |= {other} | reach(other, needs)
    return found


def direct(crate, needs):
    """Own crates needed directly, without those that another of them needs, too."""
    own = [c for c in needs[crate] if c in needs]
    return [c for c in own if not any(c in reach(other, needs) for other in own)]


def depth(crate, needs):
    """The row of a crate: right below the lowest one that needs it."""
    return 1 + max((depth(c, needs) for c in needs if crate in needs[c]), default=-1)


def places(needs):
    """Left upper corner and width of every crate's box, row by row; the lowest one is as wide as all others together."""
    rows = {}
    for crate in sorted(needs):
        rows.setdefault(depth(crate, needs), []).append(crate)
    last = max(rows)
    width = max(len(row) for row in rows.values()) * (BOX[0] + GAP) - GAP
    at = {}
    for level, row in sorted(rows.items()):
        start = MARGIN + (width - len(row) * (BOX[0] + GAP) + GAP) / 2
        for n, crate in enumerate(row):
            at[crate] = (start + n * (BOX[0] + GAP), MARGIN + level * ROW, BOX[0])
    # A way straight down to the lowest row must not pass behind another box: such a crate moves to the right, with those beside it.
    for crate, (x, y, _) in sorted(at.items()):
        behind = lambda x: any(
            cy > y and depth(c, needs) < last and cx - 4 < x + BOX[0] / 2 < cx + w + 4
            for c, (cx, cy, w) in at.items()
        )
        if direct(crate, needs) == rows[last]:
            while behind(at[crate][0]):
                for c, (cx, cy, w) in at.items():
                    if cy == y and cx >= x:
                        at[c] = (cx + (BOX[0] + GAP) / 2, cy, w)
    right = max(x + w for x, _, w in at.values())
    for crate in rows[last]:
        at[crate] = (MARGIN, MARGIN + last * ROW, right - MARGIN)
    return at, (right + MARGIN, last * ROW + BOX[1] + 2 * MARGIN)


def draw(needs):
    at, (width, tall) = places(needs)
    burn = {c for c in needs if any(d.startswith("burn") for c2 in {c} | reach(c, needs) for d in needs[c2])}
    lines = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width:.0f} {tall:.0f}' font-family='sans-serif' font-size='14'>",
        "<title>The crates of microexpr: each stands above those it needs; orange ones need Burn</title>",
        "<defs><marker id='tip' viewBox='0 0 8 8' refX='8' refY='4' markerWidth='7' markerHeight='7' orient='auto'>"
        "<path d='M0 0L8 4L0 8z' fill='#667'/></marker></defs>",
        f"<rect width='{width:.0f}' height='{tall:.0f}' fill='white'/>",
    ]
    for crate in sorted(needs):
        for other in direct(crate, needs):
            (x0, y0, w0), (x1, y1, w1) = at[crate], at[other]
            start = x0 + w0 / 2
            end = start if w1 > BOX[0] else x1 + w1 / 2
            lines.append(
                f"<line x1='{start:.0f}' y1='{y0 + BOX[1]:.0f}' x2='{end:.0f}' y2='{y1:.0f}'"
                f" stroke='#667' marker-end='url(#tip)'><title>{crate} needs {other}</title></line>"
            )
    for crate, (x, y, w) in sorted(at.items()):
        colour = WITH_BURN if crate in burn else PLAIN
        lines.append(
            f"<rect x='{x:.0f}' y='{y:.0f}' width='{w:.0f}' height='{BOX[1]}' rx='6' fill='{colour}' stroke='#667'/>"
            f"<text x='{x + w / 2:.0f}' y='{y + BOX[1] / 2 + 5:.0f}' text-anchor='middle'>{crate.removeprefix(PREFIX)}</text>"
        )
    return "\n".join(lines) + "\n</svg>\n"


(DOCS / "crates.svg").write_text(draw(dependencies()))
