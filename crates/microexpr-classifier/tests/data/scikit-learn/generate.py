"""Golden scores of balanced machines on three overlapping classes, written by scikit-learn 1.9.1: python generate.py"""

import json
from pathlib import Path

import numpy as np
from sklearn.kernel_ridge import KernelRidge
from sklearn.svm import SVC

rng = np.random.default_rng(5)
centres = rng.normal(0, 1, (3, 6))


def draw(count, shares):
    labels = rng.choice(3, count, p=shares)
    return (centres[labels] + rng.normal(0, 1.1, (count, 6))).round(4), labels


train, labels = draw(90, [0.6, 0.25, 0.15])
test, _ = draw(60, [1 / 3] * 3)
weights = len(labels) / (3 * np.bincount(labels))

# The units in which the kernels are stated: mean square of a row, median squared distance of a pair (upper of two).
mean_square = (train**2).sum() / len(train)
pairs = [((train[i] - train[j]) ** 2).sum() for i in range(len(train)) for j in range(i)]
median = sorted(pairs)[len(pairs) // 2]

golden = {"train": train.tolist(), "labels": labels.tolist(), "test": test.tolist()}
for name, kernel, gamma, c in (("linear", "linear", None, 0.3), ("rbf", "rbf", 0.7 / median, 1.0)):
    scale = np.sqrt(mean_square) if kernel == "linear" else 1.0
    svm = SVC(kernel=kernel, gamma=gamma or 1.0, C=c, class_weight="balanced", tol=1e-6, decision_function_shape="ovr")
    golden[name] = svm.fit(train / scale, labels).decision_function(test / scale).tolist()
    alpha = 1 / (c * weights[labels])
    inner = train @ train.T / mean_square if kernel == "linear" else np.exp(-gamma * ((train[:, None] - train) ** 2).sum(-1))
    cross = test @ train.T / mean_square if kernel == "linear" else np.exp(-gamma * ((test[:, None] - train) ** 2).sum(-1))
    targets = np.where(np.eye(3)[labels] == 1, 1.0, -0.5)
    # scikit-learn takes one alpha per target, not per row: rows are weighed by sample_weight, which multiplies the error.
    ridge = KernelRidge(alpha=1 / c, kernel="precomputed").fit(inner + 1, targets, sample_weight=weights[labels])
    golden[f"{name} ridge"] = ridge.predict(cross + 1).tolist()

Path(__file__).with_name("machines.json").write_text(json.dumps(golden))
