"""Golden percentile bootstrap intervals by SciPy (scores by scikit-learn's formulas), clips and subjects resampled.

    pip install numpy scipy
    python generate.py      # writes golden.json beside this script
"""
import json, os
import numpy as np, scipy
from scipy.stats import bootstrap

CLASSES, RESAMPLES = 3, 20000
rng = np.random.default_rng(5)
# 16 subjects as unequal as SMIC's; a subject is easy or hard as a whole, so clusters matter.
sizes = [6, 6, 39, 19, 2, 4, 13, 4, 10, 9, 5, 4, 16, 7, 11, 9]
subject = np.repeat(np.arange(len(sizes)), sizes)
truth = rng.choice(CLASSES, len(subject), p=[70 / 164, 51 / 164, 43 / 164])
skill = rng.uniform(.35, .95, len(sizes))[subject]
predicted = np.where(rng.random(len(subject)) < skill, truth, rng.choice(CLASSES, len(subject)))


def matrix_of(t, p):
    return np.bincount(CLASSES * t + p, minlength=CLASSES * CLASSES)


def scores(counts):
    """Accuracy, macro F1, macro recall of counts [..., classes * classes]."""
    m = counts.reshape(*counts.shape[:-1], CLASSES, CLASSES).astype(float)
    hits, rows, cols = np.diagonal(m, axis1=-2, axis2=-1), m.sum(-1), m.sum(-2)
    div = lambda a, b: np.divide(a, b, out=np.zeros_like(a), where=b > 0)
    return np.stack([hits.sum(-1) / m.sum((-2, -1)), div(2 * hits, rows + cols).mean(-1), div(hits, rows).mean(-1)])


def intervals(units):
    """SciPy resamples the units' numbers; a resample's matrix is the sum of its units'."""
    per_unit = np.stack([matrix_of(truth[units == u], predicted[units == u]) for u in range(units.max() + 1)])
    statistic = lambda drawn, axis: scores(per_unit[drawn].sum(axis - 1))
    result = bootstrap((np.arange(len(per_unit)),), statistic, n_resamples=RESAMPLES, batch=500, method="percentile",
                       confidence_level=.95, rng=np.random.default_rng(9))
    low, high = result.confidence_interval
    return {name: [float(low[i]), float(high[i])] for i, name in enumerate(["accuracy", "uf1", "uar"])}


here = os.path.dirname(os.path.abspath(__file__))
json.dump({"programs": f"scipy {scipy.__version__}, numpy {np.__version__}", "resamples": RESAMPLES,
           "truth": truth.tolist(), "predicted": predicted.tolist(), "subject": [f"s{s + 1}" for s in subject],
           "clips": intervals(np.arange(len(truth))), "subjects": intervals(subject)},
          open(os.path.join(here, "golden.json"), "w"))
