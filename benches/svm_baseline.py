"""A linear support vector machine on the node features of the pipeline's own graphs, leaving one subject out.

    pip install numpy scikit-learn
    for clip in ROOT/SMIC_all_raw/HS/*/micro/*/*; do
        cargo run --release --example graph -- --input $clip --fps 100 --preset recommended --out GRAPHS/$(basename $clip).json
    done
    python benches/svm_baseline.py GRAPHS

GRAPHS holds one JSON file of the program `graph` per clip, named as SMIC names clips (s1_ne_01.json). With --labels they are named
as the clips of that table are: the predictions.csv of the program `evaluate`, of which only clip, subject and truth are read.
Features are the mean over the graph's frames (with `recommended` those between the first and the last kept one); those of a stream
are divided by the deviation of its values on the training subjects.
"""
import argparse, csv, glob, json, os, re
import numpy as np
from sklearn.metrics import accuracy_score, f1_score, recall_score
from sklearn.svm import LinearSVC

CLASSES = {"ne": 0, "po": 1, "sur": 2}


def node_features(graph, stream):
    values = np.array(graph[stream]["nodes"], np.float64)
    frames = len(graph["kept_frames"])
    return values.reshape(frames, -1).mean(0)


def leave_one_subject_out(parts, labels, subjects, penalty):
    predicted = np.empty_like(labels)
    for subject in np.unique(subjects):
        test = subjects == subject
        features = np.concatenate([part / part[~test].std() for part in parts], 1)
        machine = LinearSVC(C=penalty, class_weight="balanced", max_iter=20000)
        predicted[test] = machine.fit(features[~test], labels[~test]).predict(features[test])
    return predicted


def labels_by_name(folder, paths):
    """Class and subject of every file by SMIC's names of clips."""
    names = [re.match(r"s0*(\d+)_(ne|po|sur)_\d+$", stem(path)) for path in paths]
    if not paths or None in names:
        raise SystemExit(f"{folder}: expected files named like s1_ne_01.json or --labels, found {len(paths)} files, "
                         f"{names.count(None)} of them with other names")
    return [CLASSES[name[2]] for name in names], [name[1] for name in names]


def labels_by_table(folder, paths, table):
    """Class and subject of every file by the table's row of its name."""
    with open(table, newline="") as file:
        reader = csv.DictReader(file)
        missing = {"clip", "subject", "truth"} - set(reader.fieldnames or [])
        if missing:
            raise SystemExit(f"{table}: expected the columns clip, subject and truth, missing {', '.join(sorted(missing))}")
        rows = {row["clip"].rsplit("/", 1)[-1]: row for row in reader}
    unknown = [path for path in paths if stem(path) not in rows]
    if not paths or unknown:
        raise SystemExit(f"{folder}: expected files named as the clips in {table}, found {len(paths)} files, "
                         f"{len(unknown)} of them with other names")
    found = [rows[stem(path)] for path in paths]
    classes = sorted({row["truth"] for row in rows.values()})
    return [classes.index(row["truth"]) for row in found], [row["subject"] for row in found]


def stem(path):
    return os.path.splitext(os.path.basename(path))[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("graphs", help="folder with one JSON file per clip")
    parser.add_argument("--penalty", type=float, default=0.01, help="C of the machine")
    parser.add_argument("--labels", metavar="CSV", help="table with the columns clip, subject and truth")
    options = parser.parse_args()
    paths = sorted(glob.glob(os.path.join(options.graphs, "*.json")))
    if options.labels:
        labels, subjects = labels_by_table(options.graphs, paths, options.labels)
    else:
        labels, subjects = labels_by_name(options.graphs, paths)
    labels, subjects = np.array(labels), np.array(subjects)
    graphs = [json.load(open(path))["graph"] for path in paths]
    streams = {"location": ["position"], "flow": ["patch"], "both": ["position", "patch"]}
    print(f"{len(paths)} clips, {len(set(subjects))} subjects, C = {options.penalty}")
    for title, parts in streams.items():
        features = [np.array([node_features(graph, part) for graph in graphs]) for part in parts]
        predicted = leave_one_subject_out(features, labels, subjects, options.penalty)
        print(f"{title:9s} accuracy {accuracy_score(labels, predicted):.4f}  "
              f"UF1 {f1_score(labels, predicted, average='macro'):.4f}  "
              f"UAR {recall_score(labels, predicted, average='macro'):.4f}")


main()
