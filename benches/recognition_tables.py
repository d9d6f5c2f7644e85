"""The study's tables of recognition on rendered clips, from the results of `evaluate`.

    evaluate --dataset smic --root CLIPS --learner network,linear,rbf,kernel-ridge --seeds 3 --out OUT       # every set, `recommended`
    evaluate --dataset smic --root CLIPS --preset paper --seeds 3 --out PAPER                                     # every set, `paper`
    python benches/recognition_tables.py --recommended NAME=OUT ... [--paper NAME=PAPER ...] [--results docs/results]

NAME is what the tables call a set; sets whose names begin with the same word, one after the other, get a mean. A set of `paper` is compared with
the set of `recommended` of that name, by the answers of the first training seed (McNemar's exact test). "Trainings together": the mean of
the probabilities that the networks of all training seeds give a clip. Needs numpy.
"""
import argparse, itertools, json, math, pathlib
from collections import defaultdict
import numpy as np
from result_files import decimals, write
from true_motion import uf1

HEADS = ["clips", "accuracy", "UF1", "95 % over subjects", "UAR"]
COMMAND = "`evaluate --dataset smic --root CLIPS {} --out OUT` (SAMM: `--dataset samm`), `python benches/recognition_tables.py"


def p_value(p):
    return "1" if p > .995 else "below .0001" if p < 1e-4 else f"{p:.2g}".lstrip("0")


def exact_p(gained, lost):
    """McNemar's exact two-sided test."""
    n, k = gained + lost, min(gained, lost)
    return min(1.0, 2 * sum(math.comb(n, i) for i in range(k + 1)) / 2**n)


def scores(name, found):
    """The first columns, and the figures that have a mean."""
    several = len(found["seeds"]) > 1
    uf1 = f"**{decimals(found['uf1'])}**" + (f" ± {decimals(found['deviation']['uf1'])}" if several else "")
    interval = "–".join(map(decimals, found["intervals"]["uf1"]))
    return [name, decimals(found["accuracy"]), uf1, interval, decimals(found["uar"])]


def largest_class(results):
    return results["majority_baseline"]["uf1"]


def of_recommended(name, folder):
    """Cells of a row, and its figures by column."""
    rows = {row["learner"]: row for row in json.loads((folder / "rivals.json").read_text())["rows"]}
    network, linear = rows["network"], rows["linear"]
    against = linear["against_first"]
    test = f" ({against['only_second']}/{against['only_first']}, {p_value(against['exact_p'])})"
    largest = largest_class(json.loads((folder / "network" / "results.json").read_text()))
    others = [linear["uf1"], rows["rbf"]["uf1"], rows["kernel-ridge"]["uf1"], largest]
    cells = list(map(decimals, others))
    return scores(name, network) + [cells[0] + test] + cells[1:], [network["accuracy"], network["uf1"], None, network["uar"], *others]


def right_answers(results):
    first = results["seeds"][0]["seed"]
    answers = (p for p in results["predictions"] if p.get("seed", first) == first)
    return {p["clip"]: p["truth"] == p["predicted"] for p in answers}


def together(results):
    """UF1 of all training seeds' networks as one: the class of the highest mean probability."""
    summed, truths = defaultdict(float), {}
    for p in results["predictions"]:
        truths[p["clip"]] = p["truth"]
        summed[p["clip"]] += np.array(p["probabilities"])
    return uf1(np.array(list(truths.values())), np.array([scores.argmax() for scores in summed.values()]))


def of_paper(name, folder, recommended):
    results = json.loads((folder / "results.json").read_text())
    ours, theirs = right_answers(results), right_answers(json.loads((recommended / "network" / "results.json").read_text()))
    gained, lost = (sum(ours[clip] is right and theirs[clip] is not right for clip in ours) for right in (True, False))
    last = [together(results), largest_class(results)]
    cells = scores(name, results) + [f"{gained}/{lost}, {p_value(exact_p(gained, lost))}", *map(decimals, last)]
    return cells, [results["accuracy"], results["uf1"], None, results["uar"], None, *last]


def with_means(rows):
    """The rows' cells, behind those of each group the group's mean."""
    table = []
    for _, group in itertools.groupby(rows, lambda row: row[0][0].split()[0]):
        cells, figures = zip(*group)
        table += cells
        if len(cells) > 1:
            means = [None if None in column else sum(column) / len(column) for column in zip(*figures)]
            text = ["" if mean is None else decimals(mean) for mean in means]
            text[1] = f"**{text[1]}**"
            table.append(["mean", *text])
    return table


def named(argument):
    name, _, path = argument.rpartition("=")
    return name, pathlib.Path(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recommended", nargs="+", required=True, help="NAME=OUT of every set")
    parser.add_argument("--paper", nargs="*", default=[], help="NAME=PAPER of every set")
    parser.add_argument("--results", help="folder for rendered_clips.tsv and paper_report.tsv")
    options = parser.parse_args()
    recommended = dict(map(named, options.recommended))
    tables = {
        "rendered_clips": (
            HEADS + ["linear SVM (gained/lost against the network, exact p)", "RBF SVM", "RBF kernel ridge", "largest class"],
            [of_recommended(name, folder) for name, folder in recommended.items()],
            COMMAND.format("--learner network,linear,rbf,kernel-ridge --seeds 3") + " --recommended NAME=OUT ... --results docs/results`",
        ),
        "paper_report": (
            HEADS + ["gained/lost against `recommended`, exact p", "trainings together: UF1", "largest class"],
            [of_paper(name, folder, recommended[name]) for name, folder in map(named, options.paper)],
            COMMAND.format("--preset paper --seeds 3") + " --recommended NAME=OUT ... --paper NAME=PAPER ... --results docs/results`",
        ),
    }
    for file, (heading, rows, command) in tables.items():
        if not rows:
            continue
        table = with_means(rows)
        print(*("\t".join(row) for row in [heading, *table]), "", sep="\n")
        if options.results:
            write(options.results, file, command.strip("`"), heading, table)


if __name__ == "__main__":
    main()
