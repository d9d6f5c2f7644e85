#!/usr/bin/env bash
# PyTorch Geometric 2.8.1: GATConv and GATv2Conv throw away the edge features of self-loops; GCNConv and TransformerConv do not.
#
# A graph may have edges from nodes to themselves that carry features of their own (a similarity of 1, say). GATConv(edge_dim=…) and
# GATv2Conv(edge_dim=…) add self-loops by default, and for that remove those that are there: whatever their features were, the
# new ones get the mean of the features of the other edges into the node, and 0 where there are none. Nothing is said. The
# documentation has it that add_self_loops=False "will not add self-loops"; that True also replaces them stands nowhere. GCNConv, with the same option and
# the same default, keeps the weight of every self-loop it is given; TransformerConv reads their features as any other edge's. So a graph
# with self-loops means one thing to one layer and another to the next, and weights trained with GATConv give other answers with
# add_self_loops=False on the very same graph.
#
# Method: three nodes, two edges, three self-loops; only the self-loops' features are changed between two runs of each layer. Then
# GATConv's output is computed again with add_self_loops=False and the means put in by hand.
#
# Seen with Python 3.11, torch 2.15.0, torch_geometric 2.8.1 (2026-11-29):
#
#   GATConv: output changes by 0.000 when the self-loops' features change
#   GATv2Conv: output changes by 0.000 when the self-loops' features change
#   TransformerConv: output changes by 0.433 when the self-loops' features change
#   GCNConv: output changes by 0.472 when the self-loops' weights change
#   GATConv, add_self_loops=False, the same graph: differs by 0.063
#   GATConv, add_self_loops=False, self-loops with the mean of the other edges: differs by 0.000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.15.0 torch_geometric==2.8.1
cat > "$folder/check.py" <<'PY'
import warnings

warnings.filterwarnings("ignore")
import torch
from torch_geometric.nn import GATConv, GATv2Conv, GCNConv, TransformerConv

torch.manual_seed(0)
x = torch.randn(3, 4)
# Edges 0 → 1 and 1 → 2, then every node to itself.
edges = torch.tensor([[0, 1, 0, 1, 2], [1, 2, 0, 1, 2]])
features = torch.tensor([[0.2, 0.3], [0.4, 0.1], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0]])
changed = features.clone()
changed[2:] = 7.0


def difference(a, b):
    return (a - b).abs().max().item()


for layer in (GATConv(4, 2, edge_dim=2), GATv2Conv(4, 2, edge_dim=2), TransformerConv(4, 2, edge_dim=2)):
    name, moved = type(layer).__name__, difference(layer(x, edges, features), layer(x, edges, changed))
    print(f"{name}: output changes by {moved:.3f} when the self-loops' features change")
    assert (moved == 0) == name.startswith("GAT"), name

gcn = GCNConv(4, 2)
moved = difference(gcn(x, edges, features[:, 0]), gcn(x, edges, changed[:, 0]))
print(f"GCNConv: output changes by {moved:.3f} when the self-loops' weights change")
assert moved > 0.01

gat = GATConv(4, 2, edge_dim=2)
as_given = GATConv(4, 2, edge_dim=2, add_self_loops=False)
as_given.load_state_dict(gat.state_dict())
moved = difference(gat(x, edges, features), as_given(x, edges, features))
print(f"GATConv, add_self_loops=False, the same graph: differs by {moved:.3f}")
assert moved > 0.01
means = torch.stack([torch.zeros(2), features[0], features[1]])
moved = difference(gat(x, edges, features), as_given(x, edges, torch.cat([features[:2], means])))
print(f"GATConv, add_self_loops=False, self-loops with the mean of the other edges: differs by {moved:.3f}")
assert moved < 1e-6
PY
"$folder/venv/bin/python" "$folder/check.py"
