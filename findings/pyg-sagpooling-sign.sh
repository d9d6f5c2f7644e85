#!/usr/bin/env bash
# PyTorch Geometric 2.8.1: SAGPooling multiplies its scores by the sign of a random number.
#
# SAGPooling(GNN=…) scores every node by a graph convolution, as in the paper (Lee et al., ICML 2019: s = tanh(GNN(x))), and
# hands the scores to SelectTopK, which multiplies them by weight / ‖weight‖. That weight is a parameter of shape [1, 1],
# drawn uniformly from −1..1: nothing but its sign counts, it never receives a gradient, and in half of all models it is
# negative. Such a model keeps the nodes with the LOWEST convolution scores. Whoever moves its weights elsewhere by the paper's
# formula keeps the wrong nodes; select.weight has to be read, too.
#
# Method: one SAGPooling, one input; only the sign of select.weight is changed between two runs. Checks that the kept nodes
# change from the best to the worst, that the size of the weight does nothing, and that its gradient is 0.
#
# Seen with Python 3.11, torch 2.15.0, torch_geometric 2.8.1 (2026-11-28):
#
#   negative select.weight in 48 of 100 new layers
#   convolution scores, best first: [4, 5, 3, 0, 1, 2]
#   kept with select.weight = +1.0: [3, 4, 5]
#   kept with select.weight = +0.1: [3, 4, 5]
#   kept with select.weight = -1.0: [0, 1, 2]
#   gradient of select.weight: 0.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.15.0 torch_geometric==2.8.1
cat > "$folder/check.py" <<'PY'
import warnings

warnings.filterwarnings("ignore")
import torch
from torch_geometric.nn import GCNConv, SAGPooling

torch.manual_seed(3)
negative = sum(SAGPooling(4, ratio=0.5, GNN=GCNConv).select.weight.item() < 0 for _ in range(100))
print(f"negative select.weight in {negative} of 100 new layers")
assert 30 < negative < 70

pool = SAGPooling(4, ratio=0.5, GNN=GCNConv)
assert pool.select.weight.shape == (1, 1)
x = torch.randn(6, 4)
edges = torch.tensor([[0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 0]])
order = pool.gnn(x, edges).flatten().argsort(descending=True).tolist()
print("convolution scores, best first:", order)
kept = {}
for weight in (1.0, 0.1, -1.0):
    with torch.no_grad():
        pool.select.weight.fill_(weight)
    out, _, _, _, nodes, _ = pool(x, edges)
    kept[weight] = sorted(nodes.tolist())
    print(f"kept with select.weight = {weight:+}: {kept[weight]}")
assert kept[1.0] == kept[0.1] == sorted(order[:3])
assert kept[-1.0] == sorted(order[3:])
pool.zero_grad()
out.square().sum().backward()
gradient = pool.select.weight.grad.abs().max().item()
print("gradient of select.weight:", round(gradient, 6))
assert gradient < 1e-6
PY
"$folder/venv/bin/python" "$folder/check.py"
