"""Reference values for the graph layers, computed by PyTorch and PyTorch Geometric in float64.

    pip install torch torch_geometric numpy
    python generate.py --seed 1 --out fixture.json

The graph convention is PyTorch Geometric's: edge e goes from source[e] (neighbour j) to target[e]
(node i), and node i attends over its incoming edges.  All edges, self-loops included, are listed.
Self-attention is PyG's own GATConv, the pooling its own SAGPooling over GCNConv; the Gaussian
attention and the fusion are eqs. 3-8 of the paper, written out below.
"""
import argparse, json
import torch, torch.nn.functional as F
from torch_geometric.nn import GATConv, GCNConv, SAGPooling, global_max_pool, global_mean_pool
from torch_geometric.utils import softmax, scatter

torch.set_default_dtype(torch.float64)


def gaussian_attention(x, source, target, edge, w_g, b_g, var_floor, reduce):
    """Eqs. 3-6.  w_g: [D_g, 2D+D_e].  Returns z, mean, variance, score (before softmax), alpha."""
    z = torch.cat([x[target], x[source], edge], 1) @ w_g.T + b_g          # [E, D_g]
    mean = z.mean(1, keepdim=True)
    variance = ((z - mean) ** 2).mean(1, keepdim=True)                    # population variance, eq. 4
    v = variance + var_floor
    density = torch.exp(-((z - mean) ** 2) / (2 * v)) / torch.sqrt(2 * torch.pi * v)
    score = density.sum(1) if reduce == "sum" else density.mean(1)
    score = F.leaky_relu(score, 0.2)
    return z, mean[:, 0], variance[:, 0], score, softmax(score, target, num_nodes=x.shape[0])


def layer(x, source, target, edge, p, var_floor=1e-2, reduce="sum", activation="elu"):
    """One adaptive multi-attention layer, eqs. 1-8.  p holds the weights; [out, in] like torch.nn.Linear."""
    n, c = x.shape[0], p["w"].shape[0]
    h = x @ p["w"].T                                                      # [N, C]
    h_edge = edge @ p["w_edge"].T                                         # [E, C]
    a_i, a_j, a_e = p["attention"][:c], p["attention"][c:2 * c], p["attention"][2 * c:]
    logit = F.leaky_relu(h[target] @ a_i + h[source] @ a_j + h_edge @ a_e, 0.2)
    alpha_self = softmax(logit, target, num_nodes=n)
    # the same numbers must come out of PyG's own layer
    conv = GATConv(x.shape[1], c, heads=1, edge_dim=edge.shape[1], add_self_loops=False, bias=False)
    with torch.no_grad():
        conv.lin.weight.copy_(p["w"]); conv.lin_edge.weight.copy_(p["w_edge"])
        conv.att_dst.copy_(a_i.view(1, 1, c)); conv.att_src.copy_(a_j.view(1, 1, c)); conv.att_edge.copy_(a_e.view(1, 1, c))
        pyg, (_, pyg_alpha) = conv(x, torch.stack([source, target]), edge, return_attention_weights=True)
    assert torch.allclose(pyg_alpha[:, 0], alpha_self, atol=1e-12)
    assert torch.allclose(pyg, scatter(alpha_self[:, None] * h[source], target, 0, n, "sum"), atol=1e-12)
    z, mean, variance, score, alpha_gaussian = gaussian_attention(
        x, source, target, edge, p["w_gaussian"], p["b_gaussian"], var_floor, reduce)
    lam = torch.sigmoid(p["lambda_logit"])
    alpha = lam * alpha_self + (1 - lam) * alpha_gaussian
    out = scatter(alpha[:, None] * h[source], target, 0, n, "sum") + p["bias"]
    out = {"elu": F.elu, "relu": F.relu, "identity": lambda t: t}[activation](out)
    return out, dict(alpha_self=alpha_self, gaussian_mean=mean, gaussian_variance=variance, gaussian_score=score,
                     alpha_gaussian=alpha_gaussian, lambda_=lam, alpha=alpha)


def init_layer(g, d, c, d_e):
    r = lambda *s: (torch.randn(*s, generator=g) * 0.4).requires_grad_()
    return dict(w=r(c, d), w_edge=r(c, d_e), attention=r(3 * c), w_gaussian=r(d, 2 * d + d_e), b_gaussian=r(d),
                lambda_logit=r(1), bias=r(c))


def graph(g, sizes, degree):
    """Disjoint random graphs, undirected, with self-loops, sorted by target then source."""
    pairs, start, batch = set(), 0, []
    for b, n in enumerate(sizes):
        for i in range(n):
            pairs.add((start + i, start + i))
            for _ in range(degree // 2):
                j = int(torch.randint(n, (1,), generator=g))
                pairs |= {(start + i, start + j), (start + j, start + i)}
        start += n
        batch += [b] * n
    e = sorted(pairs, key=lambda p: (p[1], p[0]))
    return torch.tensor([a for a, _ in e]), torch.tensor([b for _, b in e]), torch.tensor(batch)


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--seed", type=int, default=1); a.add_argument("--out", default="fixture.json")
    a.add_argument("--sizes", type=int, nargs="+", default=[9, 14, 5]); a.add_argument("--degree", type=int, default=4)
    a.add_argument("--d", type=int, default=6); a.add_argument("--c", type=int, default=8); a.add_argument("--de", type=int, default=2)
    a.add_argument("--ratio", type=float, default=0.75)
    o = a.parse_args()
    g = torch.Generator().manual_seed(o.seed)
    source, target, batch = graph(g, o.sizes, o.degree)
    x = torch.randn(sum(o.sizes), o.d, generator=g).requires_grad_()
    edge = torch.rand(len(source), o.de, generator=g).requires_grad_()
    cases = []
    for reduce in ("sum", "mean"):
        for activation in ("elu", "relu", "identity"):
            p = init_layer(g, o.d, o.c, o.de)
            out, inner = layer(x, source, target, edge, p, reduce=reduce, activation=activation)
            names = list(p) + ["x", "edge"]
            grads = torch.autograd.grad((out ** 2).sum(), [p[k] for k in p] + [x, edge])
            cases.append(dict(reduce=reduce, activation=activation, var_floor=1e-2, negative_slope=0.2,
                              weights={k: v.tolist() for k, v in p.items()}, output=out.tolist(),
                              inner={k: v.tolist() for k, v in inner.items()},
                              loss_sum_of_squares=float((out ** 2).sum().detach()),
                              gradients={k: v.tolist() for k, v in zip(names, grads)}))
    # pooling on the last layer's features
    feats = out.detach().requires_grad_()
    pool = SAGPooling(o.c, ratio=o.ratio, GNN=GCNConv)
    with torch.no_grad():
        for prm in pool.parameters():
            prm.copy_(torch.randn(prm.shape, generator=g) * 0.5)
        pool.select.weight.fill_(1.0)   # PyG only normalises by this 1x1 weight: with 1 the score is tanh(GCN(x)), as in the SAGPool paper
    px, pei, _, pbatch, perm, score = pool(feats, torch.stack([source, target]), batch=batch)
    readout = torch.cat([global_max_pool(px, pbatch), global_mean_pool(px, pbatch)], 1)
    grad = torch.autograd.grad((readout ** 2).sum(), [feats])[0]
    pooling = dict(ratio=o.ratio, weights={k: v.tolist() for k, v in pool.named_parameters()}, input=feats.tolist(),
                   kept_nodes=perm.tolist(), kept_scores_after_tanh=score.tolist(), output=px.tolist(),
                   source=pei[0].tolist(), target=pei[1].tolist(), batch=pbatch.tolist(),
                   readout_max_then_mean=readout.tolist(), gradient_of_readout_sum_of_squares_wrt_input=grad.tolist())
    json.dump(dict(torch=torch.__version__, seed=o.seed, graph_sizes=o.sizes, source=source.tolist(), target=target.tolist(),
                   batch=batch.tolist(), x=x.tolist(), edge=edge.tolist(), layers=cases, sag_pooling=pooling), open(o.out, "w"))
    print(o.out, "nodes", len(x), "edges", len(source), "cases", len(cases))


main()
