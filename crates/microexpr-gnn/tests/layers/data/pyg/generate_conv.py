"""Reference values of PyTorch Geometric's own layers, in float64, for the test `layers/conv.rs`.

    pip install torch torch_geometric     (made with torch 2.15.0, torch_geometric 2.8.1)
    python generate_conv.py > conv.json

Two random graphs with self-loops and one isolated node. GATConv and GATv2Conv with edge features (and without), one
and three heads, concatenated and averaged; TopKPooling. Each case holds its weights, output, attention and the
gradients of the output's sum of squares.
"""

import json
import sys

import torch
from torch_geometric.nn import GATConv, GATv2Conv, TopKPooling

torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(5)
SIZES, INPUT, OUTPUT, EDGE = [7, 5], 4, 3, 2


def graph():
    pairs, first = set(), 0
    for size in SIZES:
        for i in range(size - 1):  # the last node of each graph has neither a self-loop nor a neighbour
            pairs.add((first + i, first + i))
            for _ in range(2):
                pairs.add((first + int(torch.randint(size - 1, (1,), generator=generator)), first + i))
        first += size
    return torch.tensor(sorted(pairs, key=lambda p: (p[1], p[0]))).T.contiguous()


def random_(module):
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.5)


def gradients(out, module, x, edge):
    wanted = {**dict(module.named_parameters()), "x": x, **({} if edge is None else {"edge": edge})}
    found = torch.autograd.grad((out**2).sum(), list(wanted.values()))
    return {name: value.tolist() for name, value in zip(wanted, found)}


def main():
    index = graph()
    x = torch.randn(sum(SIZES), INPUT, generator=generator).requires_grad_()
    edge = torch.rand(index.shape[1], EDGE, generator=generator).requires_grad_()
    cases = []
    for kind in (GATConv, GATv2Conv):
        for heads, concat, with_edges in ((1, True, True), (3, True, True), (3, False, True), (2, True, False)):
            features = edge if with_edges else None
            layer = kind(INPUT, OUTPUT, heads=heads, concat=concat, edge_dim=EDGE if with_edges else None, add_self_loops=False)
            random_(layer)
            out, (_, alpha) = layer(x, index, features, return_attention_weights=True)
            cases.append({
                "kind": kind.__name__, "heads": heads, "concat": concat, "edges": with_edges,
                "weights": {name: value.tolist() for name, value in layer.named_parameters()},
                "output": out.tolist(), "alpha": alpha.tolist(), "gradients": gradients(out, layer, x, features),
            })
    batch = torch.repeat_interleave(torch.arange(len(SIZES)), torch.tensor(SIZES))
    pool = TopKPooling(INPUT, ratio=0.6)
    random_(pool)
    kept, _, _, _, nodes, scores = pool(x, index, batch=batch)
    order = nodes.argsort()  # the order within a graph is free
    top_k = {
        "ratio": 0.6, "weight": pool.select.weight.tolist(), "kept_nodes": nodes[order].tolist(),
        "scores": scores[order].tolist(), "output": kept[order].tolist(), "gradients": gradients(kept, pool, x, None),
    }
    json.dump({
        "sizes": SIZES, "source": index[0].tolist(), "target": index[1].tolist(), "x": x.tolist(), "edge": edge.tolist(),
        "cases": cases, "top_k": top_k,
    }, sys.stdout)


main()
