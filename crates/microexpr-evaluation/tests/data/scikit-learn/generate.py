"""Golden scores: scikit-learn's accuracy, macro F1, macro recall and per-class scores; SciPy's Wilson interval.

    pip install scikit-learn scipy
    python generate.py      # writes golden.json beside this script
"""
import json, os, random
import scipy, sklearn
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_recall_fscore_support, recall_score

random.seed(1)
cases = {
    "perfect": (3, [0, 1, 2, 1], [0, 1, 2, 1]),
    "all wrong": (2, [0, 1, 1], [1, 0, 0]),
    "a class that is never predicted": (3, [0, 0, 1, 1, 2, 2, 2], [0, 1, 1, 1, 0, 1, 1]),
    "a class that is not in the truth": (3, [0, 0, 1, 1, 1], [0, 2, 1, 0, 1]),
    "a class that is neither": (4, [0, 0, 1, 3], [0, 1, 1, 3]),
    "one clip": (3, [2], [0]),
    "like SMIC": (3, [0] * 70 + [1] * 51 + [2] * 43, None),
    "like SAMM": (5, [0] * 57 + [1] * 26 + [2] * 15 + [3] * 12 + [4] * 26, None),
}
out = []
for name, (n, truth, predicted) in cases.items():
    predicted = predicted or [t if random.random() < .7 else random.randrange(n) for t in truth]
    labels = list(range(n))
    p, r, f, s = precision_recall_fscore_support(truth, predicted, labels=labels, zero_division=0)
    correct = sum(t == q for t, q in zip(truth, predicted))
    wilson = binomtest(correct, len(truth)).proportion_ci(.95, method="wilson")
    out.append({
        "name": name, "classes": n, "truth": truth, "predicted": predicted,
        "matrix": confusion_matrix(truth, predicted, labels=labels).tolist(),
        "accuracy": accuracy_score(truth, predicted),
        "uf1": f1_score(truth, predicted, labels=labels, average="macro", zero_division=0),
        "uar": recall_score(truth, predicted, labels=labels, average="macro", zero_division=0),
        "precision": p.tolist(), "recall": r.tolist(), "f1": f.tolist(), "support": s.astype(int).tolist(),
        "wilson": [wilson.low, wilson.high],
    })
here = os.path.dirname(os.path.abspath(__file__))
json.dump({"programs": f"scikit-learn {sklearn.__version__}, scipy {scipy.__version__}", "cases": out},
          open(os.path.join(here, "golden.json"), "w"), indent=1)
