"""Reference values of PyTorch Geometric's message-passing layers, for the tests `layers/messages.rs` and `layers/pyg_state.rs`.

    pip install torch torch_geometric safetensors     (made with torch 2.15.0, torch_geometric 2.8.1, safetensors 0.8.0)
    python generate_messages.py messages.json layers.safetensors

Two random graphs with self-loops and an isolated node each. `layers.safetensors` holds the state dict of every case as
PyTorch Geometric names it, under the case's name; weights are drawn in float32. `messages.json` holds the output and the
gradients of `Σ (output + ½)²`, computed in float64 from those very weights.
"""

import json
import sys

import torch
from safetensors.torch import save_file
from torch.nn import Linear, ReLU, Sequential
from torch_geometric.nn import (
    GATConv, GATv2Conv, GCNConv, GINConv, GINEConv, GraphNorm, SAGEConv, SAGPooling, TopKPooling, TransformerConv,
)
from torch_geometric.nn.aggr import AttentionalAggregation, SoftmaxAggregation
from torch_geometric.utils import add_self_loops, remove_self_loops, to_undirected

torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(11)
SIZES, INPUT, OUTPUT, EDGE = [7, 5], 4, 3, 2


def randn(*shape):
    return torch.randn(*shape, generator=generator).float().double()


def graph():
    pairs, first = set(), 0
    for size in SIZES:
        for i in range(size - 1):  # the last node of each graph has neither a self-loop nor a neighbour
            if i % 2 == 0:
                pairs.add((first + i, first + i))
            for _ in range(3):
                pairs.add((first + int(torch.randint(size - 1, (1,), generator=generator)), first + i))
        first += size
    return torch.tensor(sorted(pairs, key=lambda p: (p[1], p[0]))).T.contiguous()


def random_(module):
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(randn(*parameter.shape) * 0.5)


INDEX = graph()
X = randn(sum(SIZES), INPUT).requires_grad_()
FEATURES = randn(INDEX.shape[1], EDGE).requires_grad_()
WIDE = randn(INDEX.shape[1], INPUT).requires_grad_()
BATCH = torch.repeat_interleave(torch.arange(len(SIZES)), torch.tensor(SIZES))


def mlp(width=INPUT):
    return Sequential(Linear(width, 5), ReLU(), Linear(5, OUTPUT))


def case(module, edge, run):
    """Output and gradients; `edge` is None or the edge features that `run` reads."""
    out = run(module)
    wanted = {**{n: p for n, p in module.named_parameters()}, "x": X, **({} if edge is None else {"edge": edge})}
    # TransformerConv(root_weight=False) keeps an unused lin_skip.
    found = torch.autograd.grad(((out + 0.5) ** 2).sum(), list(wanted.values()), allow_unused=True)
    gradients = {name: value.tolist() for name, value in zip(wanted, found) if value is not None}
    return {"output": out.tolist(), "gradients": gradients}


def layers():
    plain = lambda layer: layer(X, INDEX)
    featured = lambda layer: layer(X, INDEX, FEATURES)
    for aggregation in ("mean", "sum", "max", "min"):
        yield f"sage_{aggregation}", SAGEConv(INPUT, OUTPUT, aggr=aggregation), None, plain
    yield "sage_softmax", SAGEConv(INPUT, OUTPUT, aggr=SoftmaxAggregation(t=1.5)), None, plain
    yield "sage_normalized", SAGEConv(INPUT, OUTPUT, normalize=True, root_weight=False), None, plain
    yield "gin", GINConv(mlp(), eps=0.25), None, plain
    yield "gin_learned", GINConv(mlp(), train_eps=True), None, plain
    yield "gine", GINEConv(mlp(), eps=0.5, train_eps=True), WIDE, lambda layer: layer(X, INDEX, WIDE)
    yield "gine_edges", GINEConv(mlp(), edge_dim=EDGE), FEATURES, featured
    yield "gcn", GCNConv(INPUT, OUTPUT), None, plain
    yield "transformer", TransformerConv(INPUT, OUTPUT, heads=2), None, plain
    yield "transformer_edges", TransformerConv(INPUT, OUTPUT, heads=2, edge_dim=EDGE), FEATURES, featured
    yield "transformer_gated", TransformerConv(INPUT, OUTPUT, heads=3, concat=False, edge_dim=EDGE, beta=True), FEATURES, featured
    yield "transformer_rootless", TransformerConv(INPUT, OUTPUT, heads=2, root_weight=False), None, plain
    yield "gat", GATConv(INPUT, OUTPUT, heads=2, edge_dim=EDGE, add_self_loops=False), FEATURES, featured
    yield "gat_loops", GATConv(INPUT, OUTPUT, heads=2, edge_dim=EDGE), FEATURES, featured
    yield "gatv2", GATv2Conv(INPUT, OUTPUT, heads=2, edge_dim=EDGE, add_self_loops=False), FEATURES, featured
    yield "graph_norm", GraphNorm(INPUT), None, lambda layer: layer(X, BATCH)
    gate, transform = Sequential(Linear(INPUT, 1)), mlp()
    yield "attentional", AttentionalAggregation(gate, transform), None, lambda layer: layer(X, BATCH)


def sag_pooling():
    pool = SAGPooling(INPUT, ratio=0.6, GNN=GCNConv)
    random_(pool)
    with torch.no_grad():
        pool.select.weight.fill_(-0.75)  # [1, 1]: only its sign counts
    out, _, _, _, nodes, _ = pool(X, INDEX, batch=BATCH)
    order = nodes.argsort()  # the order within a graph is free
    return pool, {"kept_nodes": nodes[order].tolist(), "output": out[order].tolist()}


def main(values_path, weights_path):
    values, weights = {}, {}
    for name, module, edge, run in layers():
        random_(module)
        values[name] = case(module, edge, run)
        weights |= {f"{name}.{key}": tensor.float().contiguous() for key, tensor in module.state_dict().items()}
    pool, values["sag_pooling"] = sag_pooling()
    weights |= {f"sag_pooling.{key}": tensor.float().contiguous() for key, tensor in pool.state_dict().items()}
    looped, features = remove_self_loops(INDEX, FEATURES)
    looped, features = add_self_loops(looped, features, fill_value="mean", num_nodes=sum(SIZES))
    both_ways, summed = to_undirected(INDEX, FEATURES)
    with open(values_path, "w") as file:
        json.dump({
            "sizes": SIZES, "source": INDEX[0].tolist(), "target": INDEX[1].tolist(), "x": X.tolist(),
            "edge": FEATURES.tolist(), "wide": WIDE.tolist(), "cases": values,
            "self_loops": {"source": looped[0].tolist(), "target": looped[1].tolist(), "edge": features.tolist()},
            "undirected": {"source": both_ways[0].tolist(), "target": both_ways[1].tolist(), "edge": summed.tolist()},
        }, file)
    save_file(weights, weights_path)


main(*sys.argv[1:])
