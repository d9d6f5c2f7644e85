"""Tables of figures as files of docs/results: tab-separated, the command and the commit that gave them in the head."""

import datetime
import pathlib
import subprocess


def write(folder, name, command, heading, rows):
    here = pathlib.Path(__file__).parent
    asked = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=here, capture_output=True, text=True)
    commit = asked.stdout.strip()
    head = [f"# command: `{command}`", f"# recorded: {datetime.date.today()}, {commit or 'unknown'}"]
    lines = ["\t".join(map(str, cells)) for cells in [heading, *rows]]
    pathlib.Path(folder, f"{name}.tsv").write_text("\n".join(head + lines) + "\n")


def decimals(value, digits=3):
    """As many decimals, without the zero before them."""
    text = f"{value:.{digits}f}"
    return text[1:] if text.startswith("0.") else text


def significant(value, digits=3):
    """As many digits that count, or all before the point."""
    return f"{value:.0f}" if value >= 10 ** (digits - 1) else f"{value:.{digits}g}"


def ours_and_theirs(ours, theirs):
    """Two errors, with a fourth decimal where three are the same; bold where ours is the larger."""
    digits = 4 if decimals(ours) == decimals(theirs) and decimals(ours, 4) != decimals(theirs, 4) else 3
    text = f"{decimals(ours, digits)} / {decimals(theirs, digits)}"
    return f"**{text}**" if ours > theirs and decimals(ours, digits) != decimals(theirs, digits) else text
