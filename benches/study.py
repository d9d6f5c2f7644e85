"""The open choices of the method, one changed at a time: the tables of docs/study.md.

    cargo build --release --examples
    python benches/study.py --dataset smic --root ROOT --out OUT [--tables choices,network,paper,development,weak] [--seeds 3] -- EVALUATE OPTIONS

Every line is one whole run of the program `evaluate` with single settings changed by --set. What stands after `--` goes to every run,
such as --landmark-model FILE. Started again it goes on where it stopped; OUT/study.md holds what there is so far. Choose on clips that
no result is reported on.
"""
import argparse, json, os, statistics, subprocess, sys

TVL1, DIS, FARNEBACK = ('pipeline.flow={"algorithm":"%s"}' % name for name in ("tvl1", "dis", "farneback"))
BUTTERWORTH = 'pipeline.magnification.temporal={"stream":{"butterworth":{"low_hz":0.5,"high_hz":10.0,"order":"first"}}}'
IDEAL = 'pipeline.magnification.temporal={"ideal":{"low_hz":0.5,"high_hz":10.0,"extension":"mirrored"}}'
NO_MAGNIFICATION = ("pipeline.magnification.alpha=0", "training.augmentation_alphas=[]")
COLUMNS = ("pipeline.graph.patch_feature=mean", "model.columns=per-landmark")

FIVE_FOLDS = ("--protocol", "k-fold", "--folds", "5")
# What was `recommended` before clips were seen in their mirror image, and by their pattern.
EARLIER = ("pipeline.views=single", "model.readout_scale=as-read", "pipeline.graph.blinks=keep")

# table: (preset and settings of every run, its protocol, [(name of the run, decision, what is used instead, settings changed, or a preset)])
TABLES = {
    "choices": (("attention", *EARLIER), FIVE_FOLDS, [
        ("earlier", "`recommended` of that time", "", ()),
        ("tvl1", "flow algorithm: CLG on frames halved once", "TV-L1", (TVL1,)),
        ("dis", "", "DIS medium", (DIS,)),
        ("farneback", "", "Farnebäck", (FARNEBACK,)),
        ("clg-finest-0", "", "CLG on whole frames", ("pipeline.flow.finest_level=0",)),
        ("consecutive", "flow from the first frame", "between consecutive kept frames", ("pipeline.flow_span=consecutive",)),
        ("components", "stream 2: the mean u and v of 10×10 pixels", "u and v of the middle 4×4 pixels",
         ("pipeline.graph.patch_feature=components", "pipeline.graph.patch_size_px=4")),
        ("magnitudes-4", "", "their magnitudes", ("pipeline.graph.patch_feature=magnitude", "pipeline.graph.patch_size_px=4")),
        ("magnitudes-10", "", "magnitudes of all 10×10 pixels", ("pipeline.graph.patch_feature=magnitude",)),
        ("strain-4", "", "optical strain of the middle 4×4 pixels",
         ("pipeline.graph.patch_feature=strain", "pipeline.graph.patch_size_px=4")),
        ("positions", "stream 1: displacement since the first frame", "position, less the first frame's centroid",
         ("pipeline.graph.position_feature=normalised",)),
        ("trend-kept", "trend over the face removed", "kept", ("pipeline.graph.trend=keep",)),
        ("per-clip", "stream 2 in pixels", "every clip scaled to mean 0 and deviation 1", ("pipeline.graph.patch_scale=per-clip",)),
        ("averaging-45", "frames averaged over σ = 30 ms", "σ = 45 ms", ("pipeline.averaging_s=0.045",)),
        ("averaging-60", "", "σ = 60 ms", ("pipeline.averaging_s=0.06",)),
        ("averaging-none", "", "not averaged", ("pipeline.averaging_s=0",)),
        ("alpha-2", "no magnification", "α = 2, zero-phase low-pass at 10 Hz", ("pipeline.magnification.alpha=2",)),
        ("alpha-4", "", "α = 4, zero-phase low-pass at 10 Hz", ("pipeline.magnification.alpha=4",)),
        ("alpha-4-ideal", "", "α = 4, ideal band, 0.5 to 10 Hz", ("pipeline.magnification.alpha=4", IDEAL)),
        ("alpha-4-butterworth", "", "α = 4, causal Butterworth band, 0.5 to 10 Hz", ("pipeline.magnification.alpha=4", BUTTERWORTH)),
        ("nine-frames", "at most five selected frames", "at most nine", ("pipeline.selection.max_kept=9",)),
        ("one-network", "five networks answer together", "one", ("training.networks=1",)),
        ("all-frames", "", "one, and all frames instead of at most five",
         ("training.networks=1", "pipeline.selection.keep=anything", "pipeline.selection.max_kept=null")),
        ("triplets", "graph of the clip, inner frames", "triplets, all frames",
         ("pipeline.unit=triplet", "pipeline.graph.node_frames=all")),
        ("ends", "", "graph of the clip, all kept frames", ("pipeline.graph.node_frames=all",)),
    ]),
    "network": (("attention", *EARLIER), FIVE_FOLDS, [
        ("earlier", "`recommended` of that time", "", ()),
        ("two-layers", "one layer", "two", ("model.layers=2",)),
        ("recomputed", "", "two, edge features recomputed from the first one's output", ("model.layers=2", "model.edge_similarity=recomputed")),
        ("gatv2", "self-attention: GAT", "GATv2", ("model.self_attention=gatv2",)),
        ("pooling", "no pooling", "SAGPool, ratio 0.75", ("model.pooling_ratio=0.75",)),
        ("no-input-readout", "readout of the node features beside the layers'", "of the layers alone", ("model.input_readout=false",)),
        ("random-start", "last layer from zero", "drawn at random", ("model.zero_start=false",)),
        ("equal", "classes weighed inversely to their number", "equally", ("training.class_weights=equal",)),
        ("epochs-25", "15 epochs", "25", ("training.epochs=25",)),
    ]),
    "paper": (("paper",), FIVE_FOLDS, [
        ("paper", "`paper`", "", ()),
        ("paper-no-magnification", "magnified by 4, with copies", "not magnified, no copies", NO_MAGNIFICATION),
        ("paper-no-averaging", "", "... and frames not averaged", (*NO_MAGNIFICATION, "pipeline.averaging_s=0")),
        ("paper-columns", "", "not magnified, landmarks in columns of their own, their mean flow", NO_MAGNIFICATION + COLUMNS),
        ("paper-trend", "", "... and the trend over the face removed",
         (*NO_MAGNIFICATION, *COLUMNS, 'pipeline.graph.trend={"remove":{"degree":2}}')),
    ]),
    "development": ((), ("--protocol", "loso"), [
        ("earlier", "one attention layer, five networks (`recommended` until then)", "", ("attention", *EARLIER)),
        ("mirrored", "... clips in their mirror image, too, and the pattern of each stream alone (two networks)", "",
         ("attention", "training.networks=2", "pipeline.graph.blinks=keep")),
        ("blinks-kept", "... without an attention layer and without steps (`recommended` until then)", "",
         ("recommended", "pipeline.graph.blinks=keep")),
        ("recommended", "`recommended`: eyes that blink count as at rest", "", ("recommended",)),
        ("linear", "... linear trend removed instead of the quadratic one", "",
         ("recommended", 'pipeline.graph.trend={"remove":{"degree":1}}')),
    ]),
}
# What measures the motion, in the present `recommended`: the table of docs/weak_clips.md.
MEASUREMENT = ("tvl1", "dis", "farneback", "consecutive", "components", "magnitudes-4", "magnitudes-10", "strain-4", "trend-kept",
               "averaging-45", "averaging-none", "alpha-2", "alpha-4-ideal", "alpha-4-butterworth")
TABLES["weak"] = (("recommended",), FIVE_FOLDS, [
    ("recommended", "`recommended` as it is", "", ()),
    *(row for row in TABLES["choices"][2] if row[0] in MEASUREMENT),
])


def run(options, protocol, name, changes):
    """The results of one run; what of it was finished before, `evaluate` does not repeat."""
    out = os.path.join(options.out, name)
    command = [options.evaluate, "--dataset", options.dataset, "--root", options.root, *protocol, "--seeds", str(options.seeds)]
    for change in changes:
        command += ["--set" if "=" in change else "--preset", change]
    command += ["--out", out, *options.rest]
    if subprocess.run(command, stdout=subprocess.DEVNULL).returncode != 0:
        return None
    with open(os.path.join(out, "results.json")) as file:
        return json.load(file)


def line(decision, instead, result, base):
    if result is None:
        return f"| {decision} | {instead} | failed | | |"
    scores = [seed["uf1"] for seed in result["seeds"]]
    mean = statistics.mean(scores)
    difference = "" if base is None else f"{mean - statistics.mean(s['uf1'] for s in base['seeds']):+.3f}"
    return f"| {decision} | {instead} | {mean:.3f} | {difference} | {', '.join(f'{s:.3f}' for s in scores)} |"


def main():
    arguments = sys.argv[1:]
    rest = arguments[arguments.index("--") + 1:] if "--" in arguments else []
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--root", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--tables", default="choices,network", help="which tables, by comma: " + ", ".join(TABLES))
    parser.add_argument("--only", help="only these runs, by comma")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--evaluate", default="target/release/examples/evaluate", help="the program `evaluate`")
    options = parser.parse_args(arguments[:arguments.index("--")] if "--" in arguments else arguments)
    options.rest = rest
    unknown = [table for table in options.tables.split(",") if table not in TABLES]
    if unknown:
        raise SystemExit(f"unknown table {unknown[0]}; expected one of {', '.join(TABLES)}")
    os.makedirs(options.out, exist_ok=True)
    lines = []
    for table in options.tables.split(","):
        start, protocol, runs = TABLES[table]
        lines += ["", "| decision | instead | mean UF1 | difference | UF1 of the seeds |", "|---|---|---|---|---|"]
        base = None
        for name, decision, instead, changes in runs:
            if options.only and name not in options.only.split(","):
                continue
            result = run(options, protocol, name, start + changes)
            lines.append(line(decision, instead, result, base))
            print(lines[-1], flush=True)
            base = base or result
            with open(os.path.join(options.out, "study.md.part"), "w") as part:
                part.write("\n".join(lines[1:]) + "\n")
            os.replace(part.name, os.path.join(options.out, "study.md"))


main()
